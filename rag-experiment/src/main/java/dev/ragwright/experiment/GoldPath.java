package dev.ragwright.experiment;

import dev.ragwright.call.RagException;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.pipeline.Stages;
import dev.ragwright.retrieve.Query;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Follows gold passages along the way of a question through an arm. Where they were not found as
 * deep as the experiment looks, the retriever is asked deeper, then by the passage's own words.
 */
final class GoldPath {
  /** How deep a passage is looked for that was not found; it still only counts as below depth. */
  private static final int DEEP = 1_000;

  private final Asking asking;
  private final Stages stages;
  private final Walked walked;
  private final QuestionOutcome outcome;
  private @Nullable List<String> deep;

  GoldPath(Asking asking, Stages stages, Walked walked) {
    this.asking = asking;
    this.stages = stages;
    this.walked = walked;
    this.outcome = walked.outcome();
  }

  /** What became of a gold document. */
  Probe.EvidencePath of(GoldEvidence gold) {
    String read = read(gold);
    if (read != null) {
      return new Probe.EvidencePath(gold.documentId(), read, null, null);
    }
    if (gold.passages().isEmpty()) {
      return new Probe.EvidencePath(gold.documentId(), null, EvidenceLoss.NOT_INDEXED, null);
    }
    if (gold.cut()) {
      return new Probe.EvidencePath(
          gold.documentId(), gold.passages().getFirst().id(), EvidenceLoss.CUT_APART, null);
    }
    Probe.EvidencePath way =
        gold.passages().stream()
            .map(passage -> onTheWay(gold.documentId(), passage.id()))
            .max(FURTHEST)
            .orElseThrow();
    if (way.loss() == EvidenceLoss.FILTERED) {
      way = below(gold);
    }
    boolean piece = way.loss() == EvidenceLoss.BELOW_DEPTH && nearPieceRead(gold);
    return piece && !Repair.isWithinReach(way.rank(), stages.topK())
        ? new Probe.EvidencePath(
            way.documentId(), way.passageId(), EvidenceLoss.CUT_APART, way.rank())
        : way;
  }

  private static final Comparator<Probe.EvidencePath> FURTHEST =
      Comparator.comparing(Probe.EvidencePath::loss)
          .thenComparing(
              way -> way.rank() == null ? Integer.MAX_VALUE : way.rank(),
              Comparator.reverseOrder());

  /** The gold passage that was read with its answer; null if none was. */
  private @Nullable String read(GoldEvidence gold) {
    Context context = walked.read();
    if (context == null) {
      return null;
    }
    Set<String> ids = gold.passages().stream().map(Passage::id).collect(Collectors.toSet());
    for (Evidence evidence : context.evidence()) {
      boolean holds = gold.holdsAnswer(evidence.passage().text());
      for (Passage passage : evidence.retrieved()) {
        boolean owed = gold.cut() || gold.holdsAnswer(passage.text());
        if (ids.contains(passage.id()) && (holds || !owed)) {
          return passage.id();
        }
      }
    }
    return null;
  }

  private boolean nearPieceRead(GoldEvidence gold) {
    Context context = walked.read();
    return context != null
        && context.evidence().stream().map(Evidence::passage).anyMatch(gold::near);
  }

  /** Where a passage was lost; filtered, until the retriever is asked, if it was not found. */
  private Probe.EvidencePath onTheWay(String document, String passage) {
    int topK = stages.topK();
    int found = outcome.retrieved().indexOf(passage);
    int ranked = outcome.ranked().indexOf(passage);
    if (ranked >= 0 && ranked < topK) {
      if (walked.read() == null && outcome.abstention() != null) {
        return new Probe.EvidencePath(document, passage, EvidenceLoss.GATED, null);
      }
      boolean duplicate =
          outcome.dropped().contains(new Context.Dropped(passage, Context.Reason.DUPLICATE));
      return new Probe.EvidencePath(
          document,
          passage,
          duplicate ? EvidenceLoss.DROPPED_BY_DEDUPE : EvidenceLoss.CUT_BY_BUDGET,
          null);
    }
    if (found < 0 && ranked < 0) {
      return new Probe.EvidencePath(document, passage, EvidenceLoss.FILTERED, null);
    }
    boolean reranked = stages.reranker() != null && found >= 0 && found < topK;
    return new Probe.EvidencePath(
        document,
        passage,
        reranked ? EvidenceLoss.RERANKED_AWAY : EvidenceLoss.BELOW_DEPTH,
        1 + (ranked >= 0 ? ranked : found));
  }

  /** How far below it is, if a search can find it at all. */
  private Probe.EvidencePath below(GoldEvidence gold) {
    String first = gold.passages().getFirst().id();
    List<String> ids = gold.passages().stream().map(Passage::id).toList();
    try {
      List<String> ranking = deep();
      int place =
          IntStream.range(0, ranking.size())
              .filter(i -> ids.contains(ranking.get(i)))
              .findFirst()
              .orElse(-1);
      if (place >= 0) {
        return new Probe.EvidencePath(
            gold.documentId(), ranking.get(place), EvidenceLoss.BELOW_DEPTH, place + 1);
      }
      Query ownWords = Query.of(gold.passages().getFirst().searchText());
      List<String> found = asking.found(stages, asking.setting().depth(), ownWords);
      boolean filtered = found.stream().noneMatch(ids::contains);
      return new Probe.EvidencePath(
          gold.documentId(),
          first,
          filtered ? EvidenceLoss.FILTERED : EvidenceLoss.BELOW_DEPTH,
          null);
    } catch (RagException e) {
      return new Probe.EvidencePath(gold.documentId(), first, EvidenceLoss.BELOW_DEPTH, null);
    }
  }

  private List<String> deep() {
    List<String> known = deep;
    if (known == null) {
      known = asking.found(stages, Math.max(DEEP, asking.setting().depth()));
      deep = known;
    }
    return known;
  }
}
