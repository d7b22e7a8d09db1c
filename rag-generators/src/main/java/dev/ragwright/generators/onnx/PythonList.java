package dev.ragwright.generators.onnx;

import java.util.List;

/** A Python {@code list} or {@code tuple}. The sandbox changes none, so both are immutable here. */
final class PythonList {
  private final List<Object> items;
  private final boolean tuple;
  private final long size;

  private PythonList(List<? extends Object> items, boolean tuple) {
    this.items = List.copyOf(items);
    this.tuple = tuple;
    this.size = Python.sizeOfAll(this.items);
  }

  static PythonList of(List<? extends Object> items) {
    return new PythonList(items, false);
  }

  static PythonList tuple(List<? extends Object> items) {
    return new PythonList(items, true);
  }

  static PythonList tuple(Object... items) {
    return new PythonList(List.of(items), true);
  }

  /** Of the same kind, with other items. */
  PythonList with(List<? extends Object> others) {
    return new PythonList(others, tuple);
  }

  List<Object> items() {
    return items;
  }

  int length() {
    return items.size();
  }

  boolean isTuple() {
    return tuple;
  }

  /** How much there is in it, at all depths. */
  long size() {
    return size;
  }
}
