package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.experiment.Attribution;
import dev.ragwright.experiment.EvidenceLoss;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Probe;
import dev.ragwright.experiment.QuestionOutcome;
import dev.ragwright.text.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Tells why the answers of an experiment are wrong, and which stage lost the evidence.
 *
 * <p>{@code mvn -q -Pexample -Dexample=WhyWrong -Dargs="--memo memo"}
 */
@Command(
    name = "WhyWrong",
    sortOptions = false,
    description = {
      "Counts why answers are wrong, from what CompareStages --memo left: retrieval failed, and"
          + " which stage lost the passage; generation failed; evidence that was read was misused;"
          + " no context was needed; the question or its gold answer is at fault.",
      ""
    })
public final class WhyWrong implements Callable<Integer> {
  @Mixin private MemoOptions options = new MemoOptions();

  @Option(
      names = "--arm",
      paramLabel = "NAME",
      description = "Tell each wrong answer of this arm, too.")
  private @Nullable String arm;

  private WhyWrong() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new WhyWrong(), args);
  }

  @Override
  public Integer call() {
    ExperimentResult result = options.explained();
    Attribution why = result.whyWrong();
    if (options.json) {
      System.out.println(json(result, why).toPrettyString());
      return 0;
    }
    System.out.println(why);
    if (arm != null) {
      tell(result, why.arm(arm));
    }
    return 0;
  }

  private static void tell(ExperimentResult result, Attribution.OfArm of) {
    Map<String, Question> questions = new LinkedHashMap<>();
    result.questions().forEach(question -> questions.put(question.id(), question));
    for (Attribution.Wrong wrong : of.wrong()) {
      Question question = questions.get(wrong.questionId());
      System.out.printf(
          Locale.ROOT,
          "%n%s  %s%n  %s%s%n",
          wrong.questionId(),
          question == null ? "" : question.text(),
          Words.of(wrong.cause()),
          wrong.lost().map(WhyWrong::told).orElse(""));
      for (QuestionOutcome outcome : result.arm(of.name()).outcomes()) {
        if (outcome.questionId().equals(wrong.questionId())) {
          System.out.println("  gold      " + (question == null ? "" : question.answers()));
          System.out.println("  answer    " + answer(outcome.answer()));
          Probe probe = outcome.probe();
          List<Probe.Trial> trials = probe == null ? List.of() : probe.trials();
          trials.forEach(
              trial ->
                  System.out.printf(
                      Locale.ROOT,
                      "  %-9s %s  %s%n",
                      Words.of(trial.given()),
                      trial.right() ? "right" : "wrong",
                      answer(trial.answer())));
        }
      }
    }
  }

  private static String told(Probe.EvidencePath lost) {
    EvidenceLoss loss = lost.loss();
    return ": %s %s%s"
        .formatted(
            lost.passageId() == null ? lost.documentId() : lost.passageId(),
            loss == null ? "" : Words.of(loss),
            lost.rank() == null ? "" : ", at rank " + lost.rank());
  }

  private static String answer(@Nullable String text) {
    return text == null ? "(none)" : Cli.oneLine(text);
  }

  private static ObjectNode json(ExperimentResult result, Attribution why) {
    ObjectNode root = Cli.JSON.createObjectNode();
    root.put("set", result.set());
    root.put("questions", result.questions().size());
    root.put("metric", why.metric());
    root.put("right", why.right());
    ArrayNode arms = root.putArray("arms");
    for (Attribution.OfArm of : why.arms()) {
      ObjectNode arm = arms.addObject();
      arm.put("name", of.name());
      arm.put("scored", of.scored());
      arm.put("failed", of.failed());
      arm.put("wrong", of.wrong().size());
      ObjectNode causes = arm.putObject("causes");
      of.causes().forEach((cause, all) -> count(causes, cause, of, all.size()));
      ObjectNode losses = arm.putObject("lostAt");
      of.losses().forEach((loss, all) -> count(losses, loss, of, all.size()));
      ArrayNode questions = arm.putArray("questions");
      for (Attribution.Wrong wrong : of.wrong()) {
        ObjectNode question = questions.addObject();
        question.put("id", wrong.questionId());
        question.put("cause", wrong.cause().name());
        wrong
            .lost()
            .ifPresent(
                lost -> {
                  question.put("lostAt", String.valueOf(lost.loss()));
                  question.put("document", lost.documentId());
                  question.put("passage", lost.passageId());
                  if (lost.rank() != null) {
                    question.put("rank", lost.rank());
                  }
                });
      }
    }
    return root;
  }

  private static void count(ObjectNode node, Enum<?> name, Attribution.OfArm of, int questions) {
    Estimate share = of.share(questions);
    ObjectNode count = node.putObject(name.name());
    count.put("questions", questions);
    count.put("share", share.value());
    count.put("low", share.interval().low());
    count.put("high", share.interval().high());
  }
}
