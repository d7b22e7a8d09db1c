package dev.ragwright.generators.onnx;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a template into tokens as Jinja2's lexer does with {@code trim_blocks} and {@code
 * lstrip_blocks}: the newline behind a block's tag goes, and so does white space in front of it,
 * but only from a line's beginning.
 */
final class JinjaLexer {
  /** What a token is. */
  enum Kind {
    DATA,
    OUTPUT_BEGIN,
    OUTPUT_END,
    TAG_BEGIN,
    TAG_END,
    NAME,
    STRING,
    NUMBER,
    OPERATOR,
    END
  }

  /**
   * A token.
   *
   * @param value of a literal, else its text
   */
  record Token(int line, Kind kind, Object value) {
    boolean is(String word) {
      return (kind == Kind.NAME || kind == Kind.OPERATOR) && value.equals(word);
    }

    @Override
    public String toString() {
      return switch (kind) {
        case DATA -> "text";
        case OUTPUT_BEGIN -> "{{";
        case OUTPUT_END -> "}}";
        case TAG_BEGIN -> "{%";
        case TAG_END -> "%}";
        case END -> "the end of the template";
        default -> value.toString();
      };
    }
  }

  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<float>(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+))"
              + "|0[bB](?<binary>(?:_?[01])+)|0[oO](?<octal>(?:_?[0-7])+)|0[xX](?<hex>(?:_?[\\da-fA-F])+)"
              + "|(?<decimal>[1-9](?:_?\\d)*|0(?:_?0)*)");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");
  private static final Pattern STRING =
      Pattern.compile(
          "'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"",
          Pattern.DOTALL);
  private static final Pattern OPERATOR =
      Pattern.compile("//|\\*\\*|[=!<>]=|[-+/*%~\\[\\](){}><=.:|,;]");

  /** White space as Python has it, which is more than Java's. */
  private static final String SPACE = "[\\s\\x1C-\\x1F]*";

  private static final Pattern RAW =
      Pattern.compile(
          "\\{%([-+]?)" + SPACE + "raw" + SPACE + "(?:-%\\}" + SPACE + "|%\\})",
          Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern RAW_END =
      Pattern.compile(
          "\\{%([-+]?)" + SPACE + "endraw" + SPACE + "(?:\\+%\\}|-%\\}" + SPACE + "|%\\}\\n?)",
          Pattern.UNICODE_CHARACTER_CLASS);

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int place;
  private int line = 1;
  private boolean lineStarts = true;

  private JinjaLexer(String source) {
    this.source = source;
  }

  /**
   * The tokens, with one of {@link Kind#END} at the end.
   *
   * @throws JinjaError if there is a character or a tag that Jinja2 does not know
   */
  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    JinjaLexer lexer = new JinjaLexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (place < source.length()) {
      int tag = nextTag();
      if (tag == source.length()) {
        add(Kind.DATA, source.substring(place));
        advance(tag);
        break;
      }
      Matcher raw = RAW.matcher(source).region(tag, source.length());
      if (raw.lookingAt()) {
        data(tag, raw.group(1), true);
        advance(raw.end());
        raw();
      } else {
        begin(tag);
      }
    }
    add(Kind.END, "");
  }

  private int nextTag() {
    for (int i = place; i + 1 < source.length(); i++) {
      if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  private void begin(int tag) {
    char kind = source.charAt(tag + 1);
    String sign =
        source.startsWith("-", tag + 2) ? "-" : source.startsWith("+", tag + 2) ? "+" : "";
    data(tag, sign, kind != '{');
    int start = line;
    advance(tag + 2 + sign.length());
    switch (kind) {
      case '#' -> comment(start);
      case '{' -> expression(Kind.OUTPUT_BEGIN, Kind.OUTPUT_END, "}}");
      default -> expression(Kind.TAG_BEGIN, Kind.TAG_END, "%}");
    }
  }

  /** The text in front of a tag. */
  private void data(int tag, String sign, boolean strips) {
    int end = tag;
    if (sign.equals("-")) {
      while (end > place && PythonText.isSpace(source.charAt(end - 1))) {
        end--;
      }
    } else if (sign.isEmpty() && strips) {
      int from = tag;
      while (from > place
          && source.charAt(from - 1) != '\n'
          && PythonText.isSpace(source.charAt(from - 1))) {
        from--;
      }
      boolean starts = from == place ? lineStarts : source.charAt(from - 1) == '\n';
      end = starts ? from : tag;
    }
    if (end > place) {
      add(Kind.DATA, source.substring(place, end));
    }
    advance(tag);
  }

  private void comment(int start) {
    int end = source.indexOf("#}", place);
    if (end < 0) {
      throw JinjaError.syntax(start, "a comment without its end");
    }
    char sign = end > place ? source.charAt(end - 1) : ' ';
    advance(end);
    endTag(sign, true);
  }

  private void raw() {
    Matcher end = RAW_END.matcher(source);
    if (!end.find(place)) {
      throw JinjaError.syntax(line, "a {% raw %} without its end");
    }
    data(end.start(), end.group(1), true);
    advance(end.end());
  }

  /** Goes over the two characters that end a tag, and over what its sign says is to go. */
  private void endTag(char sign, boolean trims) {
    int end = place + 2;
    while (sign == '-' && end < source.length() && PythonText.isSpace(source.charAt(end))) {
      end++;
    }
    if (trims
        && sign != '-'
        && sign != '+'
        && end < source.length()
        && source.charAt(end) == '\n') {
      end++;
    }
    advance(end);
  }

  private void expression(Kind begin, Kind end, String bracket) {
    add(begin, bracket);
    Deque<String> open = new ArrayDeque<>();
    while (place < source.length()) {
      char c = source.charAt(place);
      boolean signed = c == '-' || (c == '+' && end == Kind.TAG_END);
      if (open.isEmpty() && source.startsWith(bracket, signed ? place + 1 : place)) {
        add(end, bracket);
        advance(signed ? place + 1 : place);
        endTag(signed ? c : ' ', end == Kind.TAG_END);
        return;
      }
      if (PythonText.isSpace(c)) {
        advance(place + 1);
      } else if (!word(NUMBER) && !word(NAME) && !word(STRING)) {
        operator(open);
      }
    }
  }

  private boolean word(Pattern pattern) {
    Matcher matcher = pattern.matcher(source).region(place, source.length());
    if (pattern == NUMBER) {
      matcher.useTransparentBounds(true);
    }
    if (!matcher.lookingAt()) {
      return false;
    }
    int end = matcher.end();
    if (pattern == NUMBER) {
      boolean attribute =
          matcher.group("float") != null && place > 0 && source.charAt(place - 1) == '.';
      if (attribute) { // a.0.1 has no float in it
        matcher = Pattern.compile("[1-9](?:_?\\d)*|0(?:_?0)*").matcher(source).region(place, end);
        if (!matcher.lookingAt()) {
          return false;
        }
        add(Kind.NUMBER, new BigInteger(matcher.group().replace("_", "")));
        advance(matcher.end());
        return true;
      }
      add(Kind.NUMBER, number(matcher));
    } else if (pattern == NAME) {
      add(Kind.NAME, matcher.group());
    } else {
      add(Kind.STRING, unescaped(matcher.group().substring(1, matcher.group().length() - 1)));
    }
    advance(end);
    return true;
  }

  private Object number(Matcher matcher) {
    String digits = matcher.group().replace("_", "");
    if (digits.length() > 1200) {
      throw JinjaError.unsupported("an integer of more than 1,200 digits").at(line);
    }
    if (matcher.group("float") != null) {
      double number = Double.parseDouble(digits);
      if (Double.isInfinite(number)) {
        throw JinjaError.unsupported("the number " + digits).at(line);
      }
      return number;
    }
    return matcher.group("decimal") != null
        ? new BigInteger(digits)
        : new BigInteger(
            digits.substring(2),
            switch (digits.toLowerCase(Locale.ROOT).charAt(1)) {
              case 'b' -> 2;
              case 'o' -> 8;
              default -> 16;
            });
  }

  private void operator(Deque<String> open) {
    Matcher matcher = OPERATOR.matcher(source).region(place, source.length());
    if (!matcher.lookingAt()) {
      int c = source.codePointAt(place);
      String character = "the character \"" + Character.toString(c) + "\"";
      throw c < 0x80
          ? JinjaError.syntax(line, character)
          : JinjaError.unsupported(character + " in a tag").at(line);
    }
    String operator = matcher.group();
    switch (operator) {
      case "(" -> open.push(")");
      case "[" -> open.push("]");
      case "{" -> open.push("}");
      case ")", "]", "}" -> {
        if (!operator.equals(open.poll())) {
          throw JinjaError.syntax(line, "an unexpected \"" + operator + "\"");
        }
      }
      default -> {}
    }
    add(Kind.OPERATOR, operator);
    advance(matcher.end());
  }

  private void add(Kind kind, Object value) {
    tokens.add(new Token(line, kind, value));
  }

  private void advance(int to) {
    for (int i = place; i < to; i++) {
      line += source.charAt(i) == '\n' ? 1 : 0;
    }
    lineStarts = to > place ? source.charAt(to - 1) == '\n' : lineStarts;
    place = to;
  }

  /**
   * A literal's value. Jinja2 writes what is not ASCII as an escape and decodes all then, so that a
   * backslash in front of such a character takes its escape apart.
   */
  private PythonText unescaped(String literal) {
    StringBuilder ascii = new StringBuilder();
    literal
        .codePoints()
        .forEach(
            c ->
                ascii.append(
                    c < 0x80
                        ? Character.toString(c)
                        : (c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x")
                            .formatted(c)));
    PythonText.Builder text = new PythonText.Builder();
    int i = 0;
    while (i < ascii.length()) {
      char c = ascii.charAt(i++);
      if (c != '\\') {
        text.append((int) c);
        continue;
      }
      char escape = ascii.charAt(i++);
      int digits = "xuU".indexOf(escape) < 0 ? 0 : escape == 'x' ? 2 : escape == 'u' ? 4 : 8;
      Integer simple = simple(escape);
      if (digits > 0) {
        text.append(escaped(ascii, i, digits));
        i += digits;
      } else if (escape >= '0' && escape <= '7') {
        int end = i;
        while (end < ascii.length() && end < i + 2 && "01234567".indexOf(ascii.charAt(end)) >= 0) {
          end++;
        }
        text.append(Integer.parseInt(ascii.substring(i - 1, end), 8));
        i = end;
      } else if (escape == 'N') {
        throw JinjaError.unsupported("\\N in a text").at(line);
      } else if (simple != null) {
        text.append(simple);
      } else if (escape != '\n') {
        text.append('\\').append((int) escape);
      }
    }
    return text.build();
  }

  private static @Nullable Integer simple(char escape) {
    int known = "\\'\"abfnrtv".indexOf(escape);
    return known < 0 ? null : (Integer) (int) "\\'\"\u0007\b\f\n\r\t\u000B".charAt(known);
  }

  private int escaped(CharSequence text, int from, int digits) {
    int end = Math.min(text.length(), from + digits);
    String hex = text.subSequence(from, end).toString();
    if (!hex.matches("[0-9a-fA-F]{" + digits + "}")) {
      throw JinjaError.syntax(line, "an escape that is cut off");
    }
    long point = Long.parseLong(hex, 16);
    if (point > Character.MAX_CODE_POINT) {
      throw JinjaError.syntax(line, "an escape of what is no character");
    }
    if (point >= 0xD800 && point < 0xE000) {
      throw JinjaError.unsupported("half a character: \\u" + hex).at(line);
    }
    return (int) point;
  }
}
