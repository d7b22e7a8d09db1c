package dev.ragwright.generators.onnx;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str}. */
final class PythonStrings {
  static final Set<String> METHODS =
      Set.of(
          "capitalize",
          "casefold",
          "center",
          "count",
          "encode",
          "endswith",
          "expandtabs",
          "find",
          "format",
          "format_map",
          "index",
          "isalnum",
          "isalpha",
          "isascii",
          "isdecimal",
          "isdigit",
          "isidentifier",
          "islower",
          "isnumeric",
          "isprintable",
          "isspace",
          "istitle",
          "isupper",
          "join",
          "ljust",
          "lower",
          "lstrip",
          "maketrans",
          "partition",
          "removeprefix",
          "removesuffix",
          "replace",
          "rfind",
          "rindex",
          "rjust",
          "rpartition",
          "rsplit",
          "rstrip",
          "split",
          "splitlines",
          "startswith",
          "strip",
          "swapcase",
          "title",
          "translate",
          "upper",
          "zfill");

  /** Those that do to marked text what they do to any other. */
  private static final Set<String> SAFE_METHODS =
      Set.of(
          "capitalize",
          "count",
          "endswith",
          "find",
          "index",
          "lower",
          "rfind",
          "rindex",
          "startswith",
          "swapcase",
          "title",
          "upper");

  private static final String LINE_ENDS = "\n\r\u000B\f\u001C\u001D\u001E\u0085\u2028\u2029";

  private PythonStrings() {}

  /** Calls a method. */
  static Object call(PythonText text, String name, JinjaArguments a) {
    if (text.isSafe()
        && !SAFE_METHODS.contains(name)
        && !name.startsWith("is")
        && !(name.endsWith("strip") && a.plain().isEmpty())) {
      throw JinjaError.unsupported("the method \"" + name + "\" of a text marked safe");
    }
    return switch (name) {
      case "strip", "lstrip", "rstrip" -> {
        a.expect(0, 1);
        PythonText set = optional(a.at(0));
        yield strip(text, set, !name.equals("rstrip"), !name.equals("lstrip"));
      }
      case "split", "rsplit" -> {
        Object[] given =
            a.bind(0, new String[] {"sep", "maxsplit"}, Python.NONE, Python.number(-1));
        yield PythonList.of(
            split(text, optional(given[0]), PythonNumbers.index(given[1]), name.equals("rsplit")));
      }
      case "splitlines" -> {
        Object[] given = a.bind(0, new String[] {"keepends"}, false);
        yield PythonList.of(lines(text, PythonNumbers.index(given[0]) != 0));
      }
      case "startswith", "endswith" -> {
        a.expect(1, 3);
        yield affix(text, name.equals("startswith"), a);
      }
      case "find", "rfind", "index", "rindex" -> {
        a.expect(1, 3);
        int found = find(text, a, name.startsWith("r"));
        if (found < 0 && name.endsWith("index")) {
          throw JinjaError.python("the text looked for is not there");
        }
        yield Python.number(found);
      }
      case "count" -> {
        a.expect(1, 3);
        yield Python.number(count(text, a));
      }
      case "replace" -> {
        a.expect(2, 3);
        Object most = a.at(2);
        yield replace(text, a.text(0), a.text(1), most == null ? -1 : PythonNumbers.index(most));
      }
      case "join" -> {
        a.expect(1, 1);
        yield join(text, a.plain().getFirst());
      }
      case "removeprefix" -> {
        a.expect(1, 1);
        yield text.startsWith(a.text(0), 0) ? text.from(a.text(0).length()) : text;
      }
      case "removesuffix" -> {
        a.expect(1, 1);
        int end = text.length() - a.text(0).length();
        yield end >= 0 && !a.text(0).isEmpty() && text.startsWith(a.text(0), end)
            ? text.slice(0, end)
            : text;
      }
      case "partition", "rpartition" -> {
        a.expect(1, 1);
        yield partition(text, a.text(0), name.equals("rpartition"));
      }
      case "center", "ljust", "rjust" -> {
        a.expect(1, 2);
        yield pad(text, name, PythonNumbers.index(a.plain().getFirst()), fill(a.at(1)));
      }
      case "zfill" -> {
        a.expect(1, 1);
        int signs = !text.isEmpty() && (text.at(0) == '+' || text.at(0) == '-') ? 1 : 0;
        yield new PythonText.Builder()
            .append(text, 0, signs)
            .repeat(
                '0', Math.max(0L, PythonNumbers.index(a.plain().getFirst()) - (long) text.length()))
            .append(text, signs, text.length())
            .build();
      }
      case "expandtabs" -> {
        Object[] given = a.bind(0, new String[] {"tabsize"}, Python.number(8));
        yield expandTabs(text, PythonNumbers.index(given[0]));
      }
      case "format" -> PythonFormat.format(text, a);
      default -> plain(text, name, a);
    };
  }

