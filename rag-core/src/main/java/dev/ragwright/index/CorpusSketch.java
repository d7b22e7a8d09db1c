package dev.ragwright.index;

import dev.ragwright.document.Passage;
import dev.ragwright.text.Sampling;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A sample of a corpus's passages that is small enough to be kept beside what was learnt over them,
 * by which it is told later how much of the corpus has changed.
 *
 * <p>Each passage has a hash of its id and of what search reads, from 0 to below 1. The sample is
 * the {@value #SIZE} smallest, which are drawn evenly from all passages, and the smallest of two
 * corpora tell what they share (the {@code k} minimum values of Beyer et al., "On Synopses for
 * Distinct-Value Estimation Under Multiset Operations", SIGMOD 2007). The passages' order does not
 * matter.
 *
 * @param passages how many there are, none twice
 * @param sample the smallest hashes, ascending; all where there are no more than {@value #SIZE}
 */
public record CorpusSketch(long passages, List<Double> sample) {
  /** The largest number of hashes in a sample. */
  public static final int SIZE = 256;

  /** Copies the sample, and refuses one that is not as long as it must be, or not ascending. */
  public CorpusSketch {
    sample = List.copyOf(sample);
    if (sample.size() != Math.min(passages, SIZE)
        || !sample.equals(List.copyOf(new TreeSet<>(sample)))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a sketch of %d passages has %d ascending hashes, had %d",
              passages,
              Math.clamp(passages, 0, SIZE),
              sample.size()));
    }
  }

  /**
   * Reads all passages once; one that has the id and text of another counts once.
   *
   * @param passages of the whole corpus, in any order; the caller closes it
   */
  public static CorpusSketch of(Stream<Passage> passages) {
    Set<Double> hashes = new HashSet<>();
    passages.forEachOrdered(passage -> hashes.add(hash(passage)));
    return new CorpusSketch(hashes.size(), smallest(hashes));
  }

  /**
   * The share of the passages of both corpora that only one of them has: 0 if they are the same, 1
   * if they have none in common, and 0 if both are empty. A passage whose text has changed is two.
   * Exact where both have no more than {@value #SIZE} passages; else an estimate, whose standard
   * error is at most .032.
   */
  public double changed(CorpusSketch since) {
    Set<Double> both = new HashSet<>(sample);
    both.retainAll(since.sample);
    Set<Double> either = new HashSet<>(sample);
    either.addAll(since.sample);
    List<Double> drawn = smallest(either);
    long shared = drawn.stream().filter(both::contains).count();
    return drawn.isEmpty() ? 0 : 1 - (double) shared / drawn.size();
  }

  private static List<Double> smallest(Collection<Double> hashes) {
    return hashes.stream().sorted().limit(SIZE).toList();
  }

  private static double hash(Passage passage) {
    return Sampling.fraction(passage.id() + "\n" + passage.searchText(), 0);
  }
}
