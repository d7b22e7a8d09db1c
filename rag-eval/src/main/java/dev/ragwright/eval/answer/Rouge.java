package dev.ragwright.eval.answer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * ROUGE (Lin, ACL 2004) as Google's {@code rouge_score} package computes it: the best F-measure
 * over the reference answers, from 0 to 1. Words are runs of ASCII letters and digits, so a text in
 * another script has none and is worth 0. Immutable.
 *
 * <p>Time is the product of both lengths for {@link #rougeL()} and {@link #rougeLsum()}.
 */
public final class Rouge extends BestReference {

  /**
   * The parts of a score.
   *
   * @param precision the share of the answer that is in the reference
   * @param recall the share of the reference that is in the answer
   */
  public record Parts(double precision, double recall) {
    /** The harmonic mean; 0 when both are. */
    public double fMeasure() {
      return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
    }
  }

  private enum Variant {
    N_GRAMS,
    L,
    LSUM
  }

  private final String plainName;
  private final Variant variant;
  private final int n;
  private final boolean stemmed;

  private Rouge(String plainName, Variant variant, int n, boolean stemmed) {
    super(stemmed ? plainName + "-stemmed" : plainName);
    this.plainName = plainName;
    this.variant = variant;
    this.n = n;
    this.stemmed = stemmed;
  }

  /**
   * Counts the n-grams (runs of {@code n} words) that both have, each as often as it stands in
   * both.
   *
   * @throws IllegalArgumentException unless {@code n} is from 1 to 9, as in the reference
   */
  public static Rouge n(int n) {
    if (n < 1 || n > 9) {
      throw new IllegalArgumentException("n of ROUGE-n must be from 1 to 9, was " + n);
    }
    return new Rouge("rouge" + n, Variant.N_GRAMS, n, false);
  }

  /** Takes the longest sequence of words that both have in the same order, with or without gaps. */
  public static Rouge rougeL() {
    return new Rouge("rougeL", Variant.L, 0, false);
  }

  /**
   * For texts of several sentences, one to a line: for each sentence of the reference, the words of
   * it that are in its longest common sequence with any sentence of the answer; each as often at
   * most as it stands in the answer.
   */
  public static Rouge rougeLsum() {
    return new Rouge("rougeLsum", Variant.LSUM, 0, false);
  }

  /** The same over Porter's stems, of words with more than three letters. */
  public Rouge stemmed() {
    return new Rouge(plainName, variant, n, true);
  }

  /** Precision and recall against one reference. */
  public Parts parts(String reference, String answer) {
    return switch (variant) {
      case N_GRAMS -> grams(tokens(reference), tokens(answer));
      case L -> longest(tokens(reference), tokens(answer));
      case LSUM -> summary(sentences(reference), sentences(answer));
    };
  }

  @Override
  double against(String reference, String answer) {
    return parts(reference, answer).fMeasure();
  }

  private List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    String lower = PythonText.lower(text);
    int start = -1;
    for (int i = 0; i <= lower.length(); i++) {
      char c = i < lower.length() ? lower.charAt(i) : ' ';
      boolean letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      if (letter && start < 0) {
        start = i;
      } else if (!letter && start >= 0) {
        String token = lower.substring(start, i);
        tokens.add(stemmed && token.length() > 3 ? PorterStemmer.stem(token) : token);
        start = -1;
      }
    }
    return tokens;
  }

  private List<List<String>> sentences(String text) {
    List<List<String>> sentences = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (!line.isEmpty()) {
        sentences.add(tokens(line));
      }
    }
    return sentences;
  }

  private Parts grams(List<String> reference, List<String> answer) {
    Map<List<String>, Integer> left = new HashMap<>();
    int expected = Math.max(reference.size() - n + 1, 0);
    int actual = Math.max(answer.size() - n + 1, 0);
    for (int i = 0; i < expected; i++) {
      left.merge(List.copyOf(reference.subList(i, i + n)), 1, Integer::sum);
    }
    int same = 0;
    for (int i = 0; i < actual; i++) {
      List<String> gram = answer.subList(i, i + n);
      int count = left.getOrDefault(gram, 0);
      if (count > 0) {
        left.put(List.copyOf(gram), count - 1);
        same++;
      }
    }
    return new Parts((double) same / Math.max(actual, 1), (double) same / Math.max(expected, 1));
  }

  private static Parts longest(List<String> reference, List<String> answer) {
    if (reference.isEmpty() || answer.isEmpty()) {
      return new Parts(0, 0);
    }
    Numbered numbers = new Numbered();
    int[] rows = numbers.of(reference);
    int[] columns = numbers.of(answer);
    double length = fill(rows, columns, new BitSet[0]);
    return new Parts(length / columns.length, length / rows.length);
  }

  private static Parts summary(List<List<String>> reference, List<List<String>> answer) {
    Numbered numbers = new Numbered();
    List<int[]> expected = reference.stream().map(numbers::of).toList();
    List<int[]> actual = answer.stream().map(numbers::of).toList();
    int[] leftInReference = numbers.counts(expected);
    int[] leftInAnswer = numbers.counts(actual);
    int hits = 0;
    for (int[] sentence : expected) {
      BitSet union = new BitSet();
      for (int[] other : actual) {
        addLongest(sentence, other, union);
      }
      for (int i = union.nextSetBit(0); i >= 0; i = union.nextSetBit(i + 1)) {
        if (leftInReference[sentence[i]] > 0 && leftInAnswer[sentence[i]] > 0) {
          leftInReference[sentence[i]]--;
          leftInAnswer[sentence[i]]--;
          hits++;
        }
      }
    }
    int m = expected.stream().mapToInt(sentence -> sentence.length).sum();
    int n = actual.stream().mapToInt(sentence -> sentence.length).sum();
    return m == 0 || n == 0 ? new Parts(0, 0) : new Parts((double) hits / n, (double) hits / m);
  }

  /**
   * Adds the places in {@code rows} of one longest common sequence: the one the reference takes.
   */
  private static void addLongest(int[] rows, int[] columns, BitSet places) {
    BitSet[] leftward = new BitSet[rows.length]; // (rows, columns)
    Arrays.setAll(leftward, row -> new BitSet(columns.length));
    fill(rows, columns, leftward);
    int i = rows.length;
    int j = columns.length;
    while (i > 0 && j > 0) {
      if (rows[i - 1] == columns[j - 1]) {
        places.set(i - 1);
        i--;
        j--;
      } else if (leftward[i - 1].get(j - 1)) {
        j--;
      } else {
        i--;
      }
    }
  }

  /**
   * Returns the length of the longest common sequence. One bit for each pair of words tells the way
   * back, where a table of numbers would take 32 times the room.
   *
   * @param leftward (rows, columns): set where the sequence is longer without the column's word
   *     than without the row's; none if nobody asks for the way back
   */
  private static int fill(int[] rows, int[] columns, BitSet[] leftward) {
    int[] above = new int[columns.length + 1];
    int[] current = new int[columns.length + 1];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < columns.length; j++) {
        if (rows[i] == columns[j]) {
          current[j + 1] = above[j] + 1;
        } else {
          current[j + 1] = Math.max(above[j + 1], current[j]);
          if (leftward.length > 0 && current[j] > above[j + 1]) {
            leftward[i].set(j);
          }
        }
      }
      int[] swap = above;
      above = current;
      current = swap;
    }
    return above[columns.length];
  }

  /** Gives equal words equal numbers, from 0. */
  private static final class Numbered {
    private final Map<String, Integer> numbers = new HashMap<>();

    int[] of(List<String> words) {
      int[] result = new int[words.size()];
      for (int i = 0; i < result.length; i++) {
        Integer next = numbers.size();
        Integer known = numbers.putIfAbsent(words.get(i), next);
        result[i] = known == null ? next : known;
      }
      return result;
    }

    int[] counts(List<int[]> sentences) {
      int[] counts = new int[numbers.size()];
      for (int[] sentence : sentences) {
        for (int word : sentence) {
          counts[word]++;
        }
      }
      return counts;
    }
  }
}
