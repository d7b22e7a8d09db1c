package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program as a user does, with a model out of a jar, and asks it to end too early. */
class SyncTest {
  /** More than a machine embeds before the first word of progress, which comes after 2 seconds. */
  private static final int DOCUMENTS = 200_000;

  private static final Pattern PROGRESS =
      Pattern.compile("read [\\d,]+ documents, 0 unchanged; ([\\d,]+) passages written.*");

  @TempDir Path root;

  private void write(int documents) throws Exception {
    Files.write(
        root.resolve("corpus.jsonl"),
        IntStream.range(0, documents)
            .mapToObj(i -> "{\"_id\": \"d" + i + "\", \"text\": \"Text " + i + ".\"}")
            .toList());
  }

  private List<String> arguments() {
    return List.of(
        "--data",
        root.toString(),
        "--index",
        root + "/index",
        "--retriever",
        "dense",
        "--model",
        "minilm");
  }

  @Test
  @Timeout(300)
  @DisabledOnOs(OS.WINDOWS) // which cannot ask a process to end
  void keepsWhatWasEmbeddedWhenItIsAskedToEnd() throws Exception {
    write(DOCUMENTS);
    Process process = Program.start(Sync.class, root, arguments());
    int written = 0;
    StringBuilder told = new StringBuilder();
    try (BufferedReader err = process.errorReader()) {
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        told.append(line).append('\n');
        Matcher progress = PROGRESS.matcher(line);
        if (written == 0 && progress.matches()) {
          written = Integer.parseInt(progress.group(1).replace(",", ""));
          if (written > 0) {
            process.toHandle().destroy(); // Process.destroy would close the streams
          }
        }
      }
    }
    assertThat(process.waitFor()).as(told.toString()).isNotZero();
    assertThat(told).contains("stopping; what was done is kept\n").doesNotContain("in time");
    assertThat(written).as(told.toString()).isBetween(1, DOCUMENTS - 10);

    write(written + 10);
    Program.Run next = Program.run(Sync.class, root, arguments());

    assertThat(next.exit()).as(next.err()).isZero();
    JsonNode json = new JsonMapper().readTree(next.out());
    assertThat(json.path("unchanged").asInt()).as(next.out()).isBetween(written, written + 10);
    assertThat(json.path("embedded").asInt()).as(next.out()).isBetween(0, 10);
  }
}
