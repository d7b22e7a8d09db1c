package dev.ragwright.generators.onnx;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The filters: of texts and numbers here, of what has elements in {@link JinjaListFilters}. */
final class JinjaFilters {
  private static final Set<String> KNOWN =
      Set.of(
          "abs",
          "attr",
          "capitalize",
          "center",
          "count",
          "d",
          "default",
          "e",
          "escape",
          "first",
          "float",
          "forceescape",
          "format",
          "indent",
          "int",
          "items",
          "join",
          "last",
          "length",
          "list",
          "lower",
          "replace",
          "reverse",
          "round",
          "safe",
          "string",
          "title",
          "tojson",
          "trim",
          "truncate",
          "upper",
          "wordcount");

  /** Those of Jinja2 that nothing here stands for. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "filesizeformat",
          "groupby",
          "pprint",
          "random",
          "striptags",
          "urlencode",
          "urlize",
          "wordwrap",
          "xmlattr");

  private JinjaFilters() {}

  static boolean isKnown(String name) {
    return KNOWN.contains(name)
        || JinjaListFilters.KNOWN.contains(name)
        || UNSUPPORTED.contains(name);
  }

  static Object apply(JinjaRun run, String name, Object value, JinjaArguments a) {
    if (JinjaListFilters.KNOWN.contains(name)) {
      return JinjaListFilters.apply(run, name, value, a);
    } else if (UNSUPPORTED.contains(name)) {
      throw JinjaError.unsupported("the filter \"" + name + "\"");
    } else if (!KNOWN.contains(name)) {
      throw JinjaError.python("there is no filter \"" + name + "\"");
    }
    return switch (name) {
      case "default", "d" -> {
        Object[] given = a.bind(0, names("default_value", "boolean"), PythonText.EMPTY, false);
        boolean missing =
            value instanceof Python.Undefined || (Python.truth(given[1]) && !Python.truth(value));
        yield missing ? given[0] : value;
      }
      case "tojson" -> PythonJson.dumps(value, a);
      case "trim" -> {
        Object chars = a.bind(0, names("chars"), Python.NONE)[0];
        PythonText set = chars == Python.NONE ? null : JinjaArguments.asText(chars);
        yield PythonStrings.strip(soft(value), set, true, true);
      }
      case "replace" -> {
        Object[] given = a.bind(2, names("old", "new", "count"), Python.NONE);
        yield PythonStrings.replace(
            PythonRepr.str(value),
            PythonRepr.str(given[0]),
            PythonRepr.str(given[1]),
            given[2] == Python.NONE ? -1 : PythonNumbers.index(given[2]));
      }
      case "indent" -> indent(value, a);
      case "center" -> {
        int width = PythonNumbers.index(a.bind(0, names("width"), Python.number(80))[0]);
        PythonText text = soft(value);
        yield PythonStrings.pad(text, name, width, ' ').asSafe(text.isSafe());
      }
      case "truncate" -> truncate(value, a);
      case "format" -> format(soft(value), a);
      case "attr" -> {
        PythonText attribute = JinjaArguments.asText(a.bind(1, names("name"))[0]);
        Object item = PythonAccess.own(value, attribute.toString());
        yield item != null ? item : new Python.Undefined("there is no \"" + attribute + "\"");
      }
      case "int" -> integer(value, a);
      case "float" -> {
        Object otherwise = a.bind(0, names("default"), 0.0)[0];
        Object number = toFloat(value);
        yield number == null ? otherwise : number;
      }
      case "round" -> round(value, a);
      default -> plain(name, value, a);
    };
  }

  /** The filters without arguments. */
  private static Object plain(String name, Object value, JinjaArguments a) {
    if (name.equals("join")) {
      return join(value, a);
    }
    a.expect(0, 0);
    return switch (name) {
      case "upper" -> soft(value).upper();
      case "lower" -> soft(value).lower();
      case "capitalize" -> soft(value).capitalize();
      case "title" -> title(soft(value));
      case "string" -> soft(value);
      case "safe" -> PythonRepr.str(value).asSafe(true);
      case "escape", "e" -> JinjaOperators.escaped(soft(value));
      case "forceescape" -> JinjaOperators.escaped(PythonRepr.str(value));
      case "wordcount" -> wordCount(soft(value));
      case "length", "count" -> Python.number(Python.length(value));
      case "abs" -> abs(value);
      case "list" -> PythonList.of(Python.list(value));
      case "items" -> {
        if (value instanceof Python.Undefined) {
          yield new Python.Lazy(List.<Object>of().iterator(), 1);
        } else if (value instanceof PythonDict dict) {
          List<Object> pairs = new Python.View("items", dict).list().items();
          yield new Python.Lazy(pairs.iterator(), dict.size());
        }
        // A generator fails when it is gone through.
        throw JinjaError.unsupported("\"items\" of " + Python.type(value));
      }
      case "first" -> {
        Iterator<Object> elements = Python.elements(value);
        yield elements.hasNext() ? elements.next() : new Python.Undefined("there is no first item");
      }
      case "last" -> {
        List<Object> list = backwards(value);
        if (list == null) {
          throw JinjaError.python("%s has no last item".formatted(Python.type(value)));
        }
        yield list.isEmpty() ? new Python.Undefined("there is no last item") : list.getFirst();
      }
      default -> { // reverse
        if (value instanceof PythonText text) {
          yield text.reversed();
        }
        List<Object> list = backwards(value);
        yield list != null
            ? new Python.Lazy(list.iterator(), Python.size(value))
            : PythonList.of(Python.list(value).reversed());
      }
    };
  }

