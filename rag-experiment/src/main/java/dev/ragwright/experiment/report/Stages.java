package dev.ragwright.experiment.report;

import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.ExperimentResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jsoup.nodes.Element;

/** Two waterfalls: where the time goes, and where relevant documents are lost. */
final class Stages {
  private Stages() {}

  static void write(Element section, Findings findings) {
    time(section, findings);
    losses(section, findings);
    calls(section, findings.result());
  }

  private static void time(Element section, Findings findings) {
    section.appendElement("h3").text("Time");
    Map<String, Integer> stages = stages(findings.result());
    if (stages.isEmpty()) {
      HtmlPage.paragraph(section, "", "No stage came to an end, so there is no time to tell.");
      return;
    }
    HtmlPage.paragraph(
        section,
        "note",
        "Mean time of each stage over the questions that reached it. Times are always those of the call itself: a result from the memo keeps the time that it took when it was measured.");
    Table table =
        Table.in(section, "Mean time per stage", true).column("Arm").drawings("Share of longest");
    stages.forEach((stage, at) -> swatch(table.header(stage).addClass("n"), "s" + at));
    table.numbers("Sum").column("Times are");
    double longest = findings.result().arms().stream().mapToDouble(Stages::total).max().orElse(0);
    for (ArmResult arm : findings.ranked()) {
      Table.Row row = table.row();
      row.head(arm.name());
      Element stack = Bars.stack(row.cell());
      Map<String, Duration> times = arm.meanStageTimes();
      times.forEach(
          (stage, time) ->
              Bars.part(
                  stack, "s" + stages.get(stage), longest == 0 ? 0 : time.toNanos() / longest));
      stages
          .keySet()
          .forEach(
              stage -> {
                Duration time = times.get(stage);
                row.number(time == null ? Double.NaN : time.toNanos(), Words.time(time));
              });
      row.number(total(arm), Words.millis(total(arm) / 1e6)).brief(Words.provenance(arm));
    }
  }

  private static double total(ArmResult arm) {
    return arm.meanStageTimes().values().stream().mapToLong(Duration::toNanos).sum();
  }

  /** The stages that any arm has, each with its colour. */
  private static Map<String, Integer> stages(ExperimentResult result) {
    Set<String> ran = new HashSet<>();
    result.arms().forEach(arm -> ran.addAll(arm.meanStageTimes().keySet()));
    Map<String, Integer> stages = new LinkedHashMap<>();
    for (String stage : result.stageCalls().keySet()) {
      if (ran.contains(stage)) {
        stages.put(stage, stages.size() + 1);
      }
    }
    return stages;
  }

  private static void losses(Element section, Findings findings) {
    section.appendElement("h3").text("Relevant documents");
    Map<ArmResult, Map<EvidencePath.Place, Integer>> counts = new LinkedHashMap<>();
    Set<EvidencePath.Place> places = EnumSet.noneOf(EvidencePath.Place.class);
    for (ArmResult arm : findings.ranked()) {
      Map<EvidencePath.Place, Integer> of = findings.places(arm);
      counts.put(arm, of);
      places.addAll(of.keySet());
    }
    if (places.isEmpty()) {
      HtmlPage.paragraph(
          section, "", "No relevant document is known for any question, so none can be followed.");
      return;
    }
    HtmlPage.paragraph(
        section,
        "note",
        "Each relevant document of each question, by how far the one of its passages that came farthest got. Depth is how many of the passages found are taken on: the reranker's depth, or top k without one. What was not found is not even among those below it.");
    List<EvidencePath.Place> order = new ArrayList<>(places);
    order.sort(Comparator.reverseOrder());
    Table table =
        Table.in(section, "Where relevant documents are lost", true)
            .column("Arm")
            .drawings("Share");
    order.forEach(place -> swatch(table.header(place.words()).addClass("n"), css(place)));
    table.numbers("All");
    counts.forEach((arm, of) -> row(table, order, arm, of));
  }

  private static void row(
      Table table,
      List<EvidencePath.Place> order,
      ArmResult arm,
      Map<EvidencePath.Place, Integer> counts) {
    int all = counts.values().stream().mapToInt(Integer::intValue).sum();
    Table.Row row = table.row();
    row.head(arm.name());
    Element stack = Bars.stack(row.cell());
    for (EvidencePath.Place place : order) {
      int count = counts.getOrDefault(place, 0);
      Bars.part(stack, css(place), (double) count / all);
      row.number(
          count,
          count == 0
              ? "0"
              : String.format(Locale.ROOT, "%d (%s)", count, Words.percent((double) count / all)));
    }
    row.number(all, Words.count(all));
  }

  private static String css(EvidencePath.Place place) {
    return "p-" + Words.of(place).replace(' ', '-');
  }

  private static void swatch(Element header, String css) {
    header.prependElement("span").addClass("swatch").addClass(css).attr("aria-hidden", "true");
  }

  private static void calls(Element section, ExperimentResult result) {
    section.appendElement("h3").text("Calls");
    Table table =
        Table.in(section, "How often each stage was called", false)
            .column("Stage")
            .numbers("Called in this run")
            .numbers("Replayed from the memo");
    result
        .stageCalls()
        .forEach(
            (stage, called) -> {
              long replayed = result.stageReplays().getOrDefault(stage, 0L);
              if (called + replayed > 0) {
                Table.Row row = table.row();
                row.head(stage);
                row.number(Words.count(called)).number(Words.count(replayed));
              }
            });
  }
}
