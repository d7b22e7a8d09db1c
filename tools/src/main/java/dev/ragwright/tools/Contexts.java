package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.eval.MetricScores;
import dev.ragwright.eval.stats.Holm;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Factor;
import dev.ragwright.text.Decimals;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What contexts and size are worth: yes-or-no questions, each answered by two arms of an experiment
 * on the same questions. P-values are adjusted by Holm over all that is asked of a metric.
 */
final class Contexts {
  static final String NONE = "none";
  static final String WRONG = "wrong";
  static final String RETRIEVED = "retrieved";
  static final String GOLD = "gold";

  /** How the names of language models begin. */
  static final String MODEL = "onnx:";

  private final List<Answer> answers;

  private Contexts(List<Answer> answers) {
    this.answers = answers;
  }

  /** A generator with a context. */
  private record Arm(String generator, String context) {}

  /** Whether the one arm is better than the other. */
  private record Asked(String question, Arm of, Arm than) {
    String about() {
      return of.generator().equals(than.generator())
          ? of.generator()
          : of.generator() + " against " + than.generator();
    }
  }

  private record Answer(String metric, Asked asked, PairedComparison paired, double pValue) {
    /** What the interval and the test allow to be said. */
    String verdict() {
      if (pValue > 1 - paired.interval().level()) {
        return "not told apart";
      }
      return paired.difference() > 0 ? "yes" : "no, it harms";
    }

    String told() {
      return "  %-35s %-15s %s %s, p %s%n"
          .formatted(
              asked.question(),
              verdict(),
              Decimals.signed(paired.difference()),
              paired.interval(),
              Decimals.pValue(pValue));
    }
  }

  /**
   * Compares the arms of an experiment that varied the generator, smallest first, and its context.
   */
  static Contexts of(ExperimentResult result, Collection<String> metrics) {
    List<Asked> asked = asked(result.factors().getOrDefault(Factor.GENERATOR.name(), List.of()));
    List<Answer> answers = new ArrayList<>();
    for (String metric : metrics) {
      List<Answer> family = new ArrayList<>();
      for (Asked one : asked) {
        scores(result, one.of(), metric)
            .comparedWith(scores(result, one.than(), metric), Resampling.standard())
            .paired()
            .ifPresent(paired -> family.add(new Answer(metric, one, paired, paired.pValue())));
      }
      double[] adjusted = Holm.adjusted(family.stream().mapToDouble(Answer::pValue).toArray());
      for (int i = 0; i < adjusted.length; i++) {
        Answer one = family.get(i);
        answers.add(new Answer(metric, one.asked(), one.paired(), adjusted[i]));
      }
    }
    return new Contexts(answers);
  }

  private static List<Asked> asked(List<String> generators) {
    List<Asked> asked = new ArrayList<>();
    for (String name : generators) {
      Arm none = new Arm(name, NONE);
      Arm wrong = new Arm(name, WRONG);
      Arm retrieved = new Arm(name, RETRIEVED);
      Arm gold = new Arm(name, GOLD);
      asked.add(new Asked("does just any passage help?", wrong, none));
      asked.add(new Asked("does retrieval help?", retrieved, none));
      asked.add(new Asked("is it what the passages say?", gold, wrong));
      asked.add(new Asked("would perfect retrieval help more?", gold, retrieved));
    }
    for (int i = 0; i < generators.size(); i++) {
      String small = generators.get(i);
      for (String larger : generators.subList(i + 1, generators.size())) {
        // Only a language model knows anything without a context.
        if (larger.startsWith(MODEL)) {
          Arm none = new Arm(larger, NONE);
          if (small.startsWith(MODEL)) {
            asked.add(new Asked("does size alone help?", none, new Arm(small, NONE)));
          }
          asked.add(new Asked("does retrieval beat size?", new Arm(small, RETRIEVED), none));
        }
      }
    }
    return asked;
  }

  private static MetricScores scores(ExperimentResult result, Arm arm, String metric) {
    return result
        .where(
            Map.of(
                Factor.GENERATOR.name(), arm.generator(), Factor.RETRIEVER.name(), arm.context()))
        .arms()
        .getFirst()
        .metric(metric)
        .scores();
  }

  void put(ArrayNode array) {
    for (Answer answer : answers) {
      ObjectNode node = array.addObject().put("metric", answer.metric());
      node.put("question", answer.asked().question()).put("answer", answer.verdict());
      put(node.putObject("of"), answer.asked().of());
      put(node.putObject("than"), answer.asked().than());
      node.put("difference", answer.paired().difference());
      node.put("low", answer.paired().interval().low());
      node.put("high", answer.paired().interval().high());
      node.put("p", answer.pValue());
      node.put("questions", answer.paired().questions());
    }
  }

  private static void put(ObjectNode node, Arm arm) {
    node.put("generator", arm.generator()).put("context", arm.context());
  }

  /** For people: by metric and generator, the difference with its interval. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    String last = "";
    for (Answer answer : answers) {
      String heading = answer.metric() + ", " + answer.asked().about();
      if (!heading.equals(last)) {
        text.append(last.isEmpty() ? "" : "\n").append(heading).append('\n');
        last = heading;
      }
      text.append(answer.told());
    }
    return text.toString();
  }
}
