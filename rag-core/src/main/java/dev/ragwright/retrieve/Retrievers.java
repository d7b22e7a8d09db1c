package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/** Retrievers made of other retrievers. */
public final class Retrievers {
  private static final int LEAST_DEPTH = 100;

  private Retrievers() {}

  /**
   * {@link #fuse(RankFusion, int, Retriever...)} to a depth of 100, or what the caller asks for if
   * that is more.
   */
  public static Retriever fuse(RankFusion fusion, Retriever... retrievers) {
    return fuse(fusion, LEAST_DEPTH, retrievers);
  }

  /**
   * Asks all retrievers at the same time, each for the best {@code depth} (or the caller's topK if
   * that is more), and fuses their rankings. When one fails the others are stopped and its failure
   * is thrown: a ranking that lacks a leg is another ranking.
   *
   * @throws IllegalArgumentException if {@code depth < 1} or there is no retriever
   */
  public static Retriever fuse(RankFusion fusion, int depth, Retriever... retrievers) {
    if (depth < 1 || retrievers.length == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "fusion needs a depth >= 1 and a retriever, had depth %d and %d retrievers",
              depth,
              retrievers.length));
    }
    return new FusedRetriever(Objects.requireNonNull(fusion, "fusion"), depth, List.of(retrievers));
  }

  /**
   * The same ranking, in which each passage is a document of its own, named as the passage is: for
   * evaluations whose judgments are of passages. Not for a pipeline, which puts neighbours of a
   * document together.
   */
  public static Retriever passagesAsDocuments(Retriever retriever) {
    StageDescription description =
        StageDescription.of("retriever", "passages as documents")
            .withParts(List.of(retriever.description()));
    return described(
        (request, context) -> {
          Retrieval found = retriever.retrieve(request, context);
          List<Hit> hits =
              found.hits().stream()
                  .map(hit -> new Hit(alone(hit.passage()), hit.score(), hit.source()))
                  .toList();
          return Retrieval.of(hits, found.usage()).withParts(found.parts());
        },
        description);
  }

  /**
   * Searches for small passages and returns the larger ones that they were cut from by {@link
   * dev.ragwright.document.Chunkers#children}: a small passage is found more precisely, a larger
   * one says more. The parent is put together from its children to the character, named {@code
   * documentId#start-end}, and has the score and source of the best of them; more children are
   * asked for until there are {@code topK} parents. A passage without a parent is returned as it
   * is.
   *
   * <p>On Chroma's chunking evaluation parents of 400 tokens are found better by children of 100
   * than by themselves; those of 200 by children of 50 are not told apart (the guide has the
   * table).
   *
   * <p>A child that is not there (deleted, or refused by the request's filter) ends its parent
   * there. A filter within {@code children} is not known here: scope this retriever instead, or
   * give the look-up of a scoped index.
   *
   * @param passagesOf gives all passages of a document by ascending start, such as {@code
   *     index::passages} of the index that {@code children} searches; called once for each document
   *     in a search, and reads all of it
   */
  public static Retriever parents(Retriever children, Function<String, List<Passage>> passagesOf) {
    return new WideningRetriever(
        Objects.requireNonNull(children, "children"),
        0,
        Objects.requireNonNull(passagesOf, "passagesOf"),
        StageDescription.of("retriever", "parents"));
  }

  /**
   * Searches for passages and returns each with up to {@code neighbours} on either side of it in
   * its document, as far as these touch: over {@link dev.ragwright.document.Chunkers#sentences(int,
   * int) sentences(1, 0)} this is what is called a sentence window. Two that are returned may
   * overlap; a context puts them together. Everything else is as in {@link #parents}.
   *
   * <p>On Chroma's chunking evaluation two neighbours around each sentence hold less of the
   * answers, for the same number of tokens, than plain passages of 200 tokens (the guide has the
   * table).
   *
   * @throws IllegalArgumentException if {@code neighbours < 1}
   */
  public static Retriever window(
      Retriever retriever, int neighbours, Function<String, List<Passage>> passagesOf) {
    if (neighbours < 1) {
      throw new IllegalArgumentException("neighbours must be >= 1, was " + neighbours);
    }
    return new WideningRetriever(
        Objects.requireNonNull(retriever, "retriever"),
        neighbours,
        Objects.requireNonNull(passagesOf, "passagesOf"),
        StageDescription.of("retriever", "window").with("neighbours", neighbours));
  }

  private static Passage alone(Passage passage) {
    return new Passage(
        passage.id(),
        passage.id(),
        passage.start(),
        passage.end(),
        passage.text(),
        passage.headings(),
        passage.metadata(),
        passage.places());
  }

  static Retriever described(Retriever retriever, StageDescription description) {
    return new Retriever() {
      @Override
      public Retrieval retrieve(RetrievalRequest request, CallContext context) {
        return retriever.retrieve(request, context);
      }

      @Override
      public StageDescription description() {
        return description;
      }
    };
  }

  static Retriever scoped(Retriever retriever, Filter scope) {
    return new ScopedRetriever(retriever, Objects.requireNonNull(scope, "scope"));
  }

  static Retriever reranked(Retriever retriever, Reranker reranker, int depth) {
    if (depth < 1) {
      throw new IllegalArgumentException("depth must be >= 1, was " + depth);
    }
    return new RerankedRetriever(retriever, Objects.requireNonNull(reranker, "reranker"), depth);
  }

  static StageRecord record(
      String stage, StageDescription description, Retrieval retrieval, long nanos) {
    return StageRecord.of(stage, description, Duration.ofNanos(nanos), retrieval.usage())
        .with("hits", retrieval.hits().size())
        .withParts(retrieval.parts());
  }

  private record ScopedRetriever(Retriever retriever, Filter scope) implements Retriever {

    @Override
    public Retrieval retrieve(RetrievalRequest request, CallContext context) {
      Retrieval found =
          retriever.retrieve(request.withFilter(scope.and(request.filter())), context);
      for (Hit hit : found.hits()) {
        if (!scope.test(hit.passage())) {
          throw new IllegalStateException(
              "the retriever %s is scoped to %s and found the passage %s, which that does not accept: it takes no notice of the request's filter"
                  .formatted(retriever.description(), scope, hit.passage().id()));
        }
      }
      return found;
    }

    /** Made anew each time: an index's description changes with what is in it. */
    @Override
    public StageDescription description() {
      return StageDescription.of("retriever", "scoped")
          .with("scope", scope)
          .withParts(List.of(retriever.description()));
    }
  }

  private record RerankedRetriever(Retriever retriever, Reranker reranker, int depth)
      implements Retriever {

    @Override
    public Retrieval retrieve(RetrievalRequest request, CallContext context) {
      long start = context.ticker().nanos();
      Retrieval found = retriever.retrieve(request.withTopK(depth), context);
      long between = context.ticker().nanos();
      Retrieval ranked = reranker.rerank(request.query(), found.hits(), request.topK(), context);
      long end = context.ticker().nanos();
      return Retrieval.of(ranked.hits(), found.usage().plus(ranked.usage()))
          .withParts(
              List.of(
                  record("retrieve", retriever.description(), found, between - start),
                  record("rerank", reranker.description(), ranked, end - between)));
    }

    /** Made anew each time: an index's description changes with what is in it. */
    @Override
    public StageDescription description() {
      return StageDescription.of("retriever", "reranked")
          .with("depth", depth)
          .withParts(List.of(retriever.description(), reranker.description()));
    }
  }

  private record FusedRetriever(RankFusion fusion, int depth, List<Retriever> legs)
      implements Retriever {

    private record Leg(Retrieval retrieval, StageRecord record) {}

    @Override
    public Retrieval retrieve(RetrievalRequest request, CallContext context) {
      RetrievalRequest deeper = request.withTopK(Math.max(depth, request.topK()));
      List<Leg> done = context.inParallel(legs.stream().map(leg -> asking(leg, deeper)).toList());
      List<Hit> fused =
          fusion.fuse(done.stream().map(leg -> leg.retrieval().hits()).toList(), request.topK());
      Usage usage =
          done.stream().map(leg -> leg.retrieval().usage()).reduce(Usage.none(), Usage::plus);
      return Retrieval.of(fused, usage).withParts(done.stream().map(Leg::record).toList());
    }

    private static Function<CallContext, Leg> asking(Retriever leg, RetrievalRequest request) {
      return context -> ask(leg, request, context);
    }

    private static Leg ask(Retriever leg, RetrievalRequest request, CallContext context) {
      long start = context.ticker().nanos();
      Retrieval retrieval = leg.retrieve(request, context);
      Objects.requireNonNull(
          retrieval, () -> "the fused retriever " + leg.description() + " returned null");
      return new Leg(
          retrieval,
          Retrievers.record(
              "retrieve", leg.description(), retrieval, context.ticker().nanos() - start));
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("retriever", "fused")
          .with("depth", depth)
          .withParts(
              Stream.concat(
                      Stream.of(fusion.description()), legs.stream().map(Retriever::description))
                  .toList());
    }
  }
}
