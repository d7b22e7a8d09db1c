package dev.ragwright.tools;

import dev.ragwright.retrieve.Filter;
import dev.ragwright.text.LetterCase;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@link Filter} as a command line says it: {@code kind = manual and (year >= 2024 or not lang in
 * (de, 'pt BR'))}. Conditions are {@code =}, {@code !=}, {@code >=}, {@code <=}, {@code in}, {@code
 * path startswith docs/} and {@code exists kind}; {@code not} binds closest, then {@code and}. The
 * key {@code document} means the document's id. A value is a number or {@code true} or {@code
 * false} where it looks like one, and a text where it does not or stands in quotes, in which a
 * quote is doubled.
 */
final class FilterExpression {
  private static final String FORM =
      "a filter reads like: kind = manual and (year >= 2024 or not lang in (de, 'pt BR'))";
  private static final Pattern TOKEN =
      Pattern.compile("\\s*+(?:(>=|<=|!=|[=(),])|'((?:[^']++|'')*+)'|([^\\s=<>!(),']++))");

  private static final int DEEPEST = 100; // more would end in the stack

  private record Token(String text, boolean quoted) {}

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int depth;

  private FilterExpression(String source) {
    this.source = source;
    String text = source.strip();
    Matcher matcher = TOKEN.matcher(text);
    int end = 0;
    while (end < text.length()) {
      if (!matcher.region(end, text.length()).lookingAt()) {
        throw wrong(
            "cannot be read from \"%s\": there are =, !=, >=, <=, in, startswith and exists"
                .formatted(text.substring(end)));
      }
      String quoted = matcher.group(2);
      tokens.add(
          quoted == null
              ? new Token(matcher.group(1) == null ? matcher.group(3) : matcher.group(1), false)
              : new Token(quoted.replace("''", "'"), true));
      end = matcher.end();
    }
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException if it is none, with what is wrong and how one looks
   */
  static Filter of(String text) {
    FilterExpression expression = new FilterExpression(text);
    Filter filter = expression.anyOf();
    if (expression.at < expression.tokens.size()) {
      throw expression.wrong(
          "has \"%s\" where it should end".formatted(expression.tokens.get(expression.at).text()));
    }
    return filter;
  }

  private Filter anyOf() {
    Filter filter = allOf();
    while (accept("or")) {
      filter = filter.or(allOf());
    }
    return filter;
  }

  private Filter allOf() {
    Filter filter = one();
    while (accept("and")) {
      filter = filter.and(one());
    }
    return filter;
  }

  private Filter one() {
    if (++depth > DEEPEST) {
      throw wrong("has more than " + DEEPEST + " of not and ( within each other");
    }
    Filter filter = condition();
    depth--;
    return filter;
  }

  private Filter condition() {
    if (accept("not")) {
      return one().not();
    }
    if (accept("(")) {
      Filter inner = anyOf();
      expect(")");
      return inner;
    }
    if (accept("exists")) {
      return Filter.exists(value("a key").text());
    }
    String key = value("a key").text();
    if (accept("startswith")) {
      return Filter.startsWith(key, value("the beginning of a text").text());
    }
    if (accept("=")) {
      return is(key, List.of(value("a value")));
    }
    if (accept("!=")) {
      return is(key, List.of(value("a value"))).not();
    }
    if (accept("in")) {
      expect("(");
      List<Token> values = new ArrayList<>(List.of(value("a value")));
      while (accept(",")) {
        values.add(value("a value"));
      }
      expect(")");
      return is(key, values);
    }
    boolean least = accept(">=");
    if (!least) {
      expect("<=");
    }
    if (key.equals("document")) {
      throw wrong("has a bound of document, whose ids have =, != and in");
    }
    Token bound = value("a bound");
    if (typed(bound) instanceof Number number) {
      return least
          ? Filter.atLeast(key, number.doubleValue())
          : Filter.atMost(key, number.doubleValue());
    }
    return least ? Filter.atLeast(key, bound.text()) : Filter.atMost(key, bound.text());
  }

  private static Filter is(String key, List<Token> values) {
    return key.equals("document")
        ? Filter.documents(values.stream().map(Token::text).toList())
        : new Filter.In(key, values.stream().map(FilterExpression::typed).toList());
  }

  private static Object typed(Token value) {
    String text = value.text();
    if (!value.quoted() && text.matches("true|false")) {
      return Boolean.valueOf(text);
    }
    return !value.quoted() && text.matches("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?")
        ? (Object) Double.valueOf(text)
        : text;
  }

  private Token value(String what) {
    if (at == tokens.size()) {
      throw wrong("ends where %s should be".formatted(what));
    }
    Token token = tokens.get(at++);
    if (!token.quoted() && token.text().matches("[=(),<>!]+")) {
      throw wrong("has \"%s\" where %s should be".formatted(token.text(), what));
    }
    return token;
  }

  private boolean accept(String text) {
    boolean there =
        at < tokens.size()
            && !tokens.get(at).quoted()
            && LetterCase.lower(tokens.get(at).text()).equals(text);
    at += there ? 1 : 0;
    return there;
  }

  private void expect(String text) {
    if (!accept(text)) {
      throw wrong(
          at == tokens.size()
              ? "ends where \"%s\" should be".formatted(text)
              : "has \"%s\" where \"%s\" should be".formatted(tokens.get(at).text(), text));
    }
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("--filter \"%s\" %s; %s".formatted(source, what, FORM));
  }
}
