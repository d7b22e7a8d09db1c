#!/usr/bin/env bash
# JDK: BreakIterator's sentences end in front of their full stop, where a list or a heading follows.
#
# Expected: by rule SB4 of Unicode Standard Annex 29 a sentence ends behind a paragraph separator, and by no
# rule in front of the full stop that ends it. In "Two work a gate.\n\n# Ferries", and with "- " in the
# place of "# ", the sentence iterator gives "Two work a gate", ".", and the rest. With a letter or a
# bracket behind the two line feeds, or with one line feed, it gives the sentence with its full stop.
#
# Seen: JDK 17.0.15 and 25.0.3.
# Exit status 0: this is still so. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
cat > "$folder/Sentences.java" <<'JAVA'
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

class Sentences {
  static List<String> of(String text) {
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    breaks.setText(text);
    List<String> sentences = new ArrayList<>();
    int start = breaks.first();
    for (int end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
      sentences.add(text.substring(start, end).replace("\n", "\\n"));
      start = end;
    }
    System.out.println(sentences);
    return sentences;
  }

  public static void main(String... args) {
    System.out.println("JDK " + Runtime.version());
    boolean same =
        of("Two work a gate.\n\n# Ferries").equals(List.of("Two work a gate", ".", "\\n\\n# Ferries"))
            && of("Two work a gate.\n\n- Ferries").equals(List.of("Two work a gate", ".", "\\n\\n- Ferries"))
            && of("Two work a gate.\n\nFerries").equals(List.of("Two work a gate.\\n\\n", "Ferries"));
    System.exit(same ? 0 : 1);
  }
}
JAVA
"$java" "$folder/Sentences.java"
