package dev.ragwright.onnx.runtime;

import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds names of special tokens in a text. Some models have thousands of them, which a regular
 * expression would try one after another at every place. Immutable.
 */
final class SpecialNames {
  private final TreeSet<String> names;
  private final BitSet firsts = new BitSet();
  private final int[] lengths; // descending
  private final int longest;

  SpecialNames(Set<String> names) {
    this.names = new TreeSet<>(names);
    this.names.remove("");
    BitSet found = new BitSet();
    for (String name : this.names) {
      firsts.set(name.charAt(0));
      found.set(name.length());
    }
    this.longest = found.length() - 1;
    this.lengths = new int[found.cardinality()];
    int next = 0;
    for (int length = longest; length > 0; length = found.previousSetBit(length - 1)) {
      lengths[next++] = length;
    }
  }

  /** How long the longest name is that stands at a place of a text; 0 when there is none. */
  int at(String text, int place) {
    if (firsts.get(text.charAt(place))) {
      for (int length : lengths) {
        if (place + length <= text.length()
            && names.contains(text.substring(place, place + length))) {
          return length;
        }
      }
    }
    return 0;
  }

  /** Whether a name begins at a place of a text, which may end within it. */
  boolean beginsAt(String text, int place) {
    if (!firsts.get(text.charAt(place))) {
      return false;
    }
    if (at(text, place) > 0) {
      return true;
    }
    String rest = text.substring(place, Math.min(text.length(), place + longest));
    String next = names.ceiling(rest);
    return place + rest.length() == text.length() && next != null && next.startsWith(rest);
  }
}
