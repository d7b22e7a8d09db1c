package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import java.util.List;
import java.util.Locale;

/**
 * Says whether what was found is evidence enough to answer from, before a generator is asked.
 * Implementations are immutable and safe to share.
 */
@FunctionalInterface
public interface EvidenceGate extends Stage {

  /**
   * Judges a ranking.
   *
   * @param hits best first, at least one
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Verdict judge(Query question, List<Hit> hits, CallContext context);

  @Override
  default StageDescription description() {
    return StageDescription.opaque("gate", this);
  }

  /** This gate under a name that its user vouches for: a changed gate gets a new name. */
  default EvidenceGate named(String name) {
    EvidenceGate gate = this;
    return new EvidenceGate() {
      @Override
      public Verdict judge(Query question, List<Hit> hits, CallContext context) {
        return gate.judge(question, hits, context);
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("gate", name);
      }
    };
  }

  /** Accepts all evidence: the level "none" of an experiment. */
  static EvidenceGate none() {
    return NoGate.INSTANCE;
  }

  /**
   * What a gate says.
   *
   * @param enough whether to go on
   * @param detail what was found and what is enough, for people
   * @param usage what was counted
   */
  record Verdict(boolean enough, String detail, Usage usage) {}

  /**
   * Evidence is enough if the first hit's score reaches the threshold. The score must be of the
   * threshold's source: a gate behind a reranker needs a threshold that was learnt from the
   * reranker's scores. {@link #judge} throws {@link IllegalArgumentException} where it is another.
   */
  static EvidenceGate scoreAtLeast(Threshold threshold) {
    return scoreAtLeast(threshold, Reranker.none(), 1);
  }

  /**
   * Evidence is enough if one of the first {@code depth} hits reaches the threshold by the score
   * that {@code scorer} gives it. Their order, and what the generator reads, stay as they are.
   *
   * @param scorer whose scores the threshold was learnt from, such as a cross-encoder
   * @throws IllegalArgumentException if {@code depth < 1}; {@link #judge} throws it where the
   *     scorer's hits have another source than the threshold
   */
  static EvidenceGate scoreAtLeast(Threshold threshold, Reranker scorer, int depth) {
    if (depth < 1) {
      throw new IllegalArgumentException("depth must be >= 1, was " + depth);
    }
    return new ScoreGate(threshold, scorer, depth);
  }
}

enum NoGate implements EvidenceGate {
  INSTANCE;

  @Override
  public Verdict judge(Query question, List<Hit> hits, CallContext context) {
    context.throwIfStopped();
    return new Verdict(true, "no gate", Usage.none());
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("gate", "none");
  }
}

/** Of one scorer only: numbers of two cannot be compared. */
record ScoreGate(Threshold threshold, Reranker scorer, int depth) implements EvidenceGate {

  @Override
  public Verdict judge(Query question, List<Hit> hits, CallContext context) {
    List<Hit> judged = hits.subList(0, Math.min(depth, hits.size()));
    Retrieval scored = scorer.rerank(question, judged, 1, context);
    if (scored.hits().isEmpty()) {
      return new Verdict(false, "the scorer kept none of the passages", scored.usage());
    }
    if (scored.usage().count(Usage.UNSCORED_PAIRS).orElse(0) > 0
        && !scored.hits().getFirst().source().equals(threshold.source())) {
      return new Verdict(false, "the scorer could not score the passages", scored.usage());
    }
    Hit best = scored.hits().getFirst();
    if (!best.source().equals(threshold.source())) {
      throw new IllegalArgumentException(
          ("the best score is of \"%s\", and the threshold was learnt from scores of \"%s\", which"
                  + " cannot be compared; learn one for \"%s\", or give the gate that scorer")
              .formatted(best.source(), threshold.source(), best.source()));
    }
    boolean enough = best.score() >= threshold.value();
    String detail =
        String.format(
            Locale.ROOT,
            "the best passage's %s score is %.2f, %s the threshold of %.2f",
            best.source(),
            best.score(),
            enough ? "at least" : "less than",
            threshold.value());
    return new Verdict(enough, detail, scored.usage());
  }

  @Override
  public StageDescription description() {
    StageDescription described =
        StageDescription.of("gate", "score")
            .with("threshold", threshold.value())
            .with("source", threshold.source())
            .with("errorAtMost", threshold.errorAtMost())
            .with("confidence", threshold.confidence())
            .with("cases", threshold.cases())
            .with("accepted", threshold.accepted());
    return scorer.equals(Reranker.none())
        ? described
        : described.with("depth", depth).withParts(List.of(scorer.description()));
  }
}
