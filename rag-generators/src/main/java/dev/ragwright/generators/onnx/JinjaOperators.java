package dev.ragwright.generators.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The operators of expressions, on Python's values. */
final class JinjaOperators {
  private JinjaOperators() {}

  static Object binary(String op, Object a, Object b) {
    if (op.equals("%") && a instanceof PythonText text) {
      return PythonFormat.percent(text, b);
    } else if (a instanceof Python.Undefined undefined) {
      throw undefined.failure();
    } else if (b instanceof Python.Undefined undefined) {
      throw undefined.failure();
    } else if (PythonNumbers.isNumber(a) && PythonNumbers.isNumber(b)) {
      return PythonNumbers.binary(op, a, b);
    } else if (op.equals("+") && a instanceof PythonText text && b instanceof PythonText other) {
      return add(text, other);
    } else if (op.equals("+")
        && a instanceof PythonList list
        && b instanceof PythonList other
        && list.isTuple() == other.isTuple()) {
      List<Object> all = new ArrayList<>(list.items());
      all.addAll(other.items());
      return list.with(all);
    } else if (op.equals("*") && PythonNumbers.integer(b) != null) {
      return repeat(a, PythonNumbers.index(b));
    } else if (op.equals("*") && PythonNumbers.integer(a) != null) {
      return repeat(b, PythonNumbers.index(a));
    } else if (a instanceof Python.View && b instanceof Python.View) {
      throw JinjaError.unsupported("\"%s\" of %s".formatted(op, Python.type(a)));
    }
    throw JinjaError.python("%s %s %s".formatted(Python.type(a), op, Python.type(b)));
  }

  /** Of two texts, one marked safe, the other is escaped. */
  private static PythonText add(PythonText a, PythonText b) {
    boolean safe = a.isSafe() || b.isSafe();
    return new PythonText.Builder()
        .append(safe ? escaped(a) : a)
        .append(safe ? escaped(b) : b)
        .build()
        .asSafe(safe);
  }

  /** As {@code markupsafe.escape} has it. */
  static PythonText escaped(PythonText text) {
    if (text.isSafe()) {
      return text;
    }
    PythonText.Builder escaped = new PythonText.Builder();
    for (int i = 0; i < text.length(); i++) {
      switch (text.at(i)) {
        case '&' -> escaped.append("&amp;", text, i);
        case '<' -> escaped.append("&lt;", text, i);
        case '>' -> escaped.append("&gt;", text, i);
        case '\'' -> escaped.append("&#39;", text, i);
        case '"' -> escaped.append("&#34;", text, i);
        default -> escaped.append(text, i, i + 1);
      }
    }
    return escaped.build().asSafe(true);
  }

  private static Object repeat(Object value, int times) {
    if (value instanceof PythonText text) {
      if (times > 0 && (long) text.length() * times > PythonText.MOST_LENGTH) {
        throw JinjaError.unsupported(
            String.format(Locale.ROOT, "a text repeated %,d times", times));
      }
      PythonText.Builder repeated = new PythonText.Builder();
      for (int i = 0; i < times && !text.isEmpty(); i++) {
        repeated.append(text);
      }
      return repeated.build().asSafe(text.isSafe());
    } else if (value instanceof PythonList list) {
      Python.checkedSize(Math.max(0L, times) * list.size());
      List<Object> repeated = new ArrayList<>();
      for (int i = 0; i < times && list.length() > 0; i++) {
        repeated.addAll(list.items());
      }
      return list.with(repeated);
    }
    throw JinjaError.python("%s repeated".formatted(Python.type(value)));
  }

  static Object unary(String op, Object value) {
    if (op.equals("not")) {
      return !Python.truth(value);
    }
    if (value instanceof Python.Undefined undefined) {
      throw undefined.failure();
    } else if (!PythonNumbers.isNumber(value)) {
      throw JinjaError.python("%s of %s".formatted(op, Python.type(value)));
    }
    Object negative = PythonNumbers.negative(value);
    return op.equals("-") ? negative : PythonNumbers.negative(negative);
  }

  /** One comparison out of a chain. */
  static boolean compare(String op, Object a, Object b) {
    return switch (op) {
      case "==" -> Python.equal(a, b);
      case "!=" -> !Python.equal(a, b);
      case "in" -> Python.contains(b, a);
      case "not in" -> !Python.contains(b, a);
      case "<" -> Python.compare(a, b) < 0;
      case "<=" -> Python.compare(a, b) <= 0;
      case ">" -> Python.compare(a, b) > 0;
      default -> Python.compare(a, b) >= 0;
    };
  }
}
