package dev.ragwright.documents.sheet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Tells which cells are covered by a merged one, asked row by row. */
final class Merged {
  private final List<Area> areas;
  private final List<Area> open = new ArrayList<>();
  private int next;
  private int last = -1;

  Merged(List<Area> areas) {
    this.areas = new ArrayList<>(areas);
    this.areas.sort(Comparator.comparingInt(Area::top));
  }

  /** Whether a cell is covered, and not the one at the top left that is shown. */
  boolean covers(int row, int column) {
    if (row != last) {
      goTo(row);
    }
    for (Area area : open) {
      if (area.has(row, column) && (row != area.top() || column != area.left())) {
        return true;
      }
    }
    return false;
  }

  private void goTo(int row) {
    if (row < last) {
      next = 0;
      open.clear();
    }
    last = row;
    for (; next < areas.size() && areas.get(next).top() <= row; next++) {
      open.add(areas.get(next));
    }
    open.removeIf(area -> area.bottom() < row);
  }
}
