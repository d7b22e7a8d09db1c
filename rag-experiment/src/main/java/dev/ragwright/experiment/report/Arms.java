package dev.ragwright.experiment.report;

import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.MetricResult;
import dev.ragwright.experiment.Winners;
import dev.ragwright.text.Decimals;
import java.time.Duration;
import java.util.Locale;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;

/** Every arm with every number, and the denominators. */
final class Arms {
  private Arms() {}

  static void write(Element section, Findings findings) {
    HtmlPage.paragraph(
        section,
        "note",
        "Tied arms cannot be told from the best. Means are over the questions that have a score; how many those are stands beside each mean where it is not all of them. Difference: the arm's mean less the best arm's, on the same questions; each interval is of its own difference alone, p is corrected for all arms. Times are of the calls themselves, measured in this run or, where replayed, in an earlier one.");
    Table table =
        Table.in(section, "All arms, best by " + findings.metric() + " first", true)
            .column("Arm")
            .numbers(findings.metric())
            .numbers(Words.percent(findings.level()) + " interval")
            .numbers("Difference")
            .numbers("p (Holm)");
    for (String metric : findings.result().metrics()) {
      if (!metric.equals(findings.metric())) {
        table.numbers(metric);
      }
    }
    table
        .numbers("Answered")
        .numbers("Abstained")
        .numbers("Failed")
        .numbers("Median time")
        .numbers("95th percentile")
        .column("Times are")
        .numbers("CPU per question")
        .numbers("Cost per million");
    findings.ranked().forEach(arm -> row(table, findings, arm));
  }

  private static void row(Table table, Findings findings, ArmResult arm) {
    Table.Row row = table.row();
    Element name = row.head(arm.name());
    if (findings.best().contains(arm)) {
      row.tr().addClass("best");
      name.appendText(" ")
          .appendElement("span")
          .addClass("mark")
          .text(findings.isBest(arm) ? "best" : "tied");
    }
    arm.failure()
        .ifPresent(why -> name.appendElement("span").addClass("mark bad").text("failed: " + why));
    MetricResult main = arm.metric(findings.metric());
    mean(row, main);
    row.number(Words.interval(main.interval()));
    Winners.Rival rival = findings.rival(arm).orElse(null);
    if (rival == null) {
      row.number(Double.NaN, Words.NONE).number(Double.NaN, Words.NONE);
    } else {
      row.number(rival.difference().value(), rival.difference().toString())
          .number(rival.adjusted(), Decimals.pValue(rival.adjusted()));
    }
    for (MetricResult metric : arm.metrics()) {
      if (metric != main) {
        mean(row, metric);
      }
    }
    row.number(arm.answered(), Words.count(arm.answered()))
        .number(arm.abstained(), Words.count(arm.abstained()))
        .number(arm.failed(), Words.count(arm.failed()));
    time(row, arm.latency().p50());
    time(row, arm.latency().p95());
    row.brief(Words.provenance(arm))
        .number(Words.cpuMillis(arm), Words.millis(Words.cpuMillis(arm)))
        .number(Words.perMillionNumber(arm), Words.perMillion(arm));
  }

  private static void mean(Table.Row row, MetricResult metric) {
    int all = metric.scored() + metric.notApplicable() + metric.failed();
    row.number(
        metric.mean().orElse(Double.NaN),
        metric.scored() == all
            ? Words.mean(metric)
            : String.format(
                Locale.ROOT, "%s (%d of %d)", Words.mean(metric), metric.scored(), all));
  }

  private static void time(Table.Row row, @Nullable Duration time) {
    row.number(time == null ? Double.NaN : time.toNanos(), Words.time(time));
  }
}
