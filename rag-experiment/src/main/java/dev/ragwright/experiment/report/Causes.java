package dev.ragwright.experiment.report;

import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.experiment.Advice;
import dev.ragwright.experiment.Attribution;
import dev.ragwright.experiment.Cause;
import dev.ragwright.experiment.ChangeCost;
import dev.ragwright.experiment.Probe;
import dev.ragwright.text.Decimals;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.jsoup.nodes.Element;

/** Why answers are wrong, and what to change next: where the experiment was told to find out. */
final class Causes {
  private Causes() {}

  static void write(Element section, Findings findings) {
    Attribution why = findings.result().whyWrong();
    Attribution.OfArm arm = why.arm(findings.looked().name());
    HtmlPage.paragraph(section, "", summary(why, arm));
    if (arm.wrong().isEmpty() || arm.scored() == 0) {
      return;
    }
    HtmlPage.paragraph(
        section,
        "note",
        "Found out by giving the generator other contexts for each question: nothing, the relevant passages, and what the pipeline gives without the stage that lost them.");
    counts(section, "Why answers are wrong", "Cause", causes(arm), arm);
    Map<String, Integer> losses = losses(arm);
    if (!losses.isEmpty()) {
      counts(section, "Where retrieval lost the evidence", "Stage", losses, arm);
    }
    if (why.arms().size() > 1) {
      arms(section, why);
    }
    advice(section, findings);
  }

  private static void arms(Element section, Attribution why) {
    Element details = section.appendElement("details");
    details.appendElement("summary").text("All arms");
    List<Cause> causes =
        Arrays.stream(Cause.values())
            .filter(cause -> why.arms().stream().anyMatch(arm -> arm.causes().containsKey(cause)))
            .toList();
    Table table =
        Table.in(details, "Why answers are wrong, by arm", true)
            .column("Arm")
            .numbers("Scored")
            .numbers("Wrong");
    causes.forEach(cause -> table.numbers(Words.of(cause)));
    for (Attribution.OfArm arm : why.arms()) {
      Table.Row row = table.row();
      row.head(arm.name());
      row.number(arm.scored(), Words.count(arm.scored()))
          .number(arm.wrong().size(), Words.count(arm.wrong().size()));
      for (Cause cause : causes) {
        int count = arm.causes().getOrDefault(cause, List.of()).size();
        row.number(count, Words.count(count));
      }
    }
  }

  /** How many answers are wrong, and by what rule. */
  static String summary(Attribution why, Attribution.OfArm arm) {
    return "In %s, %s of %s are wrong: %s below %s.%s"
        .formatted(
            arm.name(),
            Words.count(arm.wrong().size()),
            Words.count(arm.scored(), "answer"),
            why.metric(),
            Words.score(why.right()),
            arm.failed() == 0
                ? ""
                : " A stage failed on %s more.".formatted(Words.count(arm.failed(), "question")));
  }

  static Map<String, Integer> causes(Attribution.OfArm arm) {
    Map<String, Integer> causes = new LinkedHashMap<>();
    arm.causes().forEach((cause, questions) -> causes.put(Words.of(cause), questions.size()));
    return causes;
  }

  static Map<String, Integer> losses(Attribution.OfArm arm) {
    Map<String, Integer> losses = new LinkedHashMap<>();
    arm.losses().forEach((loss, questions) -> losses.put(Words.of(loss), questions.size()));
    return losses;
  }

  private static void counts(
      Element section,
      String caption,
      String what,
      Map<String, Integer> counts,
      Attribution.OfArm arm) {
    Table table =
        Table.in(section, caption, false)
            .column(what)
            .numbers("Questions")
            .numbers("Share of all scored")
            .numbers(Words.percent(arm.level()) + " interval")
            .drawings("Bar");
    counts.forEach(
        (name, count) -> {
          Estimate share = arm.share(count);
          Table.Row row = table.row();
          row.head(name);
          row.number(Words.count(count))
              .number(Words.percent(share.value()))
              .number(Words.percents(share.interval()));
          Bars.part(Bars.stack(row.cell()), "s1", share.value());
        });
  }

