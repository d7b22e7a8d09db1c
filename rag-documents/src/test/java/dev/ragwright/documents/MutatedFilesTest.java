package dev.ragwright.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that are changed at random are read, or refused for what they are: no other failure, no
 * hang, no more memory than the tests' 2 GB. {@code -Dragwright.mutations=20000} tries that many of
 * each file, {@code -Dragwright.seed=} the same again.
 */
class MutatedFilesTest {
  private static final int MUTATIONS = Integer.getInteger("ragwright.mutations", 150);
  private static final Duration HANG = Duration.ofSeconds(10);
  private static final ReadOptions OPTIONS =
      ReadOptions.builder().maxBytes(200_000_000).maxCharacters(50_000_000).build();

  @TempDir private Path folder;

  static List<Path> files() throws IOException {
    return GeneratedFiles.all();
  }

  private static DocumentReader reader(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return DocumentReaders.with(OPTIONS).stream()
        .filter(reader -> reader.endings().stream().anyMatch(name::endsWith))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("files")
  void areReadOrRefused(Path file) throws Exception {
    long seed = Long.getLong("ragwright.seed", System.nanoTime());
    System.out.println(file.getFileName() + ": random tests: replay with -Dragwright.seed=" + seed);
    byte[] whole = Files.readAllBytes(file);
    DocumentReader reader = reader(file);
    int read = 0;
    try (ExecutorService worker = Executors.newSingleThreadExecutor()) {
      for (int i = 0; i < MUTATIONS; i++) {
        Path changed = folder.resolve("changed" + reader.endings().getFirst());
        Files.write(changed, new Mutation(seed + i).of(whole));
        Future<Boolean> reading = worker.submit(() -> isRead(reader, changed));
        try {
          read += reading.get(HANG.toSeconds(), TimeUnit.SECONDS) ? 1 : 0;
        } catch (TimeoutException e) {
          keep(changed, file, i);
          fail("mutation " + i + " of " + file.getFileName() + ", seed " + seed + ": hangs");
        } catch (ExecutionException e) {
          keep(changed, file, i);
          throw new AssertionError(
              "mutation " + i + " of " + file.getFileName() + ", seed " + seed, e.getCause());
        }
      }
    }
    System.out.printf(
        Locale.ROOT, "%s: %d of %d mutations are read%n", file.getFileName(), read, MUTATIONS);
  }

  /** For whoever looks into it; the folder of a test is deleted. */
  private static void keep(Path changed, Path file, int number) throws IOException {
    Path kept = Path.of("target", "mutated", number + "-" + file.getFileName());
    Files.createDirectories(kept.getParent());
    Files.write(kept, Files.readAllBytes(changed));
    System.out.println("kept as " + kept.toAbsolutePath());
  }

  private static boolean isRead(DocumentReader reader, Path file) throws IOException {
    List<ReadProblem> problems = new ArrayList<>();
    try {
      Document document = reader.read("id", file, problems::add);
      document.places().headings().forEach(h -> assertThat(h.title()).isNotEmpty());
      return true;
    } catch (DocumentReadException e) {
      assertThat(e.getMessage()).isNotBlank();
      return false;
    }
  }
}
