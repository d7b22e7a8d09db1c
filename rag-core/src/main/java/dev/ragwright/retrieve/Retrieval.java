package dev.ragwright.retrieve;

import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import java.util.Collection;
import java.util.List;

/** A ranking, with what it took to make it. Immutable. */
public final class Retrieval {
  private final List<Hit> hits;
  private final Usage usage;
  private final List<StageRecord> parts;

  private Retrieval(List<Hit> hits, Usage usage, List<StageRecord> parts) {
    this.hits = List.copyOf(hits);
    this.usage = usage;
    this.parts = List.copyOf(parts);
  }

  /** A ranking in the order given, whose cost is unknown. */
  public static Retrieval of(List<Hit> hits) {
    return of(hits, Usage.unknown());
  }

  /** A ranking in the order given. */
  public static Retrieval of(List<Hit> hits, Usage usage) {
    return new Retrieval(hits, usage, List.of());
  }

  /** The best {@code topK} of some hits in the order of {@link Hit#BEST_FIRST}. */
  public static Retrieval ranked(Collection<Hit> hits, int topK, Usage usage) {
    return of(hits.stream().sorted(Hit.BEST_FIRST).limit(topK).toList(), usage);
  }

  /** This ranking with the records of the stages that it was composed from. */
  public Retrieval withParts(List<StageRecord> records) {
    return new Retrieval(hits, usage, records);
  }

  /** The hits, best first; unmodifiable. */
  public List<Hit> hits() {
    return hits;
  }

  /** What was counted, that of the parts included. */
  public Usage usage() {
    return usage;
  }

  /** What the stages did that a composed retriever called; empty for a simple one; unmodifiable. */
  public List<StageRecord> parts() {
    return parts;
  }
}
