package dev.ragwright.generate;

import dev.ragwright.markdown.MarkdownBlocks;
import dev.ragwright.markdown.MarkdownBlocks.Kind;
import dev.ragwright.markdown.MarkdownSpans;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the markers in a Markdown text that comes piece by piece, by the rules of {@link
 * CitedText}. The pieces change when something is known, never what. Linear in the text: what is
 * not known yet is looked at again when the text has grown by a share.
 */
final class MarkerScan {
  /**
   * Brackets in the place of a marker.
   *
   * @param start where the marker begins, with a comma that parts it from another one before it; of
   *     brackets that fill parentheses, that of the parentheses
   * @param end {@code start} if it is none, since a number names no passage
   * @param numbers the passages that it names
   * @param unknown how many numbers name none
   * @param first whether nothing stands before it in its line
   */
  record Marker(int start, int end, List<Integer> numbers, int unknown, boolean first) {}

  /** Numbers in brackets; {@code start} is that of a comma before them. */
  private record Bracket(int start, int open, int end) {}

  private static final int WAIT = MarkdownSpans.WAIT;
  private static final int NONE = MarkdownSpans.NONE;

  private static final int LONGEST = 400; // units of brackets with 32 numbers
  private static final Pattern NUMBERS =
      Pattern.compile("\\[\\s*\\d{1,9}\\s*(?:[,;]\\s*\\d{1,9}\\s*){0,31}]");
  private static final Pattern DIGITS = Pattern.compile("\\d+");

  private final int passages;
  private final StringBuilder raw = new StringBuilder();
  private final Deque<Marker> found = new ArrayDeque<>();
  private boolean ended;

  private final MarkdownBlocks blocks = new MarkdownBlocks();
  private int line; // where the line begins that is being read
  private @Nullable Kind kind; // of that line; null until it is known
  private boolean counted; // the blocks have read that line
  private int feed; // behind its end if that is there; up to here it is looked for
  private int lineBracket = -1; // its first one
  private boolean unclear; // what it is, before its end
  private boolean html; // the block is of HTML
  private int bracket; // between `at` and here there is none

  private final MarkdownSpans spans = new MarkdownSpans(raw);
  private int at; // read up to here
  private int retry; // what begins there is not known before the block goes up to here
  private int rejected; // brackets before here are no markers
  private int placed = -1; // the bracket whose place is known
  private MarkerPlace place = MarkerPlace.NONE;
  private int lineText; // where the text of the line begins that `at` is in
  private final Deque<int[]> lineTexts = new ArrayDeque<>(); // (line, text) of those behind it
  private final Deque<Integer> open = new ArrayDeque<>(); // brackets that may become a link's
  private final Deque<Marker> held = new ArrayDeque<>(); // in them
  private int linked; // brackets before here have a link in them, so they are none

  /** Of a text whose markers name passages from 1 to a number. */
  MarkerScan(int passages) {
    this.passages = passages;
  }

  /** All of the text so far. */
  StringBuilder raw() {
    return raw;
  }

  void append(String piece) {
    raw.append(piece);
    run();
  }

  void end() {
    ended = true;
    run();
  }

  /** The place up to which all markers are known. */
  int decided() {
    int next = nextBracket();
    // A marker may take the parenthesis before it along, also where its bracket is yet to come.
    next -= !ended && next > 0 && raw.charAt(next - 1) == '(' ? 1 : 0;
    return held.isEmpty() ? next : Math.min(next, held.getFirst().start);
  }

  /** Those that are known, in the order of the text; whoever has read one takes it out. */
  Deque<Marker> markers() {
    return found;
  }

  private int nextBracket() {
    bracket = Math.max(bracket, at);
    while (bracket < raw.length() && raw.charAt(bracket) != '[') {
      bracket++;
    }
    return bracket;
  }

  private void run() {
    while (kind != null || identify()) {
      boolean whole = isWhole();
      if (isText()) {
        spans.extend(feed, !whole && !ended);
        inline();
      } else {
        at = feed;
      }
      if (!whole) {
        break;
      }
      if (!counted) {
        blocks.next(content());
      }
      line = feed;
      kind = null;
      counted = false;
      unclear = false;
    }
    if (ended) {
      endBlock();
    }
  }

