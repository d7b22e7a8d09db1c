package dev.ragwright.documents.drawing;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.text.Blocks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the texts of a diagram (SmartArt) from its model, in the order of its tree; the copy that
 * is drawn is not read again.
 */
public final class Diagrams {
  private final Map<String, Node> points = new LinkedHashMap<>();
  private final Map<String, List<Node>> children = new LinkedHashMap<>();
  private final Set<String> written = new HashSet<>();
  private final Blocks out;

  private Diagrams(Blocks out) {
    this.out = out;
  }

  /** Writes a diagram. */
  public static void write(Node root, Blocks out) {
    Diagrams diagram = new Diagrams(out);
    Node list = root.child("dgm:ptLst");
    if (list == null) {
      return;
    }
    for (Node point : list.children("dgm:pt")) {
      diagram.points.putIfAbsent(point.attribute("modelId", ""), point);
    }
    Node connections = root.child("dgm:cxnLst");
    if (connections != null) {
      for (Node connection : connections.children("dgm:cxn")) {
        if (connection.attribute("type", "parOf").equals("parOf")) {
          diagram
              .children
              .computeIfAbsent(connection.attribute("srcId", ""), key -> new ArrayList<>())
              .add(connection);
        }
      }
    }
    diagram.tree();
  }

  private void tree() {
    points.forEach(
        (id, point) -> {
          if (point.attribute("type", "node").equals("doc")) {
            below(id, 0);
          }
        });
    points.keySet().forEach(id -> point(id, 0)); // what no tree leads to
  }

  private void below(String id, int depth) {
    List<Node> connections = new ArrayList<>(children.getOrDefault(id, List.of()));
    connections.sort(Comparator.comparingInt(connection -> connection.number("srcOrd", 0)));
    for (Node connection : connections) {
      point(connection.attribute("destId", ""), depth);
    }
  }

  private void point(String id, int depth) {
    Node point = points.get(id);
    if (point == null || depth > 50 || !written.add(id)) {
      return;
    }
    String type = point.attribute("type", "node");
    Node text = point.child("dgm:t");
    if (text != null && !type.equals("pres") && !isPrompt(point)) {
      out.item(depth, "-", DrawnText.of(text));
    }
    below(id, depth + 1);
  }

  private static boolean isPrompt(Node point) {
    Node set = point.child("dgm:prSet");
    return set != null && set.attribute("phldr", "0").equals("1");
  }
}
