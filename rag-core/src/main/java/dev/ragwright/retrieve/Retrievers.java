package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Retrievers made of other retrievers. */
public final class Retrievers {
  static final int LEAST_DEPTH = 100;

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
    return new FusedRetriever(
        Objects.requireNonNull(fusion, "fusion"), depth, retrievers.length, List.of(retrievers));
  }

  /**
   * {@link #fuse(RankFusion, int, Retriever...)} that goes on without retrievers which fail, as a
   * hosted one may, as long as {@code least} of them answer: for the fusion they found nothing,
   * what they took is unknown, and their failure is in the trace. It waits for those that do not
   * fail, however long they take: what is not to be waited for needs a timeout of its own. A call
   * that was cancelled or whose time is up fails all the same, and so does one in which a retriever
   * throws an {@link Error}.
   *
   * <p>When too few answer, a {@link dev.ragwright.call.RagException} names each failure; the first
   * is its cause.
   *
   * @throws IllegalArgumentException if {@code depth < 1}, there is no retriever, or {@code least}
   *     is not in [1, number of retrievers]
   */
  public static Retriever fuseAtLeast(
      int least, RankFusion fusion, int depth, Retriever... retrievers) {
    return new FusedRetriever(
        Objects.requireNonNull(fusion, "fusion"), depth, least, List.of(retrievers));
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

  /**
   * The corrective fallback of Yan et al., "Corrective Retrieval Augmented Generation" (2024): an
   * evaluator scores the best passages that {@code first} found. Where the best score is correct by
   * the bounds, they are returned as they are; where it is incorrect, or nothing was found, {@code
   * second} is asked in their place; where it is ambiguous, {@code second} is asked as well and
   * both are fused. If {@code second} finds nothing, what was found before stays. The paper's
   * evaluator is a model of its own, its bounds were set for each data set by hand, and it cuts
   * passages into strips; here any reranker evaluates, the bounds are learnt with a stated error,
   * and strips are the context's business ({@code ContextAssembler.Builder.selection}).
   *
   * <p>A pipeline's own {@code gate} and {@code fallback} do it with one bound, and abstain where
   * both are weak. Scores are those of whichever retriever was taken, or of the fusion, so a gate
   * behind this one needs a scorer of its own.
   *
   * <p>The promise of the bounds is of the {@code depth} passages that the evaluator reads, of
   * which a caller with a smaller {@code topK} gets the first only. {@code EvidenceCalibration}
   * searches for {@code depth} passages, and this for 100 or more: where {@code first} ranks
   * otherwise when it is asked for more, as a fusion may, the promise does not hold.
   *
   * @param depth how many passages the evaluator reads; as in the calibration
   * @param bounds learnt from scores of the same evaluator; {@link Retriever#retrieve} throws
   *     {@link IllegalArgumentException} where it is another
   * @throws IllegalArgumentException if {@code depth < 1}
   */
  public static Retriever corrected(
      Retriever first,
      Reranker evaluator,
      int depth,
      EvidenceBounds bounds,
      Retriever second,
      RankFusion fusion) {
    return new CorrectedRetriever(first, evaluator, depth, bounds, second, fusion);
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

  static Retriever expanded(Retriever retriever, QueryExpander expander, RankFusion fusion) {
    return new ExpandedRetriever(
        retriever,
        Objects.requireNonNull(expander, "expander"),
        Objects.requireNonNull(fusion, "fusion"));
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

  /** Several retrievers at the same time, {@code least} of which have to answer. */
  private record FusedRetriever(RankFusion fusion, int depth, int least, List<Retriever> legs)
      implements Retriever {

    FusedRetriever {
      if (depth < 1 || legs.isEmpty()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "fusion needs a depth >= 1 and a retriever, had depth %d and %d retrievers",
                depth,
                legs.size()));
      }
      if (least < 1 || least > legs.size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "of %d retrievers 1 to %d can be required to answer, was %d",
                legs.size(),
                legs.size(),
                least));
      }
      fusion.check(depth, legs.stream().map(Retriever::description).toList());
    }

    @Override
    public Retrieval retrieve(RetrievalRequest request, CallContext context) {
      RetrievalRequest deeper = request.withTopK(Math.max(depth, request.topK()));
      List<Leg> done = context.inParallel(legs.stream().map(leg -> asking(leg, deeper)).toList());
      List<Leg> failed = done.stream().filter(leg -> leg.failure() != null).toList();
      if (legs.size() - failed.size() < least) {
        throw new TooFewAnswers(legs.size(), least, failed);
      }
      return fused(fusion, request.query(), done, request.topK());
    }

    private Function<CallContext, Leg> asking(Retriever leg, RetrievalRequest request) {
      return context -> {
        long start = context.ticker().nanos();
        try {
          return Leg.ask(leg, request, context);
        } catch (RuntimeException e) {
          if (least == legs.size() || context.shouldStop()) {
            throw e;
          }
          return Leg.failed(leg, e, context.ticker().nanos() - start);
        }
      };
    }

    @Override
    public StageDescription description() {
      StageDescription described = StageDescription.of("retriever", "fused").with("depth", depth);
      return (least == legs.size() ? described : described.with("least", least))
          .withParts(
              Stream.concat(
                      Stream.of(fusion.description()), legs.stream().map(Retriever::description))
                  .toList());
    }
  }

  private static Retrieval fused(RankFusion fusion, Query query, List<Leg> legs, int topK) {
    List<Hit> hits =
        fusion.fuse(query, legs.stream().map(leg -> leg.retrieval().hits()).toList(), topK);
    Usage usage =
        legs.stream().map(leg -> leg.retrieval().usage()).reduce(Usage.none(), Usage::plus);
    return Retrieval.of(hits, usage).withParts(legs.stream().map(Leg::record).toList());
  }

  /** One of several searches. */
  private record Leg(Retrieval retrieval, StageRecord record, @Nullable RuntimeException failure) {

    static Leg ask(Retriever retriever, RetrievalRequest request, CallContext context) {
      long start = context.ticker().nanos();
      Retrieval retrieval = retriever.retrieve(request, context);
      Objects.requireNonNull(
          retrieval, () -> "the fused retriever " + retriever.description() + " returned null");
      return new Leg(
          retrieval,
          Retrievers.record(
              "retrieve", retriever.description(), retrieval, context.ticker().nanos() - start),
          null);
    }

    static Leg failed(Retriever retriever, RuntimeException failure, long nanos) {
      Retrieval nothing = Retrieval.of(List.of(), Usage.unknown());
      StageRecord record = Retrievers.record("retrieve", retriever.description(), nothing, nanos);
      return new Leg(nothing, record.failed(failure), failure);
    }
  }

  private static final class TooFewAnswers extends RagException {
    private static final long serialVersionUID = 1L;

    TooFewAnswers(int all, int least, List<Leg> failed) {
      super(
          String.format(
              Locale.ROOT,
              "%d of %d retrievers must answer, and only %d did: %s",
              least,
              all,
              all - failed.size(),
              failed.stream()
                  .map(leg -> leg.record().description() + ": " + leg.record().error().orElse(""))
                  .collect(Collectors.joining("; "))),
          Objects.requireNonNull(failed.getFirst().failure()));
      failed.stream().skip(1).forEach(leg -> addSuppressed(Objects.requireNonNull(leg.failure())));
    }

    @Override
    public boolean retryable() {
      return getCause() instanceof RagException cause && cause.retryable();
    }
  }

  private record ExpandedRetriever(Retriever retriever, QueryExpander expander, RankFusion fusion)
      implements Retriever {

    @Override
    public Retrieval retrieve(RetrievalRequest request, CallContext context) {
      long start = context.ticker().nanos();
      Expansion expansion =
          Objects.requireNonNull(
              expander.expand(request.query(), context),
              () -> "the expander " + expander.description() + " returned null");
      Duration took = Duration.ofNanos(context.ticker().nanos() - start);
      List<Query> queries = expansion.queries();
      List<StageRecord> parts = new ArrayList<>();
      parts.add(
          StageRecord.of("expand", expander.description(), took, expansion.usage())
              .with("queries", queries.size())
              .withParts(expansion.parts()));
      int depth = queries.size() == 1 ? request.topK() : Math.max(LEAST_DEPTH, request.topK());
      List<Leg> legs =
          context.inParallel(
              queries.stream().map(query -> asking(request.withQuery(query), depth)).toList());
      Retrieval found =
          legs.size() == 1
              ? legs.getFirst().retrieval()
              : fused(fusion, request.query(), legs, request.topK());
      legs.forEach(leg -> parts.add(leg.record()));
      return Retrieval.of(found.hits(), expansion.usage().plus(found.usage())).withParts(parts);
    }

    private Function<CallContext, Leg> asking(RetrievalRequest request, int depth) {
      return context -> {
        Leg leg = Leg.ask(retriever, request.withTopK(depth), context);
        return new Leg(leg.retrieval(), leg.record().with("query", request.query().text()), null);
      };
    }

    /** Made anew each time: an index's description changes with what is in it. */
    @Override
    public StageDescription description() {
      return StageDescription.of("retriever", "expanded")
          .withParts(
              List.of(expander.description(), fusion.description(), retriever.description()));
    }
  }
}
