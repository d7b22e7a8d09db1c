package dev.ragwright.tools;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.MetricScores;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.Response;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.answer.AnswerMetrics;
import dev.ragwright.text.Decimals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Scores answers against reference answers as SQuAD's scripts and {@code rouge_score} do.
 *
 * <p>{@code mvn -q -Pexample -Dexample=ScoreAnswers -Dargs="--responses FILE --queries FILE
 * --metrics em,f1,rougeL"}
 */
@Command(
    name = "ScoreAnswers",
    sortOptions = false,
    description = {
      "Scores answers against reference answers and prints lines of three columns: the metric, the"
          + " query's id or \"all\", and the value with nine digits after the point; at the end the"
          + " numbers of responses that were scored, that no metric applies to, and that failed.",
      "",
      "The best reference answer counts. A query may have several responses; each is a case. A"
          + " response whose query has no answers is not applicable: it is in no mean. (An unanswerable"
          + " question as in SQuAD 2.0 is written \"answers\": [\"\"].) A query without a response is"
          + " named on standard error and counted as \"missing\", and is in no mean, as in"
          + " evaluate-v2.0.py; evaluate-v1.1.py counts it as 0. A response to a query that is not"
          + " there is an error, as is a broken line.",
      ""
    })
public final class ScoreAnswers implements Callable<Integer> {
  private static final int MOST_NAMED = 20;

  /** Whose rules em and f1 follow. */
  private enum Squad {
    V1,
    V2
  }

  @Option(
      names = "--responses",
      required = true,
      paramLabel = "FILE",
      description = "JSON Lines, .gz or not: {\"query_id\": \"q1\", \"response\": \"...\"}.")
  private Path responses = Path.of("");

  @Option(
      names = "--queries",
      required = true,
      paramLabel = "FILE",
      description = "JSON Lines, .gz or not: {\"_id\": \"q1\", \"answers\": [\"...\"]}.")
  private Path queries = Path.of("");

  @Option(
      names = "--metrics",
      split = ",",
      paramLabel = "NAME",
      description =
          "Any of em, f1, rouge1, rouge2, rougeL, rougeLsum, substring, f1-hotpot, word-recall;"
              + " em,f1 unless given.")
  private List<String> metrics = List.of("em", "f1");

  @Option(
      names = "--stem",
      description = "ROUGE over Porter's stems; the other metrics have no use for it.")
  private boolean stem;

  @Option(
      names = "--squad",
      paramLabel = "V1|V2",
      description =
          "Whose rules em and f1 follow where nothing is left of an answer without punctuation and"
              + " articles: evaluate-v1.1.py's or evaluate-v2.0.py's; V2 unless given.")
  private Squad squad = Squad.V2;

  @Option(names = "--per-question", description = "Print a line for each response too.")
  private boolean perQuestion;

  @Option(names = "--help", usageHelp = true, description = "Print this.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  private ScoreAnswers() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new ScoreAnswers(), args);
  }

  @Override
  public Integer call() {
    Map<String, Evaluator<List<String>, String>> evaluators = evaluators();
    Map<String, Question> questions = EvalSet.questions(queries).questions();
    List<Response> given = Response.read(responses);
    if (given.isEmpty()) {
      throw new IllegalArgumentException(responses + " has no responses");
    }
    Set<String> missing = new LinkedHashSet<>(questions.keySet());
    for (Response response : given) {
      if (!questions.containsKey(response.queryId())) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s line %d: there is no query \"%s\" in %s",
                responses,
                response.line(),
                response.queryId(),
                queries));
      }
      missing.remove(response.queryId());
    }
    StringBuilder lines = new StringBuilder();
    List<Score> worst = new ArrayList<>();
    evaluators.forEach((name, evaluator) -> score(name, evaluator, given, questions, worst, lines));
    MetricScores cases = new MetricScores("cases", worst);
    append("scored", "all", String.valueOf(cases.scored()), lines);
    append("notApplicable", "all", String.valueOf(cases.notApplicable()), lines);
    append("failed", "all", String.valueOf(cases.failed()), lines);
    append("missing", "all", String.valueOf(missing.size()), lines);
    System.out.print(lines);
    missing.stream()
        .limit(MOST_NAMED)
        .forEach(id -> System.err.println("missing response for query " + id));
    if (missing.size() > MOST_NAMED) {
      System.err.println("... and for " + (missing.size() - MOST_NAMED) + " more");
    }
    return 0;
  }

  /** By the name that was asked for, which is what is printed. */
  private Map<String, Evaluator<List<String>, String>> evaluators() {
    Map<String, Evaluator<List<String>, String>> evaluators = new LinkedHashMap<>();
    for (String name : Cli.distinct("--metrics", metrics.stream().map(String::strip).toList())) {
      AnswerMetrics.named(name); // so that an error has the name as it was given
      boolean ofSquad = name.equals("em") || name.equals("f1");
      boolean rouge = name.startsWith("rouge") && !name.endsWith("-stemmed");
      String full =
          ofSquad && squad == Squad.V1
              ? name + "-squad1.1"
              : rouge && stem ? name + "-stemmed" : name;
      evaluators.put(name, AnswerMetrics.named(full));
    }
    return evaluators;
  }

  /** Appends a metric's lines, and keeps for each response the worst that became of it. */
  private void score(
      String name,
      Evaluator<List<String>, String> evaluator,
      List<Response> given,
      Map<String, Question> questions,
      List<Score> worst,
      StringBuilder lines) {
    List<Score> scores = new ArrayList<>();
    for (Response response : given) {
      String id = response.queryId();
      Question question = Objects.requireNonNull(questions.get(id));
      Score score =
          evaluator.evaluate(id, question.answers(), response.text(), CallContext.unbounded());
      if (perQuestion) {
        append(name, id, text(score), lines);
      }
      if (score instanceof Score.Failed failed) {
        System.err.println(name + " of query " + id + " failed: " + failed.cause());
      }
      scores.add(score);
    }
    for (int i = 0; i < scores.size(); i++) {
      if (i == worst.size()) {
        worst.add(scores.get(i));
      } else if (badness(scores.get(i)) > badness(worst.get(i))) {
        worst.set(i, scores.get(i));
      }
    }
    MetricScores all = new MetricScores(name, scores);
    append(
        name,
        "all",
        all.mean().isPresent() ? Decimals.fixed(all.mean().getAsDouble(), 9) : "notApplicable",
        lines);
  }

  private static int badness(Score score) {
    return switch (score) {
      case Score.Scored scored -> 0;
      case Score.NotApplicable none -> 1;
      case Score.Failed failed -> 2;
    };
  }

  private static String text(Score score) {
    return switch (score) {
      case Score.Scored scored -> Decimals.fixed(scored.number(), 9);
      case Score.NotApplicable none -> "notApplicable";
      case Score.Failed failed -> "failed";
    };
  }

  private static void append(String metric, String id, String value, StringBuilder lines) {
    lines.append(metric).append('\t').append(id).append('\t').append(value).append('\n');
  }
}
