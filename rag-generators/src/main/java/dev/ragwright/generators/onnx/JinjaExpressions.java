package dev.ragwright.generators.onnx;

import dev.ragwright.generators.onnx.JinjaLexer.Kind;
import dev.ragwright.generators.onnx.JinjaLexer.Token;
import dev.ragwright.generators.onnx.JinjaNode.Use;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a template's expressions, as Jinja2's parser does: one method for each precedence. */
final class JinjaExpressions {
  /** CPython runs out of its own stack somewhere above. */
  private static final int MOST_NESTED = 40;

  private static final Set<String> LITERALS =
      Set.of("true", "false", "none", "True", "False", "None");
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final JinjaParser in;
  private int nested;

  JinjaExpressions(JinjaParser in) {
    this.in = in;
  }

  JinjaNode expression() {
    int line = line();
    deeper();
    JinjaNode value = or();
    while (in.skip("if")) {
      JinjaNode test = or();
      JinjaNode otherwise = in.skip("else") ? expression() : null;
      value = new JinjaNode.Conditional(line, test, value, otherwise);
    }
    nested--;
    return value;
  }

  private int line() {
    return in.current().line();
  }

  private void deeper() {
    if (++nested > MOST_NESTED) {
      throw JinjaError.unsupported("expressions nested deeper than " + MOST_NESTED).at(line());
    }
  }

  /**
   * An expression, or several with commas between, which are a tuple.
   *
   * @param conditions whether {@code a if b} may be one of them
   * @param brackets whether brackets are around it, so that it may be empty
   * @param ends the words that end it
   */
  JinjaNode tuple(boolean conditions, boolean brackets, String... ends) {
    int line = line();
    List<JinjaNode> items = new ArrayList<>();
    boolean tuple = false;
    while (true) {
      if (!items.isEmpty()) {
        in.expect(",");
      }
      if (tupleEnds(ends)) {
        break;
      }
      items.add(conditions ? expression() : or());
      if (!in.at(",")) {
        break;
      }
      tuple = true;
    }
    if (!tuple && !items.isEmpty()) {
      return items.getFirst();
    }
    if (!tuple && !brackets) {
      throw in.fail("found %s, expected an expression".formatted(in.current()));
    }
    return new JinjaNode.Items(line, items, true);
  }

  private boolean tupleEnds(String... ends) {
    return in.at(Kind.OUTPUT_END)
        || in.at(Kind.TAG_END)
        || in.at(")")
        || List.of(ends).stream().anyMatch(in::at);
  }

  /** What can be set: a name, an attribute of a namespace, or several. */
  JinjaNode target(boolean namespaces, String... ends) {
    int line = line();
    List<JinjaNode> items = new ArrayList<>();
    boolean tuple = false;
    while (true) {
      if (!items.isEmpty()) {
        in.expect(",");
      }
      if (tupleEnds(ends)) {
        break;
      }
      Token first = in.current();
      if (namespaces && first.kind() == Kind.NAME && !isLiteral(first) && in.peek().is(".")) {
        in.next();
        in.next();
        items.add(new JinjaNode.Target(first.line(), (String) first.value(), in.name()));
      } else {
        items.add(stored(primary(), Use.STORE));
      }
      if (!in.at(",")) {
        break;
      }
      tuple = true;
    }
    if (items.isEmpty()) {
      throw in.fail("found %s, expected a name".formatted(in.current()));
    }
    return tuple ? new JinjaNode.Items(line, items, true) : items.getFirst();
  }

  private static boolean isLiteral(Token token) {
    return LITERALS.contains(token.value());
  }

  void checkAssignable(Token name) {
    if (isLiteral(name)) {
      throw in.fail("%s cannot be set".formatted(name));
    }
  }

  /** The same target, of parameters. */
  JinjaNode parameters(JinjaNode target) {
    return stored(target, Use.PARAMETER);
  }

  private JinjaNode stored(JinjaNode node, Use use) {
    return switch (node) {
      case JinjaNode.Name name -> new JinjaNode.Name(name.line(), name.name(), use);
      case JinjaNode.Items items when items.tuple() ->
          new JinjaNode.Items(
              items.line(), items.items().stream().map(item -> stored(item, use)).toList(), true);
      default -> throw JinjaError.syntax(node.line(), "what is no name cannot be set");
    };
  }

  private JinjaNode or() {
    JinjaNode left = and();
    while (in.at("or")) {
      left = new JinjaNode.Binary(in.next().line(), "or", left, and());
    }
    return left;
  }

  private JinjaNode and() {
    JinjaNode left = not();
    while (in.at("and")) {
      left = new JinjaNode.Binary(in.next().line(), "and", left, not());
    }
    return left;
  }

