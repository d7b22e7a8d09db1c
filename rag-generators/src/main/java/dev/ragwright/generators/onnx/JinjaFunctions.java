package dev.ragwright.generators.onnx;

import java.math.BigInteger;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions that a template may call, those of Jinja2 and those of transformers. */
final class JinjaFunctions {
  private static final long MOST_RANGE = 100_000;

  /** By name. */
  static final Map<String, Python.Callable> ALL =
      Map.of(
          "range", (run, a) -> range(a),
          "dict", (run, a) -> dict(a),
          "namespace", (run, a) -> namespace(a),
          "raise_exception", (run, a) -> raise(a),
          "strftime_now", JinjaFunctions::strftime,
          "cycler", (run, a) -> unsupported("cycler"),
          "joiner", (run, a) -> unsupported("joiner"),
          "lipsum", (run, a) -> unsupported("lipsum"));

  private JinjaFunctions() {}

  private static Object unsupported(String name) {
    throw JinjaError.unsupported("the function \"" + name + "\"");
  }

  private static Object raise(JinjaArguments a) {
    throw JinjaError.raised(PythonRepr.str(a.bind(1, new String[] {"message"})[0]).toString());
  }

  private static Object range(JinjaArguments a) {
    a.expect(1, 3);
    long[] given = a.plain().stream().mapToLong(JinjaFunctions::bound).toArray();
    long start = given.length > 1 ? given[0] : 0;
    long stop = given.length > 1 ? given[1] : given[0];
    long step = given.length > 2 ? given[2] : 1;
    if (step == 0) {
      throw JinjaError.python("a range with the step 0");
    }
    long span = step > 0 ? stop - start : start - stop;
    if (span > 0 && (span - 1) / Math.abs(step) + 1 > MOST_RANGE) {
      throw JinjaError.python(String.format(Locale.ROOT, "a range of more than %,d", MOST_RANGE));
    }
    return new Python.Range(start, stop, step);
  }

  private static long bound(Object value) {
    BigInteger bound = PythonNumbers.integer(value);
    if (bound == null) {
      throw JinjaError.python("a range of " + Python.type(value));
    } else if (bound.bitLength() > 60) {
      throw JinjaError.unsupported("a range to " + bound);
    }
    return bound.longValue();
  }

  private static PythonDict dict(JinjaArguments a) {
    PythonDict dict = new PythonDict();
    if (a.plain().size() > 1) {
      throw JinjaError.python("a dict of more than one value");
    }
    for (Object given : a.plain()) {
      if (given instanceof Python.Undefined undefined) {
        throw undefined.failure(); // Python asks it for its keys
      } else if (given instanceof PythonDict other) {
        dict.putAll(other);
        continue;
      }
      for (Object pair : Python.list(given)) {
        List<Object> two = Python.list(pair);
        if (two.size() != 2) {
          throw JinjaError.python("a dict of what are no pairs");
        }
        dict.put(two.get(0), two.get(1));
      }
    }
    a.named().forEach((name, value) -> dict.put(PythonText.of(name), value));
    return dict;
  }

  private static Python.Namespace namespace(JinjaArguments a) {
    Python.Namespace namespace = new Python.Namespace(new LinkedHashMap<>());
    for (PythonDict.Entry entry : dict(a).entries()) {
      if (!(entry.key() instanceof PythonText name)) {
        throw JinjaError.unsupported("an attribute of a namespace that is no text");
      }
      setAttribute(namespace, name.toString(), entry.value());
    }
    return namespace;
  }

  static void setAttribute(Python.Namespace namespace, String name, Object value) {
    if (name.startsWith("_")) {
      throw JinjaError.python(
          "the attribute \"%s\" of a namespace begins with an underscore".formatted(name));
    }
    namespace.attributes().put(name, value);
  }

  private static Object strftime(JinjaRun run, JinjaArguments a) {
    String format = JinjaArguments.asText(a.bind(1, new String[] {"format"})[0]).toString();
    ZonedDateTime now = ZonedDateTime.now(run.clock());
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < format.length()) {
      char c = format.charAt(i++);
      if (c != '%') {
        text.append(c);
        continue;
      }
      int end = Math.min(format.length(), i + (format.startsWith("-", i) ? 2 : 1));
      String field = format.substring(i, end);
      i = end;
      text.append(
          field.equals("%")
              ? "%"
              : DateTimeFormatter.ofPattern(pattern(field), Locale.US).format(now));
    }
    return PythonText.of(text.toString());
  }

  /** What glibc prints of a date in the locale C, as Java writes it. */
  private static String pattern(String field) {
    return switch (field) {
      case "Y" -> "uuuu";
      case "y" -> "uu";
      case "m" -> "MM";
      case "-m" -> "M";
      case "d" -> "dd";
      case "-d" -> "d";
      case "e" -> "ppd";
      case "B" -> "MMMM";
      case "b", "h" -> "MMM";
      case "A" -> "EEEE";
      case "a" -> "EEE";
      case "H" -> "HH";
      case "-H" -> "H";
      case "I" -> "hh";
      case "-I" -> "h";
      case "M" -> "mm";
      case "-M" -> "m";
      case "S" -> "ss";
      case "p" -> "a";
      case "j" -> "DDD";
      case "F" -> "uuuu-MM-dd";
      case "T" -> "HH:mm:ss";
      case "R" -> "HH:mm";
      case "D" -> "MM/dd/uu";
      default -> throw JinjaError.unsupported("%" + field + " in strftime_now");
    };
  }
}
