package dev.ragwright.eval.gate;

import java.util.ArrayList;
import java.util.List;

/** Lists in failure messages, which say how much they leave out. */
final class Listing {
  private static final int MOST = 10;

  private Listing() {}

  /** The first ten, each on an indented line, and how many more there are. */
  static List<String> lines(List<String> all) {
    List<String> lines = new ArrayList<>();
    all.stream().limit(MOST).forEach(one -> lines.add("  " + one));
    if (all.size() > MOST) {
      lines.add("  and " + (all.size() - MOST) + " more");
    }
    return lines;
  }
}
