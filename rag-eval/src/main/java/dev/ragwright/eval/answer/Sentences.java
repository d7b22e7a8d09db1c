package dev.ragwright.eval.answer;

import dev.ragwright.markdown.SentenceSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sentences of an answer: a line, or a part of one up to a full stop, question or exclamation
 * mark that white space follows, and then not a small letter; of CJK's, up to any. Initials and
 * common abbreviations do not end a sentence. Markers such as {@code [1]} that follow a full stop
 * belong to the sentence before them, which {@link java.text.BreakIterator}, and with it {@link
 * SentenceSpan#of}, cannot be told.
 */
final class Sentences {
  private static final String MARKERS = "(?<markers>(?:\\s*\\[\\d+(?:\\s*,\\s*\\d+)*\\])*)";
  private static final Pattern END =
      Pattern.compile(
          "(?:[.!?\u2026\u0964\u06d4\u061f]++[\"')\u2019\u201d\u00bb]*+"
              + MARKERS
              + "(?=\\s++(?!\\p{Ll})|\\s*+$)"
              + "|[\u3002\uff01\uff1f]++[\"')\u2019\u201d\u300d\u300f\uff09]*+"
              + MARKERS.replace("markers", "more")
              + ")");
  private static final Pattern GOES_ON =
      Pattern.compile(
          "(?:.*[\\s(])?(?:\\p{Lu}|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|Nos|Fig|Figs|vs|cf|al|ca|approx"
              + "|e\\.g|i\\.e|U\\.S|Gen|Gov|Sen|Rep|Lt|Col|Capt|Inc|Ltd|Co|Corp)\\.",
          Pattern.DOTALL);

  private Sentences() {}

  /** The places of the sentences, without white space around them; none is empty. */
  static List<SentenceSpan> of(String text) {
    List<SentenceSpan> spans = new ArrayList<>();
    for (int line = 0; line <= text.length(); ) {
      int feed = text.indexOf('\n', line);
      int end = feed < 0 ? text.length() : feed;
      addLine(text, line, end, spans);
      line = end + 1;
    }
    return spans;
  }

  private static void addLine(String text, int start, int end, List<SentenceSpan> spans) {
    int from = start;
    Matcher ends = END.matcher(text).region(start, end);
    while (ends.find()) {
      boolean marked = ends.start("markers") < ends.end("markers");
      if (marked || !GOES_ON.matcher(text).region(from, ends.end()).matches()) {
        addTrimmed(text, from, ends.end(), spans);
        from = ends.end();
      }
    }
    addTrimmed(text, from, end, spans);
  }

  private static void addTrimmed(String text, int start, int end, List<SentenceSpan> spans) {
    while (start < end && PythonText.isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && PythonText.isSpace(text.charAt(end - 1))) {
      end--;
    }
    if (start < end) {
      spans.add(new SentenceSpan(start, end));
    }
  }
}
