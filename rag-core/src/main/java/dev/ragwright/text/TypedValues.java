package dev.ragwright.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Values under keys as texts, for digests. */
public final class TypedValues {
  private TypedValues() {}

  /**
   * The keys, and the types and values under them, in their order: values that differ, also by
   * their type alone, give other texts. Of several values under one key, their number and each.
   */
  public static List<String> texts(Map<String, ?> values) {
    List<String> texts = new ArrayList<>();
    values.forEach(
        (key, value) -> {
          texts.add(key);
          if (value instanceof List<?> several) {
            texts.add("List");
            texts.add(String.valueOf(several.size()));
            several.forEach(one -> texts.add(one.toString()));
          } else {
            texts.add(value.getClass().getName());
            texts.add(value.toString());
          }
        });
    return texts;
  }
}
