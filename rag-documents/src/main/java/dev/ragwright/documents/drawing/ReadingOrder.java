package dev.ragwright.documents.drawing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Puts shapes in the order in which a person reads them, wherever in the file they are: columns
 * from left to right, each from its top; what stands over several columns comes before or behind
 * them. Where shapes lie over each other, from the top, and then from the left.
 */
public final class ReadingOrder {
  /** Shapes that overlap by less than this share of the smaller one stand side by side. */
  private static final double OVERLAP = .1;

  /** More shapes than this are only sorted. */
  private static final int MOST = 300;

  private ReadingOrder() {}

  /** The items in their order; those whose place is not known come first, as they stood. */
  public static <T> List<T> of(List<T> items, Function<T, Box> places) {
    List<Item<T>> known = new ArrayList<>();
    List<T> ordered = new ArrayList<>();
    for (T item : items) {
      Box box = places.apply(item);
      if (box.known()) {
        known.add(new Item<>(item, box));
      } else {
        ordered.add(item);
      }
    }
    known.sort(
        Comparator.comparingDouble((Item<T> i) -> i.box.y()).thenComparingDouble(i -> i.box.x()));
    if (known.size() > MOST) {
      known.forEach(item -> ordered.add(item.value));
    } else {
      order(known, ordered);
    }
    return ordered;
  }

  private record Item<T>(T value, Box box) {}

  private static <T> void order(List<Item<T>> items, List<T> ordered) {
    if (items.size() < 2) {
      items.forEach(item -> ordered.add(item.value));
      return;
    }
    List<List<Item<T>>> columns = cut(items, i -> i.box.x(), i -> i.box.right());
    if (columns.size() > 1) {
      columns.forEach(column -> order(column, ordered));
      return;
    }
    List<List<Item<T>>> bands = cut(items, i -> i.box.y(), i -> i.box.bottom());
    if (bands.size() < 2) {
      items.forEach(item -> ordered.add(item.value));
      return;
    }
    for (int i = 0; i < bands.size(); ) {
      List<Item<T>> group = new ArrayList<>(bands.get(i++));
      while (i < bands.size()) {
        List<Item<T>> more = new ArrayList<>(group);
        more.addAll(bands.get(i));
        if (cut(more, j -> j.box.x(), j -> j.box.right()).size() < 2) {
          break;
        }
        group = more;
        i++;
      }
      order(group, ordered);
    }
  }

  /** Parts the items where none of them stands. */
  private static <T> List<List<Item<T>>> cut(
      List<Item<T>> items, ToDoubleFunction<Item<T>> from, ToDoubleFunction<Item<T>> to) {
    List<Item<T>> sorted = new ArrayList<>(items);
    sorted.sort(Comparator.comparingDouble(from));
    List<List<Item<T>>> parts = new ArrayList<>();
    List<Item<T>> part = new ArrayList<>();
    double end = Double.NEGATIVE_INFINITY;
    double width = 0;
    for (Item<T> item : sorted) {
      double start = from.applyAsDouble(item);
      double own = to.applyAsDouble(item) - start;
      if (!part.isEmpty() && start >= end - OVERLAP * Math.min(own, width)) {
        parts.add(inOrder(part, items));
        part = new ArrayList<>();
        end = Double.NEGATIVE_INFINITY;
      }
      part.add(item);
      if (start + own > end) {
        end = start + own;
        width = own;
      }
    }
    parts.add(inOrder(part, items));
    return parts;
  }

  private static <T> List<Item<T>> inOrder(List<Item<T>> part, List<Item<T>> all) {
    if (part.size() == all.size()) {
      return all;
    }
    part.sort(
        Comparator.comparingDouble((Item<T> i) -> i.box.y()).thenComparingDouble(i -> i.box.x()));
    return part;
  }
}