  private boolean isText() {
    return kind == Kind.TEXT || kind == Kind.MORE || kind == Kind.HEADING || kind == Kind.HTML;
  }

  /** Whether the line's end is there. */
  private boolean isWhole() {
    while (feed < raw.length() && (feed == line || raw.charAt(feed - 1) != '\n')) {
      lineBracket = lineBracket < line && raw.charAt(feed) == '[' ? feed : lineBracket;
      feed++;
    }
    return feed > line && raw.charAt(feed - 1) == '\n';
  }

  /** What there is of the line, without its end. */
  private String content() {
    int end = feed;
    end -= end > line && raw.charAt(end - 1) == '\n' ? 1 : 0;
    end -= end > line && raw.charAt(end - 1) == '\r' ? 1 : 0;
    return raw.substring(line, end);
  }

  /**
   * Finds out what the line is, once it has a bracket: before that it does not matter. What stands
   * up to the bracket tells, but of a fence, which may turn out to be code within the line.
   */
  private boolean identify() {
    boolean whole = isWhole();
    if (lineBracket >= line && !unclear) {
      String begun = raw.substring(line, lineBracket + 1);
      MarkdownBlocks.Line is = blocks.copy().next(begun);
      if (is.kind() != Kind.FENCE || !is.content().startsWith("```")) {
        begin(is, begun);
        return true;
      }
      unclear = true;
    }
    if (feed == line || (!whole && !ended)) {
      return false;
    }
    counted = true;
    begin(blocks.next(content()), content());
    return true;
  }

  private void begin(MarkdownBlocks.Line is, String content) {
    boolean goesOn = is.kind() == Kind.MORE || (is.kind() == Kind.HTML && html);
    int text = line + MarkdownBlocks.place(content, is);
    if (!goesOn) {
      endBlock();
      spans.begin(text);
    }
    kind = is.kind();
    html = kind == Kind.HTML;
    if (at < line) {
      lineTexts.add(new int[] {line, text});
    } else {
      at = text;
      lineText = text;
    }
  }

  private void endBlock() {
    spans.end();
    inline();
    open.clear();
    flush();
    at = Math.max(at, line);
    lineTexts.clear();
  }

  private void flush() {
    found.addAll(held);
    held.clear();
  }

  /** Reads the text of the block as far as it is known. */
  private void inline() {
    if (spans.limit() < retry && !spans.ended()) {
      return;
    }
    retry = 0;
    while (at < spans.limit()) {
      int end =
          switch (raw.charAt(at)) {
            case '\\', '`', '<', '$' -> spans.end(at);
            case '[' -> bracket();
            case ']' -> closing();
            case '\n' -> nextLine(at + 1);
            default -> at + 1;
          };
      if (end == WAIT) {
        retry = spans.limit() + Math.max(1, (spans.limit() - at) / 8);
        return;
      }
      at = end;
    }
  }

  private int nextLine(int begin) {
    int[] next = lineTexts.peek();
    lineText = next != null && next[0] == begin ? lineTexts.remove()[1] : begin;
    return lineText;
  }

  private int bracket() {
    int end = at < rejected ? NONE : group();
    if (end == NONE) {
      open.push(at);
      return at + 1;
    }
    return end;
  }

  /** The end of the markers that begin here, which belong together if only commas part them. */
  private int group() {
    int numbers = numbersEnd(at);
    if (numbers < 0) {
      return numbers;
    }
    boolean enclosed = at > lineText && raw.charAt(at - 1) == '(';
    if (placed != at) { // else it is tried again, and what stands before it is the same
      place = MarkerPlace.of(raw, lineText, enclosed ? at - 1 : at);
      placed = at;
    }
    if (place == MarkerPlace.NONE
        || (place == MarkerPlace.FIRST && !open.isEmpty())
        || (place != MarkerPlace.SPACED && enclosed)) {
      return NONE;
    }
    List<Bracket> group = new ArrayList<>();
    int start = at;
    int next = at;
    while (spans.has('[', next)) {
      int end = numbersEnd(next);
      if (end == WAIT || (end != NONE && spans.mayCome(end))) {
        return WAIT;
      }
      if (end == NONE || spans.has('(', end)) {
        break;
      }
      group.add(new Bracket(start, next, end));
      next = skipSpaces(end);
      start = next;
      if (spans.has(',', next) || spans.has(';', next)) {
        start = end;
        next = skipSpaces(next + 1);
      }
      if (spans.mayCome(next)) {
        return WAIT;
      }
    }
    if (group.isEmpty() || (enclosed && !spans.has(')', group.getLast().end))) {
      return NONE;
    }
    return accept(place, group, enclosed);
  }

