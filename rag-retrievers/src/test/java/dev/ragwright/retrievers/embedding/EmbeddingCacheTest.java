package dev.ragwright.retrievers.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.testkit.EmbedderContract;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.seeds.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingCacheTest {
  @TempDir Path folder;

  private static final class Counting implements Embedder {
    private final List<String> read = new ArrayList<>();
    private final Embedder embedder = FakeEmbedder.of(16);
    private final String name;

    Counting(String name) {
      this.name = name;
    }

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      read.addAll(texts);
      return embedder.embed(texts.stream().map(text -> name + text).toList(), side, context);
    }

    @Override
    public int dimension() {
      return embedder.dimension();
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", name);
    }
  }

  private static Embeddings embed(Embedder embedder, Side side, String... texts) {
    return embedder.embed(List.of(texts), side, CallContext.unbounded());
  }

  @Test
  void embedsATextOnceForEachSideAndEmbedder() {
    Path file = folder.resolve("deep/vectors");
    Counting one = new Counting("one");
    float[] a;
    try (EmbeddingCache cache = EmbeddingCache.open(file)) {
      Embedder cached = cache.over(one);
      assertThat(cached.description()).isEqualTo(one.description());
      Embeddings both = embed(cached, Side.DOCUMENT, "a", "\ud800", "a");
      assertThat(one.read).containsExactly("a", "\ud800");
      assertThat(both.usage().count(Usage.REMEMBERED_TEXTS)).hasValue(0);
      a = both.vectors().getFirst();
      assertThat(both.vectors().get(2)).isEqualTo(a).isNotSameAs(a);
      assertThat(embed(cached, Side.QUERY, "a").vectors()).hasSize(1);
      assertThat(one.read).hasSize(3);
      assertThat(cache.size()).isEqualTo(3);
      Arrays.fill(both.vectors().get(2), 9); // the caller's own
    }
    try (EmbeddingCache cache = EmbeddingCache.open(file)) {
      Embedder cached = cache.over(one);
      one.read.clear();
      Embeddings again = embed(cached, Side.DOCUMENT, "\udbff", "a", "\ud800");
      assertThat(one.read).as("lone surrogates are other texts").containsExactly("\udbff");
      assertThat(again.vectors().get(1)).isEqualTo(one.embedder.embedDocument("onea"));
      assertThat(again.usage().count(Usage.REMEMBERED_TEXTS)).hasValue(2);
      Counting two = new Counting("two");
      assertThat(embed(cache.over(two), Side.DOCUMENT, "a").vectors().getFirst()).isNotEqualTo(a);
      assertThat(two.read).containsExactly("a");
      assertThat(embed(cached, Side.DOCUMENT).vectors()).isEmpty();
    }
  }

  @Test
  void refusesWhatItCannotTellApartOrRead() throws Exception {
    Path file = folder.resolve("vectors");
    try (EmbeddingCache cache = EmbeddingCache.open(file)) {
      assertThatThrownBy(() -> EmbeddingCache.open(file).close())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(
              "the cache of vectors " + file + " is in use by another process or cache");
      Embedder opaque =
          new Embedder() {
            @Override
            public Embeddings embed(List<String> texts, Side side, CallContext context) {
              throw new AssertionError();
            }

            @Override
            public int dimension() {
              return 1;
            }
          };
      assertThatThrownBy(() -> cache.over(opaque))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("does not say what it is");
    }
    Path other = folder.resolve("other");
    Files.writeString(other, "no vectors ".repeat(2_000));
    assertThatThrownBy(() -> EmbeddingCache.open(other).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the cache of vectors " + other + " cannot be read: ")
        .hasMessageEndingWith("; name another file, or delete it");
    assertThat(Files.readString(other)).startsWith("no vectors");
  }

  @Test
  void keepsNothingThatNoEmbedderMayGive() {
    Counting broken = new Counting("broken");
    try (EmbeddingCache cache = EmbeddingCache.inMemory()) {
      Embedder cached =
          cache.over(
              new Embedder() {
                @Override
                public Embeddings embed(List<String> texts, Side side, CallContext context) {
                  broken.read.addAll(texts);
                  return new Embeddings(List.of(new float[] {Float.NaN, 0}), Usage.none());
                }

                @Override
                public int dimension() {
                  return 2;
                }

                @Override
                public StageDescription description() {
                  return broken.description();
                }
              });
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> cached.embedDocument("a"))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("returned a vector of length NaN");
      }
      assertThat(cache.size()).isZero();
      assertThat(broken.read).containsExactly("a", "a");
    }
  }

  @Test
  void outlivesAnInterrupt() {
    try (EmbeddingCache cache = EmbeddingCache.open(folder.resolve("vectors"))) {
      Embedder cached = cache.over(FakeEmbedder.of(16));
      cached.embedDocument("a");
      Thread.currentThread().interrupt();
      float[] vector = cached.embedDocument("b");
      assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
      assertThat(cached.embedDocument("b")).isEqualTo(vector);
      assertThat(cache.size()).isEqualTo(2);
    }
  }

  @Test
  void isClosedOnceAndRefusesLateUse() {
    EmbeddingCache cache = EmbeddingCache.inMemory();
    Embedder cached = cache.over(new Counting("one"));
    CallContext stopped = CallContext.unbounded();
    stopped.cancel();
    assertThatThrownBy(() -> cached.embed(List.of("a"), Side.QUERY, stopped))
        .isInstanceOf(CancelledException.class);
    cache.close();
    cache.close();
    assertThatThrownBy(() -> cached.embedQuery("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the cache of vectors in memory is closed");
  }

  @Test
  void servesSeveralThreads() throws Exception {
    try (EmbeddingCache cache = EmbeddingCache.open(folder.resolve("vectors"))) {
      Embedder cached = cache.over(FakeEmbedder.of(16));
      List<Future<Integer>> calls = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
        for (int t = 0; t < 8; t++) {
          calls.add(
              threads.submit(
                  () -> {
                    for (int i = 0; i < 200; i++) {
                      assertThat(cached.embedDocument("text " + i % 50)).hasSize(16);
                    }
                    return 200;
                  }));
        }
      }
      for (Future<Integer> call : calls) {
        assertThat(call.get()).isEqualTo(200);
      }
      assertThat(cache.size()).isEqualTo(50);
    }
  }

  /** Reads a passage with its document, as far as that is there: its words count ten times. */
  private static final class Surrounded implements Embedder {
    private final List<String> read = new ArrayList<>();
    private final Embedder embedder = FakeEmbedder.of(64);

    @Override
    public Embeddings embedPassages(List<Passage> passages, CallContext context) {
      passages.forEach(passage -> read.add(passage.id()));
      Map<String, String> documents =
          passages.stream()
              .sorted(Comparator.comparingInt(Passage::start))
              .collect(
                  Collectors.groupingBy(
                      Passage::documentId,
                      Collectors.mapping(Passage::text, Collectors.joining())));
      return embedder.embed(
          passages.stream()
              .map(passage -> documents.get(passage.documentId()) + passage.text().repeat(10))
              .toList(),
          Side.DOCUMENT,
          context);
    }

    @Override
    public boolean readsSurroundings() {
      return true;
    }

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      return embedder.embed(texts, side, context);
    }

    @Override
    public int dimension() {
      return embedder.dimension();
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", "surrounded");
    }
  }

  private static List<Passage> cut(String id, String text) {
    return Chunkers.sentences(1, 0).chunk(Document.of(id, text));
  }

  /** The disk gives back other bytes than were written, or fewer. */
  @Test
  void aDamagedFileNeverGivesAnotherVector() throws IOException {
    Path file = folder.resolve("vectors");
    Counting counting = new Counting("one");
    String[] texts = IntStream.range(0, 200).mapToObj(i -> "text " + i).toArray(String[]::new);
    List<float[]> right;
    try (EmbeddingCache cache = EmbeddingCache.open(file)) {
      right = embed(cache.over(counting), Side.DOCUMENT, texts).vectors();
    }
    byte[] whole = Files.readAllBytes(file);
    RandomGenerator random = Seeds.random();
    int made = 0;
    int refused = 0;
    for (int i = 0; i < 150; i++) {
      byte[] damaged = whole.clone();
      if (i % 3 == 2) {
        damaged = Arrays.copyOf(damaged, random.nextInt(1, damaged.length));
      } else {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Path other = folder.resolve("damaged-" + i);
      Files.write(other, damaged);
      counting.read.clear();
      try (EmbeddingCache cache = EmbeddingCache.open(other)) {
        List<float[]> found = embed(cache.over(counting), Side.DOCUMENT, texts).vectors();
        for (int t = 0; t < texts.length; t++) {
          assertThat(found.get(t)).as("%s; %s", texts[t], Seeds.replay()).isEqualTo(right.get(t));
        }
        made += counting.read.isEmpty() ? 0 : 1;
      } catch (IllegalArgumentException | RagException e) {
        assertThat(e).hasMessageContaining("the cache of vectors " + other + " cannot be read");
        refused++;
      }
      Files.delete(other);
    }
    assertThat(made).as("damage in vectors").isPositive();
    assertThat(refused).as("damage in what finds them").isPositive();
  }

  /** A passage's own text is not enough: its vector is another where it stands among others. */
  @Test
  void keepsPassagesByWhatSurroundsThem() {
    Surrounded model = new Surrounded();
    try (EmbeddingCache cache = EmbeddingCache.inMemory()) {
      Embedder cached = cache.over(model);
      List<Passage> both = new ArrayList<>(cut("a", "One is here. Two is there."));
      both.addAll(cut("b", "Three is far."));
      List<float[]> first = cached.embedPassages(both, CallContext.unbounded()).vectors();
      Embeddings again = cached.embedPassages(both, CallContext.unbounded());
      assertThat(again.usage()).isEqualTo(Usage.of(Usage.REMEMBERED_TEXTS, 3));
      assertThat(again.vectors()).usingElementComparator(Arrays::compare).isEqualTo(first);
      assertThat(model.read).containsExactly("a#0-13", "a#13-26", "b#0-13");
      model.read.clear();

      List<Passage> edited = new ArrayList<>(cut("b", "Three is far."));
      edited.addAll(cut("a", "One is here. Two is gone."));
      List<float[]> second = cached.embedPassages(edited, CallContext.unbounded()).vectors();
      assertThat(model.read).as("all of what was edited").containsExactly("a#0-13", "a#13-25");
      assertThat(second.get(0)).isEqualTo(first.get(2));
      assertThat(second.get(1)).isNotEqualTo(first.get(0));
      assertThat(second)
          .usingElementComparator(Arrays::compare)
          .isEqualTo(new Surrounded().embedPassages(edited, CallContext.unbounded()).vectors());
      float[] alone = cached.embedDocument("One is here. ");
      assertThat(alone).as("what is read alone is another").isNotEqualTo(first.get(0));
    }
  }

  @Nested
  class ContractOfSurrounded extends EmbedderContract {
    @Override
    protected Embedder embedder() {
      return EmbeddingCache.inMemory().over(new Surrounded());
    }
  }

  @Nested
  class Contract extends EmbedderContract {
    @Override
    protected Embedder embedder() {
      return EmbeddingCache.inMemory().over(FakeEmbedder.of(64));
    }
  }
}
