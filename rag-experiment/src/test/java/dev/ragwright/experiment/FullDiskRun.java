package dev.ragwright.experiment;

import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** A memo that {@link MemoTest} lets run into the largest file that its process may write. */
final class FullDiskRun {
  private FullDiskRun() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Random random = new Random(7);
    try (Memo memo = Memo.open(folder)) {
      for (int i = 0; i < 100_000; i++) {
        StringBuilder text = new StringBuilder();
        for (int j = 0; j < 200; j++) {
          text.append(random.nextLong());
        }
        memo.put(new StageKey("generate", "any", "input" + i), result(text.toString()));
      }
      System.out.println("there was room");
    } catch (MemoException e) {
      System.out.println(e.getMessage());
    }
    try (Memo memo = Memo.open(folder)) { // what was committed is read
      System.out.println(memo.get(new StageKey("generate", "any", "input0")) != null);
    }
    Files.delete(folder.resolve("memo.mvstore"));
    try (Memo memo = Memo.open(folder)) { // there is room again
      memo.put(new StageKey("generate", "any", "input"), result("text"));
      System.out.println("written");
    }
  }

  private static StageResult result(String text) {
    return new StageResult(
        Generation.of(text, List.of(), Generation.FinishReason.STOP, Usage.none()),
        Usage.none(),
        Duration.ofMillis(200),
        Duration.ZERO,
        Instant.EPOCH,
        false);
  }
}
