package dev.ragwright.eval.ranking;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How metrics are called, and what they refuse. */
final class Names {
  /** The cut of a metric that has none. */
  static final int NO_CUT = Integer.MAX_VALUE;

  private Names() {}

  /** {@code base@cut(level=2)}, each part only where it says something. */
  static String of(String base, int cut, int level) {
    return of(base, cut, level, new LinkedHashMap<>(), new TreeMap<>());
  }

  static String of(
      String base,
      int cut,
      int level,
      Map<String, String> parameters,
      SortedMap<Integer, Double> gains) {
    Map<String, String> all = new LinkedHashMap<>(parameters);
    if (level != 1) {
      all.put("level", String.valueOf(level));
    }
    gains.forEach((grade, gain) -> all.put(String.valueOf(grade), String.valueOf(gain)));
    String inner =
        all.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(","));
    return base + (cut == NO_CUT ? "" : "@" + cut) + (inner.isEmpty() ? "" : "(" + inner + ")");
  }

  static OptionalInt depth(int cut) {
    return cut == NO_CUT ? OptionalInt.empty() : OptionalInt.of(cut);
  }

  static void checkCut(int cut) {
    if (cut < 1) {
      throw new IllegalArgumentException("the cut must be >= 1, was " + cut);
    }
  }

  static void checkLevel(int level) {
    if (level < 0) {
      throw new IllegalArgumentException("the level must be >= 0, was " + level);
    }
  }
}
