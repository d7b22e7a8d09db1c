package dev.ragwright.experiment.report;

import dev.ragwright.eval.Question;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.experiment.Probe;
import dev.ragwright.experiment.QuestionOutcome;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jsoup.nodes.Element;

/** The questions that the looked-at arm failed, and where it lost what it needed. */
final class Failures {
  private Failures() {}

  static void write(Element section, Findings findings) {
    HtmlPage.paragraph(section, "", rule(findings));
    if (findings.failed().isEmpty()) {
      return;
    }
    losses(section, findings);
    Table table =
        Table.in(section, "Failed questions, the lowest score first", true)
            .column("Question")
            .numbers(findings.metric())
            .column("Outcome");
    if (findings.result().isExplained()) {
      table.column("Cause");
    }
    table.column("Relevant documents, and where they are");
    List<Integer> rows = findings.failed().stream().filter(findings.shown()::contains).toList();
    rows.forEach(place -> row(table, findings, place));
    int left = findings.failed().size() - rows.size();
    if (left > 0) {
      HtmlPage.paragraph(
          section,
          "note",
          "%s with higher scores left out here; the JSON file has all."
              .formatted(Words.count(left, "failed question")));
    }
  }

  /** What counts as failed, and how many did. */
  static String rule(Findings findings) {
    return "%s of %s failed in %s: its %s is below %s, or a stage failed."
        .formatted(
            Words.count(findings.failed().size()),
            Words.count(findings.looked().outcomes().size(), "question"),
            findings.looked().name(),
            findings.metric(),
            Words.score(findings.failedBelow()));
  }

  private static void losses(Element section, Findings findings) {
    HtmlPage.paragraph(
        section,
        "note",
        "Where a failed question's relevant documents are says what was lost on the way to the generator, not yet why the answer is wrong"
            + (findings.result().isExplained() ? ": that stands under Causes." : "."));
    Table table =
        Table.in(section, "Where the relevant documents of failed questions are", false)
            .column("Place")
            .numbers("The one that came farthest")
            .numbers("Share")
            .numbers(Words.percent(findings.level()) + " interval")
            .drawings("Bar")
            .numbers("The one that came least far");
    findings
        .losses()
        .forEach(
            (place, lost) -> {
              Estimate share = findings.share(lost);
              Table.Row row = table.row();
              row.head(place);
              row.number(Words.count(lost.farthest(), "question"))
                  .number(Words.percent(share.value()))
                  .number(Words.percents(share.interval()));
              Bars.part(Bars.stack(row.cell()), "s1", share.value());
              row.number(Words.count(lost.nearest(), "question"));
            });
  }

  private static void row(Table table, Findings findings, int place) {
    Question question = findings.result().questions().get(place);
    Table.Row row = table.row();
    Element head = row.head("");
    HtmlPage.link(head, "", "#q" + place, Words.beginning(question.text(), 200));
    Score score = findings.looked().metric(findings.metric()).score(place);
    row.number(score instanceof Score.Scored scored ? scored.number() : Double.NaN, score(score));
    QuestionOutcome outcome = findings.looked().outcomes().get(place);
    row.text(outcome(outcome));
    if (findings.result().isExplained()) {
      Probe probe = outcome.probe();
      row.text(probe == null ? Words.NONE : Words.of(probe.cause()));
    }
    row.text(documents(findings.ways().get(place)));
  }

  static String score(Score score) {
    return switch (score) {
      case Score.Scored scored -> Words.score(scored.number());
      case Score.NotApplicable none -> "none: " + none.reason();
      case Score.Failed failed -> "failed: " + failed.reason();
    };
  }

  static String outcome(QuestionOutcome outcome) {
    QuestionOutcome.Failure failure = outcome.failure();
    if (failure != null) {
      return failure.stage() + " failed: " + failure.message();
    }
    if (outcome.abstention() != null) {
      return "abstained: " + outcome.abstention().detail();
    }
    return outcome.answer() == null
        ? "not asked: no generator"
        : Words.beginning(outcome.answer(), 160);
  }

  private static String documents(List<EvidencePath> ways) {
    return ways.isEmpty()
        ? "none is known"
        : ways.stream()
            .map(way -> way.document() + ": " + where(way))
            .collect(Collectors.joining("; "));
  }

  /** {@code below top k (found at 12, ranked 9)}. */
  static String where(EvidencePath way) {
    if (way.found() == 0) {
      return way.place().words();
    }
    return way.ranked() == 0 || way.ranked() == way.found()
        ? String.format(Locale.ROOT, "%s (rank %d)", way.place().words(), way.found())
        : String.format(
            Locale.ROOT,
            "%s (rank %d, reranked %d)",
            way.place().words(),
            way.found(),
            way.ranked());
  }
}
