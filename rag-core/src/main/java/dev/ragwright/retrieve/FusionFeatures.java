package dev.ragwright.retrieve;

import dev.ragwright.document.Passage;
import dev.ragwright.text.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Cheap numbers of passages that several retrievers found for a question, from which a {@link
 * FusionModel} makes one ranking. Higher is not always better. Immutable.
 *
 * <p>Of each ranking, by its place from 0, all 0 for what is not in it:
 *
 * <ul>
 *   <li>{@code minMax.0}: as in {@link RankFusion#minMax}, from 0 to 1
 *   <li>{@code zScore.0}: as in {@link RankFusion#zScore}, {@code >= 0}
 *   <li>{@code rank.0}: {@code 61 / (60 + rank)}, from 0 to 1
 *   <li>{@code top.0}: {@code 1 / rank}, from 0 to 1
 *   <li>{@code score.0}: the score, at most a million either way
 *   <li>{@code lead.0}: of the best, by how much of the ranking's range it is above the second
 * </ul>
 *
 * <p>Of the question, which none of these know, and the passage. Words are compared as they stand,
 * in lower case; a word counts the more, the fewer of the passages have it: {@code log(1 + (n - m +
 * 0.5) / (m + 0.5))} for {@code m} of {@code n}.
 *
 * <ul>
 *   <li>{@code both}: the product of {@code minMax} over all rankings
 *   <li>{@code words}: the share of the question's words that the passage has, each once
 *   <li>{@code pairs}: the share of the question's pairs of neighbouring words that stand together
 *       in the passage, unweighted
 *   <li>{@code phrase}: the longest part of the question that stands in the passage, in words, over
 *       the question's
 *   <li>{@code title}: the share of the question's words that the title has: the metadata's {@code
 *       title}, else the first heading, else the document's first line
 *   <li>{@code titleShare}: the share of the title's words that the question has, unweighted
 *   <li>{@code length}: {@code log(1 + words)} of the passage
 *   <li>{@code alike3}, {@code alike10}: the mean cosine of the passage and each other of the best
 *       3 or 10 by the sum of {@code minMax}, of words weighed by {@code (1 + log(count)) * log((n
 *       + 1) / (m + 0.5))}: what the best have in common is likely what was asked for
 * </ul>
 */
public final class FusionFeatures {
  private static final double MOST = 1e6; // a score may be infinite, a feature not
  private static final List<String> OF_RANKING =
      List.of("minMax", "zScore", "rank", "top", "score", "lead");
  private static final List<String> OF_BOTH = List.of("both");
  private static final List<String> OF_QUESTION =
      List.of("words", "pairs", "phrase", "title", "titleShare", "length", "alike3", "alike10");

  private final int rankings;
  private final List<Passage> passages;
  private final List<double[]> values; // of each passage, in the order of the names

  private FusionFeatures(int rankings, List<Passage> passages, List<double[]> values) {
    this.rankings = rankings;
    this.passages = Collections.unmodifiableList(passages);
    this.values = values;
  }

  /** What the numbers of so many rankings are called, in their order; unmodifiable. */
  public static List<String> names(int rankings) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < rankings; i++) {
      for (String name : OF_RANKING) {
        names.add(name + "." + i);
      }
    }
    names.addAll(OF_BOTH);
    names.addAll(OF_QUESTION);
    return Collections.unmodifiableList(names);
  }

  /** Whether one of these cannot be told without the question. */
  static boolean readQuestion(List<String> names) {
    return names.stream().anyMatch(OF_QUESTION::contains);
  }

  /** The numbers of rankings alone; those that need the question are 0. */
  public static FusionFeatures of(List<List<Hit>> rankings) {
    Map<String, Passage> found = new LinkedHashMap<>();
    for (List<Hit> ranking : rankings) {
      ranking.forEach(hit -> found.putIfAbsent(hit.passage().id(), hit.passage()));
    }
    int width = rankings.size() * OF_RANKING.size() + OF_BOTH.size() + OF_QUESTION.size();
    Map<String, double[]> values = new LinkedHashMap<>();
    found.keySet().forEach(id -> values.put(id, new double[width]));
    for (int i = 0; i < rankings.size(); i++) {
      ofRanking(rankings.get(i), i * OF_RANKING.size(), values);
    }
    int both = rankings.size() * OF_RANKING.size();
    for (double[] row : values.values()) {
      row[both] = rankings.isEmpty() ? 0 : 1;
      for (int i = 0; i < rankings.size(); i++) {
        row[both] *= row[i * OF_RANKING.size()];
      }
    }
    return new FusionFeatures(
        rankings.size(), new ArrayList<>(found.values()), new ArrayList<>(values.values()));
  }

  /** All numbers. */
  public static FusionFeatures of(Query query, List<List<Hit>> rankings) {
    FusionFeatures found = of(rankings);
    Wording wording = new Wording(Words.of(query.text()).toList(), found.passages);
    wording.into(found.values);
    int[] best = found.best();
    wording.alike(Arrays.copyOf(best, Math.min(3, best.length)), found.values, 2);
    wording.alike(best, found.values, 1);
    return found;
  }

  private static void ofRanking(List<Hit> ranking, int at, Map<String, double[]> values) {
    ScoreScale minMax = ScoreScale.observed(ranking);
    ScoreScale zScore = ScoreScale.standard(ranking);
    Set<String> seen = new HashSet<>();
    int rank = 0;
    double lead = 1;
    for (Hit hit : ranking) {
      rank++;
      double[] row = values.get(hit.passage().id());
      if (row == null || !seen.add(hit.passage().id())) {
        continue;
      }
      row[at] = minMax.weighed(1, rank, hit.score());
      row[at + 1] = zScore.weighed(1, rank, hit.score());
      row[at + 2] = 61.0 / (60 + rank);
      row[at + 3] = 1.0 / rank;
      row[at + 4] = Math.clamp(hit.score(), -MOST, MOST);
      if (rank == 2) {
        lead = 1 - row[at];
      }
    }
    if (!ranking.isEmpty()) {
      double[] best = values.get(ranking.getFirst().passage().id());
      if (best != null) {
        best[at + 5] = lead;
      }
    }
  }

  /** The ten best passages by the sum of their scaled scores. */
  private int[] best() {
    double[] sums = new double[values.size()];
    for (int i = 0; i < sums.length; i++) {
      for (int r = 0; r < rankings; r++) {
        sums[i] += values.get(i)[r * OF_RANKING.size()];
      }
    }
    return IntStream.range(0, sums.length)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer i) -> sums[i])
                .reversed()
                .thenComparing(i -> passages.get(i).id()))
        .limit(10)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** How many rankings there were. */
  int rankings() {
    return rankings;
  }

  /** What was found, each once, in the order in which the rankings have it; unmodifiable. */
  public List<Passage> passages() {
    return passages;
  }

  /** The numbers of a passage by its place, in the order of {@link #names}; finite. */
  public List<Double> values(int passage) {
    return Arrays.stream(values.get(passage)).boxed().toList();
  }

  /** What a question's words are to passages. */
  private static final class Wording {
    private final List<String> asked;
    private final Set<String> distinct;
    private final List<List<String>> texts = new ArrayList<>();
    private final List<Set<String>> titles = new ArrayList<>();
    private final Map<String, Double> weights = new HashMap<>();
    private final List<Map<String, Double>> unit;

    Wording(List<String> asked, List<Passage> passages) {
      this.asked = asked;
      this.distinct = new LinkedHashSet<>(asked);
      Map<String, Integer> counts = new HashMap<>();
      for (Passage passage : passages) {
        List<String> words = Words.of(passage.text()).toList();
        texts.add(words);
        titles.add(new LinkedHashSet<>(Words.of(title(passage)).toList()));
        for (String word : new HashSet<>(words)) {
          if (distinct.contains(word)) {
            counts.merge(word, 1, Integer::sum);
          }
        }
      }
      for (String word : distinct) {
        int m = counts.getOrDefault(word, 0);
        weights.put(word, StrictMath.log1p((passages.size() - m + 0.5) / (m + 0.5)));
      }
      unit = vectors();
    }

    /** Unit vectors of all passages, by word. */
    private List<Map<String, Double>> vectors() {
      Map<String, Integer> counts = new HashMap<>();
      List<Map<String, Integer>> each = new ArrayList<>();
      for (List<String> text : texts) {
        Map<String, Integer> words = new LinkedHashMap<>();
        text.forEach(word -> words.merge(word, 1, Integer::sum));
        words.keySet().forEach(word -> counts.merge(word, 1, Integer::sum));
        each.add(words);
      }
      Map<String, Double> rare = new HashMap<>();
      counts.forEach(
          (word, m) -> rare.put(word, Math.max(0, StrictMath.log((each.size() + 1) / (m + 0.5)))));
      List<Map<String, Double>> vectors = new ArrayList<>();
      for (Map<String, Integer> words : each) {
        Map<String, Double> vector = new LinkedHashMap<>();
        double squares = 0;
        for (Map.Entry<String, Integer> word : words.entrySet()) {
          double weight =
              (1 + StrictMath.log(word.getValue())) * rare.getOrDefault(word.getKey(), 0.0);
          vector.put(word.getKey(), weight);
          squares += weight * weight;
        }
        double length = squares > 0 ? Math.sqrt(squares) : 1;
        vector.replaceAll((word, weight) -> weight / length);
        vectors.add(vector);
      }
      return vectors;
    }

    /** Writes into the column that is so far from the last how alike each is to the best. */
    void alike(int[] best, List<double[]> values, int fromEnd) {
      Map<String, Double> sum = new HashMap<>();
      for (int i : best) {
        unit.get(i).forEach((word, weight) -> sum.merge(word, weight, Double::sum));
      }
      for (int i = 0; i < values.size(); i++) {
        int self = i;
        boolean among = Arrays.stream(best).anyMatch(b -> b == self);
        int others = best.length - (among ? 1 : 0);
        double dot = among ? -1 : 0;
        for (Map.Entry<String, Double> word : unit.get(i).entrySet()) {
          dot += word.getValue() * sum.getOrDefault(word.getKey(), 0.0);
        }
        double[] row = values.get(i);
        row[row.length - fromEnd] = others > 0 ? Math.max(0, dot) / others : 0;
      }
    }

    private static String title(Passage passage) {
      if (passage.metadata().get("title") instanceof String title) {
        return title;
      }
      if (!passage.headings().isEmpty()) {
        return passage.headings().getFirst();
      }
      return passage.start() == 0 ? passage.text().lines().findFirst().orElse("") : "";
    }

    void into(List<double[]> values) {
      for (int i = 0; i < values.size(); i++) {
        double[] row = values.get(i);
        List<String> text = texts.get(i);
        Set<String> title = titles.get(i);
        int at = row.length - OF_QUESTION.size();
        row[at] = share(new HashSet<>(text));
        phrases(text, row, at + 1);
        row[at + 3] = share(title);
        row[at + 4] =
            title.isEmpty()
                ? 0
                : (double) title.stream().filter(distinct::contains).count() / title.size();
        row[at + 5] = StrictMath.log1p(text.size());
      }
    }

    private double share(Set<String> words) {
      double all = sum(word -> weights.getOrDefault(word, 0.0));
      double had = sum(word -> words.contains(word) ? weights.getOrDefault(word, 0.0) : 0);
      return all > 0 ? had / all : 0;
    }

    private double sum(ToDoubleFunction<String> weight) {
      double sum = 0;
      for (String word : distinct) {
        sum += weight.applyAsDouble(word);
      }
      return sum;
    }

    /** The share of pairs and the longest run, by the classic table of common parts. */
    private void phrases(List<String> text, double[] row, int at) {
      int n = asked.size();
      boolean[] paired = new boolean[n];
      int[] before = new int[n + 1];
      int longest = 0;
      for (String word : text) {
        int[] now = new int[n + 1];
        if (distinct.contains(word)) {
          for (int j = 1; j <= n; j++) {
            if (asked.get(j - 1).equals(word)) {
              now[j] = before[j - 1] + 1;
              longest = Math.max(longest, now[j]);
              paired[j - 1] |= now[j] > 1;
            }
          }
        }
        before = now;
      }
      int pairs = 0;
      for (boolean pair : paired) {
        pairs += pair ? 1 : 0;
      }
      row[at] = n > 1 ? (double) pairs / (n - 1) : 0;
      row[at + 1] = n > 0 ? (double) longest / n : 0;
    }
  }

  /** For people: how many passages of how many rankings. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "features of %d passages in %d rankings", passages.size(), rankings);
  }
}
