package dev.ragwright.generators.onnx;

import java.math.BigInteger;
import java.util.Set;

/** What may stand behind {@code is}. */
final class JinjaTests {
  private static final Set<String> PLAIN =
      Set.of(
          "boolean",
          "callable",
          "defined",
          "escaped",
          "even",
          "false",
          "filter",
          "float",
          "integer",
          "iterable",
          "lower",
          "mapping",
          "none",
          "number",
          "odd",
          "sequence",
          "string",
          "test",
          "true",
          "undefined",
          "upper");
  private static final Set<String> COMPARING =
      Set.of(
          "!=",
          "<",
          "<=",
          "==",
          ">",
          ">=",
          "divisibleby",
          "eq",
          "equalto",
          "ge",
          "greaterthan",
          "gt",
          "in",
          "le",
          "lessthan",
          "lt",
          "ne",
          "sameas");

  private JinjaTests() {}

  static boolean isKnown(String name) {
    return PLAIN.contains(name) || COMPARING.contains(name);
  }

  static boolean apply(String name, Object value, JinjaArguments arguments) {
    if (PLAIN.contains(name)) {
      arguments.expect(0, 0);
      return plain(name, value);
    } else if (!COMPARING.contains(name)) {
      throw JinjaError.python("there is no test \"" + name + "\"");
    }
    String parameter =
        switch (name) {
          case "divisibleby" -> "num";
          case "sameas" -> "other";
          case "in" -> "seq";
          default -> "";
        };
    if (parameter.isEmpty()) {
      arguments.expect(1, 1);
    }
    Object other = arguments.bind(1, new String[] {parameter})[0];
    return switch (name) {
      case "==", "eq", "equalto" -> Python.equal(value, other);
      case "!=", "ne" -> !Python.equal(value, other);
      case ">", "gt", "greaterthan" -> Python.compare(value, other) > 0;
      case ">=", "ge" -> Python.compare(value, other) >= 0;
      case "<", "lt", "lessthan" -> Python.compare(value, other) < 0;
      case "<=", "le" -> Python.compare(value, other) <= 0;
      case "in" -> Python.contains(other, value);
      case "sameas" -> same(value, other);
      default -> rest(value, other).equals(BigInteger.ZERO) || rest(value, other).equals(0.0);
    };
  }

  private static boolean plain(String name, Object value) {
    return switch (name) {
      case "boolean" -> value instanceof Boolean;
      case "callable" -> value instanceof Python.Callable || value instanceof Python.Undefined;
      case "defined" -> !(value instanceof Python.Undefined);
      case "undefined" -> value instanceof Python.Undefined;
      case "escaped" -> value instanceof PythonText text && text.isSafe();
      case "none" -> value == Python.NONE;
      case "true" -> value.equals(true);
      case "false" -> value.equals(false);
      case "float" -> value instanceof Double;
      case "integer" -> value instanceof BigInteger;
      case "number" -> PythonNumbers.isNumber(value);
      case "string" -> value instanceof PythonText;
      case "mapping" -> value instanceof PythonDict;
      case "iterable" -> value instanceof JinjaLoop || Python.iterate(value) != null;
      case "sequence" -> isSequence(value);
      case "lower" ->
          PythonStrings.call(PythonRepr.str(value), "islower", JinjaArguments.NONE).equals(true);
      case "upper" ->
          PythonStrings.call(PythonRepr.str(value), "isupper", JinjaArguments.NONE).equals(true);
      case "filter" -> JinjaFilters.isKnown(name(value));
      case "test" -> isKnown(name(value));
      default -> {
        Object rest = rest(value, Python.number(2));
        boolean odd = rest.equals(BigInteger.ONE) || rest.equals(1.0);
        boolean even = rest.equals(BigInteger.ZERO) || rest.equals(0.0);
        yield name.equals("odd") ? odd : even;
      }
    };
  }

  /** What has a length and items. */
  private static boolean isSequence(Object value) {
    return Python.hasLength(value)
        && !(value instanceof Python.View)
        && !(value instanceof JinjaLoop);
  }

  private static Object rest(Object value, Object by) {
    return JinjaOperators.binary("%", value, by);
  }

  private static String name(Object value) {
    if (!Python.isHashable(value)) {
      throw JinjaError.python("%s is no name".formatted(Python.type(value)));
    }
    return value instanceof PythonText text ? text.toString() : "";
  }

  /** {@code is} of Python, where it does not depend on how CPython keeps its values. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean same(Object a, Object b) {
    boolean values =
        a instanceof PythonText
            || a instanceof BigInteger
            || a instanceof Double
            || a instanceof Python.Undefined
            || (a instanceof PythonList list && list.isTuple());
    if (values && Python.type(a).equals(Python.type(b)) && Python.equal(a, b)) {
      throw JinjaError.unsupported("whether two equal values are the same");
    }
    return a == b || (a instanceof Boolean && a.equals(b));
  }
}
