package dev.ragwright.experiment;

import dev.ragwright.document.Passage;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.eval.stats.SignFlipTest;
import dev.ragwright.text.Decimals;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which questions changed between two arms, of one result or of two, and at which stage. Questions
 * are paired by their ids; those that only one has, or that have no score in both, are counted and
 * left out.
 */
public final class AnswerFlips {
  private final Values values;

  AnswerFlips(Values values) {
    this.values = values;
  }

  /** All of it. */
  record Values(
      String before,
      String after,
      String metric,
      double right,
      List<Flip> flips,
      int bothRight,
      int bothWrong,
      int leftOut,
      double pValue,
      PairedComparison paired) {
    Values {
      flips = List.copyOf(flips);
    }
  }

  /** The first arm's name. */
  public String before() {
    return values.before;
  }

  /** The second arm's name. */
  public String after() {
    return values.after;
  }

  /** The metric by which answers are right or wrong. */
  public String metric() {
    return values.metric;
  }

  /** The least score of a right answer. */
  public double right() {
    return values.right;
  }

  /** The questions whose answer turned, in the order of the first result; unmodifiable. */
  public List<Flip> flips() {
    return values.flips;
  }

  /** How many answers are right in both. */
  public int bothRight() {
    return values.bothRight;
  }

  /** How many are wrong in both. */
  public int bothWrong() {
    return values.bothWrong;
  }

  /** How many questions are not compared. */
  public int leftOut() {
    return values.leftOut;
  }

  /**
   * How likely as many turn one way by chance: the sign-flip test over the flips, which is
   * McNemar's exact test.
   */
  public double pValue() {
    return values.pValue;
  }

  /** The metric of the second less that of the first, over the questions compared. */
  public PairedComparison paired() {
    return values.paired;
  }

  /**
   * A question whose answer turned.
   *
   * @param turnedRight whether it is right in the second arm; else in the first
   * @param stage the step after which one arm has gold documents that the other has not, such as
   *     {@code retrieve}, which decides topK, too, where nothing reranks; {@code generate} where
   *     both have the same to the end; where no document is judged, the first step that gives
   *     something else; the step that threw, if one did
   * @param sameContext whether both generators read the same passages in the same order
   * @param before the first arm's answer; null without one
   * @param after the second's
   */
  public record Flip(
      String questionId,
      String question,
      boolean turnedRight,
      String stage,
      boolean sameContext,
      @Nullable String before,
      @Nullable String after) {}

  /**
   * Compares two arms.
   *
   * @param metric a metric that both have, of which more is better
   * @param right the least score of a right answer
   * @throws IllegalArgumentException if there is no such arm or metric, naming what there is; if no
   *     question has a score in both, or one has another text
   */
  public static AnswerFlips of(
      ExperimentResult before,
      String arm,
      ExperimentResult after,
      String otherArm,
      String metric,
      double right) {
    return new Comparison(before, before.arm(arm), after, after.arm(otherArm)).flips(metric, right);
  }

  /** How many answers turned right, by the stage at which they did; unmodifiable. */
  public Map<String, Long> turnedRight() {
    return byStage(true);
  }

  /** How many answers turned wrong, by the stage at which they did; unmodifiable. */
  public Map<String, Long> turnedWrong() {
    return byStage(false);
  }

  private Map<String, Long> byStage(boolean turnedRight) {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (String stage : Steps.ALL) {
      long count =
          values.flips.stream()
              .filter(flip -> flip.turnedRight() == turnedRight && flip.stage().equals(stage))
              .count();
      if (count > 0) {
        counts.put(stage, count);
      }
    }
    return Collections.unmodifiableMap(counts);
  }

  /** For people: the counts and the tests, then a line for each flip. */
  @Override
  public String toString() {
    long won = values.flips.stream().filter(Flip::turnedRight).count();
    List<String> lines = new ArrayList<>();
    lines.add("%s -> %s".formatted(values.before, values.after));
    lines.add("%s %s".formatted(values.metric, values.paired));
    lines.add(
        String.format(
            Locale.ROOT,
            "right is %s or more: %d turned right, %d turned wrong (p %s), %d right and %d wrong in both%s",
            values.right,
            won,
            values.flips.size() - won,
            Decimals.pValue(values.pValue),
            values.bothRight,
            values.bothWrong,
            values.leftOut == 0 ? "" : "; left out: " + values.leftOut));
    if (!values.flips.isEmpty()) {
      lines.add("turned right at " + told(turnedRight()) + ", wrong at " + told(turnedWrong()));
    }
    for (Flip flip : values.flips) {
      lines.add(
          "  %s %-8s %s  %s: %s -> %s"
              .formatted(
                  flip.turnedRight() ? "+" : "-",
                  flip.stage(),
                  flip.questionId(),
                  flip.question(),
                  told(flip.before()),
                  told(flip.after())));
    }
    return String.join("\n", lines);
  }

  private static String told(Map<String, Long> byStage) {
    return byStage.isEmpty()
        ? "none"
        : byStage.entrySet().stream()
            .map(stage -> stage.getKey() + " " + stage.getValue())
            .collect(Collectors.joining(", "));
  }