  private static String[] names(String... names) {
    return names;
  }

  /** A text as it is, and all else as a text. */
  static PythonText soft(Object value) {
    return value instanceof PythonText text ? text : PythonRepr.str(value);
  }

  /** {@code reversed}, or null for what only goes forwards. */
  private static @Nullable List<Object> backwards(Object value) {
    boolean goes =
        value instanceof PythonText
            || value instanceof PythonList
            || value instanceof PythonDict
            || value instanceof Python.View
            || value instanceof Python.Range
            || value instanceof Python.Undefined;
    return goes ? Python.list(value).reversed() : null;
  }

  private static PythonText indent(Object value, JinjaArguments a) {
    Object[] given = a.bind(0, names("width", "first", "blank"), Python.number(4), false, false);
    PythonText text = JinjaArguments.asText(value);
    PythonText by =
        given[0] instanceof PythonText width
            ? width
            : new PythonText.Builder()
                .repeat(' ', Math.max(0, PythonNumbers.index(given[0])))
                .build();
    List<Object> lines =
        PythonStrings.lines(new PythonText.Builder().append(text).append('\n').build(), false);
    boolean blank = Python.truth(given[2]);
    PythonText.Builder out = new PythonText.Builder();
    for (int i = 0; i < lines.size(); i++) {
      PythonText line = (PythonText) lines.get(i);
      out.append(i > 0 ? "\n" : "");
      boolean indented = i == 0 ? Python.truth(given[1]) : blank || !line.isEmpty();
      out.append(indented ? by : PythonText.EMPTY).append(line);
    }
    return out.build().asSafe(text.isSafe());
  }

  private static PythonText truncate(Object value, JinjaArguments a) {
    Object[] given =
        a.bind(
            0,
            names("length", "killwords", "end", "leeway"),
            Python.number(255),
            false,
            PythonText.of("..."),
            Python.NONE);
    PythonText text = JinjaArguments.asText(value);
    PythonText end = JinjaArguments.asText(given[2]);
    int length = PythonNumbers.index(given[0]);
    int leeway = given[3] == Python.NONE ? 5 : PythonNumbers.index(given[3]);
    if (length < end.length() || leeway < 0) {
      throw JinjaError.python(String.format(Locale.ROOT, "truncated to %d characters", length));
    }
    if (text.isSafe() || end.isSafe()) {
      throw JinjaError.unsupported("\"truncate\" of a text marked safe");
    }
    if (text.length() <= (long) length + leeway) {
      return text;
    }
    PythonText cut = text.slice(0, length - end.length());
    if (!Python.truth(given[1])) {
      cut = (PythonText) PythonStrings.split(cut, PythonText.of(" "), 1, true).getFirst();
    }
    return new PythonText.Builder().append(cut).append(end).build();
  }

  private static PythonText format(PythonText text, JinjaArguments a) {
    if (!a.plain().isEmpty() && !a.named().isEmpty()) {
      throw JinjaError.python("values with names and without for a format");
    }
    if (a.named().isEmpty()) {
      return PythonFormat.percent(text, PythonList.tuple(a.plain()));
    }
    PythonDict named = new PythonDict();
    a.named().forEach((name, value) -> named.put(PythonText.of(name), value));
    return PythonFormat.percent(text, named);
  }