  /** The methods without arguments. */
  private static Object plain(PythonText text, String name, JinjaArguments a) {
    if (Set.of("encode", "format_map", "maketrans", "translate").contains(name)) {
      throw JinjaError.unsupported("the method \"" + name + "\"");
    }
    a.expect(0, 0);
    return switch (name) {
      case "upper" -> text.upper();
      case "lower" -> text.lower();
      case "title" -> text.title();
      case "capitalize" -> text.capitalize();
      case "swapcase" -> text.swapcase();
      case "casefold" -> {
        if (!all(text, c -> c < 0x80)) {
          throw JinjaError.unsupported("\"casefold\" beyond ASCII");
        }
        yield text.lower();
      }
      case "isspace" -> !text.isEmpty() && all(text, PythonText::isSpace);
      case "isascii" -> all(text, c -> c < 0x80);
      case "isprintable" -> all(text, PythonRepr::isPrintable);
      case "isalpha" -> !text.isEmpty() && all(text, Character::isLetter);
      case "isdecimal" -> !text.isEmpty() && all(text, Character::isDigit);
      case "isdigit" -> !text.isEmpty() && all(text, PythonStrings::isDigit);
      case "isnumeric" -> !text.isEmpty() && all(text, PythonStrings::isNumeric);
      case "isalnum" -> !text.isEmpty() && all(text, c -> Character.isLetter(c) || isNumeric(c));
      case "islower" -> isCase(text, Character::isLowerCase, c -> isUpperOrTitle(c));
      case "isupper" ->
          isCase(
              text,
              Character::isUpperCase,
              c -> Character.isLowerCase(c) || Character.isTitleCase(c));
      case "istitle" -> isTitle(text);
      case "isidentifier" -> {
        if (!all(text, c -> c < 0x80)) {
          throw JinjaError.unsupported("\"isidentifier\" beyond ASCII");
        }
        yield text.toString().matches("[A-Za-z_]\\w*");
      }
      default -> throw JinjaError.unsupported("the method \"" + name + "\"");
    };
  }

  private static boolean isUpperOrTitle(int c) {
    return Character.isUpperCase(c) || Character.isTitleCase(c);
  }

  private static boolean isDigit(int c) {
    return Character.isDigit(c) || (Character.getType(c) == Character.OTHER_NUMBER && unsure(c));
  }

  private static boolean isNumeric(int c) {
    return switch (Character.getType(c)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> Character.isIdeographic(c) && unsure(c);
    };
  }

  private static boolean unsure(int c) {
    throw JinjaError.unsupported("whether %s is a digit".formatted(Character.toString(c)));
  }

