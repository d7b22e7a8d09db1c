package dev.ragwright.retrieve;

import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The queries that an expander made of a question, with what it took to make them. Immutable. */
public final class Expansion {
  private final List<Query> queries;
  private final Usage usage;
  private final List<StageRecord> parts;

  private Expansion(List<Query> queries, Usage usage, List<StageRecord> parts) {
    this.queries = queries;
    this.usage = usage;
    this.parts = List.copyOf(parts);
  }

  /**
   * {@link #of(List, Usage)} whose cost is unknown.
   *
   * @throws IllegalArgumentException if there is no query
   */
  public static Expansion of(List<Query> queries) {
    return of(queries, Usage.unknown());
  }

  /**
   * Queries in the order given. One that stands there twice is searched for once, and a blank one
   * only if all are: it would find nothing.
   *
   * @throws IllegalArgumentException if there is no query
   */
  public static Expansion of(List<Query> queries, Usage usage) {
    Set<Query> distinct = new LinkedHashSet<>();
    for (Query query : queries) {
      distinct.add(Objects.requireNonNull(query, "the expander returned a null query"));
    }
    if (distinct.isEmpty()) {
      throw new IllegalArgumentException(
          "the expander returned no query, and there must be one; return the question itself where there is nothing to add");
    }
    List<Query> worded = new ArrayList<>(distinct);
    worded.removeIf(query -> query.text().isBlank());
    return new Expansion(
        worded.isEmpty() ? List.of(distinct.iterator().next()) : List.copyOf(worded),
        usage,
        List.of());
  }

  /** This expansion with the records of the stages that were called for it. */
  public Expansion withParts(List<StageRecord> records) {
    return new Expansion(queries, usage, records);
  }

  /** The queries, the most important first; at least one, none twice; unmodifiable. */
  public List<Query> queries() {
    return queries;
  }

  /** What was counted, that of the parts included. */
  public Usage usage() {
    return usage;
  }

  /** What the stages did that the expander called; empty for a simple one; unmodifiable. */
  public List<StageRecord> parts() {
    return parts;
  }
}
