package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.text.Words;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Says how sure it is, from what was found so far, that further searches bring nothing: the higher,
 * the surer. From which value on to stop is learnt from judged questions, by {@code
 * StopCalibration} of rag-eval. Implementations are immutable and safe to share.
 */
@FunctionalInterface
public interface Saturation extends Stage {

  /**
   * Returns how sure, on a scale of its own.
   *
   * @param hops the searches so far, at least one
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Reading of(Query question, List<Hop> hops, CallContext context);

  /**
   * How sure.
   *
   * @param value the higher, the surer; negative infinity where it is never enough; not NaN, and
   *     not positive infinity, which no threshold could be above
   * @param usage what was counted
   */
  record Reading(double value, Usage usage) {
    /** Refuses what cannot be compared. */
    public Reading {
      if (!(value < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "a saturation must be a number below positive infinity, so that a threshold can be above it, was "
                + value);
      }
    }
  }

  @Override
  default StageDescription description() {
    return StageDescription.opaque("saturation", this);
  }

  /**
   * The share of the question's words of four letters or more that stand in one of the first three
   * passages of some hop; from 0 to 1, and 1 where the question has no such word. Needs no model.
   */
  static Saturation coverage() {
    return Coverage.STANDARD;
  }

  /**
   * The negated best score, by the question, of what the last round found: the better that is, the
   * likelier is more. Negative infinity, so never enough, after the question's own search; the
   * largest number where a later round found nothing that the scorer keeps.
   *
   * @param scorer such as a cross-encoder
   */
  static Saturation gain(Reranker scorer) {
    return new Gain(Objects.requireNonNull(scorer, "scorer"));
  }
}

/** What of the question the passages speak of. */
enum Coverage implements Saturation {
  STANDARD;

  private static final int FIRST = 3;
  private static final int LETTERS = 4;

  @Override
  public Reading of(Query question, List<Hop> hops, CallContext context) {
    context.throwIfStopped();
    Set<String> asked =
        Words.of(question.text())
            .filter(word -> word.length() >= LETTERS)
            .collect(Collectors.toSet());
    if (asked.isEmpty()) {
      return new Reading(1, Usage.none());
    }
    Set<String> known = new HashSet<>();
    for (Hop hop : hops) {
      hop.unseen().stream()
          .limit(FIRST)
          .forEach(hit -> Words.of(hit.passage().searchText()).forEach(known::add));
    }
    return new Reading(
        asked.stream().filter(known::contains).count() / (double) asked.size(), Usage.none());
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("saturation", "coverage");
  }
}

/** What the last round was worth. */
record Gain(Reranker scorer) implements Saturation {

  @Override
  public Reading of(Query question, List<Hop> hops, CallContext context) {
    context.throwIfStopped();
    int round = hops.getLast().round();
    if (round == 0) {
      return new Reading(Double.NEGATIVE_INFINITY, Usage.none());
    }
    List<Hit> last =
        hops.stream()
            .filter(hop -> hop.round() == round)
            .flatMap(hop -> hop.unseen().stream())
            .sorted(Hit.BEST_FIRST)
            .toList();
    if (last.isEmpty()) {
      return new Reading(Double.MAX_VALUE, Usage.none());
    }
    Retrieval scored = scorer.rerank(question, last, 1, context);
    double worst = -Double.MAX_VALUE;
    return new Reading(
        -(scored.hits().isEmpty() ? worst : Math.max(worst, scored.hits().getFirst().score())),
        scored.usage());
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("saturation", "gain").withParts(List.of(scorer.description()));
  }
}
