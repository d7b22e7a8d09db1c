package sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one jar, whose jars are in it, as a process that is told to end. */
class PackagedIT {
  private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

  @TempDir Path folder;

  @Test
  void answersAndLeavesACommittedIndex() throws Exception {
    Path index = folder.resolve("index");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-jar",
                "target/spring-boot-1.jar",
                "--server.port=0",
                "--ragwright.index.directory=" + index)
            .redirectErrorStream(true)
            .start();
    try (BufferedReader log = process.inputReader()) {
      Client client = new Client(port(log));
      assertThat(client.ask("/answer", "How tall is a beaver dam?")).contains("two metres");
      process.toHandle().destroy(); // as a container is stopped; process.destroy() closes the log
      log.lines().forEach(System.out::println);
      process.waitFor();
    } finally {
      process.destroyForcibly();
    }
    try (LuceneIndex committed = LuceneIndex.open(index)) {
      assertThat(committed.size().documents()).isEqualTo(2);
    }
  }

  private static int port(BufferedReader log) throws IOException {
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      System.out.println(line);
      Matcher port = PORT.matcher(line);
      if (port.find()) {
        return Integer.parseInt(port.group(1));
      }
    }
    throw new AssertionError("it ended before it was ready");
  }
}
