package dev.ragwright.generators.onnx;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Python {@code dict}: in the order of insertion, with keys that are equal as Python has it (1,
 * 1.0 and true are one key). Filled before a template sees it, and not changed then.
 */
final class PythonDict {
  /** An entry under the key that came first. */
  record Entry(Object key, Object value) {
    PythonList pair() {
      return PythonList.tuple(key, value);
    }
  }

  private final Map<Object, Entry> entries = new LinkedHashMap<>();
  private long size = 1;

  PythonDict put(Object key, Object value) {
    Object hashed = Python.key(key);
    Entry old = entries.get(hashed);
    entries.put(hashed, new Entry(old == null ? key : old.key(), value));
    size = Python.checkedSize(size + Python.size(key) + Python.size(value));
    return this;
  }

  PythonDict putAll(PythonDict other) {
    other.entries().forEach(entry -> put(entry.key(), entry.value()));
    return this;
  }

  /** The value of a key, or null. */
  @Nullable Object get(Object key) {
    Entry entry = entries.get(Python.key(key));
    return entry == null ? null : entry.value();
  }

  boolean has(Object key) {
    return entries.containsKey(Python.key(key));
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  List<Object> keys() {
    List<Object> keys = new ArrayList<>();
    entries.values().forEach(entry -> keys.add(entry.key()));
    return keys;
  }

  int length() {
    return entries.size();
  }

  /** How much there is in it, at all depths. */
  long size() {
    return size;
  }
}