  private JinjaNode not() {
    if (!in.at("not")) {
      return comparison();
    }
    deeper();
    JinjaNode not = new JinjaNode.Unary(in.next().line(), "not", not());
    nested--;
    return not;
  }

  private JinjaNode comparison() {
    int line = line();
    JinjaNode first = sum();
    List<String> operators = new ArrayList<>();
    List<JinjaNode> operands = new ArrayList<>();
    while (true) {
      if (in.at(Kind.OPERATOR) && COMPARISONS.contains(in.current().value())) {
        operators.add((String) in.next().value());
      } else if (in.skip("in")) {
        operators.add("in");
      } else if (in.at("not") && in.peek().is("in")) {
        in.next();
        in.next();
        operators.add("not in");
      } else {
        break;
      }
      operands.add(sum());
    }
    return operators.isEmpty() ? first : new JinjaNode.Comparison(line, first, operators, operands);
  }

  private JinjaNode sum() {
    JinjaNode left = concat();
    while (in.at("+") || in.at("-")) {
      Token sign = in.next();
      left = new JinjaNode.Binary(sign.line(), (String) sign.value(), left, concat());
    }
    return left;
  }

  private JinjaNode concat() {
    int line = line();
    List<JinjaNode> parts = new ArrayList<>(List.of(product()));
    while (in.skip("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.getFirst() : new JinjaNode.Concat(line, parts);
  }

  private JinjaNode product() {
    JinjaNode left = power();
    while (in.at("*") || in.at("/") || in.at("//") || in.at("%")) {
      Token sign = in.next();
      left = new JinjaNode.Binary(sign.line(), (String) sign.value(), left, power());
    }
    return left;
  }

  private JinjaNode power() {
    JinjaNode left = unary(true);
    while (in.at("**")) {
      left = new JinjaNode.Binary(in.next().line(), "**", left, unary(true));
    }
    return left;
  }

  private JinjaNode unary(boolean filters) {
    deeper();
    JinjaNode value;
    if (in.at("-") || in.at("+")) {
      Token sign = in.next();
      value = new JinjaNode.Unary(sign.line(), (String) sign.value(), unary(false));
    } else {
      value = primary();
    }
    value = postfix(value);
    nested--;
    return filters ? filtered(value) : value;
  }

  private JinjaNode primary() {
    Token token = in.next();
    int line = token.line();
    return switch (token.kind()) {
      case NAME ->
          switch ((String) token.value()) {
            case "true", "True" -> new JinjaNode.Constant(line, true);
            case "false", "False" -> new JinjaNode.Constant(line, false);
            case "none", "None" -> new JinjaNode.Constant(line, Python.NONE);
            default -> new JinjaNode.Name(line, (String) token.value(), Use.LOAD);
          };
      case STRING -> {
        PythonText.Builder text = new PythonText.Builder().append((PythonText) token.value());
        while (in.at(Kind.STRING)) {
          text.append((PythonText) in.next().value());
        }
        yield new JinjaNode.Constant(line, text.build());
      }
      case NUMBER -> new JinjaNode.Constant(line, token.value());
      default -> bracketed(token);
    };
  }

  private JinjaNode bracketed(Token open) {
    if (open.is("(")) {
      JinjaNode inner = tuple(true, true);
      in.expect(")");
      return inner;
    } else if (open.is("[")) {
      return new JinjaNode.Items(open.line(), listed("]"), false);
    } else if (!open.is("{")) {
      throw JinjaError.syntax(open.line(), "an unexpected %s".formatted(open));
    }
    List<JinjaNode.Pair> pairs = new ArrayList<>();
    while (!in.at("}")) {
      if (!pairs.isEmpty()) {
        in.expect(",");
      }
      if (in.at("}")) {
        break;
      }
      JinjaNode key = expression();
      in.expect(":");
      pairs.add(new JinjaNode.Pair(key.line(), key, expression()));
    }
    in.expect("}");
    return new JinjaNode.Dict(open.line(), pairs);
  }

  private List<JinjaNode> listed(String end) {
    List<JinjaNode> items = new ArrayList<>();
    while (!in.at(end)) {
      if (!items.isEmpty()) {
        in.expect(",");
      }
      if (in.at(end)) {
        break;
      }
      items.add(expression());
    }
    in.expect(end);
    return items;
  }

  private JinjaNode postfix(JinjaNode first) {
    JinjaNode value = first;
    while (in.at(".") || in.at("[") || in.at("(")) {
      value = in.at("(") ? call(value) : subscript(value);
    }
    return value;
  }

  private JinjaNode subscript(JinjaNode value) {
    Token open = in.next();
    if (open.is(".")) {
      Token name = in.next();
      if (name.kind() == Kind.NAME) {
        return new JinjaNode.Attribute(open.line(), value, (String) name.value());
      } else if (name.value() instanceof BigInteger place) {
        return new JinjaNode.Element(
            open.line(), value, new JinjaNode.Constant(name.line(), place));
      }
      throw JinjaError.syntax(name.line(), "found %s, expected a name or a number".formatted(name));
    }
    List<JinjaNode> keys = new ArrayList<>();
    while (!in.at("]")) {
      if (!keys.isEmpty()) {
        in.expect(",");
      }
      keys.add(key());
    }
    in.expect("]");
    if (keys.size() != 1 && keys.stream().anyMatch(JinjaNode.Slice.class::isInstance)) {
      throw JinjaError.syntax(open.line(), "a slice among several keys");
    }
    JinjaNode key =
        keys.size() == 1 ? keys.getFirst() : new JinjaNode.Items(open.line(), keys, true);
    return new JinjaNode.Element(open.line(), value, key);
  }

  private JinjaNode key() {
    int line = line();
    JinjaNode start = in.at(":") ? null : expression();
    if (start != null && !in.at(":")) {
      return start;
    }
    in.expect(":");
    JinjaNode stop = bound();
    JinjaNode step = in.skip(":") ? bound() : null;
    return new JinjaNode.Slice(line, start, stop, step);
  }

  private @Nullable JinjaNode bound() {
    return in.at(":") || in.at("]") || in.at(",") ? null : expression();
  }

  private JinjaNode call(JinjaNode function) {
    int line = line();
    return new JinjaNode.Call(line, function, arguments());
  }

  private JinjaNode.Arguments arguments() {
    int line = in.expect("(").line();
    List<JinjaNode> plain = new ArrayList<>();
    List<JinjaNode.Keyword> named = new ArrayList<>();
    JinjaNode morePlain = null;
    JinjaNode moreNamed = null;
    boolean first = true;
    while (!in.at(")")) {
      if (!first) {
        in.expect(",");
        if (in.at(")")) {
          break;
        }
      }
      first = false;
      boolean ordered = moreNamed == null;
      if (in.skip("*")) {
        ordered &= morePlain == null;
        morePlain = expression();
      } else if (in.skip("**")) {
        moreNamed = expression();
      } else if (in.at(Kind.NAME) && in.peek().is("=")) {
        String name = in.name();
        in.next();
        boolean twice = named.stream().anyMatch(other -> other.name().equals(name));
        ordered &= !twice && !name.startsWith("_loop_vars") && !name.startsWith("_block_vars");
        named.add(new JinjaNode.Keyword(line, name, expression()));
      } else {
        ordered &= morePlain == null && named.isEmpty();
        plain.add(expression());
      }
      if (!ordered) {
        throw JinjaError.syntax(line, "arguments in a wrong order, or twice");
      }
    }
    in.expect(")");
    return new JinjaNode.Arguments(plain, named, morePlain, moreNamed);
  }

  private JinjaNode filtered(JinjaNode first) {
    JinjaNode value = first;
    while (true) {
      if (in.at("|")) {
        value = filter(value, false);
      } else if (in.at("is")) {
        value = test(value);
      } else if (in.at("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  /** The filters of a block; null if there is none. */
  JinjaNode.@Nullable Filter blockFilter(boolean inline) {
    return inline || in.at("|") ? filter(null, inline) : null;
  }

  private JinjaNode.Filter filter(@Nullable JinjaNode first, boolean inline) {
    if (!inline) {
      in.expect("|");
    }
    JinjaNode.Filter filter = null;
    do {
      int line = line();
      String name = dotted();
      JinjaNode.Arguments arguments = in.at("(") ? arguments() : JinjaNode.Arguments.NONE;
      filter = new JinjaNode.Filter(line, filter == null ? first : filter, name, arguments);
    } while (in.skip("|"));
    return filter;
  }

  private String dotted() {
    StringBuilder name = new StringBuilder(in.name());
    while (in.skip(".")) {
      name.append('.').append(in.name());
    }
    return name.toString();
  }

  private JinjaNode test(JinjaNode value) {
    int line = in.expect("is").line();
    boolean negated = in.skip("not");
    String name = dotted();
    JinjaNode.Arguments arguments = JinjaNode.Arguments.NONE;
    if (in.at("(")) {
      arguments = arguments();
    } else if (beginsOperand() && !in.at("else") && !in.at("or") && !in.at("and")) {
      if (in.at("is")) {
        throw in.fail("a test of a test");
      }
      arguments = new JinjaNode.Arguments(List.of(postfix(primary())), List.of(), null, null);
    }
    JinjaNode test = new JinjaNode.Test(line, value, name, arguments);
    return negated ? new JinjaNode.Unary(line, "not", test) : test;
  }

  private boolean beginsOperand() {
    return in.at(Kind.NAME) || in.at(Kind.STRING) || in.at(Kind.NUMBER) || in.at("[") || in.at("{");
  }
}
