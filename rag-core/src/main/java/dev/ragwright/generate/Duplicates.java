package dev.ragwright.generate;

import dev.ragwright.generate.Context.Reason;
import dev.ragwright.text.LetterCase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells which texts repeat an earlier one: word for word, or nearly, by the Jaccard coefficient of
 * their word shingles (Broder, "On the resemblance and containment of documents", 1997). Each text
 * is compared with all kept ones, which is quick for the tens of passages that a context is made
 * of.
 */
final class Duplicates {
  /** Shingles are of runs: an ideograph is too short a word for them. */
  private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}\\p{M}]+");

  private static final Pattern SPACES = Pattern.compile("\\s+");

  /**
   * Words of a shingle: fewer would find texts of one subject alike, more would need long texts.
   */
  private static final int SHINGLE = 3;

  private final double jaccard;
  private final Set<String> words = new HashSet<>();
  private final List<Set<List<String>>> shingles = new ArrayList<>();

  /**
   * Starts without texts.
   *
   * @param jaccard from which on two are nearly the same; NaN for word for word only
   */
  Duplicates(double jaccard) {
    this.jaccard = jaccard;
  }

  /** Why a text is left out; empty when it is kept, and later ones are compared with it. */
  Optional<Reason> add(String text) {
    if (!words.add(SPACES.matcher(text.strip()).replaceAll(" "))) {
      return Optional.of(Reason.DUPLICATE);
    }
    if (Double.isNaN(jaccard)) {
      return Optional.empty();
    }
    Set<List<String>> own = shingles(text);
    if (shingles.stream().anyMatch(kept -> jaccard(own, kept) >= jaccard)) {
      return Optional.of(Reason.NEAR_DUPLICATE);
    }
    shingles.add(own);
    return Optional.empty();
  }

  private static double jaccard(Set<List<String>> a, Set<List<String>> b) {
    long shared = a.stream().filter(b::contains).count();
    long all = a.size() + b.size() - shared;
    return all == 0 ? 0 : (double) shared / all;
  }

  /** Of a text with fewer words than a shingle has, all of them are one. */
  private static Set<List<String>> shingles(String text) {
    List<String> found =
        NO_WORD.splitAsStream(LetterCase.lower(text)).filter(word -> !word.isEmpty()).toList();
    Set<List<String>> shingles = new HashSet<>();
    for (int i = 0; i + SHINGLE <= found.size(); i++) {
      shingles.add(found.subList(i, i + SHINGLE));
    }
    if (shingles.isEmpty() && !found.isEmpty()) {
      shingles.add(found);
    }
    return shingles;
  }
}
