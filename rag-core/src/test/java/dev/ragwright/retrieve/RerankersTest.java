package dev.ragwright.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RerankersTest {
  private static final InstantSource NEW_YEAR =
      InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
  private static final Duration YEAR = Duration.ofDays(365);

  private static List<Hit> hits(String... ids) {
    List<Hit> hits = new ArrayList<>();
    for (String id : ids) {
      hits.add(new Hit(Passage.of(id, id), 10 - hits.size(), "first"));
    }
    return hits;
  }

  private static List<String> ids(Retrieval retrieval) {
    return retrieval.hits().stream().map(hit -> hit.passage().id()).toList();
  }

  private static Hit dated(String id, double score, Object date) {
    Metadata metadata =
        switch (date) {
          case Long number -> Metadata.empty().with("date", number);
          case Double number -> Metadata.empty().with("date", number);
          default -> Metadata.of("date", date.toString());
        };
    return new Hit(new Passage(id, id, 0, 1, "x", List.of(), metadata), score, "first");
  }

  /** The vectors of texts, each scaled to length 1 by whoever wrote it down. */
  private record Vectors(Map<String, float[]> vectors) implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      return new Embeddings(
          texts.stream().map(vectors::get).toList(), Usage.of(Usage.EMBEDDED_TEXTS, texts.size()));
    }

    @Override
    public int dimension() {
      return vectors.values().iterator().next().length;
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", "by hand");
    }
  }

  /** Two that say the same and are nearest to the question, and one that says another thing. */
  private static final Embedder PLANE =
      new Vectors(
          Map.of(
              "q", new float[] {1, 0},
              "a", new float[] {0.8f, 0.6f},
              "b", new float[] {0.8f, 0.6f},
              "c", new float[] {0.6f, -0.8f}));

  @Test
  void embeddingRanksBySimilarity() {
    Retrieval ranked = Rerankers.embedding(PLANE).rerank("q", hits("c", "b", "a"), 2);
    assertThat(ids(ranked)).containsExactly("a", "b");
    assertThat(ranked.hits().getFirst().score()).isCloseTo(0.8, within(1e-7));
    assertThat(ranked.usage()).isEqualTo(Usage.of(Usage.EMBEDDED_TEXTS, 4));
    assertThat(Rerankers.embedding(PLANE).description()).hasToString("embedding(by hand)");
  }

  /** By hand: a 0.5 * 0.8; then b 0.4 - 0.5 * 1, c 0.3 - 0.5 * max(0, 0.48 - 0.48). */
  @Test
  void mmrPutsWhatSaysTheSameBehind() {
    Reranker mmr = Rerankers.mmr(PLANE, 0.5);
    Retrieval ranked = mmr.rerank("q", hits("a", "b", "c"), 3);
    assertThat(ids(ranked)).containsExactly("a", "c", "b");
    assertThat(ranked.hits().stream().mapToDouble(Hit::score).toArray())
        .containsExactly(new double[] {0.4, 0.3, -0.1}, within(1e-7));
    assertThat(ids(mmr.rerank("q", hits("a", "b", "c"), 2))).containsExactly("a", "c");
    assertThat(ids(Rerankers.mmr(PLANE, 1).rerank("q", hits("a", "b", "c"), 3)))
        .containsExactly("a", "b", "c");
    assertThat(mmr.description()).hasToString("mmr(lambda=0.5; by hand)");
    assertThatThrownBy(() -> Rerankers.mmr(PLANE, 1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("lambda must be in [0, 1], was 1.5");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3, 0.7, 1})
  void mmrChoosesInTheOrderOfItsScores(double lambda) {
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 20; round++) {
      Map<String, float[]> vectors = new LinkedHashMap<>();
      for (int i = 0; i < 13; i++) {
        double x = random.nextGaussian();
        double y = random.nextGaussian();
        double length = Math.hypot(x, y);
        vectors.put(
            i == 0 ? "q" : "p" + i, new float[] {(float) (x / length), (float) (y / length)});
      }
      String[] ids = IntStream.rangeClosed(1, 12).mapToObj(i -> "p" + i).toArray(String[]::new);
      List<Hit> ranked =
          Rerankers.mmr(new Vectors(vectors), lambda).rerank("q", hits(ids), 12).hits();
      assertThat(ranked).hasSize(12).isSortedAccordingTo(Hit.BEST_FIRST);
    }
  }

  @Test
  void recencyHalvesForEachHalfLife() {
    List<Hit> hits =
        List.of(
            dated("old", 4, "2024-01-02"),
            dated("new", 3, "2026-01-01T00:00:00+00:00"),
            dated("last", 2, "2025-01-01"));
    Reranker recency = Rerankers.recency("date", YEAR, NEW_YEAR);
    Retrieval ranked = recency.rerank("q", hits, 3);
    assertThat(ids(ranked)).containsExactly("new", "last", "old");
    assertThat(ranked.hits().stream().mapToDouble(Hit::score).toArray())
        .containsExactly(new double[] {3, 1, 1}, within(1e-9));
    assertThat(ranked.usage()).isEqualTo(Usage.of(Usage.UNDATED_PASSAGES, 0));
    assertThat(recency.description())
        .hasToString("recency(halfLife=PT8760H, metadataKey=date, now=2026-01-01T00:00:00Z)");
    assertThat(Rerankers.recency("date", YEAR, InstantSource.system()).description().opaque())
        .isTrue();
    assertThatThrownBy(() -> Rerankers.recency("date", Duration.ZERO, NEW_YEAR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("halfLife must be > 0, was PT0S");
  }

  @ParameterizedTest
  @CsvSource({
    "2025-01-01, 0.5",
    "2025-01-01T00:00:00, 0.5",
    "2025-01-01T00:00:00Z, 0.5",
    "2025-01-01T02:00:00+02:00, 0.5",
    "' 2025-01-01 ', 0.5",
    "2031-01-01, 1",
  })
  void recencyReadsDates(String date, double weight) {
    Retrieval ranked =
        Rerankers.recency("date", YEAR, NEW_YEAR).rerank("q", List.of(dated("a", 1, date)), 1);
    assertThat(ranked.hits().getFirst().score()).isCloseTo(weight, within(1e-12));
    assertThat(ranked.usage()).isEqualTo(Usage.of(Usage.UNDATED_PASSAGES, 0));
  }

  @Test
  void recencyKeepsTheScoresOfWhatHasNoDateAndCountsThem() {
    List<Hit> hits =
        List.of(
            dated("millis", 8, Instant.parse("2025-01-01T00:00:00Z").toEpochMilli()),
            dated("words", 7, "last spring"),
            dated("year", 6, "2025"),
            dated("fraction", 5, 1.5),
            dated("month 13", 4, "2025-13-01"),
            new Hit(Passage.of("none", "x"), 3, "first"));
    Retrieval ranked = Rerankers.recency("date", YEAR, NEW_YEAR).rerank("q", hits, 9);
    assertThat(ids(ranked))
        .containsExactly("words", "year", "fraction", "millis", "month 13", "none");
    assertThat(ranked.usage()).isEqualTo(Usage.of(Usage.UNDATED_PASSAGES, 5));
  }

  /** A raw score of a cross-encoder may be negative: the older of two is the lower all the same. */
  @Test
  void aWeightBelowOneLowersAnyScore() {
    List<Hit> hits =
        List.of(
            dated("ancient", Double.POSITIVE_INFINITY, "0001-01-01"),
            dated("new", -2, "2026-01-01"),
            dated("old", -1, "2020-01-01"),
            dated("older", -1, "-9999-01-01"));
    Retrieval ranked = Rerankers.recency("date", Duration.ofDays(1), NEW_YEAR).rerank("q", hits, 9);
    assertThat(ids(ranked)).containsExactly("ancient", "new", "old", "older");
    assertThat(ids(Rerankers.boost(Filter.documents(List.of("old")), 0.25).rerank("q", hits, 2)))
        .containsExactly("ancient", "older");
  }

  @Test
  void boostRaisesWhatTheFilterAccepts() {
    Reranker boost = Rerankers.boost(Filter.documents(List.of("c")), 1.5);
    Retrieval ranked = boost.rerank("q", hits("a", "b", "c"), 2);
    assertThat(ids(ranked)).containsExactly("c", "a");
    assertThat(ranked.hits().getFirst()).isEqualTo(new Hit(Passage.of("c", "c"), 12, "boost"));
    assertThat(ranked.hits()).extracting(Hit::source).containsOnly("boost");
    assertThat(boost.description()).hasToString("boost(factor=1.5, filter=document in [c])");
    assertThatThrownBy(() -> Rerankers.boost(Filter.all(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("factor must be finite and > 0, was 0.0");
  }

  @Test
  void thresholdLeavesOutWhatScoresLess() {
    Reranker threshold = Rerankers.threshold(9);
    assertThat(ids(threshold.rerank("q", hits("a", "b", "c"), 5))).containsExactly("a", "b");
    assertThat(threshold.rerank("q", hits("a"), 5).usage()).isEqualTo(Usage.none());
    assertThat(threshold.description()).hasToString("threshold(minScore=9.0)");
    assertThatThrownBy(() -> Rerankers.threshold(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("minScore must not be NaN");
  }

  /** Turns the order around and tells how many it was given. */
  private static final Reranker BACKWARDS =
      (query, hits, topK, context) ->
          Retrieval.ranked(
              hits.stream().map(hit -> new Hit(hit.passage(), -hit.score(), "back")).toList(),
              topK,
              Usage.of(Usage.SCORED_PAIRS, hits.size()));

  @Test
  void thenNarrowsToTheDepth() {
    Reranker chained = BACKWARDS.named("back").then(BACKWARDS, 3);
    Retrieval ranked = chained.rerank("q", hits("a", "b", "c", "d", "e"), 2);
    assertThat(ids(ranked)).containsExactly("c", "d");
    assertThat(ranked.usage()).isEqualTo(Usage.of(Usage.SCORED_PAIRS, 8));
    assertThat(ranked.parts())
        .extracting(StageRecord::stage, part -> part.details().get("hits"))
        .containsExactly(tuple("rerank", 3L), tuple("rerank", 2L));
    assertThat(chained.rerank("q", hits("a", "b", "c", "d", "e"), 9).hits()).hasSize(3);
    assertThat(chained.description()).hasToString("chained?(depth=3; back, lambda?)");
    assertThatThrownBy(() -> BACKWARDS.then(BACKWARDS, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("depth must be >= 1, was 0");
  }

  /** a and e are first in one order and last in the other; c, in the middle of both, loses. */
  @Test
  void fusesWithTheOrderOfTheFirstStage() {
    Reranker fused =
        BACKWARDS.named("back").fusedWithFirstStage(RankFusion.reciprocalRank(0, 2, 1));
    Retrieval ranked = fused.rerank("q", hits("a", "b", "c", "d", "e"), 2);
    assertThat(ids(ranked)).containsExactly("a", "e");
    assertThat(ranked.hits().getFirst().score()).isCloseTo(2 + 1 / 5.0, within(1e-12));
    assertThat(ranked.usage()).isEqualTo(Usage.of(Usage.SCORED_PAIRS, 5));
    assertThat(ranked.parts())
        .extracting(part -> part.description().name())
        .containsExactly("back");
    assertThat(fused.description())
        .hasToString("fusedWithFirstStage(rrf(k=0, weights=[2.0, 1.0]), back)");
    Reranker keepsOne = Rerankers.threshold(10).fusedWithFirstStage(RankFusion.reciprocalRank(60));
    assertThat(ids(keepsOne.rerank("q", hits("a", "b", "c"), 9))).containsExactly("a", "b", "c");
  }

  @Test
  @SuppressWarnings("NullAway") // what code without its checks may pass
  void nothingIsNoPart() {
    assertThatThrownBy(() -> Rerankers.mmr(null, 0.5)).hasMessage("embedder");
    assertThatThrownBy(() -> Rerankers.embedding(null)).hasMessage("embedder");
    assertThatThrownBy(() -> Rerankers.boost(null, 2)).hasMessage("filter");
    assertThatThrownBy(() -> Rerankers.recency("date", Duration.ofDays(1), null))
        .hasMessage("clock");
    assertThatThrownBy(() -> Rerankers.recency("", Duration.ofDays(1), InstantSource.system()))
        .hasMessage("metadataKey must name a value, was \"\"");
    assertThatThrownBy(() -> Retrievers.fuse(null, Retriever.none())).hasMessage("fusion");
  }
}
