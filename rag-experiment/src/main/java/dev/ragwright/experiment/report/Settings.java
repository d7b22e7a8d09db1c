package dev.ragwright.experiment.report;

import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.MetricResult;
import java.util.function.ToIntFunction;
import org.jsoup.nodes.Element;

/** All that decides the result, so that it can be made again. */
final class Settings {
  private Settings() {}

  static void write(Element section, Findings findings) {
    ExperimentResult result = findings.result();
    Table settings = Table.in(section, "Settings", false).column("Setting").column("Value");
    row(settings, "set", result.set());
    result.settings().forEach((name, value) -> row(settings, name, value));
    row(settings, "started", Words.date(result.startedAt()));
    row(settings, "ended", Words.date(result.endedAt()));
    if (!findings.held().isEmpty()) {
      Table held =
          Table.in(section, "Held fixed in all arms", false).column("Stage").column("What it is");
      findings.held().forEach((stage, what) -> row(held, stage, what));
    }
    levels(section, findings);
    denominators(section, findings);
  }

  private static void row(Table table, String name, String value) {
    Table.Row row = table.row();
    row.head(name);
    row.cell().appendElement("code").text(value);
  }

  /** What stands behind each level's name, from the first arm that has it. */
  private static void levels(Element section, Findings findings) {
    if (findings.varied().isEmpty()) {
      return;
    }
    Table table =
        Table.in(section, "Levels", false).column("Factor").column("Level").column("What it is");
    findings
        .varied()
        .forEach(
            (factor, levels) ->
                levels.forEach(
                    level -> {
                      Table.Row row = table.row();
                      row.text(factor);
                      row.head(level);
                      row.cell()
                          .appendElement("code")
                          .text(description(findings.result(), factor, level));
                    }));
  }

  private static String description(ExperimentResult result, String factor, String level) {
    return result.arms().stream()
        .filter(arm -> level.equals(arm.levels().get(factor)))
        .map(ArmResult::stages)
        .map(stages -> stages.getOrDefault(factor, level))
        .findFirst()
        .orElse("in no arm");
  }

  private static void denominators(Element section, Findings findings) {
    Table table =
        Table.in(section, "Denominators, over all arms", false)
            .column("Metric")
            .numbers("Scored")
            .numbers("Not applicable")
            .numbers("Failed");
    for (String name : findings.result().metrics()) {
      Table.Row row = table.row();
      row.head(name);
      row.number(sum(findings, name, MetricResult::scored))
          .number(sum(findings, name, MetricResult::notApplicable))
          .number(sum(findings, name, MetricResult::failed));
    }
  }

  private static String sum(Findings findings, String metric, ToIntFunction<MetricResult> count) {
    return Words.count(
        findings.result().arms().stream().map(arm -> arm.metric(metric)).mapToInt(count).sum());
  }
}