  private static void advice(Element section, Findings findings) {
    Advice advice = findings.result().nextChange(findings.looked().name());
    section.appendElement("h3").text("What to change next");
    HtmlPage.paragraph(section, "", next(advice));
    if (advice.options().isEmpty()) {
      return;
    }
    HtmlPage.paragraph(
        section,
        "note",
        "What a gain rests on: ceiling, all questions of the kind are counted; gold, the answer is right with the relevant passages in the place of what the stage gives; repaired, the change was tried on the questions that the stage lost; measured, another arm, which differs in this alone, answered all questions. Each interval is of its own gain alone; p is by the sign-flip test, with Holm's correction over all changes. Coloured ones have enough evidence: of a ceiling, that there are such questions, not that the change mends them. A question takes "
            + advice.options().getFirst().cost().now()
            + " now.");
    Table table =
        Table.in(section, "Changes, and the evidence for each", false)
            .column("Change")
            .numbers("Gain in right answers")
            .drawings("Interval")
            .numbers("p (Holm)")
            .column("Basis")
            .column("Work once")
            .column("A question then takes");
    double reach =
        advice.options().stream()
            .map(option -> option.gain().interval())
            .flatMapToDouble(i -> DoubleStream.of(Math.abs(i.low()), Math.abs(i.high())))
            .max()
            .orElse(0);
    for (Advice.Option option : advice.options()) {
      ChangeCost.PerQuestion then = option.cost().then();
      Table.Row row = table.row();
      HtmlPage.paragraph(row.head(option.change()), "evidence", option.evidence());
      row.number(
          (option.basis() == Advice.Basis.CEILING ? "at most " : "")
              + Words.percent(option.gain().value())
              + " ("
              + Words.percents(option.gain().interval())
              + ")");
      Bars.interval(row.cell(), option.gain(), reach, option.supported());
      row.number(Decimals.pValue(option.adjusted()))
          .text(Words.of(option.basis()))
          .text(option.cost().once().isEmpty() ? Words.NONE : option.cost().once())
          .text(then == null ? "unknown" : then.toString());
    }
  }

  /** What is next, and what cannot be told from it; or that nothing is shown. */
  static String next(Advice advice) {
    return advice
        .next()
        .map(
            option ->
                "Next: %s%s.%s"
                    .formatted(
                        option.change(),
                        option.basis() == Advice.Basis.CEILING
                            ? ", which was not tried: how many answers it mends is not known"
                            : "",
                        advice.rivals().isEmpty()
                            ? ""
                            : " Not to be told from it: "
                                + advice.rivals().stream()
                                    .map(Advice.Option::change)
                                    .collect(Collectors.joining("; "))
                                + "."))
        .orElse("There is not enough evidence for any change.");
  }

  /** What was tried with one question. */
  static void trials(Element details, Probe probe) {
    Table table =
        Table.in(details, "Why the answer is wrong: " + Words.of(probe.cause()), false)
            .column("The generator was given")
            .column("It answered")
            .column("Right");
    for (Probe.Trial trial : probe.trials()) {
      Table.Row row = table.row();
      row.head(words(trial.given()));
      String failure = trial.failure();
      String answer = trial.answer();
      row.text(
              failure != null
                  ? "failed: " + failure
                  : answer == null ? "abstained" : Words.beginning(answer, 160))
          .text(trial.right() ? "yes" : "no");
    }
  }

  private static String words(Probe.Given given) {
    return switch (given) {
      case NOTHING -> "nothing";
      case GOLD -> "the relevant passages";
      case DOCUMENT -> "the relevant document around its answer";
      case GOLD_READ -> "the relevant passages it had read, alone";
      case REPAIRED -> "what the repaired stage gives";
    };
  }
}
