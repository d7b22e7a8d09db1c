package dev.ragwright.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.CallContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class StartCacheTest {
  @TempDir Path folder;

  @Test
  void keepsWhatWasMadeForItsOwnerAlone() throws IOException {
    StartCache cache = new StartCache(folder.resolve("deep/cache"));
    Path made = cache.make("a", entry -> Files.writeString(entry.resolve("x"), "1")).orElseThrow();
    assertThat(made.resolve("x")).hasContent("1");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isEqualTo("rwx------");
    assertThat(new StartCache(folder.resolve("deep/cache")).find("a")).contains(made);
    assertThat(cache.find("b")).isEmpty();
    assertThat(entries(folder.resolve("deep/cache"))).containsExactly("a");
  }

  @Test
  void whatIsDamagedIsMadeAgain() throws IOException {
    StartCache cache = new StartCache(folder);
    for (String damage : List.of("changed", "cut", "missing", "more", "open to others")) {
      Path made =
          cache.make("a", entry -> Files.writeString(entry.resolve("x"), "12")).orElseThrow();
      switch (damage) {
        case "changed" -> Files.writeString(made.resolve("x"), "13");
        case "cut" -> Files.writeString(made.resolve("x"), "1");
        case "missing" -> Files.delete(made.resolve("x"));
        case "more" -> Files.writeString(made.resolve("y"), "1");
        default ->
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
      }
      assertThat(cache.find("a")).as(damage).isEmpty();
      assertThat(entries(folder)).as(damage).isEmpty();
    }
  }

  @Test
  void whatCannotBeKeptLeavesNothing() throws IOException {
    StartCache full = new StartCache(folder);
    Optional<Path> made =
        full.make(
            "a",
            entry -> {
              Files.writeString(entry.resolve("x"), "1");
              throw new IOException("No space left on device");
            });
    assertThat(made).isEmpty();
    assertThat(entries(folder)).isEmpty();
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    assertThat(new StartCache(file).make("a", entry -> {})).isEmpty();
  }

  @Test
  void oneOfSeveralThatMakeTheSameIsKept() throws IOException {
    List<CompletableFuture<Optional<Path>>> making =
        Stream.generate(
                () ->
                    CompletableFuture.supplyAsync(
                        () ->
                            new StartCache(folder)
                                .make("a", entry -> Files.writeString(entry.resolve("x"), "1"))))
            .limit(8)
            .toList();
    making.forEach(each -> assertThat(each.join()).contains(folder.resolve("a")));
    assertThat(new StartCache(folder).find("a")).isPresent();
    assertThat(entries(folder)).containsExactly("a");
  }

  @Test
  void aModelOutOfTheCacheGivesTheSame() throws IOException {
    OnnxOptions cached = OnnxOptions.builder().cacheFolder(folder).build();
    Read first = read(cached);
    assertThat(entries(folder)).anyMatch(name -> name.startsWith("encoder-"));
    Read second = read(cached);
    assertThat(second.description()).isEqualTo(first.description());
    assertThat(second.values()).containsExactly(first.values());
    Read without = read(OnnxOptions.defaults());
    assertThat(without.description()).isEqualTo(first.description());
    assertThat(without.values()).containsExactly(first.values());

    Path entry = folder.resolve(encoder());
    Files.writeString(entry.resolve("weights"), "damaged");
    assertThat(read(cached).values()).containsExactly(first.values());
    assertThat(Files.size(folder.resolve(encoder()).resolve("weights"))).isGreaterThan(1 << 20);
  }

  private String encoder() throws IOException {
    return entries(folder).stream()
        .filter(name -> name.startsWith("encoder-"))
        .findFirst()
        .orElseThrow();
  }

  @SuppressWarnings("ArrayRecordComponent") // nobody compares two
  private record Read(String description, float[] values) {}

  private static Read read(OnnxOptions options) {
    return OnnxModel.loadWithTokenizer(
        ModelFolder.allMiniLm(),
        options,
        Pooling.MEAN,
        (model, tokenizer) -> {
          try (model;
              tokenizer) {
            Tokens tokens = tokenizer.encode("How do I rotate the signing key?");
            return new Read(
                model.description().toString(),
                model.tokenEncoder().run(tokens, CallContext.unbounded()).values());
          }
        });
  }

  private static List<String> entries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
