package dev.ragwright.experiment.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.MetricResult;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;

/**
 * Quality against cost and against latency. The charts are drawn by a script from numbers that
 * stand in the page; the sets that no arm beats are in a table as well.
 */
final class TradeOffs {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TradeOffs() {}

  static void write(Element section, Findings findings) {
    ChangeCost money = price(findings);
    HtmlPage.paragraph(
        section,
        "note",
        "Up and to the left is better. The line joins the arms that no other arm beats in both (the Pareto set, by the means). Whiskers are %s intervals. A hollow point has times that were, for most questions, measured in an earlier run and replayed."
            .formatted(Words.percent(findings.level())));
    if (money.why() != null) {
      HtmlPage.paragraph(section, "notice", money.why());
    }
    section.appendElement("div").addClass("controls").attr("id", "controls").attr("hidden", "");
    Element charts = section.appendElement("div").addClass("charts");
    chart(charts, "chart-cost", "Quality against " + money.name(), findings);
    chart(charts, "chart-latency", "Quality against median time", findings);
    HtmlPage.paragraph(
            section,
            "note",
            "The charts need JavaScript; the tables have the same numbers without it.")
        .attr("id", "no-charts");
    table(section, findings, money);
    section
        .appendElement("script")
        .attr("type", "application/json")
        .attr("id", "report-data")
        // No text can end the element: JSON may write < as an escape anywhere in a string.
        .appendChild(new DataNode(data(findings, money).replace("<", "\\u003c")));
  }

  /**
   * What arms are priced in.
   *
   * @param why money is not it, or not of all arms; null if it is
   */
  private record ChangeCost(
      String name, String axis, ToDoubleFunction<ArmResult> of, @Nullable String why) {}

  /** Money where any is known, else the CPU time, which was measured. */
  private static ChangeCost price(Findings findings) {
    List<ArmResult> arms = findings.result().arms();
    List<ArmResult> unknown = arms.stream().filter(arm -> !arm.cost().isKnown()).toList();
    String missing = String.join("; ", findings.missingPrices());
    if (unknown.size() == arms.size()) {
      return new ChangeCost(
          "CPU time",
          "CPU time per question (ms)",
          Words::cpuMillis,
          "Money is unknown for every arm (%s), so cost is shown as CPU time.".formatted(missing));
    }
    String currency =
        arms.stream()
            .flatMap(arm -> arm.cost().money().stream())
            .map(money -> money.currency().getCurrencyCode())
            .findFirst()
            .orElse("");
    return new ChangeCost(
        "cost",
        "Cost per million questions (" + currency + ")",
        Words::perMillionNumber,
        unknown.isEmpty()
            ? null
            : "Not in the chart of cost, because it is unknown (%s): %s."
                .formatted(
                    missing,
                    unknown.stream().map(ArmResult::name).collect(Collectors.joining(", "))));
  }

  private static double medianMillis(ArmResult arm) {
    Duration median = arm.latency().p50();
    return median == null ? Double.NaN : median.toNanos() / 1e6;
  }

  private static void chart(Element parent, String id, String title, Findings findings) {
    Element figure = parent.appendElement("figure");
    figure.appendElement("figcaption").text(title);
    figure
        .appendElement("div")
        .addClass("canvas")
        .appendElement("canvas")
        .attr("id", id)
        .attr("role", "img")
        .attr(
            "aria-label",
            "%s of %s. The table of arms that no other arm beats below it has the numbers."
                .formatted(title, Words.count(findings.result().arms().size(), "arm")));
  }

  private static void table(Element section, Findings findings, ChangeCost price) {
    List<ArmResult> byPrice = Frontier.of(findings.ranked(), findings.metric(), price.of());
    List<ArmResult> byTime =
        Frontier.of(findings.ranked(), findings.metric(), TradeOffs::medianMillis);
    Table table =
        Table.in(section, "Arms that no other arm beats, by " + findings.metric(), false)
            .column("Arm")
            .numbers(findings.metric())
            .numbers(price.name().equals("cost") ? "Cost per million" : "CPU per question")
            .numbers("Median time")
            .column("Not beaten in");
    for (ArmResult arm : findings.ranked()) {
      boolean cheap = byPrice.contains(arm);
      boolean time = byTime.contains(arm);
      if (cheap || time) {
        Table.Row row = table.row();
        row.head(arm.name());
        row.number(Words.mean(arm.metric(findings.metric())))
            .number(
                price.name().equals("cost")
                    ? Words.perMillion(arm)
                    : Words.millis(Words.cpuMillis(arm)))
            .number(Words.time(arm.latency().p50()))
            .text(
                cheap && time
                    ? price.name() + " and median time"
                    : cheap ? price.name() : "median time");
      }
    }
  }

  private static String data(Findings findings, ChangeCost price) {
    List<ArmResult> arms = findings.result().arms();
    ObjectNode data = JSON.createObjectNode();
    data.put("metric", findings.metric());
    data.put("costAxis", price.axis());
    data.put("timeAxis", "Median time per question (ms)");
    ObjectNode factors = data.putObject("factors");
    findings
        .varied()
        .forEach(
            (factor, levels) -> {
              ArrayNode names = factors.putArray(factor);
              levels.forEach(names::add);
            });
    ArrayNode rows = data.putArray("arms");
    for (ArmResult arm : arms) {
      ObjectNode row = rows.addObject();
      row.put("name", arm.name());
      row.put("best", findings.best().contains(arm));
      row.put("replayed", arm.replayedLatency().questions() > arm.measuredLatency().questions());
      number(row, "cost", price.of().applyAsDouble(arm));
      number(row, "time", medianMillis(arm));
      ObjectNode levels = row.putObject("levels");
      arm.levels().forEach(levels::put);
    }
    ObjectNode metrics = data.putObject("metrics");
    for (String metric : findings.result().metrics()) {
      ObjectNode of = metrics.putObject(metric);
      ArrayNode means = of.putArray("means");
      arms.forEach(arm -> mean(means.addObject(), arm.metric(metric)));
      front(of.putArray("costFront"), arms, metric, price.of());
      front(of.putArray("timeFront"), arms, metric, TradeOffs::medianMillis);
    }
    try {
      return JSON.writeValueAsString(data);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of strings and numbers is JSON", e);
    }
  }

  private static void mean(ObjectNode node, MetricResult metric) {
    number(node, "mean", metric.mean().orElse(Double.NaN));
    metric
        .interval()
        .ifPresent(
            interval -> {
              node.put("low", interval.low());
              node.put("high", interval.high());
            });
  }

  private static void front(
      ArrayNode places, List<ArmResult> arms, String metric, ToDoubleFunction<ArmResult> price) {
    Frontier.of(arms, metric, price).forEach(arm -> places.add(arms.indexOf(arm)));
  }

  private static void number(ObjectNode node, String name, double value) {
    if (Double.isNaN(value)) {
      node.putNull(name);
    } else {
      node.put(name, value);
    }
  }
}
