package dev.ragwright.experiment.report;

import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.experiment.Effect;
import dev.ragwright.experiment.Interaction;
import dev.ragwright.text.Decimals;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jsoup.nodes.Element;

/**
 * What each level of each factor is worth, by each metric, and how factors depend on each other.
 */
final class Effects {
  private Effects() {}

  static void write(Element section, Findings findings) {
    if (findings.varied().isEmpty()) {
      HtmlPage.paragraph(section, "", "Nothing was varied, so there is no effect to tell.");
      return;
    }
    HtmlPage.paragraph(
        section,
        "note",
        "What changing one stage gains, against its first level, over all combinations of the others and the same questions. Each interval is of its own difference alone. Coloured ones are shown not to be 0: p is by the sign-flip test, with Holm's correction over the levels of the factor.");
    effects(section, findings, findings.metric());
    for (String metric : findings.result().metrics()) {
      if (!metric.equals(findings.metric())) {
        Element details = section.appendElement("details");
        details.appendElement("summary").text("By " + metric);
        effects(details, findings, metric);
      }
    }
    interactions(section, findings);
  }

  private static void effects(Element parent, Findings findings, String metric) {
    List<Findings.Told<Effect>> told = findings.effects(metric);
    List<Effect> known = told.stream().map(Findings.Told::value).filter(Objects::nonNull).toList();
    if (!known.isEmpty()) {
      Table table =
          Table.in(parent, "Main effects by " + metric, false)
              .column("Factor")
              .column("Level")
              .numbers("Mean")
              .numbers("Difference")
              .drawings("Interval")
              .numbers("p (Holm)")
              .numbers("Questions")
              .numbers("Combinations");
      double reach =
          reach(known.stream().flatMap(e -> e.levels().stream()).map(Effect.Level::difference));
      known.forEach(effect -> rows(table, findings, effect, reach));
    }
    told.stream()
        .filter(effect -> effect.value() == null)
        .forEach(effect -> HtmlPage.paragraph(parent, "note", "No effect of " + effect.why()));
  }

  private static void rows(Table table, Findings findings, Effect effect, double reach) {
    boolean first = true;
    for (Effect.Level level : effect.levels()) {
      Table.Row row = table.row();
      if (first) {
        row.tr().addClass("group");
      }
      row.text(effect.factor());
      row.head(level.name());
      row.number(Words.score(level.mean()));
      if (first) {
        row.text("compared with").text("").number(Words.NONE);
        row.tr().child(3).addClass("n quiet");
      } else {
        row.number(level.difference().toString());
        Bars.interval(
            row.cell(), level.difference(), reach, level.adjusted() <= 1 - findings.level());
        row.number(Decimals.pValue(level.adjusted()));
      }
      row.number(Words.count(effect.questions())).number(Words.count(effect.blocks()));
      first = false;
    }
  }

  private static void interactions(Element section, Findings findings) {
    List<Interaction> all = findings.interactions();
    if (all.isEmpty()) {
      return;
    }
    section.appendElement("h3").text("Interactions");
    long clear =
        all.stream()
            .flatMap(i -> i.entries().stream())
            .filter(e -> e.adjusted() <= 1 - findings.level())
            .count();
    HtmlPage.paragraph(
        section,
        "note",
        (clear == 0
                ? "No pair of stages is shown to depend on each other"
                : (clear == 1 ? "1 pair of levels depends" : clear + " pairs of levels depend")
                    + " on each other")
            + ": the gain of a level with another, less its gain without.");
    Element details = section.appendElement("details");
    details.appendElement("summary").text("All pairs of levels by " + findings.metric());
    Table table =
        Table.in(details, "Interactions by " + findings.metric(), false)
            .column("Level")
            .column("With")
            .numbers("Excess")
            .drawings("Interval")
            .numbers("p (Holm)")
            .numbers("Questions");
    double reach =
        reach(all.stream().flatMap(i -> i.entries().stream()).map(Interaction.Entry::excess));
    for (Interaction interaction : all) {
      for (Interaction.Entry entry : interaction.entries()) {
        Table.Row row = table.row();
        row.head(interaction.factor() + " " + entry.level());
        row.text(interaction.other() + " " + entry.otherLevel()).number(entry.excess().toString());
        Bars.interval(row.cell(), entry.excess(), reach, entry.adjusted() <= 1 - findings.level());
        row.number(Decimals.pValue(entry.adjusted())).number(Words.count(interaction.questions()));
      }
    }
  }

  /** Half the axis: the end of any interval that is the farthest from 0. */
  private static double reach(Stream<Estimate> estimates) {
    return estimates
        .mapToDouble(e -> Math.max(Math.abs(e.interval().low()), Math.abs(e.interval().high())))
        .max()
        .orElse(0);
  }
}
