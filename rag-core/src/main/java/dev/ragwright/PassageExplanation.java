package dev.ragwright;

import dev.ragwright.generate.Context;
import dev.ragwright.pipeline.Walk;
import dev.ragwright.retrieve.Hit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Where a passage got to on a question's way through a pipeline, and where it was lost.
 *
 * @param passageId of the passage that was asked about
 * @param end how far it got
 * @param reason why it is lost there, or is read in part, for people; empty where {@code end} says
 *     it all
 * @param places its rank in what each stage gave, in their order: {@code retrieve}, then {@code
 *     rerank} where there is a reranker, and {@code fallback} where the fallback's passages took
 *     the place of the first; without those in which it is not; unmodifiable
 */
public record PassageExplanation(String passageId, End end, String reason, List<Place> places) {

  /** How far a passage got. */
  public enum End {
    /** The generator reads it, at least a part of it. */
    READ,
    /** The context has no room for it, or something better with its words. */
    DROPPED,
    /** It is among the best, which the gate did not find good enough. */
    GATED,
    /** It is ranked behind the passages that the context is made of. */
    BEHIND,
    /** The reranker left it out. */
    NOT_KEPT,
    /** The retriever finds it, and deeper than the pipeline looks. */
    TOO_DEEP,
    /** The retriever does not find it, as deep as was asked. */
    NOT_FOUND
  }

  /**
   * A passage's place in a ranking.
   *
   * @param stage that gave the ranking
   * @param rank from 1
   * @param of how many passages the ranking has
   * @param taken how many of them the pipeline goes on with
   * @param score as the stage gave it
   */
  public record Place(String stage, int rank, int of, int taken, double score) {
    /** As one line, such as {@code rerank: rank 31 of 50, score -3.1000, first 8 taken}. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: rank %,d of %,d, score %.4f, first %,d taken",
          stage,
          rank,
          of,
          score,
          taken);
    }
  }

  /** Copies the places. */
  public PassageExplanation {
    places = List.copyOf(places);
  }

  /** Of a passage that is not among what the pipeline takes, as a deeper search finds it. */
  static PassageExplanation deeper(String passageId, List<Hit> found, int taken) {
    List<Place> places = new ArrayList<>();
    int rank = place("retrieve", found, taken, passageId, places);
    return new PassageExplanation(passageId, rank == 0 ? End.NOT_FOUND : End.TOO_DEEP, "", places);
  }

  /** What a walk that went up to its context says of a passage. */
  static PassageExplanation of(String passageId, Walk walk, int topK) {
    List<Place> places = new ArrayList<>();
    Walk.Replaced before = walk.replaced();
    int first = 0;
    if (before != null) {
      first = place("retrieve", before.hits(), before.hits().size(), passageId, places);
      if (before.reranked() != null) {
        place("rerank", before.reranked(), topK, passageId, places);
      }
    }
    List<Hit> found = walk.taken();
    String stage = before == null ? "retrieve" : "fallback";
    int retrieved = place(stage, found, found.size(), passageId, places);
    if (retrieved == 0) {
      return before == null || first == 0
          ? new PassageExplanation(passageId, End.NOT_FOUND, "", places)
          : new PassageExplanation(
              passageId, End.GATED, before.why() + "; the fallback does not find it", places);
    }
    List<Hit> reranked = walk.reranked();
    int rank = reranked == null ? retrieved : place("rerank", reranked, topK, passageId, places);
    if (rank == 0 || rank > topK) {
      return new PassageExplanation(passageId, rank == 0 ? End.NOT_KEPT : End.BEHIND, "", places);
    }
    Context context = walk.read();
    if (context == null) {
      String why = walk.abstention() == null ? "" : walk.abstention().detail();
      return new PassageExplanation(passageId, End.GATED, why, places);
    }
    String dropped =
        context.dropped().stream()
            .filter(one -> one.passageId().equals(passageId))
            .map(one -> one.reason().name())
            .collect(Collectors.joining(", "));
    boolean read =
        context.evidence().stream().anyMatch(evidence -> evidence.passageIds().contains(passageId));
    return new PassageExplanation(passageId, read ? End.READ : End.DROPPED, dropped, places);
  }

  /** Returns the rank, 0 if it has none. */
  private static int place(
      String stage, List<Hit> hits, int taken, String passageId, List<Place> places) {
    for (int i = 0; i < hits.size(); i++) {
      if (hits.get(i).passage().id().equals(passageId)) {
        int most = Math.min(taken, hits.size());
        places.add(new Place(stage, i + 1, hits.size(), most, hits.get(i).score()));
        return i + 1;
      }
    }
    return 0;
  }

  /** For people: how far it got, and below that one line for each ranking. */
  @Override
  public String toString() {
    String said =
        switch (end) {
          case READ -> "is read by the generator";
          case DROPPED -> "is not in the context";
          case GATED -> "is among the best, and the gate found these too weak";
          case BEHIND -> "is ranked behind what the context is made of";
          case NOT_KEPT -> "is left out by the reranker";
          case TOO_DEEP -> "is found, deeper than the pipeline looks";
          case NOT_FOUND -> "is not found by the retriever";
        };
    return "passage "
        + passageId
        + " "
        + said
        + (reason.isEmpty() ? "" : ": " + reason)
        + places.stream().map(place -> "\n  " + place).collect(Collectors.joining());
  }
}
