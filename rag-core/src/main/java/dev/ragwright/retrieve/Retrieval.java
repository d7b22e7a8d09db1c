package dev.ragwright.retrieve;

import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

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

  /**
   * This ranking with a record that names ranges of the filter which accept nothing because of what
   * is under their key, counted as {@link Usage#MISTYPED_RANGES}; this one when there are none.
   *
   * @param ranges each a {@link Filter.Range} whose key has texts and no numbers, or a {@link
   *     Filter.TextRange} whose key has numbers and no texts
   */
  public Retrieval withMistyped(List<Filter> ranges) {
    if (ranges.isEmpty()) {
      return this;
    }
    Usage count = Usage.of(Usage.MISTYPED_RANGES, ranges.size());
    StageRecord note =
        StageRecord.of("filter", StageDescription.of("filter", "ranges"), Duration.ZERO, count)
            .with("note", ranges.stream().map(Retrieval::note).collect(Collectors.joining("; ")));
    List<StageRecord> all = new ArrayList<>(parts);
    all.add(note);
    return new Retrieval(hits, usage.plus(count), all);
  }

  private static String note(Filter range) {
    return range instanceof Filter.Range numbers
        ? "%s accepts nothing: what is under '%s' is text, and a range of texts is made by Filter.between(\"%s\", \"from\", \"to\")"
            .formatted(numbers, numbers.key(), numbers.key())
        : "%s accepts nothing: what it is over is numbers, and a range of numbers is made by Filter.between(key, 1, 2)"
            .formatted(range);
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
