package dev.ragwright.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.ragwright.document.Passage;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.testkit.FakeEmbedder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An index takes the place of another while it is searched. */
class RebuildTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Embedder EMBEDDER = FakeEmbedder.of(16);

  private static String name() {
    return "rebuild-" + COUNT.incrementAndGet();
  }

  private static OpenSearchIndex.Builder index(String name) {
    return EngineCluster.index(name).shards(2, 0).embedder(EMBEDDER);
  }

  /** Passages that all have the word river, and one of a generation. */
  private static List<Passage> generation(int generation) {
    return IntStream.range(0, 40)
        .mapToObj(i -> Passage.of("p" + i, "The river of generation" + generation + " no" + i))
        .toList();
  }

  private static List<String> texts(OpenSearchIndex index) {
    return Stream.of(index.bm25(), index.knn())
        .flatMap(retriever -> retriever.retrieve("river", 50).hits().stream())
        .map(Hit::passage)
        .map(Passage::text)
        .toList();
  }

  /** All that four threads find while six generations replace each other is of one generation. */
  @ParameterizedTest
  @EnumSource(LocalCluster.Engine.class)
  void allFindOneWholeIndexWhileItIsReplaced(LocalCluster.Engine engine) throws Exception {
    String name = name();
    OpenSearchIndex.Builder builder =
        EngineCluster.index(engine, name).shards(2, 0).embedder(EMBEDDER);
    try (OpenSearchIndex index = builder.open()) {
      index.addAll(generation(0));
      AtomicBoolean over = new AtomicBoolean();
      ConcurrentLinkedQueue<Object> wrong = new ConcurrentLinkedQueue<>();
      AtomicInteger asked = new AtomicInteger();
      CountDownLatch warm = new CountDownLatch(4);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        boolean words = i % 2 == 0;
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      while (!over.get() && wrong.isEmpty()) {
                        try {
                          List<Hit> hits =
                              (words ? index.bm25() : index.knn()).retrieve("river", 50).hits();
                          long generations =
                              hits.stream()
                                  .map(hit -> hit.passage().text().split(" ", -1)[3])
                                  .distinct()
                                  .count();
                          if (hits.size() != 40 || generations != 1) {
                            wrong.add(hits);
                          }
                          asked.incrementAndGet();
                        } catch (RuntimeException e) {
                          wrong.add(e);
                        }
                        warm.countDown();
                      }
                    }));
      }
      warm.await();
      for (int generation = 1; generation <= 6; generation++) {
        List<Passage> passages = generation(generation);
        builder.rebuild(fresh -> fresh.addAll(passages)).close();
      }
      over.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(wrong).isEmpty();
      assertThat(asked.get()).isPositive();
      assertThat(texts(index)).hasSize(80).allMatch(text -> text.contains("generation6"));
      index.addAll(List.of(Passage.of("late", "A quokka came late.")));
      assertThat(index.size().passages()).isEqualTo(41);
      assertThat(EngineCluster.indices(engine, name)).hasSize(1);
    }
  }

  @Test
  void aRebuildThatFailsChangesNothing() {
    String name = name();
    try (OpenSearchIndex index = index(name).open()) {
      index.addAll(generation(0));
      assertThatThrownBy(
              () ->
                  index(name)
                      .rebuild(
                          fresh -> {
                            fresh.addAll(generation(1));
                            throw new IllegalStateException("the source is gone");
                          }))
          .hasMessage("the source is gone");
      assertThat(texts(index)).hasSize(80).allMatch(text -> text.contains("generation0"));
      assertThat(EngineCluster.indices(name)).hasSize(1);
    }
  }

  @Test
  void ofTwoRebuildsTheOneThatBeganLastWins() {
    String name = name();
    try (OpenSearchIndex index = index(name).open()) {
      index.addAll(generation(0));
      assertThatThrownBy(
              () ->
                  index(name)
                      .rebuild(
                          first -> {
                            first.addAll(generation(1));
                            index(name).rebuild(second -> second.addAll(generation(2))).close();
                            first.addAll(generation(3));
                          }))
          .isInstanceOf(EngineException.class)
          .hasMessage(
              "the index that was to take the place of '%s' is gone: another rebuild began, or somebody deleted it; what the name means is as it was",
              name);
      assertThatThrownBy(
              () ->
                  index(name)
                      .rebuild(first -> index(name).rebuild(second -> second.size()).close()))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("another rebuild began");
      assertThat(texts(index)).isEmpty();
      assertThat(EngineCluster.indices(name)).hasSize(1);
    }
  }

  /** What a killed process leaves is there until the next rebuild, and found by nobody. */
  @Test
  void theNextRebuildRemovesWhatAKilledOneLeft() {
    String name = name();
    index(name).open().close();
    try (OpenSearchIndex index = index(name).open()) {
      String left = name + "-left";
      EngineCluster.ask(
          LocalCluster.Engine.OPENSEARCH,
          "PUT",
          "/" + left,
          "{\"mappings\":{\"_meta\":{\"ragwright\":{\"name\":\"%s\"}}}}".formatted(name));
      String others = name + "-others";
      EngineCluster.ask(LocalCluster.Engine.OPENSEARCH, "PUT", "/" + others, "{}");
      index.addAll(generation(0));
      assertThat(index.size().passages()).isEqualTo(40);
      index(name).rebuild(fresh -> fresh.addAll(generation(1))).close();
      assertThat(EngineCluster.indices(name)).hasSize(2).contains(others).doesNotContain(left);
    }
  }

  /** Who has it open as it was made before finds nothing wrong in it, and writes nothing to it. */
  @Test
  void anotherEmbedderIsToldToWhoHasItOpen() {
    String name = name();
    try (OpenSearchIndex index = index(name).open();
        OpenSearchIndex reader = EngineCluster.index(name).open()) {
      index.addAll(generation(0));
      assertThat(reader.bm25().retrieve("river", 50).hits()).hasSize(40);
      try (OpenSearchIndex other =
          index(name)
              .embedder(FakeEmbedder.of(8))
              .shards(1, 1)
              .rebuild(fresh -> fresh.addAll(generation(1)))) {
        assertThat(texts(other)).hasSize(80).allMatch(text -> text.contains("generation1"));
        String told = "the index '" + name + "' was made with embedder";
        assertThatThrownBy(() -> index.bm25().retrieve("river", 10)).hasMessageContaining(told);
        assertThatThrownBy(() -> index.knn().retrieve("river", 10)).hasMessageContaining(told);
        assertThatThrownBy(() -> index.addAll(generation(2))).hasMessageContaining(told);
        assertThatThrownBy(index::size).hasMessageContaining(told);
        assertThatThrownBy(() -> reader.bm25().retrieve("river", 10)).hasMessageContaining(told);
        assertThatThrownBy(() -> index.delete("p1")).hasMessageContaining(told);
        assertThatThrownBy(() -> index(name).open()).hasMessageContaining(told);
        assertThat(other.size().passages()).isEqualTo(40);
      }
    }
  }

  @Test
  void aDeletedIndexIsToldAndNotMadeAnewByWhoFillsIt() {
    String name = name();
    try (OpenSearchIndex index = index(name).open()) {
      index.addAll(generation(0));
      EngineCluster.ask(
          LocalCluster.Engine.OPENSEARCH,
          "DELETE",
          "/" + EngineCluster.indices(name).getFirst(),
          "");
      String told =
          "the index '%s' is gone, as somebody deleted it; who opens it again makes an empty one"
              .formatted(name);
      assertThatThrownBy(() -> index.hybrid().retrieve("river", 10)).hasMessageContaining(told);
      assertThatThrownBy(() -> index.addAll(generation(2))).hasMessageContaining(told);
      assertThatThrownBy(index::size).hasMessageContaining(told);
      assertThat(EngineCluster.indices(name)).isEmpty();
      index(name).open().close();
      assertThat(texts(index)).isEmpty();
    }
  }

  // Faults of a gateway in front of a node.

  private static OpenSearchIndex.Builder index(Gateway gateway, String name) {
    return OpenSearchIndex.builder()
        .host(gateway.host())
        .name(name)
        .shards(1, 0)
        .embedder(EMBEDDER)
        .patience(Duration.ofSeconds(10));
  }

  private static Gateway gateway() throws IOException {
    return new Gateway(EngineCluster.get().hosts().getFirst(), null);
  }

  private static boolean puts(HttpExchange asked, String body) {
    return asked.getRequestURI().getPath().equals("/_aliases") && body.contains("\"add\"");
  }

  @Test
  void anOldIndexThatCannotBeRemovedStaysUntilTheNextRebuild() throws Exception {
    String name = name();
    try (Gateway gateway = gateway();
        OpenSearchIndex index = index(name).open()) {
      index.addAll(generation(0));
      gateway.rule(
          (asked, body) ->
              asked.getRequestMethod().equals("DELETE")
                  ? new Gateway.Played(403, "{\"error\":{\"reason\":\"no deletions\"}}")
                  : null);
      index(gateway, name).rebuild(fresh -> fresh.addAll(generation(1))).close();
      assertThat(texts(index)).hasSize(80).allMatch(text -> text.contains("generation1"));
      assertThat(EngineCluster.indices(name)).hasSize(2);
      index(name).rebuild(fresh -> fresh.addAll(generation(2))).close();
      assertThat(texts(index)).hasSize(80).allMatch(text -> text.contains("generation2"));
      assertThat(EngineCluster.indices(name)).hasSize(1);
    }
  }

  /** Of the step that gave the new index its name: it was done, and whoever did it cannot know. */
  @Test
  void anAnswerThatIsLostRemovesNoIndexThatIsInUse() throws Exception {
    String name = name();
    try (Gateway gateway = gateway();
        OpenSearchIndex index = index(name).open()) {
      index.addAll(generation(0));
      AtomicInteger lost = new AtomicInteger(1);
      gateway.rule(
          (asked, body) -> {
            if (!puts(asked, body) || lost.getAndDecrement() <= 0) {
              return null;
            }
            gateway.ask(asked, body);
            return new Gateway.Played(503, "");
          });
      index(gateway, name).rebuild(fresh -> fresh.addAll(generation(1))).close();
      assertThat(texts(index)).hasSize(80).allMatch(text -> text.contains("generation1"));
      assertThat(EngineCluster.indices(name)).hasSize(1);
      lost.set(Integer.MAX_VALUE);
      assertThatThrownBy(
              () ->
                  index(gateway, name)
                      .patience(Duration.ofSeconds(3))
                      .rebuild(fresh -> fresh.addAll(generation(2))))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("status 503");
      assertThat(texts(index)).hasSize(80).allMatch(text -> text.contains("generation2"));
      lost.set(0);
      index(gateway, name).rebuild(fresh -> fresh.addAll(generation(3))).close();
      assertThat(texts(index)).hasSize(80).allMatch(text -> text.contains("generation3"));
      assertThat(EngineCluster.indices(name)).hasSize(1);
    }
  }

  /** It was listed while it was filled, and took its place before it could be removed. */
  @Test
  void aRebuildDoesNotRemoveWhatHasTakenItsPlaceMeanwhile() throws Exception {
    String name = name();
    try (Gateway gateway = gateway();
        OpenSearchIndex index = index(name).open()) {
      CountDownLatch filled = new CountDownLatch(1);
      CountDownLatch listed = new CountDownLatch(1);
      FutureTask<Void> first =
          new FutureTask<>(
              () -> {
                index(name)
                    .rebuild(
                        fresh -> {
                          fresh.addAll(generation(1));
                          filled.countDown();
                          assertThatCode(listed::await).doesNotThrowAnyException();
                        })
                    .close();
                return null;
              });
      Thread.ofVirtual().start(first);
      filled.await();
      gateway.rule(
          (asked, body) -> {
            if (!asked.getRequestURI().getPath().equals("/" + name + "-*")) {
              return null;
            }
            Gateway.Played before = gateway.ask(asked, body);
            listed.countDown();
            assertThatCode(first::get).doesNotThrowAnyException();
            return before;
          });
      assertThatThrownBy(
              () ->
                  index(gateway, name)
                      .rebuild(
                          fresh -> {
                            throw new IllegalStateException("the source is gone");
                          }))
          .hasMessage("the source is gone");
      assertThat(texts(index)).hasSize(80).allMatch(text -> text.contains("generation1"));
      assertThat(EngineCluster.indices(name)).hasSize(1);
    }
  }
}