  private static String told(@Nullable String answer) {
    if (answer == null) {
      return "no answer";
    }
    String line = answer.strip().replaceAll("\\s+", " ");
    return "\"" + (line.length() <= 60 ? line : line.substring(0, 57) + "...") + "\"";
  }

  /** Two arms beside each other. */
  private record Comparison(
      ExperimentResult before, ArmResult arm, ExperimentResult after, ArmResult other) {

    AnswerFlips flips(String metric, double right) {
      double[] first = arm.metric(metric).values();
      double[] second = other.metric(metric).values();
      Map<String, Integer> places = new HashMap<>();
      for (int i = 0; i < after.questions().size(); i++) {
        places.put(after.questions().get(i).id(), i);
      }
      List<double[]> pairs = new ArrayList<>();
      List<Flip> flips = new ArrayList<>();
      int bothRight = 0;
      for (int i = 0; i < first.length; i++) {
        Integer j = places.get(before.questions().get(i).id());
        if (j == null || Double.isNaN(first[i]) || Double.isNaN(second[j])) {
          continue;
        }
        pairs.add(new double[] {second[j], first[i]});
        if (first[i] >= right != second[j] >= right) {
          flips.add(flip(i, j, second[j] >= right));
        } else if (first[i] >= right) {
          bothRight++;
        }
      }
      if (pairs.isEmpty()) {
        throw new IllegalArgumentException(
            "no question has a score by %s in both %s and %s"
                .formatted(metric, arm.name(), other.name()));
      }
      Resampling resampling = before.header().resampling();
      int all = first.length + second.length - pairs.size();
      return new AnswerFlips(
          new Values(
              arm.name(),
              other.name(),
              metric,
              right,
              flips,
              bothRight,
              pairs.size() - flips.size() - bothRight,
              all - pairs.size(),
              flips.isEmpty()
                  ? 1
                  : SignFlipTest.pValue(
                      flips.stream().mapToDouble(flip -> flip.turnedRight() ? 1 : -1).toArray(),
                      resampling),
              PairedComparison.of(
                  pairs.stream().mapToDouble(pair -> pair[0]).toArray(),
                  pairs.stream().mapToDouble(pair -> pair[1]).toArray(),
                  resampling)));
    }

    private Flip flip(int i, int j, boolean turnedRight) {
      Question question = before.questions().get(i);
      if (!question.text().equals(after.questions().get(j).text())) {
        throw new IllegalArgumentException(
            "question \"%s\" is \"%s\" in one result and \"%s\" in the other; they are of two sets"
                .formatted(question.id(), question.text(), after.questions().get(j).text()));
      }
      QuestionOutcome one = arm.outcomes().get(i);
      QuestionOutcome two = other.outcomes().get(j);
      return new Flip(
          question.id(),
          question.text(),
          turnedRight,
          stage(question, one, two),
          one.context().equals(two.context()),
          one.answer(),
          two.answer());
    }

    private String stage(Question question, QuestionOutcome one, QuestionOutcome two) {
      QuestionOutcome.Failure failure = one.failure() == null ? two.failure() : one.failure();
      if (failure != null) {
        return failure.stage();
      }
      Judgments judgments = before.judgments().judgments(question.id());
      boolean judged = judgments.atLeast(1) > 0;
      int depth = Math.min(one.depth(), two.depth());
      List<List<String>> first = steps(arm, one, depth);
      List<List<String>> second = steps(other, two, depth);
      boolean reranks = reranks(arm) || reranks(other);
      List<String> names =
          List.of(Steps.RETRIEVE, reranks ? Steps.RERANK : Steps.RETRIEVE, Steps.CONTEXT);
      for (int s = 0; s < names.size(); s++) {
        boolean same =
            judged
                ? gold(first.get(s), judgments, before.passages())
                    .equals(gold(second.get(s), judgments, after.passages()))
                : first.get(s).equals(second.get(s));
        if (!same) {
          return names.get(s);
        }
      }
      return Steps.GENERATE;
    }

    private static boolean reranks(ArmResult arm) {
      return arm.stages().containsKey(Factor.RERANKER.name());
    }

    /** What each step hands on, as deep as both pipelines take it: what one adds is another's. */
    private static List<List<String>> steps(ArmResult arm, QuestionOutcome outcome, int depth) {
      return List.of(
          first(outcome.retrieved(), depth),
          first(outcome.ranked(), arm.topK()),
          outcome.context());
    }

    private static List<String> first(List<String> ids, int most) {
      return ids.subList(0, Math.min(most, ids.size()));
    }

    private static Set<String> gold(
        List<String> ids, Judgments judgments, Map<String, Passage> passages) {
      return ids.stream()
          .map(id -> passages.get(id))
          .filter(Objects::nonNull)
          .map(Passage::documentId)
          .filter(document -> judgments.grade(document).orElse(0) >= 1)
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof AnswerFlips other && values.equals(other.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }
}
