package dev.ragwright.call;

import java.util.Collections;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a stage counted while it worked: tokens, calls, pairs scored. Times are not here (the
 * pipeline measures them), nor is money (a price turns counts into it afterwards).
 *
 * <p>A count is <em>known</em> or <em>unknown</em>, and unknown is not 0. A {@linkplain
 * #isComplete() complete} usage lists all that was used, so a counter that it does not list is 0;
 * an incomplete one, such as that of a bare lambda, says nothing of the counters it does not list,
 * so they are unknown. In a {@linkplain #plus(Usage) sum}, unknown stays unknown.
 *
 * <p>Immutable.
 */
public final class Usage {
  /** Tokens that a generator, or a hosted reranker, read. */
  public static final String INPUT_TOKENS = "inputTokens";

  /**
   * Tokens, counted among {@link #INPUT_TOKENS} too, whose reading was spared because a beginning
   * of the input was kept from an earlier call.
   */
  public static final String CACHED_INPUT_TOKENS = "cachedInputTokens";

  /** Tokens that a generator wrote. */
  public static final String OUTPUT_TOKENS = "outputTokens";

  /**
   * Tokens, counted among {@link #OUTPUT_TOKENS} too, that a generator wrote while it thought, and
   * that are no part of its answer.
   */
  public static final String REASONING_TOKENS = "reasoningTokens";

  /** Calls to a service that runs a model elsewhere. */
  public static final String REQUESTS = "requests";

  /** Tokens that an embedding model read, with its special tokens and the overlap of windows. */
  public static final String EMBEDDED_TOKENS = "embeddedTokens";

  /** Texts that an embedding model was given. */
  public static final String EMBEDDED_TEXTS = "embeddedTexts";

  /** Texts whose vectors a cache had. */
  public static final String REMEMBERED_TEXTS = "rememberedTexts";

  /** Texts of which a model did not see the end, because they were longer than its limit. */
  public static final String TRUNCATED_TEXTS = "truncatedTexts";

  /** Tokens of those texts that the model did not see. */
  public static final String TRUNCATED_TOKENS = "truncatedTokens";

  /** Distinct query terms left out because an engine bounds their number. */
  public static final String DROPPED_TERMS = "droppedTerms";

  /** Pairs of a question and a passage that a model scored. */
  public static final String SCORED_PAIRS = "scoredPairs";

  /** Windows that a model scored; more than pairs where a passage was longer than its limit. */
  public static final String SCORED_WINDOWS = "scoredWindows";

  /**
   * Pairs that a reranker was given and did not score, because it stopped early or had no room for
   * them.
   */
  public static final String UNSCORED_PAIRS = "unscoredPairs";

  /** Passages without a date, or with one that cannot be read, where a date was asked for. */
  public static final String UNDATED_PASSAGES = "undatedPassages";

  /** Matches that were read of a store's answer; of its last where it was asked for more. */
  public static final String MATCHES_READ = "matchesRead";

  /** Those of them that the filter refused, or whose passage is not known any more. */
  public static final String MATCHES_REFUSED = "matchesRefused";

  /**
   * Searches of a store that ended at the bound on what is read, so that passages may lack which
   * are as near.
   */
  public static final String CUT_SEARCHES = "cutSearches";

  /**
   * Conditions of a filter that accept nothing because all that is there under their key is of
   * another type.
   */
  public static final String MISTYPED_CONDITIONS = "mistypedConditions";

  /** Keys of a filter that no passage has. */
  public static final String UNKNOWN_KEYS = "unknownKeys";

  /** Vectors that a search compared with the query's. */
  public static final String VECTORS_COMPARED = "vectorsCompared";

  /** Graphs of vectors that a search walked; not counted where all were compared instead. */
  public static final String GRAPHS_WALKED = "graphsWalked";

  /** Passages that a search found first and learnt from, to search once more. */
  public static final String FEEDBACK_PASSAGES = "feedbackPassages";

  /** Places in texts that were replaced before the texts left the process. */
  public static final String REDACTED_PLACES = "redactedPlaces";

  /** How often a retriever that searches several times for one question has searched. */
  public static final String SEARCHES = "searches";

  private static final Usage NONE = new Usage(new TreeMap<>(), new TreeSet<>(), true);
  private static final Usage UNKNOWN = new Usage(new TreeMap<>(), new TreeSet<>(), false);

  private final SortedMap<String, Long> known;
  private final SortedSet<String> unknown;
  private final boolean complete;

  private Usage(SortedMap<String, Long> known, SortedSet<String> unknown, boolean complete) {
    this.known = Collections.unmodifiableSortedMap(known);
    this.unknown = Collections.unmodifiableSortedSet(unknown);
    this.complete = complete;
  }

  /** Nothing was used: every count is 0. */
  public static Usage none() {
    return NONE;
  }

  /** Nothing is known of what was used: every count is unknown. */
  public static Usage unknown() {
    return UNKNOWN;
  }

  /**
   * One count, and nothing else was used.
   *
   * @throws IllegalArgumentException if {@code count < 0}
   */
  public static Usage of(String counter, long count) {
    return NONE.with(counter, count);
  }

  /**
   * This usage with one counter set.
   *
   * @throws IllegalArgumentException if {@code count < 0}
   */
  public Usage with(String counter, long count) {
    if (count < 0) {
      throw new IllegalArgumentException(counter + " must be >= 0, was " + count);
    }
    SortedMap<String, Long> counts = new TreeMap<>(known);
    counts.put(counter, count);
    SortedSet<String> others = new TreeSet<>(unknown);
    others.remove(counter);
    return new Usage(counts, others, complete);
  }

  /** This usage with one counter set to unknown. */
  public Usage withUnknown(String counter) {
    SortedMap<String, Long> counts = new TreeMap<>(known);
    counts.remove(counter);
    SortedSet<String> others = new TreeSet<>(unknown);
    others.add(counter);
    return new Usage(counts, others, complete);
  }

  /** The count, 0 when nothing of it was used, or empty when it is unknown. */
  public OptionalLong count(String counter) {
    Long count = known.get(counter);
    if (count != null) {
      return OptionalLong.of(count);
    }
    return complete && !unknown.contains(counter) ? OptionalLong.of(0) : OptionalLong.empty();
  }

  /** The sum, counter by counter; unknown where either part is unknown. */
  public Usage plus(Usage other) {
    SortedSet<String> counters = new TreeSet<>(known.keySet());
    counters.addAll(unknown);
    counters.addAll(other.known.keySet());
    counters.addAll(other.unknown);
    SortedMap<String, Long> counts = new TreeMap<>();
    SortedSet<String> others = new TreeSet<>();
    for (String counter : counters) {
      OptionalLong a = count(counter);
      OptionalLong b = other.count(counter);
      if (a.isPresent() && b.isPresent()) {
        counts.put(counter, Math.addExact(a.getAsLong(), b.getAsLong()));
      } else {
        others.add(counter);
      }
    }
    return new Usage(counts, others, complete && other.complete);
  }

  /** The counters with a known count, by name; unmodifiable. */
  public SortedMap<String, Long> known() {
    return known;
  }

  /** The counters named as unknown; unmodifiable. */
  public SortedSet<String> unknownCounters() {
    return unknown;
  }

  /** Whether nothing was used that is not listed. */
  public boolean isComplete() {
    return complete;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Usage other
        && known.equals(other.known)
        && unknown.equals(other.unknown)
        && complete == other.complete;
  }

  @Override
  public int hashCode() {
    return Objects.hash(known, unknown, complete);
  }

  /** For people: {@code inputTokens 12, outputTokens unknown}. */
  @Override
  public String toString() {
    SortedMap<String, String> shown = new TreeMap<>();
    known.forEach((counter, count) -> shown.put(counter, counter + " " + count));
    unknown.forEach(counter -> shown.put(counter, counter + " unknown"));
    String listed = String.join(", ", shown.values());
    if (complete) {
      return listed.isEmpty() ? "nothing" : listed;
    }
    return listed.isEmpty() ? "unknown" : listed + ", the rest unknown";
  }
}
