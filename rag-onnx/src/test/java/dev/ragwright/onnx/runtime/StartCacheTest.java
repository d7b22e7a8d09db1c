package dev.ragwright.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.Pooling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
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
    for (String damage :
        List.of("changed", "cut", "missing", "more", "a folder", "open to others")) {
      Path made =
          cache.make("a", entry -> Files.writeString(entry.resolve("x"), "12")).orElseThrow();
      switch (damage) {
        case "changed" -> Files.writeString(made.resolve("x"), "13");
        case "cut" -> Files.writeString(made.resolve("x"), "1");
        case "missing" -> Files.delete(made.resolve("x"));
        case "more" -> Files.writeString(made.resolve("y"), "1");
        case "a folder" ->
            Files.writeString(Files.createDirectories(made.resolve("y/z")).resolve("x"), "1");
        default ->
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
      }
      assertThat(cache.find("a")).as(damage).isEmpty();
      assertThat(entries(folder)).as(damage).isEmpty();
    }
  }

  /** What stands in the place of an entry is never taken for it unseen. */
  @Test
  void whatIsInTheWayIsLookedAt() throws IOException {
    Files.writeString(Files.createDirectories(folder.resolve("a/sub")).resolve("x"), "damaged");
    StartCache cache = new StartCache(folder);
    Path made = cache.make("a", entry -> Files.writeString(entry.resolve("x"), "1")).orElseThrow();
    assertThat(made.resolve("x")).hasContent("1");
    assertThat(entries(folder)).containsExactly("a");
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

    Path entry = folder.resolve(entry("encoder-"));
    Files.writeString(entry.resolve("weights"), "damaged");
    assertThat(read(cached).values()).containsExactly(first.values());
    assertThat(Files.size(folder.resolve(entry("encoder-")).resolve("weights")))
        .isGreaterThan(1 << 20);
  }

  @Test
  void aTokenizerOutOfTheCacheGivesTheSame() throws IOException {
    for (ModelFolder model :
        List.of(ModelFolder.bgeSmallEn(), TinyGraph.folder(folder, TinyGraph.endless()))) {
      StartCache cache = new StartCache(folder.resolve("cache of " + model.name()));
      String without = tokenized(model, null);
      assertThat(tokenized(model, cache)).isEqualTo(without);
      assertThat(tokenized(model, cache)).isEqualTo(without);
      Path entry = folder.resolve("cache of " + model.name());
      entry = entry.resolve(entries(entry).getLast());
      Files.writeString(entry.resolve("tokenizer.json"), "{}");
      assertThat(tokenized(model, cache)).as("damaged").isEqualTo(without);
      assertThat(Files.size(entry.resolve("tokenizer.json"))).as("made again").isGreaterThan(99);
    }
  }

  /** What the settings beside a tokenizer change of it is not taken from before they changed. */
  @Test
  void otherSettingsMakeAnotherTokenizer() throws IOException {
    ModelFolder model = TinyGraph.folder(folder, TinyGraph.endless());
    StartCache cache = new StartCache(folder.resolve("cache"));
    assertThat(tokenized(model, cache)).doesNotContain("truncation_side");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"truncation_side\": \"left\"}");
    assertThat(tokenized(model, cache)).contains("tokenizerSettings=truncation_side=left");
    assertThat(tokenized(model, cache)).contains("tokenizerSettings=truncation_side=left");
    Files.delete(folder.resolve("tokenizer_config.json"));
    assertThat(tokenized(model, cache)).doesNotContain("truncation_side");
  }

  private static String tokenized(ModelFolder model, @Nullable StartCache cache) {
    try (Tokenizer tokenizer = Tokenizer.load(model, cache)) {
      Tokens text = tokenizer.encode("how do [SEP] \u00e9t\u00e9 \ud83d\ude00?");
      Tokens prompt = tokenizer.encode("[CLS] how ", "do");
      return Arrays.toString(text.ids())
          + Arrays.toString(prompt.ids())
          + tokenizer.description().parameters();
    }
  }

  /** Each in a process of its own, since a process loads the native libraries once. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void nativeLibrariesOutOfTheCacheAreLoaded() throws Exception {
    Path cache = folder.resolve("cache");
    List<CompletableFuture<String>> both =
        Stream.generate(() -> CompletableFuture.supplyAsync(() -> child(cache))).limit(2).toList();
    String given = both.getFirst().join();
    assertThat(given).startsWith("[101, 2129, 2079, ").contains("true true");
    assertThat(both.getLast().join()).isEqualTo(given);
    List<String> made = entries(cache);
    assertThat(made).hasSize(4).noneMatch(name -> name.contains(".part"));
    for (String name : made) {
      for (String file : entries(cache.resolve(name))) {
        if (file.contains("tokenizers") || file.contains("onnxruntime")) {
          Files.writeString(cache.resolve(name).resolve(file), "damaged");
        }
      }
    }
    assertThat(child(cache)).isEqualTo(given);
    assertThat(entries(cache)).isEqualTo(made);
    for (String name : made) { // with the right checksums, as of a file that may not be run
      if (name.startsWith("native-")) {
        List<String> files = entries(cache.resolve(name));
        files.removeIf(file -> file.equals("files"));
        StartCache.delete(cache.resolve(name));
        new StartCache(cache)
            .make(
                name,
                entry -> {
                  for (String file : files) {
                    Files.writeString(entry.resolve(file), "no library");
                  }
                });
      }
    }
    assertThat(child(cache)).isEqualTo(given.replace("true true", "false false"));
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    assertThat(child(file)).isEqualTo(given.replace("true true", "false false"));
  }

  /** The child's main method. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      OnnxOptions options = OnnxOptions.builder().cacheFolder(Path.of(args[0])).build();
      Read read = read(options);
      List<String> loaded = Files.readAllLines(Path.of("/proc/self/maps"));
      System.out.print(read + " " + Arrays.toString(Arrays.copyOf(read.values(), 3)));
      for (String library : List.of("libtokenizers.so", "libonnxruntime.so")) {
        System.out.print(
            " " + loaded.stream().anyMatch(map -> map.contains(args[0]) && map.endsWith(library)));
      }
    }
  }

  private static String child(Path cache) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(
              ProcessHandle.current().info().command().orElseThrow(),
              "--enable-native-access=ALL-UNNAMED",
              Child.class.getName(),
              cache.toString());
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(text).isZero();
      return text;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String entry(String kind) throws IOException {
    return entries(folder).stream().filter(name -> name.startsWith(kind)).findFirst().orElseThrow();
  }

  @SuppressWarnings("ArrayRecordComponent") // nobody compares two
  private record Read(String ids, String description, float[] values) {
    @Override
    public String toString() {
      return ids + " " + description;
    }
  }

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
                Arrays.toString(tokens.ids()),
                model.description().toString(),
                model.tokenEncoder().run(tokens, CallContext.unbounded()).values());
          }
        });
  }

  private static List<String> entries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }
}
