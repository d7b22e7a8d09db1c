package dev.ragwright.generators.onnx;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Items, slices, attributes and methods of values, as Jinja2's sandbox lets a template at them. */
final class PythonAccess {
  private static final Set<String> DICT_METHODS =
      Set.of("copy", "fromkeys", "get", "items", "keys", "values");
  private static final Set<String> DICT_CHANGES =
      Set.of("clear", "pop", "popitem", "setdefault", "update");
  private static final Set<String> LIST_METHODS = Set.of("copy", "count", "index");
  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
  private static final Set<String> TUPLE_METHODS = Set.of("count", "index");

  /** Attributes of the other types, none of which a chat template has use for. */
  private static final Set<String> UNUSUAL =
      Set.of(
          "as_integer_ratio",
          "bit_count",
          "bit_length",
          "close",
          "conjugate",
          "count",
          "denominator",
          "from_bytes",
          "fromhex",
          "gi_code",
          "gi_frame",
          "gi_running",
          "gi_suspended",
          "gi_yieldfrom",
          "hex",
          "imag",
          "index",
          "is_integer",
          "isdisjoint",
          "mapping",
          "numerator",
          "real",
          "send",
          "start",
          "step",
          "stop",
          "throw",
          "to_bytes");

  private PythonAccess() {}

  /** {@code base.name}: the attribute, else the item of that name, else undefined. */
  static Object attribute(Object base, String name) {
    Object attribute = own(base, name);
    if (attribute != null) {
      return attribute;
    }
    Object item = item(base, PythonText.of(name));
    return item == null ? undefined(base, name) : item;
  }

  /** {@code base[key]}: the item, else the attribute of that name, else undefined. */
  static Object element(Object base, Object key) {
    Object item = item(base, key);
    if (item == null && key instanceof PythonText name) {
      item = own(base, name.toString());
    }
    return item == null ? undefined(base, key instanceof PythonText ? key.toString() : "") : item;
  }

  private static Python.Undefined undefined(Object base, String name) {
    return new Python.Undefined(
        name.isEmpty()
            ? "%s has no such element".formatted(Python.type(base))
            : "%s has no \"%s\"".formatted(Python.type(base), name));
  }

  private static @Nullable Object item(Object base, Object key) {
    return switch (base) {
      case Python.Undefined undefined -> throw undefined.failure();
      case PythonDict dict -> Python.isHashable(key) ? dict.get(key) : null;
      case PythonList list -> {
        int place = place(key, list.length());
        yield place < 0 ? null : list.items().get(place);
      }
      case PythonText text -> {
        int place = place(key, text.length());
        yield place < 0 ? null : text.character(place);
      }
      case Python.Range range -> {
        int place = place(key, range.length());
        yield place < 0 ? null : range.at(place);
      }
      default -> null;
    };
  }

  /** Which place an index means, or -1 for none. */
  private static int place(Object key, int length) {
    BigInteger index = PythonNumbers.integer(key);
    if (index == null || index.bitLength() > 31) {
      return -1;
    }
    long place = index.longValue() + (index.signum() < 0 ? length : 0);
    return place >= 0 && place < length ? (int) place : -1;
  }

  /** {@code base[start:stop:step]}. */
  static Object slice(Object base, Object start, Object stop, Object step) {
    if (base instanceof Python.Undefined undefined) {
      throw undefined.failure();
    }
    if (base == Python.NONE || PythonNumbers.isNumber(base)) { // a constant one gives nothing
      throw JinjaError.unsupported("a slice of " + Python.type(base));
    }
    if (!(base instanceof PythonText
        || base instanceof PythonList
        || base instanceof Python.Range)) {
      throw JinjaError.python("%s cannot be sliced".formatted(Python.type(base)));
    }
    int length = Python.length(base);
    long by = step == Python.NONE ? 1 : PythonNumbers.index(step);
    if (by == 0) {
      throw JinjaError.python("a slice with the step 0");
    }
    long least = by < 0 ? -1 : 0;
    long most = by < 0 ? length - 1 : length;
    long from = bound(start, by < 0 ? most : least, length, least, most);
    long to = bound(stop, by < 0 ? least : most, length, least, most);
    if (by == 1 && base instanceof PythonText text) {
      return text.slice((int) from, (int) Math.max(from, to));
    }
    List<Integer> places = new ArrayList<>();
    for (long i = from; by < 0 ? i > to : i < to; i += by) {
      places.add((int) i);
    }
    return switch (base) {
      case PythonText text -> {
        PythonText.Builder taken = new PythonText.Builder();
        places.forEach(place -> taken.append(text, place, place + 1));
        yield taken.build().asSafe(text.isSafe());
      }
      case PythonList list -> list.with(places.stream().map(list.items()::get).toList());
      default -> throw JinjaError.unsupported("a slice of a range");
    };
  }

