package dev.ragwright.generators.onnx;

import dev.ragwright.generators.onnx.JinjaLexer.Kind;
import dev.ragwright.generators.onnx.JinjaLexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a template's statements, as Jinja2's parser does. */
final class JinjaParser {
  /** CPython runs out of its own stack somewhere above. */
  private static final int MOST_NESTED_TAGS = 40;

  private static final int MOST_BRANCHES = 200;

  final List<Token> tokens;
  private final JinjaExpressions expressions;
  private int place;
  private int nested;

  private JinjaParser(List<Token> tokens) {
    this.tokens = tokens;
    this.expressions = new JinjaExpressions(this);
  }

  /**
   * The statements of a template.
   *
   * @throws JinjaError if Jinja2 reads none, or if something of it is not supported at all
   */
  static List<JinjaNode> parse(String template) {
    JinjaParser parser = new JinjaParser(JinjaLexer.tokens(template));
    return parser.body(Set.of());
  }

  Token current() {
    return tokens.get(place);
  }

  Token peek() {
    return tokens.get(Math.min(place + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = current();
    place = Math.min(place + 1, tokens.size() - 1);
    return token;
  }

  boolean at(String word) {
    return current().is(word);
  }

  boolean at(Kind kind) {
    return current().kind() == kind;
  }

  boolean skip(String word) {
    boolean there = at(word);
    if (there) {
      next();
    }
    return there;
  }

  Token expect(String word) {
    if (!at(word)) {
      throw fail("found %s, expected %s".formatted(current(), word));
    }
    return next();
  }

  Token expect(Kind kind, String described) {
    if (!at(kind)) {
      throw fail("found %s, expected %s".formatted(current(), described));
    }
    return next();
  }

  String name() {
    return (String) expect(Kind.NAME, "a name").value();
  }

  JinjaError fail(String message) {
    return JinjaError.syntax(current().line(), message);
  }

  private List<JinjaNode> body(Set<String> ends) {
    if (++nested > MOST_NESTED_TAGS) {
      throw JinjaError.unsupported("tags nested deeper than " + MOST_NESTED_TAGS)
          .at(current().line());
    }
    List<JinjaNode> body = new ArrayList<>();
    List<JinjaNode> printed = new ArrayList<>();
    while (!at(Kind.END)) {
      Token token = current();
      switch (token.kind()) {
        case DATA -> {
          printed.add(new JinjaNode.Constant(token.line(), PythonText.of((String) token.value())));
          next();
        }
        case OUTPUT_BEGIN -> {
          next();
          printed.add(expressions.tuple(true, false));
          expect(Kind.OUTPUT_END, "}}");
        }
        default -> {
          flush(printed, body);
          next();
          if (at(Kind.NAME) && ends.contains(current().value())) {
            nested--;
            return body;
          }
          body.add(statement());
          expect(Kind.TAG_END, "%}");
        }
      }
    }
    flush(printed, body);
    if (!ends.isEmpty()) {
      throw fail(
          "found the end of the template, expected %s".formatted(ends.stream().sorted().toList()));
    }
    return body;
  }

  private static void flush(List<JinjaNode> printed, List<JinjaNode> body) {
    if (!printed.isEmpty()) {
      body.add(new JinjaNode.Output(printed.getFirst().line(), List.copyOf(printed)));
      printed.clear();
    }
  }

  /** What stands between a tag and its end, one of several. */
  private List<JinjaNode> bodyTo(String... ends) {
    skip(":");
    expect(Kind.TAG_END, "%}");
    return body(Set.of(ends));
  }

  private List<JinjaNode> wholeBody(String end) {
    List<JinjaNode> body = bodyTo(end);
    next();
    return body;
  }

  private JinjaNode statement() {
    Token tag = current();
    int line = tag.line();
    String name = (String) expect(Kind.NAME, "a tag's name").value();
    return switch (name) {
      case "for" -> forTag(line);
      case "if" -> ifTag(line);
      case "set" -> setTag(line);
      case "print" -> new JinjaNode.Output(line, printed());
      case "macro" -> {
        expressions.checkAssignable(current());
        String macro = name();
        yield macro(line, macro, "endmacro");
      }
      case "call" -> callTag(line);
      case "filter" -> {
        JinjaNode.Filter filter = expressions.blockFilter(true);
        if (filter == null) {
          throw fail("a {% filter %} without its filter");
        }
        yield new JinjaNode.FilterBlock(line, wholeBody("endfilter"), filter);
      }
      case "with" -> withTag(line);
      case "generation" ->
          new JinjaNode.CallBlock(
              line,
              null,
              new JinjaNode.Macro(line, null, List.of(), List.of(), wholeBody("endgeneration")));
      case "break", "continue" -> new JinjaNode.Jump(line, name);
      case "include", "import", "from" -> importTag(line, name);
      case "block", "extends", "autoescape" ->
          throw JinjaError.unsupported("{% " + name + " %}").at(line);
      default -> throw JinjaError.syntax(line, "there is no tag {% " + name + " %}, or not here");
    };
  }

  private List<JinjaNode> printed() {
    List<JinjaNode> printed = new ArrayList<>();
    while (!at(Kind.TAG_END)) {
      if (!printed.isEmpty()) {
        expect(",");
      }
      printed.add(expressions.expression());
    }
    return printed;
  }

  private JinjaNode forTag(int line) {
    JinjaNode target = expressions.target(false, "in");
    expect("in");
    JinjaNode over = expressions.tuple(false, false, "recursive");
    JinjaNode test = skip("if") ? expressions.expression() : null;
    boolean recursive = skip("recursive");
    List<JinjaNode> body = bodyTo("endfor", "else");
    List<JinjaNode> otherwise = next().is("else") ? wholeBody("endfor") : List.of();
    return new JinjaNode.For(line, target, over, body, otherwise, test, recursive);
  }

  private JinjaNode ifTag(int line) {
    JinjaNode test = expressions.tuple(false, false);
    List<JinjaNode> body = bodyTo("elif", "else", "endif");
    List<JinjaNode.If> elifs = new ArrayList<>();
    List<JinjaNode> otherwise = List.of();
    Token end = next();
    while (end.is("elif")) {
      JinjaNode condition = expressions.tuple(false, false);
      elifs.add(
          new JinjaNode.If(
              end.line(), condition, bodyTo("elif", "else", "endif"), List.of(), List.of()));
      end = next();
      if (elifs.size() > MOST_BRANCHES) {
        throw JinjaError.unsupported(
                String.format(Locale.ROOT, "more than %d {%% elif %%}", MOST_BRANCHES))
            .at(line);
      }
    }
    if (end.is("else")) {
      otherwise = wholeBody("endif");
    }
    return new JinjaNode.If(line, test, body, elifs, otherwise);
  }

  private JinjaNode setTag(int line) {
    JinjaNode target = expressions.target(true);
    if (skip("=")) {
      return new JinjaNode.Assign(line, target, expressions.tuple(true, false));
    }
    JinjaNode.Filter filter = expressions.blockFilter(false);
    return new JinjaNode.AssignBlock(line, target, filter, wholeBody("endset"));
  }

  private JinjaNode.Macro macro(int line, @Nullable String name, String end) {
    List<JinjaNode.Name> parameters = new ArrayList<>();
    List<JinjaNode> defaults = new ArrayList<>();
    signature(parameters, defaults);
    return new JinjaNode.Macro(line, name, parameters, defaults, wholeBody(end));
  }

  private void signature(List<JinjaNode.Name> parameters, List<JinjaNode> defaults) {
    expect("(");
    while (!at(")")) {
      if (!parameters.isEmpty()) {
        expect(",");
      }
      Token parameter = expect(Kind.NAME, "a name");
      expressions.checkAssignable(parameter);
      if (skip("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw fail("a parameter without a default behind one with it");
      }
      String name = (String) parameter.value();
      if (parameters.stream().anyMatch(other -> other.name().equals(name))) {
        throw fail("two parameters called \"" + name + "\"");
      }
      parameters.add(new JinjaNode.Name(parameter.line(), name, JinjaNode.Use.PARAMETER));
    }
    expect(")");
  }

  private JinjaNode callTag(int line) {
    List<JinjaNode.Name> parameters = new ArrayList<>();
    List<JinjaNode> defaults = new ArrayList<>();
    if (at("(")) {
      signature(parameters, defaults);
    }
    if (!(expressions.expression() instanceof JinjaNode.Call call)) {
      throw JinjaError.syntax(line, "a {% call %} of what is no call");
    }
    List<JinjaNode> body = wholeBody("endcall");
    return new JinjaNode.CallBlock(
        line, call, new JinjaNode.Macro(line, null, parameters, defaults, body));
  }

  private JinjaNode withTag(int line) {
    List<JinjaNode> targets = new ArrayList<>();
    List<JinjaNode> values = new ArrayList<>();
    while (!at(Kind.TAG_END)) {
      if (!targets.isEmpty()) {
        expect(",");
      }
      targets.add(expressions.parameters(expressions.target(false)));
      expect("=");
      values.add(expressions.expression());
    }
    return new JinjaNode.With(line, targets, values, wholeBody("endwith"));
  }

  private JinjaNode importTag(int line, String tag) {
    JinjaNode template = expressions.expression();
    List<String> stored = new ArrayList<>();
    if (tag.equals("import")) {
      expect("as");
      stored.add(name());
    } else if (tag.equals("from")) {
      expect("import");
      do {
        String name = name();
        stored.add(skip("as") ? name() : name);
      } while (skip(","));
    } else if (at("ignore") && peek().is("missing")) {
      throw JinjaError.unsupported("{% include %} of what may be missing").at(line);
    }
    if ((at("with") || at("without")) && peek().is("context")) {
      next();
      next();
    }
    return new JinjaNode.Import(line, tag, template, stored);
  }
}
