package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Rerankers that need no model of their own. Those that change scores rather than replace them
 * ({@link #recency}, {@link #boost}) multiply a score by a weight, or divide it by the weight when
 * it is negative: a weight below 1 lowers either. A weight means most where scores are ratios
 * (probabilities, similarities); reciprocal ranks are so close together that a small one decides.
 */
public final class Rerankers {
  private Rerankers() {}

  /**
   * Maximal marginal relevance: chooses passages one by one, each time the one with the best {@code
   * lambda * s(q, p) - (1 - lambda) * max(s(p, c))} over the chosen {@code c}, so that passages
   * that say the same do not push out others. {@code s} is the similarity of the embedder's
   * vectors; one below 0 to a chosen passage counts as 0. Carbonell and Goldstein, "The Use of MMR,
   * Diversity-Based Reranking for Reordering Documents and Producing Summaries" (SIGIR 1998). The
   * score is the value that a passage was chosen with; it never rises from one to the next.
   *
   * <p>Embeds the query and all hits in each call; {@code topK} times the number of hits vectors
   * are then compared.
   *
   * @param lambda in [0, 1]: 1 ranks by relevance alone, 0 by difference alone
   * @throws IllegalArgumentException if {@code lambda} is out of range
   */
  public static Reranker mmr(Embedder embedder, double lambda) {
    if (!(lambda >= 0 && lambda <= 1)) {
      throw new IllegalArgumentException("lambda must be in [0, 1], was " + lambda);
    }
    return new MaximalMarginalRelevance(Objects.requireNonNull(embedder, "embedder"), lambda);
  }

  /**
   * Ranks by the similarity of a passage's vector to the query's: what a search by vectors would
   * give among these hits. Embeds the query and all hits in each call.
   */
  public static Reranker embedding(Embedder embedder) {
    return new EmbeddingReranker(Objects.requireNonNull(embedder, "embedder"));
  }

  /**
   * Halves a score for each {@code halfLife} between a passage's date and now. The date is a
   * metadata value: a text in ISO 8601 (an instant, a date with or without time; UTC where there is
   * no offset) or a whole number of milliseconds since 1970. A date in the future is now. A passage
   * without a date, or with one that cannot be read, keeps its score, as if it were new, and is
   * counted as {@link Usage#UNDATED_PASSAGES}.
   *
   * <p>With a clock that runs, the description is opaque: the same passages are ranked otherwise
   * tomorrow. {@link InstantSource#fixed} gives one that vouches for its order.
   *
   * @throws IllegalArgumentException if {@code halfLife <= 0}, or the key is blank
   */
  public static Reranker recency(String metadataKey, Duration halfLife, InstantSource clock) {
    if (halfLife.isNegative() || halfLife.isZero()) {
      throw new IllegalArgumentException("halfLife must be > 0, was " + halfLife);
    }
    if (metadataKey.isBlank()) {
      throw new IllegalArgumentException(
          "metadataKey must name a value, was \"" + metadataKey + "\"");
    }
    return new RecencyReranker(metadataKey, halfLife, Objects.requireNonNull(clock, "clock"));
  }

  /**
   * Gives the passages that a filter accepts the weight {@code factor}. The source of all scores is
   * {@code boost}, changed or not: they are of one ranking.
   *
   * @param factor above 1 raises them, below 1 lowers them
   * @throws IllegalArgumentException if {@code factor} is not finite and {@code > 0}
   */
  public static Reranker boost(Filter filter, double factor) {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException("factor must be finite and > 0, was " + factor);
    }
    return new Boost(Objects.requireNonNull(filter, "filter"), factor);
  }

  /**
   * Leaves out hits that score less than {@code minScore}. Scores of two rankings cannot be
   * compared, so a threshold belongs to the stage whose scores it was chosen for, and to that
   * stage's model.
   *
   * @throws IllegalArgumentException if {@code minScore} is NaN
   */
  public static Reranker threshold(double minScore) {
    if (Double.isNaN(minScore)) {
      throw new IllegalArgumentException("minScore must not be NaN");
    }
    return new MinScore(minScore);
  }

  static Reranker chained(Reranker first, Reranker next, int depth) {
    if (depth < 1) {
      throw new IllegalArgumentException("depth must be >= 1, was " + depth);
    }
    return new Chained(first, Objects.requireNonNull(next, "next"), depth);
  }

  static Reranker fusedWithFirstStage(Reranker reranker, RankFusion fusion) {
    return new FusedWithFirstStage(reranker, Objects.requireNonNull(fusion, "fusion"));
  }

  static double weighted(double score, double weight) {
    return score < 0 ? score / weight : score * weight;
  }

  private record EmbeddingReranker(Embedder embedder) implements Reranker {
    @Override
    public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
      EmbeddedHits embedded = EmbeddedHits.of(query, hits, embedder, context);
      List<Hit> scored =
          Stream.iterate(0, i -> i < hits.size(), i -> i + 1)
              .map(i -> new Hit(hits.get(i).passage(), embedded.relevance()[i], "embedding"))
              .toList();
      return Retrieval.ranked(scored, topK, embedded.usage());
    }

    @Override
    public Sent mostSent() {
      return embedder.mostSent();
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("reranker", "embedding")
          .withParts(List.of(embedder.description()));
    }
  }

  private record Boost(Filter filter, double factor) implements Reranker {
    @Override
    public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
      context.throwIfStopped();
      return Retrieval.ranked(hits.stream().map(this::boosted).toList(), topK, Usage.none());
    }

    private Hit boosted(Hit hit) {
      double score = filter.test(hit.passage()) ? weighted(hit.score(), factor) : hit.score();
      return new Hit(hit.passage(), score, "boost");
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("reranker", "boost").with("filter", filter).with("factor", factor);
    }
  }

  private record MinScore(double minScore) implements Reranker {
    @Override
    public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
      context.throwIfStopped();
      List<Hit> kept = hits.stream().filter(hit -> hit.score() >= minScore).toList();
      return Retrieval.ranked(kept, topK, Usage.none());
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("reranker", "threshold").with("minScore", minScore);
    }
  }

  private record Chained(Reranker first, Reranker next, int depth) implements Reranker {
    @Override
    public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
      long start = context.ticker().nanos();
      Retrieval narrowed = first.rerank(query, hits, depth, context);
      long between = context.ticker().nanos();
      Retrieval ranked = next.rerank(query, narrowed.hits(), topK, context);
      long end = context.ticker().nanos();
      return Retrieval.of(ranked.hits(), narrowed.usage().plus(ranked.usage()))
          .withParts(
              List.of(
                  Retrievers.record("rerank", first.description(), narrowed, between - start),
                  Retrievers.record("rerank", next.description(), ranked, end - between)));
    }

    @Override
    public Sent mostSent() {
      return first.mostSent().plus(next.mostSent());
    }

    /** Made anew each time, as that of a reranked retriever is. */
    @Override
    public StageDescription description() {
      return StageDescription.of("reranker", "chained")
          .with("depth", depth)
          .withParts(List.of(first.description(), next.description()));
    }
  }

  private record FusedWithFirstStage(Reranker reranker, RankFusion fusion) implements Reranker {
    @Override
    public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
      long start = context.ticker().nanos();
      Retrieval ranked = reranker.rerank(query, hits, Math.max(1, hits.size()), context);
      long took = context.ticker().nanos() - start;
      return Retrieval.of(fusion.fuse(List.of(hits, ranked.hits()), topK), ranked.usage())
          .withParts(List.of(Retrievers.record("rerank", reranker.description(), ranked, took)));
    }

    @Override
    public Sent mostSent() {
      return reranker.mostSent();
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("reranker", "fusedWithFirstStage")
          .withParts(List.of(fusion.description(), reranker.description()));
    }
  }
}