  private static long bound(Object value, long otherwise, int length, long least, long most) {
    if (value == Python.NONE) {
      return otherwise;
    }
    long bound = PythonNumbers.index(value);
    return Math.clamp(bound < 0 ? bound + length : bound, least, most);
  }

  /** An attribute that Python's type has, or null. */
  static @Nullable Object own(Object base, String name) {
    if (name.startsWith("_")
        && (name.startsWith("__")
            || base instanceof JinjaLoop
            || base instanceof Python.Undefined)) {
      throw JinjaError.unsupported("the attribute \"" + name + "\"");
    }
    return switch (base) {
      case Python.Undefined undefined -> throw undefined.failure();
      case Python.Namespace namespace -> namespace.attributes().get(name);
      case JinjaLoop loop -> loop.attribute(name);
      case PythonText text when PythonStrings.METHODS.contains(name) ->
          (Python.Callable) (run, arguments) -> PythonStrings.call(text, name, arguments);
      case PythonText t -> null;
      case PythonDict dict when DICT_METHODS.contains(name) ->
          (Python.Callable) (run, arguments) -> call(dict, name, arguments);
      case PythonDict d -> DICT_CHANGES.contains(name) ? unsafe(name) : null;
      case PythonList list when (list.isTuple() ? TUPLE_METHODS : LIST_METHODS).contains(name) ->
          (Python.Callable) (run, arguments) -> call(list, name, arguments);
      case PythonList list -> !list.isTuple() && LIST_CHANGES.contains(name) ? unsafe(name) : null;
      case Python.Callable c ->
          throw JinjaError.unsupported("the attribute \"" + name + "\" of a function");
      default -> {
        if (base != Python.NONE && UNUSUAL.contains(name)) {
          throw JinjaError.unsupported(
              "the attribute \"%s\" of %s".formatted(name, Python.type(base)));
        }
        yield null;
      }
    };
  }

  private static Python.Undefined unsafe(String name) {
    return new Python.Undefined("\"" + name + "\" is not allowed: it would change a value");
  }

  private static Object call(PythonDict dict, String name, JinjaArguments arguments) {
    return switch (name) {
      case "get" -> {
        arguments.expect(1, 2);
        Object value = dict.get(arguments.plain().getFirst());
        Object otherwise = arguments.at(1);
        yield value != null ? value : otherwise != null ? otherwise : Python.NONE;
      }
      case "keys", "values", "items" -> {
        arguments.expect(0, 0);
        yield new Python.View(name, dict);
      }
      case "copy" -> {
        arguments.expect(0, 0);
        yield new PythonDict().putAll(dict);
      }
      default -> throw JinjaError.unsupported("the method \"" + name + "\" of a dict");
    };
  }

  private static Object call(PythonList list, String name, JinjaArguments arguments) {
    if (name.equals("copy")) {
      arguments.expect(0, 0);
      return list.with(list.items());
    }
    if (name.equals("index") && arguments.plain().size() > 1) {
      throw JinjaError.unsupported("\"index\" within bounds");
    }
    arguments.expect(1, 1);
    int count = 0;
    for (int i = 0; i < list.length(); i++) {
      if (Python.equal(list.items().get(i), arguments.plain().getFirst())) {
        if (name.equals("index")) {
          return Python.number(i);
        }
        count++;
      }
    }
    if (name.equals("index")) {
      throw JinjaError.python("the element looked for is not there");
    }
    return Python.number(count);
  }
}
