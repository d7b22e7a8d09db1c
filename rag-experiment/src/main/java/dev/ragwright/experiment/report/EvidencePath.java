package dev.ragwright.experiment.report;

import dev.ragwright.document.Passage;
import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.QuestionOutcome;
import dev.ragwright.experiment.StageTime;
import dev.ragwright.generate.Context;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far a relevant document came in one arm's answer to one question: as far as the one of its
 * passages that came farthest.
 *
 * @param document its id
 * @param passage that passage's id; null if none was found
 * @param place where that passage is, or was lost
 * @param found its rank among all that was retrieved, from 1; 0 if it is not there
 * @param ranked its rank among what was taken, after the reranker, from 1; 0 if it is not there
 */
record EvidencePath(String document, @Nullable String passage, Place place, int found, int ranked) {

  /** In the order of the pipeline: a later place is farther. */
  enum Place {
    STAGE_FAILED("a stage failed"),
    NOT_FOUND("not found"),
    BELOW_DEPTH("below depth"),
    RERANKED_AWAY("thrown out by reranker"),
    BELOW_TOP_K("below top k"),
    DUPLICATE("dropped as duplicate"),
    OVER_BUDGET("no room in context"),
    AMONG_TOP_K("among top k"),
    READ("read by generator");

    private final String words;

    Place(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    /** Whether the pipeline came to its end with the passage. */
    boolean kept() {
      return this == READ || this == AMONG_TOP_K;
    }
  }

  /** The ways of a question's relevant documents, in the order of their ids; empty without any. */
  static List<EvidencePath> of(ExperimentResult result, ArmResult arm, int question) {
    QuestionOutcome outcome = arm.outcomes().get(question);
    Set<String> relevant = result.judgments().judgments(outcome.questionId()).relevant();
    if (relevant.isEmpty()) {
      return List.of();
    }
    Map<String, List<String>> passages = new LinkedHashMap<>();
    for (String id : outcome.retrieved()) {
      passages.computeIfAbsent(document(result, id), key -> new ArrayList<>()).add(id);
    }
    Walk walk = Walk.of(outcome, arm.topK());
    return relevant.stream()
        .map(document -> farthest(document, passages.getOrDefault(document, List.of()), walk))
        .toList();
  }

  static String document(ExperimentResult result, String passage) {
    Passage known = result.passages().get(passage);
    return known == null ? passage : known.documentId();
  }

  private static EvidencePath farthest(String document, List<String> passages, Walk walk) {
    return passages.stream()
        .map(passage -> walk.way(document, passage))
        .max(
            Comparator.comparing(EvidencePath::place)
                .thenComparing(EvidencePath::found, Comparator.reverseOrder()))
        .orElse(new EvidencePath(document, null, walk.none(), 0, 0));
  }

  /** One outcome's lists, made quick to look things up in. */
  private record Walk(
      QuestionOutcome outcome,
      int topK,
      Map<String, Integer> found,
      Map<String, Integer> ranked,
      Set<String> read,
      Map<String, Context.Reason> dropped,
      boolean assembled) {

    static Walk of(QuestionOutcome outcome, int topK) {
      Map<String, Context.Reason> dropped = new HashMap<>();
      outcome.dropped().forEach(drop -> dropped.put(drop.passageId(), drop.reason()));
      return new Walk(
          outcome,
          topK,
          ranks(outcome.retrieved()),
          ranks(outcome.ranked()),
          new HashSet<>(outcome.context()),
          dropped,
          outcome.stages().stream().map(StageTime::stage).anyMatch("context"::equals));
    }

    private static Map<String, Integer> ranks(List<String> ids) {
      Map<String, Integer> ranks = new HashMap<>();
      for (int i = 0; i < ids.size(); i++) {
        ranks.putIfAbsent(ids.get(i), i + 1);
      }
      return ranks;
    }

    Place none() {
      return outcome.failure() != null && outcome.retrieved().isEmpty()
          ? Place.STAGE_FAILED
          : Place.NOT_FOUND;
    }

    EvidencePath way(String document, String passage) {
      int at = found.getOrDefault(passage, 0);
      int rank = ranked.getOrDefault(passage, 0);
      return new EvidencePath(document, passage, place(passage, at, rank), at, rank);
    }

    private Place place(String passage, int at, int rank) {
      if (read.contains(passage)) {
        return Place.READ;
      }
      if (rank == 0) {
        return at > outcome.depth() ? Place.BELOW_DEPTH : Place.RERANKED_AWAY;
      }
      if (rank > topK) {
        return Place.BELOW_TOP_K;
      }
      if (assembled) {
        return dropped.get(passage) == Context.Reason.DUPLICATE
            ? Place.DUPLICATE
            : Place.OVER_BUDGET;
      }
      return outcome.failure() == null ? Place.AMONG_TOP_K : Place.STAGE_FAILED;
    }
  }
}
