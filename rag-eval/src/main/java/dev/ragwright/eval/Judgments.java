package dev.ragwright.eval;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one query's documents: a grade for each document that somebody looked at. A
 * grade of 0 is "judged, not relevant"; a negative one is "in the pool, but not judged", which
 * every metric takes as no judgment. Immutable.
 */
public final class Judgments {
  private static final Judgments NONE = of(Map.of());

  private final Map<String, Integer> grades;
  private final Map<String, Integer> lookup;
  private final int[] ideal;

  private Judgments(Map<String, Integer> grades) {
    this.grades = Collections.unmodifiableMap(new LinkedHashMap<>(grades));
    this.lookup = new HashMap<>(grades);
    int[] judged = grades.values().stream().filter(g -> g >= 0).mapToInt(g -> g).sorted().toArray();
    for (int i = 0, j = judged.length - 1; i < j; i++, j--) {
      int grade = judged[i];
      judged[i] = judged[j];
      judged[j] = grade;
    }
    this.ideal = judged;
  }

  /** The grades by document id. */
  public static Judgments of(Map<String, Integer> grades) {
    return new Judgments(grades);
  }

  /** No judgments: nothing is known. */
  public static Judgments none() {
    return NONE;
  }

  /** The grades by document id, in the order given; unmodifiable. */
  public Map<String, Integer> grades() {
    return grades;
  }

  /** The document's grade; empty if it is not in the pool. */
  public OptionalInt grade(String document) {
    Integer grade = lookup.get(document);
    return grade == null ? OptionalInt.empty() : OptionalInt.of(grade);
  }

  /** Whether no document is in the pool. */
  public boolean isEmpty() {
    return grades.isEmpty();
  }

  /** How many documents are judged: those with a grade of 0 or more. */
  public int judged() {
    return ideal.length;
  }

  /** How many documents have at least the grade {@code level}, which is 0 or more. */
  public int atLeast(int level) {
    int count = 0;
    while (count < ideal.length && ideal[count] >= level) {
      count++;
    }
    return count;
  }

  /** The documents with a grade of 1 or more, in the order of their ids; unmodifiable. */
  public Set<String> relevant() {
    return grades.entrySet().stream()
        .filter(grade -> grade.getValue() >= 1)
        .map(Map.Entry::getKey)
        .collect(
            Collectors.collectingAndThen(
                Collectors.toCollection(TreeSet::new), Collections::unmodifiableSet));
  }

  /** {@link JudgedRanking#UNJUDGED} for what has no grade of 0 or more. */
  int gradeOrUnjudged(String document) {
    Integer grade = lookup.get(document);
    return grade == null || grade < 0 ? JudgedRanking.UNJUDGED : grade;
  }

  /** The grades of the judged documents, best first. Not to be changed. */
  int[] ideal() {
    return ideal;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Judgments other && lookup.equals(other.lookup);
  }

  @Override
  public int hashCode() {
    return lookup.hashCode();
  }

  /** For people: {@code 12 judged, 3 relevant}, with the level at 1. */
  @Override
  public String toString() {
    return judged() + " judged, " + atLeast(1) + " relevant";
  }
}
