package dev.ragwright.experiment.report;

import dev.ragwright.document.Passage;
import dev.ragwright.eval.Question;
import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.MetricResult;
import dev.ragwright.experiment.Probe;
import dev.ragwright.experiment.QuestionOutcome;
import dev.ragwright.experiment.StageTime;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;

/** Question by question, what the looked-at arm made of it. */
final class Questions {
  /** Of a passage, in UTF-16 units: enough to see what it is about. */
  private static final int TEXT = 500;

  /** More arms than this would hide the one that is looked at. */
  private static final int ARMS = 24;

  private Questions() {}

  static void write(Element section, Findings findings) {
    int left = findings.looked().outcomes().size() - findings.shown().size();
    HtmlPage.paragraph(
        section,
        "note",
        "What %s made of each question, the lowest %s first.%s"
            .formatted(
                findings.looked().name(),
                findings.metric(),
                left == 0
                    ? ""
                    : " %s with higher scores left out; the JSON file has all."
                        .formatted(Words.count(left, "question"))));
    findings.shown().forEach(place -> question(section, findings, place));
  }

  private static void question(Element section, Findings findings, int place) {
    Question question = findings.result().questions().get(place);
    ArmResult arm = findings.looked();
    QuestionOutcome outcome = arm.outcomes().get(place);
    Element details = section.appendElement("details").addClass("question").attr("id", "q" + place);
    Element summary = details.appendElement("summary");
    Element mark = summary.appendElement("span").addClass("score");
    mark.text(Failures.score(arm.metric(findings.metric()).score(place)));
    if (findings.failed().contains(place)) {
      mark.addClass("bad");
    }
    summary.appendText(question.text());
    Element list = details.appendElement("dl");
    pair(list, "Id", question.id());
    pair(
        list,
        "Reference",
        question.answers().isEmpty() ? "none" : String.join(" / ", question.answers()));
    pair(list, "Outcome", outcome(outcome));
    pair(list, "Scores", scores(arm, place));
    pair(list, "Time", times(outcome));
    Probe probe = outcome.probe();
    if (probe != null) {
      Causes.trials(details, probe);
    }
    ways(details, findings, place);
    passages(details, findings, place);
    arms(details, findings, place);
  }

  private static void pair(Element list, String term, String text) {
    list.appendElement("dt").text(term);
    list.appendElement("dd").text(text);
  }

  private static String outcome(QuestionOutcome outcome) {
    return outcome.answer() == null
        ? Failures.outcome(outcome)
        : "answered: "
            + outcome.answer()
            + (outcome.refusedCitations() == 0
                ? ""
                : " (%s refused)".formatted(Words.count(outcome.refusedCitations(), "citation")));
  }

  private static String scores(ArmResult arm, int place) {
    return arm.metrics().stream()
        .map(metric -> metric.metric() + " " + Failures.score(metric.score(place)))
        .collect(Collectors.joining(", "));
  }

  private static String times(QuestionOutcome outcome) {
    return outcome.stages().isEmpty()
        ? "no stage came to an end"
        : outcome.stages().stream()
                .map(stage -> stage.stage() + " " + Words.time(stage.wall()) + replayed(stage))
                .collect(Collectors.joining(", "))
            + "; together "
            + Words.time(outcome.latency());
  }

  private static String replayed(StageTime stage) {
    return stage.replayed() ? " (replayed)" : "";
  }

  private static void ways(Element details, Findings findings, int place) {
    List<EvidencePath> ways = findings.ways().get(place);
    if (ways.isEmpty()) {
      HtmlPage.paragraph(details, "note", "No relevant document is known for this question.");
      return;
    }
    Table table =
        Table.in(details, "Relevant documents", false)
            .column("Document")
            .column("Passage that came farthest")
            .column("Where it is")
            .numbers("Retrieved at")
            .numbers("Ranked at");
    for (EvidencePath way : ways) {
      Table.Row row = table.row();
      row.head(way.document());
      passage(row.cell(), findings, way.passage());
      Element where = row.cell().addClass("brief").text(way.place().words());
      if (!way.place().kept()) {
        where.addClass("bad");
      }
      row.number(way.found() == 0 ? Words.NONE : Words.count(way.found()))
          .number(way.ranked() == 0 ? Words.NONE : Words.count(way.ranked()));
    }
  }

