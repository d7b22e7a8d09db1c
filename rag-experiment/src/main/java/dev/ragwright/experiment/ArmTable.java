package dev.ragwright.experiment;

import dev.ragwright.text.Decimals;
import java.util.ArrayList;
import java.util.List;

/**
 * What arms scored, for people: a row for each arm, a column for each metric with its mean and half
 * the width of its interval, and in brackets how many questions have a score where not all do. Why
 * an arm failed stands behind its scores, and why a metric did below them all.
 */
final class ArmTable {
  private final List<List<String>> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  ArmTable(ExperimentResult result) {
    List<String> header = new ArrayList<>(List.of("arm"));
    header.addAll(result.metrics());
    rows.add(header);
    for (ArmResult arm : result.arms()) {
      List<String> row = new ArrayList<>(List.of(arm.name()));
      arm.metrics().forEach(metric -> row.add(cell(metric, result.questions().size())));
      arm.failure().ifPresent(why -> row.add("failed: " + why));
      rows.add(row);
    }
    for (String metric : result.metrics()) {
      result.failureOf(metric).ifPresent(why -> notes.add(metric + " " + why));
    }
  }

  private static String cell(MetricResult metric, int questions) {
    if (metric.mean().isEmpty()) {
      return "-";
    }
    StringBuilder cell = new StringBuilder(Decimals.fixed(metric.mean().getAsDouble(), 3));
    metric
        .interval()
        .map(interval -> (interval.high() - interval.low()) / 2)
        .filter(half -> half > 0) // of equal scores, which say nothing of what others would be
        .ifPresent(half -> cell.append(" ±").append(Decimals.signed(half).substring(1)));
    if (metric.scored() < questions) {
      cell.append(" (").append(metric.scored()).append(')');
    }
    return cell.toString();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        line.append(column == 0 ? "" : "  ").append(row.get(column));
        line.append(" ".repeat(Math.max(0, width(column) - row.get(column).length())));
      }
      text.append(text.isEmpty() ? "" : "\n").append(line.toString().stripTrailing());
    }
    notes.forEach(note -> text.append('\n').append(note));
    return text.toString();
  }

  private int width(int column) {
    return rows.stream()
        .filter(row -> column < row.size())
        .mapToInt(row -> row.get(column).length())
        .max()
        .orElse(0);
  }
}
