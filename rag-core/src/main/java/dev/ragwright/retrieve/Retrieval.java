package dev.ragwright.retrieve;

import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

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
   * This ranking with a record that names the filter's conditions which accept nothing because what
   * is under their key is of another type, counted as {@link Usage#MISTYPED_CONDITIONS}; this one
   * when there are none.
   *
   * @param has whether there is a value of a type under a key: asked for {@link String}, which
   *     stands for several texts too, {@link Number} and {@link Boolean}
   */
  public Retrieval withMistyped(Filter filter, BiPredicate<String, Class<?>> has) {
    return noted(
        Usage.MISTYPED_CONDITIONS,
        filter.conditions().stream()
            .map(condition -> Conditions.mistyped(condition, has))
            .flatMap(Optional::stream)
            .toList());
  }

  /**
   * This ranking with a record that names the filter's keys which no passage has, counted as {@link
   * Usage#UNKNOWN_KEYS}; this one when there are none.
   *
   * @param has whether some passage has a key
   */
  public Retrieval withUnknownKeys(Filter filter, Predicate<String> has) {
    return noted(
        Usage.UNKNOWN_KEYS,
        filter.conditions().stream()
            .map(Conditions::key)
            .distinct()
            .filter(has.negate())
            .map("no passage has '%s'"::formatted)
            .toList());
  }

  private Retrieval noted(String counted, List<String> notes) {
    if (notes.isEmpty()) {
      return this;
    }
    Usage count = Usage.of(counted, notes.size());
    StageRecord note =
        StageRecord.of("filter", StageDescription.of("filter", "conditions"), Duration.ZERO, count)
            .with("note", String.join("; ", notes));
    List<StageRecord> all = new ArrayList<>(parts);
    all.add(note);
    return new Retrieval(hits, usage.plus(count), all);
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
