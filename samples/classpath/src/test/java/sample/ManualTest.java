package sample;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ragwright.Answer;
import java.nio.file.Path;
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
}