  static boolean all(PythonText text, IntPredicate test) {
    for (int i = 0; i < text.length(); i++) {
      if (!test.test(text.at(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isCase(PythonText text, IntPredicate wanted, IntPredicate other) {
    boolean cased = false;
    for (int i = 0; i < text.length(); i++) {
      if (other.test(text.at(i))) {
        return false;
      }
      cased |= wanted.test(text.at(i));
    }
    return cased;
  }

  private static boolean isTitle(PythonText text) {
    boolean cased = false;
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      int c = text.at(i);
      if (isUpperOrTitle(c) ? inside : Character.isLowerCase(c) && !inside) {
        return false;
      }
      inside = PythonText.isCased(c);
      cased |= inside;
    }
    return cased;
  }

  private static @Nullable PythonText optional(@Nullable Object value) {
    return value == null || value == Python.NONE ? null : JinjaArguments.asText(value);
  }

  /** Without characters of a set, or white space, at either end. */
  static PythonText strip(PythonText text, @Nullable PythonText set, boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && isIn(text.at(start), set)) {
      start++;
    }
    while (right && start < end && isIn(text.at(end - 1), set)) {
      end--;
    }
    return text.slice(start, end);
  }

  private static boolean isIn(int c, @Nullable PythonText set) {
    return set == null ? PythonText.isSpace(c) : set.has(c);
  }

  /** At each separator, or at white space, at most so often, from the left or the right. */
  static List<Object> split(
      PythonText text, @Nullable PythonText separator, int most, boolean right) {
    if (separator != null && separator.isEmpty()) {
      throw JinjaError.python("an empty separator");
    }
    if (right) { // a split of all that is turned round
      List<Object> turned = new ArrayList<>();
      PythonText turnedSeparator = separator == null ? null : separator.reversed();
      for (Object part : split(text.reversed(), turnedSeparator, most, false)) {
        turned.addFirst(((PythonText) part).reversed());
      }
      return turned;
    }
    return separator == null ? splitAtSpace(text, most) : splitAt(text, separator, most);
  }

  private static List<Object> splitAtSpace(PythonText text, int most) {
    List<Object> parts = new ArrayList<>();
    int place = 0;
    while (true) {
      while (place < text.length() && PythonText.isSpace(text.at(place))) {
        place++;
      }
      if (place == text.length()) {
        return parts;
      }
      int end = place;
      while (end < text.length() && !PythonText.isSpace(text.at(end))) {
        end++;
      }
      end = most >= 0 && parts.size() == most ? text.length() : end;
      parts.add(text.slice(place, end));
      place = end;
    }
  }

  private static List<Object> splitAt(PythonText text, PythonText separator, int most) {
    List<Object> parts = new ArrayList<>();
    int start = 0;
    int next = text.indexOf(separator, 0, text.length());
    while (next >= 0 && (most < 0 || parts.size() < most)) {
      parts.add(text.slice(start, next));
      start = next + separator.length();
      next = text.indexOf(separator, start, text.length());
    }
    parts.add(text.from(start));
    return parts;
  }

  static List<Object> lines(PythonText text, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if (LINE_ENDS.indexOf(text.at(i)) >= 0) {
        int end = i;
        i += text.at(i) == '\r' && i + 1 < text.length() && text.at(i + 1) == '\n' ? 1 : 0;
        lines.add(text.slice(start, keepEnds ? i + 1 : end));
        start = i + 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.from(start));
    }
    return lines;
  }

  /** The bounds that the second and third argument set, as Python moves them into the text. */
  private static int[] bounds(PythonText text, JinjaArguments a) {
    int start = bound(a.at(1), 0);
    int end = bound(a.at(2), text.length());
    end = end > text.length() ? text.length() : Math.max(0, end < 0 ? end + text.length() : end);
    return new int[] {Math.max(0, start < 0 ? start + text.length() : start), end};
  }

  private static int bound(@Nullable Object value, int otherwise) {
    return value == null || value == Python.NONE ? otherwise : PythonNumbers.index(value);
  }

  private static boolean affix(PythonText text, boolean prefix, JinjaArguments a) {
    Object wanted = a.plain().getFirst();
    List<Object> all =
        wanted instanceof PythonList list && list.isTuple() ? list.items() : List.of(wanted);
    int[] bounds = bounds(text, a);
    for (Object each : all) {
      PythonText part = JinjaArguments.asText(each);
      int last = bounds[1] - part.length();
      if (last >= bounds[0] && text.startsWith(part, prefix ? bounds[0] : last)) {
        return true;
      }
    }
    return false;
  }

  private static int find(PythonText text, JinjaArguments a, boolean last) {
    PythonText part = a.text(0);
    int[] bounds = bounds(text, a);
    if (bounds[1] - bounds[0] < part.length()) {
      return -1;
    }
    return last
        ? text.lastIndexOf(part, bounds[0], bounds[1])
        : text.indexOf(part, bounds[0], bounds[1]);
  }

  private static int count(PythonText text, JinjaArguments a) {
    PythonText part = a.text(0);
    int[] bounds = bounds(text, a);
    if (part.isEmpty()) {
      return Math.max(0, bounds[1] - bounds[0] + 1);
    }
    int count = 0;
    int next = text.indexOf(part, bounds[0], bounds[1]);
    while (next >= 0) {
      count++;
      next = text.indexOf(part, next + part.length(), bounds[1]);
    }
    return count;
  }

  /** {@code replace}: the first so many, or all. */
  static PythonText replace(PythonText text, PythonText old, PythonText by, int most) {
    PythonText.Builder replaced = new PythonText.Builder();
    int left = most < 0 ? Integer.MAX_VALUE : most;
    int start = 0;
    int next = text.indexOf(old, 0, text.length());
    while (next >= 0 && left-- > 0) {
      replaced.append(text, start, next).append(by);
      start = next + old.length();
      next =
          next < text.length()
              ? text.indexOf(old, next + Math.max(1, old.length()), text.length())
              : -1;
    }
    return replaced.append(text, start, text.length()).build();
  }

  static PythonText join(PythonText separator, Object all) {
    PythonText.Builder joined = new PythonText.Builder();
    Iterator<Object> elements = Python.elements(all);
    boolean first = true;
    while (elements.hasNext()) {
      joined.append(first ? PythonText.EMPTY : separator);
      joined.append(JinjaArguments.asText(elements.next()));
      first = false;
    }
    return joined.build();
  }

  private static PythonList partition(PythonText text, PythonText separator, boolean last) {
    if (separator.isEmpty()) {
      throw JinjaError.python("an empty separator");
    }
    int place =
        last
            ? text.lastIndexOf(separator, 0, text.length())
            : text.indexOf(separator, 0, text.length());
    if (place < 0) {
      return last
          ? PythonList.tuple(PythonText.EMPTY, PythonText.EMPTY, text)
          : PythonList.tuple(text, PythonText.EMPTY, PythonText.EMPTY);
    }
    return PythonList.tuple(text.slice(0, place), separator, text.from(place + separator.length()));
  }

  private static int fill(@Nullable Object value) {
    PythonText text = value == null ? PythonText.of(" ") : JinjaArguments.asText(value);
    if (text.length() != 1) {
      throw JinjaError.python("filling up takes one character");
    }
    return text.at(0);
  }

  static PythonText pad(PythonText text, String how, int width, int fill) {
    long missing = Math.max(0L, width - (long) text.length());
    long left =
        switch (how) {
          case "ljust" -> 0;
          case "rjust" -> missing;
          default -> missing / 2 + (missing & width & 1);
        };
    return new PythonText.Builder()
        .repeat(fill, left)
        .append(text)
        .repeat(fill, missing - left)
        .build();
  }

  private static PythonText expandTabs(PythonText text, int size) {
    PythonText.Builder expanded = new PythonText.Builder();
    int column = 0;
    for (int i = 0; i < text.length(); i++) {
      int c = text.at(i);
      if (c == '\t') {
        int spaces = size > 0 ? size - column % size : 0;
        expanded.repeat(' ', spaces);
        column += spaces;
      } else {
        expanded.append(text, i, i + 1);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
      }
    }
    return expanded.build();
  }
}
