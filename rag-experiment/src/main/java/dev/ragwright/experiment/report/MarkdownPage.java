package dev.ragwright.experiment.report;

import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.Attribution;
import dev.ragwright.experiment.Effect;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.MetricResult;
import dev.ragwright.experiment.Winners;
import dev.ragwright.text.Decimals;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The page's summary, for a pull request or a terminal. */
final class MarkdownPage {
  private final StringBuilder out = new StringBuilder();
  private final Findings findings;

  private MarkdownPage(Findings findings) {
    this.findings = findings;
  }

  static String of(Findings findings) {
    return new MarkdownPage(findings).write();
  }

  private String write() {
    ExperimentResult result = findings.result();
    line("# Experiment on " + escaped(result.set()));
    line("");
    line("**" + escaped(Overview.verdict(findings)) + "**");
    line("");
    result.stopped().ifPresent(why -> line("- The run ended early: " + escaped(why)));
    Overview.failedMetrics(result).forEach(failure -> line("- " + escaped(failure)));
    line("- Varied: " + escaped(Overview.varied(findings)));
    line("- Held fixed: " + escaped(Overview.held(findings).replace(" below", "")));
    line("- Questions: " + escaped(Overview.denominators(result)));
    line("- Time: " + escaped(Overview.time(result)));
    line("- Money: " + escaped(Overview.money(findings)));
    line("- Date: " + Words.date(result.startedAt()));
    Winners winners = findings.winners();
    if (winners != null && result.arms().size() > 1) {
      line("");
      line(escaped(Overview.basis(winners)));
    }
    Winners elsewhere = findings.elsewhere();
    if (elsewhere != null) {
      line("");
      line(escaped(Overview.held(elsewhere)));
    }
    arms();
    effects();
    causes();
    failures();
    return out.toString();
  }

  private void arms() {
    List<String> others =
        findings.result().metrics().stream().filter(m -> !m.equals(findings.metric())).toList();
    line("");
    line("## Arms");
    line("");
    List<String> names = new ArrayList<>(List.of("arm", findings.metric(), "interval"));
    names.addAll(others);
    names.addAll(List.of("abstained", "failed", "median time", "times are", "cost per million"));
    row(names);
    line("|---|" + "--:|".repeat(names.size() - 1));
    for (ArmResult arm : findings.ranked()) {
      MetricResult main = arm.metric(findings.metric());
      List<String> cells = new ArrayList<>();
      cells.add(arm.name() + (findings.best().contains(arm) ? " *" : ""));
      cells.add(Words.mean(main));
      cells.add(Words.interval(main.interval()));
      others.forEach(metric -> cells.add(Words.mean(arm.metric(metric))));
      cells.add(Words.count(arm.abstained()));
      cells.add(Words.count(arm.failed()));
      cells.add(Words.time(arm.latency().p50()));
      cells.add(Words.provenance(arm));
      cells.add(Words.perMillion(arm));
      row(cells);
    }
    line("");
    line(escaped("* is best, or cannot be told from the best."));
  }

  private void effects() {
    List<Effect> effects = new ArrayList<>();
    for (Findings.Told<Effect> told : findings.effects(findings.metric())) {
      Effect effect = told.value();
      if (effect != null) {
        effects.add(effect);
      }
    }
    if (effects.isEmpty()) {
      return;
    }
    line("");
    line("## What each stage is worth");
    line("");
    row(List.of("factor", "level", findings.metric(), "against the first level", "p (Holm)"));
    line("|---|---|--:|--:|--:|");
    for (Effect effect : effects) {
      boolean first = true;
      for (Effect.Level level : effect.levels()) {
        row(
            List.of(
                effect.factor(),
                level.name(),
                Words.score(level.mean()),
                first ? Words.NONE : level.difference().toString(),
                first ? Words.NONE : Decimals.pValue(level.adjusted())));
        first = false;
      }
    }
  }

  private void causes() {
    if (!findings.result().isExplained()) {
      return;
    }
    Attribution why = findings.result().whyWrong();
    Attribution.OfArm arm = why.arm(findings.looked().name());
    line("");
    line("## Causes");
    line("");
    line(escaped(Causes.summary(why, arm)));
    if (arm.wrong().isEmpty() || arm.scored() == 0) {
      return;
    }
    line("");
    row(List.of("cause", "questions", "interval of the share"));
    line("|---|--:|--:|");
    Map<String, Integer> counts = new LinkedHashMap<>(Causes.causes(arm));
    Causes.losses(arm).forEach((loss, count) -> counts.put("of these, " + loss, count));
    counts.forEach(
        (name, count) ->
            row(List.of(name, Words.count(count), Words.percents(arm.share(count).interval()))));
    line("");
    line(escaped(Causes.next(findings.result().nextChange(arm.name()))));
  }

  private void failures() {
    line("");
    line("## Failures");
    line("");
    line(escaped(Failures.rule(findings)));
    if (findings.failed().isEmpty()) {
      return;
    }
    line("");
    row(
        List.of(
            "relevant document",
            "that came farthest",
            "interval of the share",
            "that came least far"));
    line("|---|--:|--:|--:|");
    findings
        .losses()
        .forEach(
            (place, lost) ->
                row(
                    List.of(
                        place,
                        Words.count(lost.farthest(), "question"),
                        Words.percents(findings.share(lost).interval()),
                        Words.count(lost.nearest(), "question"))));
  }

  private void row(List<String> cells) {
    line(cells.stream().map(MarkdownPage::escaped).collect(Collectors.joining(" | ", "| ", " |")));
  }

  /** Text that stays text, on one line, in a table or out of it. */
  private static String escaped(String text) {
    return text.replaceAll("\\s+", " ").replaceAll("([\\\\`*_{}\\[\\]<>#|!~&])", "\\\\$1");
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