  private int numbersEnd(int start) {
    int end = start + 1;
    while (end < spans.limit() && end < start + LONGEST && isNumbers(raw.charAt(end))) {
      end++;
    }
    if (spans.mayCome(end)) {
      return WAIT;
    }
    boolean fits = spans.has(']', end) && NUMBERS.matcher(raw.substring(start, end + 1)).matches();
    return fits ? end + 1 : NONE;
  }

  private static boolean isNumbers(char unit) {
    return (unit >= '0' && unit <= '9') || unit == ',' || unit == ';' || isSpace(unit);
  }

  private static boolean isSpace(char unit) {
    return unit == ' ' || unit == '\t';
  }

  private int skipSpaces(int from) {
    int end = from;
    while (end < spans.limit() && isSpace(raw.charAt(end))) {
      end++;
    }
    return end;
  }

  @SuppressWarnings("JdkObsolete") // streaming is what hitEnd is for
  private int accept(MarkerPlace place, List<Bracket> group, boolean enclosed) {
    int end = group.getLast().end + (enclosed ? 1 : 0);
    Matcher code = place.codeBehind(raw).region(end, spans.limit());
    boolean isCode = code.lookingAt();
    if (code.hitEnd() && spans.mayCome(spans.limit())) {
      return WAIT;
    }
    if (isCode) {
      rejected = end;
      return NONE;
    }
    boolean first = place == MarkerPlace.FIRST;
    if (enclosed) {
      add(at - 1, end, numbers(at, end), first);
    } else {
      group.forEach(each -> add(each.start, each.end, numbers(each.open, each.end), first));
    }
    return end;
  }

  private void add(int start, int end, List<Integer> numbers, boolean first) {
    int unknown = (int) numbers.stream().filter(n -> n < 1 || n > passages).count();
    (open.isEmpty() ? found : held)
        .add(
            unknown == 0
                ? new Marker(start, end, numbers, 0, first)
                : new Marker(end, end, List.of(), unknown, first));
  }

  private List<Integer> numbers(int start, int end) {
    return DIGITS
        .matcher(raw)
        .region(start, end)
        .results()
        .map(number -> Integer.valueOf(number.group()))
        .toList();
  }

  /** What stands in brackets is left alone if they turn out to be those of a link. */
  private int closing() {
    int next = at + 1;
    if (open.isEmpty()) {
      return next;
    }
    if (spans.mayCome(next)) {
      return WAIT;
    }
    int start = open.getFirst();
    boolean image = start > 0 && raw.charAt(start - 1) == '!';
    int end = spans.has('(', next) && (image || start >= linked) ? spans.linkEnd(next) : NONE;
    linked = end > next && !image ? start : linked;
    if (spans.has(':', next) && start == lineText) {
      end = definitionEnd(next);
    } else if (spans.has('[', next)) {
      end = next;
    }
    if (end == WAIT) {
      return WAIT;
    }
    open.pop();
    while (end != NONE && !held.isEmpty() && held.getLast().start > start) {
      held.removeLast();
    }
    if (open.isEmpty()) {
      flush();
    }
    return end == NONE ? next : end;
  }

  /** The end of the line if it says where a link leads to. */
  private int definitionEnd(int colon) {
    int end = colon;
    while (end < spans.limit() && raw.charAt(end) != '\n') {
      end++;
    }
    if (spans.mayCome(end)) {
      return WAIT;
    }
    return MarkdownBlocks.defines(raw.substring(lineText, end).strip()) ? end : NONE;
  }
}
