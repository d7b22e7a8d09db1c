package dev.ragwright.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.stats.Bootstrap;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.eval.stats.Resampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The scores of all arms by all metrics while they come in: numbers in arrays, so that ten thousand
 * questions in fifty arms are a few megabytes, and an object only for what has no number.
 */
final class ScoreTable {
  private final List<Measure> measures;
  private final int arms;
  private final double[][] values; // (arm * metrics + metric, question)
  private final List<Map<Integer, Score>> missing = new ArrayList<>();
  private final List<IdentityHashMap<Object, Score>> shared = new ArrayList<>();

  ScoreTable(List<Measure> measures, int arms, int questions) {
    this.measures = measures;
    this.arms = arms;
    this.values = new double[arms * measures.size()][questions];
    for (int i = 0; i < values.length; i++) {
      missing.add(new HashMap<>());
    }
    measures.forEach(measure -> shared.add(new IdentityHashMap<>()));
  }

  /** Forgets what the arms have in common of the question before. */
  void nextQuestion() {
    shared.forEach(Map::clear);
  }

  void score(
      int arm, int place, Question question, Judgments judgments, Walked walked, CallContext call) {
    for (int m = 0; m < measures.size(); m++) {
      Measure measure = measures.get(m);
      Object subject = walked.outcome().failure() == null ? measure.subject(walked) : null;
      Score score = subject == null ? null : shared.get(m).get(subject);
      if (score == null) {
        score = scored(measure, question, judgments, walked, call);
        if (subject != null) {
          shared.get(m).put(subject, score);
        }
      }
      put(arm * measures.size() + m, place, score);
    }
  }

  /** Whether an arm's question has a score, and that is below a bound. */
  boolean below(double bound, int arm, Measure measure, int place) {
    return values[arm * measures.size() + measures.indexOf(measure)][place] < bound;
  }

  private static Score scored(
      Measure measure, Question question, Judgments judgments, Walked walked, CallContext call) {
    try {
      return measure.score(question, judgments, walked, call);
    } catch (CancelledException | DeadlineExceededException e) {
      throw e;
    } catch (RuntimeException e) {
      return new Score.Failed(question.id(), e);
    }
  }

  private void put(int row, int place, Score score) {
    if (score instanceof Score.Scored scored) {
      values[row][place] = scored.number();
      missing.get(row).remove(place);
    } else {
      values[row][place] = Double.NaN;
      missing.get(row).put(place, score);
    }
  }

  /** Each arm's results over the first questions, with intervals. */
  List<List<MetricResult>> results(List<Question> questions, Resampling resampling) {
    List<String> ids = questions.stream().map(Question::id).toList();
    double[][] asked = new double[values.length][];
    for (int i = 0; i < asked.length; i++) {
      asked[i] = Arrays.copyOf(values[i], ids.size());
      missing.get(i).keySet().removeIf(place -> place >= ids.size());
    }
    @Nullable Interval[] intervals = Bootstrap.ofMeans(asked, resampling);
    List<List<MetricResult>> results = new ArrayList<>();
    for (int arm = 0; arm < arms; arm++) {
      List<MetricResult> ofArm = new ArrayList<>();
      for (int m = 0; m < measures.size(); m++) {
        int row = arm * measures.size() + m;
        ofArm.add(
            new MetricResult(
                measures.get(m).name(), ids, asked[row], missing.get(row), intervals[row]));
      }
      results.add(ofArm);
    }
    return results;
  }
}
