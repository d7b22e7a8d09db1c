package dev.ragwright.eval.learn;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Question;
import dev.ragwright.retrieve.FusionFeatures;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What some questions' rankings are in numbers, with their judgments. */
final class JudgedLists {
  static final int CUT = 10;

  /**
   * A question's passages, by ascending id, so that a stable order breaks ties as rankings do.
   *
   * @param values (passage, feature)
   * @param grades of each passage's document, 0 where it is not judged
   * @param documents of each passage, as a number
   * @param ideal the best DCG@10 that there can be
   */
  @SuppressWarnings("ArrayRecordComponent") // package-private, and not compared
  record Judged(String id, double[][] values, int[] grades, int[] documents, double ideal) {

    /** nDCG@10 of the passages by descending scores, each document at its best passage. */
    double ndcg(double[] scores) {
      boolean[] taken = new boolean[scores.length];
      double dcg = 0;
      for (int rank = 1; rank <= CUT; rank++) {
        int best = -1;
        for (int i = 0; i < scores.length; i++) {
          if (!taken[documents[i]] && (best < 0 || scores[i] > scores[best])) {
            best = i;
          }
        }
        if (best < 0) {
          break;
        }
        taken[documents[best]] = true;
        dcg += grades[best] / log2(rank + 1);
      }
      return dcg / ideal;
    }

    /** nDCG@10 of the weighted sums of some features. */
    double ndcg(int[] features, double[] weights) {
      double[] scores = new double[values.length];
      for (int i = 0; i < scores.length; i++) {
        for (int f = 0; f < features.length; f++) {
          scores[i] += weights[f] * values[i][features[f]];
        }
      }
      return ndcg(scores);
    }
  }

  private JudgedLists() {}

  /** Asks the retrievers a question. */
  static Judged of(
      Question question, Judgments judgments, int depth, List<? extends Retriever> retrievers) {
    RetrievalRequest request = RetrievalRequest.of(question.text(), depth);
    List<List<Hit>> rankings = new ArrayList<>();
    for (Retriever retriever : retrievers) {
      rankings.add(retriever.retrieve(request, CallContext.unbounded()).hits());
    }
    return judged(question.id(), judgments, FusionFeatures.of(request.query(), rankings));
  }

  static Judged judged(String id, Judgments judgments, FusionFeatures found) {
    List<Passage> passages = found.passages();
    int[] order =
        IntStream.range(0, passages.size())
            .boxed()
            .sorted(Comparator.comparing(i -> passages.get(i).id()))
            .mapToInt(Integer::intValue)
            .toArray();
    double[][] values = new double[order.length][];
    int[] grades = new int[order.length];
    int[] documents = new int[order.length];
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < order.length; i++) {
      Passage passage = passages.get(order[i]);
      values[i] = found.values(order[i]).stream().mapToDouble(Double::doubleValue).toArray();
      for (double value : values[i]) {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(
              "a feature of passage %s for question \"%s\" is %s, not a finite number"
                  .formatted(passage.id(), id, value));
        }
      }
      grades[i] = Math.max(0, judgments.grade(passage.documentId()).orElse(0));
      documents[i] = numbers.computeIfAbsent(passage.documentId(), d -> numbers.size());
    }
    return new Judged(id, values, grades, documents, ideal(judgments));
  }

  private static double ideal(Judgments judgments) {
    int[] grades =
        judgments.grades().values().stream()
            .filter(grade -> grade > 0)
            .sorted(Comparator.reverseOrder())
            .limit(CUT)
            .mapToInt(Integer::intValue)
            .toArray();
    double ideal = 0;
    for (int rank = 1; rank <= grades.length; rank++) {
      ideal += grades[rank - 1] / log2(rank + 1);
    }
    return ideal;
  }

  private static double log2(int number) {
    return StrictMath.log(number) / StrictMath.log(2);
  }
}
