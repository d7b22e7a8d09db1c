package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.onnx.runtime.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@link AgreementCard} measured, as Markdown, as JSON Lines, and on a page. */
final class AgreementCards {
  static final String BEGIN = "<!-- cards: begin -->";
  static final String END = "<!-- cards: end -->";

  private final String only;
  private final Map<String, Card> cards = new LinkedHashMap<>();

  /** Cards of the evaluators whose name begins so; {@code all} for all. */
  AgreementCards(String only) {
    this.only = only;
  }

  boolean wants(String evaluator) {
    return only.equals("all") || evaluator.startsWith(only);
  }

  /** Adds a row to an evaluator's card, if that is wanted. */
  void add(String evaluator, String about, Row row) {
    if (wants(evaluator)) {
      cards
          .computeIfAbsent(evaluator, name -> new Card(name, about, new ArrayList<>()))
          .rows()
          .add(row);
    }
  }

  boolean isEmpty() {
    return cards.isEmpty();
  }

  /**
   * How an evaluator did on a set.
   *
   * @param baseline the baseline's on the same cases; the same as {@code area} for itself
   * @param difference empty for the baseline itself
   */
  record Row(
      String set,
      String judges,
      int cases,
      int asked,
      int positives,
      Estimate area,
      double baseline,
      @Nullable Estimate difference,
      double cpuMillis) {

    String verdict() {
      if (difference == null) {
        return "is the baseline";
      }
      return difference.interval().low() > 0
          ? "better"
          : difference.interval().high() < 0 ? "worse" : "not told apart";
    }
  }

  /** An evaluator's rows, in the order of the sets. */
  private record Card(String name, String about, List<Row> rows) {}

  static String page(Path file) {
    try {
      String page = Files.readString(file);
      if (!page.contains(BEGIN) || page.indexOf(END) < page.indexOf(BEGIN)) {
        throw new IllegalArgumentException(
            "%s has no line \"%s\" with a line \"%s\" behind it".formatted(file, BEGIN, END));
      }
      return page;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read " + file + ", the page whose cards --out replaces: " + e, e);
    }
  }

  static void write(Path file, String page, String cards) {
    String before = page.substring(0, page.indexOf(BEGIN) + BEGIN.length());
    try {
      Files.writeString(file, before + "\n\n" + cards + "\n" + page.substring(page.indexOf(END)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  String markdown() {
    StringBuilder text =
        new StringBuilder(
            "Measured on %s with ragwright %s, %s, Java %s.%n"
                .formatted(
                    LocalDate.now(ZoneOffset.UTC),
                    System.getProperty("ragwright.version", "of unknown version"),
                    OnnxModel.runtime(),
                    Runtime.version().feature()));
    for (Card card : cards.values()) {
      text.append("\n### ").append(card.name()).append("\n\n").append(card.about()).append('\n');
      text.append(verdict(card)).append("\n\n");
      text.append(
          "| set | judged by | cases | positive | AUROC | baseline | difference | CPU ms a case"
              + " |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
      for (Row row : card.rows()) {
        text.append(
            String.format(
                Locale.ROOT,
                "| %s | %s | %s | %d | %s [%s, %s] | %s | %s | %s |\n",
                row.set(),
                row.judges(),
                row.cases() == row.asked() ? row.cases() : row.cases() + " of " + row.asked(),
                row.positives(),
                digits(row.area().value()),
                digits(row.area().interval().low()),
                digits(row.area().interval().high()),
                digits(row.baseline()),
                row.difference() == null ? "" : row.difference().toString(),
                String.format(Locale.ROOT, "%.1f", row.cpuMillis())));
      }
    }
    return text.toString();
  }

  private static String verdict(Card card) {
    List<String> better = sets(card, "better");
    List<String> worse = sets(card, "worse");
    List<String> same = sets(card, "not told apart");
    if (better.size() + worse.size() + same.size() == 0) {
      return "**The baseline.**";
    }
    String of = " of " + card.rows().size();
    List<String> parts = new ArrayList<>();
    parts.add(
        better.isEmpty()
            ? "Does not beat the baseline on any set"
            : "Beats the baseline on " + better.size() + of + ": " + String.join(", ", better));
    if (!same.isEmpty()) {
      parts.add("not told apart from it on " + String.join(", ", same));
    }
    if (!worse.isEmpty()) {
      parts.add("worse than it on " + String.join(", ", worse));
    }
    return "**" + String.join("; ", parts) + ".**";
  }

  private static List<String> sets(Card card, String verdict) {
    return card.rows().stream().filter(row -> row.verdict().equals(verdict)).map(Row::set).toList();
  }

  private static String digits(double value) {
    return String.format(Locale.ROOT, "%.3f", value).replaceFirst("^0", "");
  }

  String jsonLines() {
    StringBuilder lines = new StringBuilder();
    for (Card card : cards.values()) {
      for (Row row : card.rows()) {
        ObjectNode line = Cli.JSON.createObjectNode();
        line.put("name", card.name()).put("set", row.set()).put("n", row.cases());
        line.put("positives", row.positives()).put("AUROC", row.area().value());
        line.put("low", row.area().interval().low()).put("high", row.area().interval().high());
        line.put("baselineAuroc", row.baseline());
        Estimate difference = row.difference();
        if (difference != null) {
          line.put("difference", difference.value());
          line.put("differenceLow", difference.interval().low());
          line.put("differenceHigh", difference.interval().high());
        }
        line.put("cpuSecondsPerCase", row.cpuMillis() / 1000);
        lines.append(line).append('\n');
      }
    }
    return lines.toString();
  }
}
