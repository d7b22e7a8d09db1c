package dev.ragwright.documents.drawing;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.text.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes charts as small tables: the title, and for each category the values of all series, as the
 * chart has stored them. The workbook that a chart may carry is not read again.
 */
public final class Charts {
  private Charts() {}

  /** Writes a chart. */
  public static void write(Node root, Blocks out) {
    Node chart = root.child("c:chart");
    if (chart == null) {
      return;
    }
    out.paragraph(titleOf(chart));
    List<List<Node>> groups = new ArrayList<>();
    Node area = chart.child("c:plotArea");
    if (area != null) {
      for (Node kind : area.children()) {
        List<Node> series = kind.children("c:ser");
        if (!series.isEmpty()) {
          group(groups, series);
        }
      }
      groups.forEach(group -> table(group, out));
      for (Node axis : area.children()) {
        out.paragraph(axis.child("c:title") == null ? "" : "Axis: " + titleOf(axis));
      }
    }
  }

  /** The title of a chart; empty if it has none. */
  public static String title(Node root) {
    Node chart = root.child("c:chart");
    return chart == null ? "" : titleOf(chart);
  }

  /** Series over the same categories stand in one table. */
  private static void group(List<List<Node>> groups, List<Node> series) {
    for (List<Node> group : groups) {
      if (points(categories(group.getFirst())).equals(points(categories(series.getFirst())))) {
        group.addAll(series);
        return;
      }
    }
    groups.add(new ArrayList<>(series));
  }

  private static String titleOf(Node of) {
    Node title = of.child("c:title");
    if (title == null) {
      return "";
    }
    Node rich = title.path("c:tx", "c:rich");
    return rich == null ? name(title.child("c:tx")) : DrawnText.of(rich);
  }

  /** The name that a series or title has from cells. */
  private static String name(@Nullable Node text) {
    if (text == null) {
      return "";
    }
    Node literal = text.child("c:v");
    return literal == null ? String.join(" ", points(text).values()) : literal.text();
  }

  private static @Nullable Node categories(Node series) {
    Node names = series.child("c:cat");
    return names == null ? series.child("c:xVal") : names;
  }

  private static void table(List<Node> group, Blocks out) {
    Node categories = categories(group.getFirst());
    NavigableMap<Integer, String> names = points(categories);
    List<NavigableMap<Integer, String>> columns = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of(""));
    TreeMap<Integer, String> rows = new TreeMap<>(names);
    for (Node series : group) {
      column(series, "c:val", "", header, columns);
      column(series, "c:yVal", "", header, columns);
      column(series, "c:bubbleSize", " (size)", header, columns);
    }
    columns.forEach(column -> column.forEach(rows::putIfAbsent));
    List<List<String>> table = new ArrayList<>(List.of(header));
    for (Integer index : rows.keySet()) {
      List<String> row = new ArrayList<>(List.of(names.getOrDefault(index, "")));
      columns.forEach(column -> row.add(column.getOrDefault(index, "")));
      table.add(row);
    }
    out.table(table, true);
  }

  private static void column(
      Node series,
      String values,
      String what,
      List<String> header,
      List<NavigableMap<Integer, String>> columns) {
    Node found = series.child(values);
    if (found != null) {
      header.add(name(series.child("c:tx")) + what);
      columns.add(points(found));
    }
  }

  /** The stored points by their places; those of several levels are put together. */
  private static NavigableMap<Integer, String> points(@Nullable Node of) {
    TreeMap<Integer, String> points = new TreeMap<>();
    if (of != null) {
      List<Node> levels = of.all("c:lvl");
      if (levels.isEmpty()) {
        add(of, points);
      }
      for (int i = levels.size() - 1; i >= 0; i--) {
        add(levels.get(i), points);
      }
    }
    return points;
  }

  private static void add(Node of, NavigableMap<Integer, String> points) {
    for (Node point : of.all("c:pt")) {
      Node value = point.child("c:v");
      String text = value == null ? "" : value.text().strip();
      points.merge(point.number("idx", 0), text, (before, more) -> before + " " + more);
    }
  }
}