  private static void passages(Element details, Findings findings, int place) {
    QuestionOutcome outcome = findings.looked().outcomes().get(place);
    List<String> ranked = outcome.ranked();
    List<String> top = ranked.subList(0, Math.min(findings.looked().topK(), ranked.size()));
    if (top.isEmpty()) {
      return;
    }
    Set<String> relevant =
        findings.ways().get(place).stream().map(EvidencePath::document).collect(Collectors.toSet());
    Map<String, Boolean> cited = // and whether there is a quote of it
        outcome.citations().stream()
            .collect(Collectors.toMap(Citation::passageId, Citation::quoted, Boolean::logicalOr));
    Table table =
        Table.in(details, "The passages that the context was made of", false)
            .numbers("Rank")
            .column("Passage")
            .column("It is");
    for (int i = 0; i < top.size(); i++) {
      String id = top.get(i);
      List<String> marks = new ArrayList<>();
      if (relevant.contains(EvidencePath.document(findings.result(), id))) {
        marks.add("relevant");
      }
      if (outcome.context().contains(id)) {
        marks.add("read");
      }
      if (cited.containsKey(id)) {
        marks.add(cited.get(id) ? "cited" : "cited without a quote");
      }
      outcome.dropped().stream()
          .filter(drop -> drop.passageId().equals(id))
          .forEach(drop -> marks.add(dropped(drop.reason())));
      Table.Row row = table.row();
      if (marks.contains("relevant")) {
        row.tr().addClass("best");
      }
      row.head(Words.count(i + 1)).addClass("n");
      passage(row.cell(), findings, id);
      row.text(marks.isEmpty() ? Words.NONE : String.join(", ", marks));
    }
  }

  private static String dropped(Context.Reason reason) {
    return switch (reason) {
      case DUPLICATE -> "dropped as duplicate";
      case OVER_BUDGET -> "no room in context";
      case CUT -> "cut short";
      case NEAR_DUPLICATE -> "dropped as near duplicate";
      case SCORE_GAP -> "behind the score gap";
      case NOT_SELECTED -> "no sentence selected";
      case SELECTED_IN_PART -> "selected in part";
    };
  }

  private static void passage(Element cell, Findings findings, @Nullable String id) {
    if (id == null) {
      cell.text("none was found");
    } else {
      cell.appendElement("span").addClass("id").text(id);
      cell.appendElement("p").addClass("text").text(text(findings, id));
    }
  }

  private static String text(Findings findings, String id) {
    Passage passage = findings.result().passages().get(id);
    return passage == null || passage.text().isEmpty()
        ? "(its text is not in the result)"
        : Words.beginning(passage.text(), TEXT);
  }

  private static void arms(Element details, Findings findings, int place) {
    List<ArmResult> others =
        findings.ranked().stream().filter(arm -> arm != findings.looked()).limit(ARMS).toList();
    if (others.isEmpty()) {
      return;
    }
    Element inner = details.appendElement("details");
    int all = findings.result().arms().size() - 1;
    inner
        .appendElement("summary")
        .text(
            others.size() == all
                ? "The other arms"
                : String.format(
                    Locale.ROOT, "The best %d of the other %d arms", others.size(), all));
    Table table =
        Table.in(inner, "The same question in other arms", false)
            .column("Arm")
            .numbers(findings.metric())
            .column("Outcome");
    for (ArmResult arm : others) {
      MetricResult metric = arm.metric(findings.metric());
      Table.Row row = table.row();
      row.head(arm.name());
      row.number(Failures.score(metric.score(place)))
          .text(Failures.outcome(arm.outcomes().get(place)));
    }
  }
}
