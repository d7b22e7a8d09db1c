package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Asks a second retriever where what the first found is not surely evidence. */
record CorrectedRetriever(
    Retriever first,
    Reranker evaluator,
    int depth,
    EvidenceBounds bounds,
    Retriever second,
    RankFusion fusion)
    implements Retriever {

  CorrectedRetriever {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(evaluator, "evaluator");
    Objects.requireNonNull(bounds, "bounds");
    Objects.requireNonNull(second, "second");
    Objects.requireNonNull(fusion, "fusion");
    if (depth < 1) {
      throw new IllegalArgumentException("depth must be >= 1, was " + depth);
    }
  }

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    int most = Math.max(depth, Math.max(Retrievers.LEAST_DEPTH, request.topK()));
    RetrievalRequest deep = request.withTopK(most);
    List<StageRecord> parts = new ArrayList<>();
    Retrieval found = ask("retrieve", first, deep, context, parts);
    long start = context.ticker().nanos();
    List<Hit> judged = found.hits().subList(0, Math.min(depth, found.hits().size()));
    Retrieval scored =
        judged.isEmpty()
            ? Retrieval.of(judged, Usage.none())
            : evaluator.rerank(request.query(), judged, 1, context);
    EvidenceBounds.Sort sort = sort(scored.hits());
    Usage usage = found.usage().plus(scored.usage());
    StageRecord record =
        Retrievers.record(
                "evaluate", evaluator.description(), scored, context.ticker().nanos() - start)
            .with("verdict", sort.name());
    parts.add(
        scored.hits().isEmpty() ? record : record.with("best", scored.hits().getFirst().score()));
    if (sort == EvidenceBounds.Sort.CORRECT) {
      return ranked(List.of(found.hits()), request.topK(), usage, parts);
    }
    Retrieval other = ask("fallback", second, deep, context, parts);
    List<List<Hit>> rankings =
        sort == EvidenceBounds.Sort.INCORRECT && !other.hits().isEmpty()
            ? List.of(other.hits())
            : List.of(found.hits(), other.hits());
    return ranked(rankings, request.topK(), usage.plus(other.usage()), parts);
  }

  /** Nothing found is incorrect, whatever the bounds; and so is what the evaluator threw out. */
  private EvidenceBounds.Sort sort(List<Hit> scored) {
    if (scored.isEmpty()) {
      return EvidenceBounds.Sort.INCORRECT;
    }
    Hit best = scored.getFirst();
    if (!best.source().equals(bounds.source())) {
      throw new IllegalArgumentException(
          "the evaluator's best score is of \"%s\", and the bounds were learnt from scores of \"%s\", which cannot be compared; learn bounds for it, or give that evaluator"
              .formatted(best.source(), bounds.source()));
    }
    return bounds.sort(best.score());
  }

  private Retrieval ranked(
      List<List<Hit>> rankings, int topK, Usage usage, List<StageRecord> parts) {
    List<Hit> hits =
        rankings.size() == 1
            ? rankings.getFirst().subList(0, Math.min(topK, rankings.getFirst().size()))
            : fusion.fuse(rankings, topK);
    return Retrieval.of(hits, usage).withParts(parts);
  }

  private static Retrieval ask(
      String name,
      Retriever retriever,
      RetrievalRequest request,
      CallContext context,
      List<StageRecord> parts) {
    context.throwIfStopped();
    long start = context.ticker().nanos();
    Retrieval found = retriever.retrieve(request, context);
    Objects.requireNonNull(
        found, () -> "the retriever " + retriever.description() + " returned null");
    Duration took = Duration.ofNanos(context.ticker().nanos() - start);
    parts.add(Retrievers.record(name, retriever.description(), found, took.toNanos()));
    return found;
  }

  /** Made anew each time: an index's description changes with what is in it. */
  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "corrected")
        .with("depth", depth)
        .with("correctFrom", bounds.correctFrom())
        .with("incorrectBelow", bounds.incorrectBelow())
        .with("source", bounds.source())
        .withParts(
            List.of(
                first.description(),
                evaluator.description(),
                second.description(),
                fusion.description()));
  }
}
