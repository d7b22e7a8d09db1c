package dev.ragwright.experiment.report;

import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Winners;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jsoup.nodes.Element;

/** The answer first: the best arms as a set, then what that rests on. */
final class Overview {
  /** More of them are in the table of all arms. */
  private static final int MOST = 8;

  private Overview() {}

  static void write(Element section, Findings findings) {
    section.expectFirst("h2").addClass("unseen");
    findings
        .result()
        .stopped()
        .ifPresent(
            why ->
                HtmlPage.paragraph(
                    section,
                    "notice",
                    "The run ended early (%s). All numbers are of the questions that every arm was asked."
                        .formatted(why)));
    section.appendElement("p").addClass("verdict").text(verdict(findings));
    failedMetrics(findings.result())
        .forEach(failure -> HtmlPage.paragraph(section, "notice", failure));
    if (findings.winners() != null) {
      best(section, findings);
    }
    caveats(section, findings);
    facts(section, findings);
  }

  /** What metrics failed though no stage had, a sentence each. */
  static List<String> failedMetrics(ExperimentResult result) {
    return result.metrics().stream()
        .flatMap(metric -> result.failureOf(metric).map(why -> metric + " " + why + ".").stream())
        .toList();
  }

  /** The result in a sentence. */
  static String verdict(Findings findings) {
    List<ArmResult> best = findings.best();
    int arms = findings.result().arms().size();
    if (best.isEmpty()) {
      return "No arm has a score by %s: %s."
          .formatted(
              findings.metric(),
              Failures.score(findings.looked().metric(findings.metric()).score(0)));
    }
    if (arms == 1) {
      return "One arm, %s %s."
          .formatted(findings.metric(), Words.mean(best.getFirst().metric(findings.metric())));
    }
    if (best.size() == arms) {
      return String.format(
          Locale.ROOT,
          "These questions do not tell the %d arms apart by %s.",
          arms,
          findings.metric());
    }
    if (best.size() == 1) {
      return "%s is best by %s.".formatted(best.getFirst().name(), findings.metric());
    }
    return String.format(
        Locale.ROOT,
        "%d of %d arms are best by %s and cannot be told apart.",
        best.size(),
        arms,
        findings.metric());
  }

  private static void best(Element section, Findings findings) {
    List<ArmResult> best = findings.best();
    Table table =
        Table.in(
                section, best.size() == 1 ? "The best arm" : "The best arms, by their means", false)
            .column("Arm")
            .numbers(findings.metric())
            .numbers(Words.percent(findings.level()) + " interval")
            .numbers("Median time")
            .numbers("Cost per million");
    int listed = best.size() <= MOST + 1 ? best.size() : MOST; // never "the other 1"
    for (ArmResult arm : best.subList(0, listed)) {
      Table.Row row = table.row();
      row.head(arm.name());
      row.number(Words.mean(arm.metric(findings.metric())))
          .number(Words.interval(arm.metric(findings.metric()).interval()))
          .number(Words.time(arm.latency().p50()))
          .number(Words.perMillion(arm));
    }
    if (best.size() > listed) {
      Element more = section.appendElement("p");
      more.appendText(
          String.format(Locale.ROOT, "The other %d stand in the ", best.size() - listed));
      HtmlPage.link(more, "", "#arms", "table of all arms");
      more.appendText(".");
    }
    if (best.size() > 1) {
      HtmlPage.paragraph(section, "", choice(best));
    }
  }

  /** What else to choose among equals by. */
  static String choice(List<ArmResult> best) {
    String fastest =
        best.stream()
            .filter(arm -> arm.latency().p50() != null)
            .min(Comparator.comparing(arm -> arm.latency().p50()))
            .map(
                arm ->
                    "The fastest of them is %s (median %s)."
                        .formatted(arm.name(), Words.time(arm.latency().p50())))
            .orElse("How fast they are is not known.");
    String cheapest =
        best.stream().allMatch(arm -> arm.cost().isKnown())
            ? best.stream()
                .min(Comparator.comparingDouble(Words::perMillionNumber))
                .map(
                    arm ->
                        " The cheapest is %s (%s per million questions)."
                            .formatted(arm.name(), Words.perMillion(arm)))
                .orElse("")
            : " Which is the cheapest is unknown.";
    return fastest + cheapest;
  }

  private static void caveats(Element section, Findings findings) {
    Winners winners = findings.winners();
    if (winners == null || findings.result().arms().size() == 1) {
      return;
    }
    HtmlPage.paragraph(section, "note", basis(winners));
    Winners elsewhere = findings.elsewhere();
    if (elsewhere != null) {
      HtmlPage.paragraph(section, "note", held(elsewhere));
    }
  }

  static String basis(Winners winners) {
    return "Each arm is compared with %s on the same questions, by the sign-flip test with Holm's correction at %s. An arm is out of the set only if it is shown to be worse. The best was chosen on the questions it is compared on, so its mean flatters it."
        .formatted(winners.best(), Words.percent(winners.level()));
  }

  static String held(Winners elsewhere) {
    return String.format(
        Locale.ROOT,
        "Chosen on one half of the questions and measured on the other %d, the best is %s with %s; %s",
        elsewhere.questions(),
        elsewhere.best(),
        Words.score(elsewhere.bestMean()),
        elsewhere.indistinguishable().size() == 1
            ? "no other arm is indistinguishable from it there."
            : Words.count(elsewhere.indistinguishable().size() - 1, "other arm")
                + " cannot be told from it there.");
  }

  private static void facts(Element section, Findings findings) {
    ExperimentResult result = findings.result();
    Element list = section.appendElement("dl").addClass("facts");
    fact(list, "Varied", varied(findings));
    fact(list, "Held fixed", held(findings));
    fact(list, "Questions", denominators(result));
    fact(list, "Time", time(result));
    fact(list, "Money", money(findings));
  }

  private static void fact(Element list, String term, String text) {
    Element pair = list.appendElement("div");
    pair.appendElement("dt").text(term);
    pair.appendElement("dd").text(text);
  }

  static String varied(Findings findings) {
    return findings.varied().isEmpty()
        ? "nothing"
        : findings.varied().entrySet().stream()
            .map(factor -> factor.getKey() + ": " + String.join(", ", factor.getValue()))
            .collect(Collectors.joining("; "));
  }

  /** The names alone; what each is stands with the settings. */
  static String held(Findings findings) {
    Map<String, String> held = findings.held();
    return held.isEmpty()
        ? "nothing"
        : String.join(", ", held.keySet()) + ", the questions, and all settings below";
  }

  static String denominators(ExperimentResult result) {
    long judged = result.judgments().judgments().size();
    long answered = result.questions().stream().filter(q -> !q.answers().isEmpty()).count();
    return "%s; %s with judged documents, %s with reference answers"
        .formatted(
            Words.count(result.questions().size()), Words.count(judged), Words.count(answered));
  }

  static String time(ExperimentResult result) {
    long called = result.stageCalls().values().stream().mapToLong(Long::longValue).sum();
    long replayed = result.stageReplays().values().stream().mapToLong(Long::longValue).sum();
    String calls = Words.count(called, "stage call") + " measured in this run";
    return replayed == 0
        ? calls
        : calls
            + ", %s replayed from the memo with the time they took when they were measured"
                .formatted(Words.count(replayed, "result"));
  }

  static String money(Findings findings) {
    return findings.missingPrices().isEmpty()
        ? "known for every arm"
        : "unknown (" + String.join("; ", findings.missingPrices()) + ")";
  }
}