  private static PythonText join(Object value, JinjaArguments a) {
    Object[] given = a.bind(0, names("d", "attribute"), PythonText.EMPTY, Python.NONE);
    PythonText separator = PythonRepr.str(given[0]);
    List<Object> path = JinjaListFilters.path(given[1]);
    PythonText.Builder joined = new PythonText.Builder();
    Iterator<Object> elements = Python.elements(value);
    for (boolean first = true; elements.hasNext(); first = false) {
      joined.append(first ? PythonText.EMPTY : separator);
      joined.append(PythonRepr.str(JinjaListFilters.at(elements.next(), path, null)));
    }
    return joined.build();
  }

  /** Words begin behind white space, brackets and hyphens. */
  private static PythonText title(PythonText text) {
    PythonText.Builder title = new PythonText.Builder();
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || isBorder(text.at(i)) != isBorder(text.at(start))) {
        title.append(text.slice(start, Math.min(start + 1, i)).upper());
        title.append(text.slice(Math.min(start + 1, i), i).lower());
        start = i;
      }
    }
    return title.build();
  }

  private static boolean isBorder(int c) {
    return "-({[<".indexOf(c) >= 0 || PythonText.isSpace(c);
  }

  private static BigInteger wordCount(PythonText text) {
    if (!PythonStrings.all(text, c -> c < 0x80)) {
      throw JinjaError.unsupported("\"wordcount\" beyond ASCII");
    }
    int words = 0;
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      boolean letter = Character.isLetterOrDigit(text.at(i)) || text.at(i) == '_';
      words += letter && !inside ? 1 : 0;
      inside = letter;
    }
    return Python.number(words);
  }

  private static Object abs(Object value) {
    if (value instanceof Python.Undefined undefined) {
      throw undefined.failure();
    } else if (!PythonNumbers.isNumber(value)) {
      throw JinjaError.python("\"abs\" of " + Python.type(value));
    }
    BigInteger integer = PythonNumbers.integer(value);
    return integer == null ? (Object) Math.abs((Double) value) : integer.abs();
  }

  private static Object integer(Object value, JinjaArguments a) {
    Object[] given = a.bind(0, names("default", "base"), BigInteger.ZERO, Python.number(10));
    if (!Python.equal(given[1], Python.number(10))) {
      throw JinjaError.unsupported("\"int\" with another base than 10");
    }
    BigInteger integer =
        value instanceof PythonText text
            ? PythonNumbers.parseInteger(text)
            : PythonNumbers.integer(value);
    if (integer != null) {
      return integer;
    }
    Double number = toFloat(value);
    return number == null ? given[0] : PythonNumbers.truncate(number);
  }

  private static @Nullable Double toFloat(Object value) {
    if (value instanceof Python.Undefined undefined) {
      throw undefined.failure();
    }
    return value instanceof PythonText text
        ? PythonNumbers.parseFloat(text)
        : PythonNumbers.isNumber(value) ? (Double) PythonNumbers.toDouble(value) : null;
  }

  private static Object round(Object value, JinjaArguments a) {
    Object[] given =
        a.bind(0, names("precision", "method"), BigInteger.ZERO, PythonText.of("common"));
    if (value instanceof Python.Undefined undefined) {
      throw undefined.failure();
    } else if (!PythonNumbers.isNumber(value)) {
      throw JinjaError.python("\"round\" of " + Python.type(value));
    }
    int digits = PythonNumbers.index(given[0]);
    String method = JinjaArguments.asText(given[1]).toString();
    if (method.equals("common")) {
      return PythonNumbers.round(value, digits);
    } else if (!Set.of("ceil", "floor").contains(method)) {
      throw JinjaError.python("\"round\" by " + method);
    } else if (digits < 0 || digits > 15) {
      throw JinjaError.unsupported(
          String.format(Locale.ROOT, "\"round\" to %d digits by %s", digits, method));
    }
    BigInteger scale = BigInteger.TEN.pow(digits);
    Object scaled = PythonNumbers.binary("*", value, scale);
    BigInteger whole =
        scaled instanceof Double number
            ? PythonNumbers.truncate(method.equals("ceil") ? Math.ceil(number) : Math.floor(number))
            : PythonNumbers.integer(scaled);
    return PythonNumbers.binary("/", Objects.requireNonNull(whole), scale);
  }
}
