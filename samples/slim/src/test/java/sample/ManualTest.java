package sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ragwright.Answer;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ManualTest {
  @Test
  void answersWithItsPlace() {
    try (Manual manual = new Manual(Path.of("../documents"))) {
      Answer answer = manual.ask("How often do I rotate the signing key?");
      assertEquals("Rotate the signing key every year.", answer.text());
      assertEquals("keys.md › Keys › Rotation [21, 55)", answer.citations().getFirst().toString());
    }
  }

  /** All that the application runs on, but what only its tests need. */
  @Test
  void itsClassPathHasFewerThanSixtyMegabytes() {
    double megabytes =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(Files::isRegularFile)
                .filter(
                    jar -> !jar.toString().matches(".*(junit|apiguardian|opentest4j|surefire).*"))
                .mapToLong(jar -> jar.toFile().length())
                .sum()
            / 1e6;
    System.out.printf("class path: %.1f MB%n", megabytes);
    assertTrue(megabytes > 30 && megabytes < 60, megabytes + " MB");
  }
}
