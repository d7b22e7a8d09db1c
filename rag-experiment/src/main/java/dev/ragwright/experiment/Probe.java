package dev.ragwright.experiment;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was tried with a question that an arm got wrong, and what came of it. Immutable.
 *
 * @param trials the contexts that the generator was given beside its own
 * @param gold the way of each gold document; the most relevant first
 * @param supported whether the gold documents could hold a reference answer at all
 */
public record Probe(List<Trial> trials, List<EvidencePath> gold, boolean supported) {
  /** Copies the lists. */
  public Probe {
    trials = List.copyOf(trials);
    gold = List.copyOf(gold);
  }

  /** What the generator was given. */
  public enum Given {
    /** No evidence. */
    NOTHING,
    /** The gold documents' passages as they are indexed: those with an answer, where one has. */
    GOLD,
    /** The stretch of each gold document around its answer, as the source has it. */
    DOCUMENT,
    /** Those gold passages alone that the generator had read; tried where it had read some. */
    GOLD_READ,
    /** What the pipeline gives it when the stage that lost the gold passage does not. */
    REPAIRED
  }

  /**
   * One context, and what the generator made of it.
   *
   * @param answer null after an abstention or a failure
   * @param right whether the metric says so
   * @param failure what a stage threw; null when none did
   * @param stages what that took
   */
  public record Trial(
      Given given,
      @Nullable String answer,
      boolean right,
      @Nullable String failure,
      List<StageTime> stages) {
    /** Copies the list. */
    public Trial {
      stages = List.copyOf(stages);
    }

    /** The time of all stages. */
    public Duration latency() {
      return stages.stream().map(StageTime::wall).reduce(Duration.ZERO, Duration::plus);
    }
  }

  /**
   * What became of a gold document.
   *
   * @param passageId its passage that got furthest; null if none is indexed
   * @param loss where that was lost; null if the generator read it
   * @param rank its place, from 1, where it was lost: in the reranker's order if it is there, else
   *     in the retriever's; null if it was not found, or not lost by its place
   */
  public record EvidencePath(
      String documentId,
      @Nullable String passageId,
      @Nullable EvidenceLoss loss,
      @Nullable Integer rank) {}

  /** The trial of a context; empty if there was no reason for it. */
  public Optional<Trial> trial(Given given) {
    return trials.stream().filter(trial -> trial.given() == given).findFirst();
  }

  /** Whether the generator was right with any of these. */
  boolean right(Given... given) {
    return trials.stream().anyMatch(t -> t.right() && Arrays.asList(given).contains(t.given()));
  }

  /** Why the answer is wrong. */
  public Cause cause() {
    if (right(Given.NOTHING)) {
      return Cause.NOT_NEEDED;
    }
    if (right(Given.GOLD, Given.DOCUMENT)) {
      boolean allRead = gold.stream().allMatch(way -> way.loss() == null);
      return right(Given.GOLD_READ) || (allRead && right(Given.GOLD))
          ? Cause.MISUSED_EVIDENCE
          : Cause.RETRIEVAL_FAILED;
    }
    if (!gold.isEmpty() && !supported) {
      return Cause.QUESTION_OR_GOLD_AT_FAULT;
    }
    boolean tried =
        trials.stream()
            .filter(trial -> trial.failure() == null)
            .anyMatch(trial -> trial.given() == Given.GOLD || trial.given() == Given.DOCUMENT);
    return tried ? Cause.GENERATION_FAILED : Cause.UNTESTED;
  }

  /**
   * The gold document that got furthest without being read, which is the least to mend; empty
   * unless the {@linkplain #cause cause} is failed retrieval. Where all were read in passages that
   * do not help, and the document does, its cut lost it.
   */
  public Optional<EvidencePath> lost() {
    if (cause() != Cause.RETRIEVAL_FAILED) {
      return Optional.empty();
    }
    return gold.stream()
        .filter(way -> way.loss() != null)
        .max(Comparator.comparing(EvidencePath::loss))
        .or(
            () ->
                gold.stream()
                    .findFirst()
                    .map(
                        w ->
                            new EvidencePath(
                                w.documentId(), w.passageId(), EvidenceLoss.CUT_APART, null)));
  }
}
