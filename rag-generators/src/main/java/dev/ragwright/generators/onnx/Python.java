package dev.ragwright.generators.onnx;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python's values and what is done with any of them. {@code None} is {@link #NONE}, {@code bool}
 * {@link Boolean}, {@code int} {@link BigInteger}, {@code float} {@link Double} (always finite),
 * {@code str} {@link PythonText}; the others have types of their own.
 */
final class Python {
  /** The only value of its type. */
  enum None {
    NONE
  }

  static final None NONE = None.NONE;

  /** More than any chat has, at all depths. */
  private static final long MOST_SIZE = 10_000_000;

  private Python() {}

  /** What a name or an attribute is that is not there; why, is told when it is used. */
  record Undefined(String why) {
    JinjaError failure() {
      return JinjaError.python(why);
    }
  }

  /** {@code range}. */
  record Range(long start, long stop, long step) {
    int length() {
      long span = step > 0 ? stop - start : start - stop;
      return span <= 0 ? 0 : (int) ((span - 1) / Math.abs(step) + 1);
    }

    BigInteger at(int place) {
      return BigInteger.valueOf(start + place * step);
    }
  }

  /** {@code dict_keys}, {@code dict_values} and {@code dict_items}. */
  record View(String kind, PythonDict dict) {
    PythonList list() {
      return PythonList.of(
          switch (kind) {
            case "keys" -> dict.keys();
            case "values" -> dict.entries().stream().map(PythonDict.Entry::value).toList();
            default -> dict.entries().stream().map(PythonDict.Entry::pair).toList();
          });
    }
  }

  /** A generator, or another iterator: it gives each element once. */
  record Lazy(Iterator<Object> elements, long size) {}

  /** What a template may set attributes of. */
  record Namespace(Map<String, Object> attributes) {}

  /** What can be called. */
  interface Callable {
    Object call(JinjaRun run, JinjaArguments arguments);
  }

  /** What a value is, for errors. */
  static String type(Object value) {
    return switch (value) {
      case Undefined u -> "what is not defined";
      case Boolean b -> "a bool";
      case BigInteger i -> "an int";
      case Double d -> "a float";
      case PythonText t -> "a str";
      case PythonList list -> list.isTuple() ? "a tuple" : "a list";
      case PythonDict d -> "a dict";
      case Range r -> "a range";
      case View view -> "dict_" + view.kind();
      case Lazy l -> "a generator";
      case Namespace n -> "a namespace";
      case JinjaLoop l -> "a loop";
      case Callable c -> "a function";
      default -> value == NONE ? "None" : "a " + value.getClass().getSimpleName();
    };
  }

  /** A value out of a chat: strings, numbers, truth values, null, and lists and maps of these. */
  static Object of(@Nullable Object value) {
    return switch (value) {
      case null -> NONE;
      case String text -> PythonText.of(text);
      case Integer number -> BigInteger.valueOf(number);
      case Long number -> BigInteger.valueOf(number);
      case List<?> list -> PythonList.of(list.stream().map(Python::of).toList());
      case Map<?, ?> map -> {
        PythonDict dict = new PythonDict();
        map.forEach((key, each) -> dict.put(of(key), of(each)));
        yield dict;
      }
      default -> value;
    };
  }

  static PythonText text(String text) {
    return PythonText.of(text);
  }

  static BigInteger number(long number) {
    return BigInteger.valueOf(number);
  }

  /** How much there is in a value, at all depths; of what is not yet made, how much that may be. */
  static long size(Object value) {
    return switch (value) {
      case PythonText text -> 1L + text.length();
      case PythonList list -> list.size();
      case PythonDict dict -> dict.size();
      case View view -> view.dict().size();
      case Range range -> 1L + range.length();
      case Lazy lazy -> lazy.size();
      default -> 1;
    };
  }

  static long sizeOfAll(List<Object> values) {
    long size = 1;
    for (Object value : values) {
      size = checkedSize(size + size(value));
    }
    return size;
  }

  static long checkedSize(long size) {
    if (size > MOST_SIZE) {
      throw JinjaError.unsupported(
          String.format(Locale.ROOT, "a value of more than %,d elements", MOST_SIZE));
    }
    return size;
  }

  static boolean truth(Object value) {
    return switch (value) {
      case Boolean truth -> truth;
      case Undefined u -> false;
      case BigInteger number -> number.signum() != 0;
      case Double number -> number != 0;
      default -> value != NONE && (!isSized(value) || length(value) > 0);
    };
  }

  private static boolean isSized(Object value) {
    return value instanceof PythonText
        || value instanceof PythonList
        || value instanceof PythonDict
        || value instanceof Range
        || value instanceof View
        || value instanceof Undefined
        || value instanceof JinjaLoop;
  }

  /** {@code len}. */
  static int length(Object value) {
    return switch (value) {
      case PythonText text -> text.length();
      case PythonList list -> list.length();
      case PythonDict dict -> dict.length();
      case Range range -> range.length();
      case View view -> view.dict().length();
      case Undefined u -> 0;
      case JinjaLoop loop -> loop.length();
      default -> throw JinjaError.python(type(value) + " has no length");
    };
  }

  /** Whether {@code len} would give a length. */
  static boolean hasLength(Object value) {
    return isSized(value);
  }

  /** {@code iter}, or null for what cannot be iterated. */
  static @Nullable Iterator<Object> iterate(Object value) {
    return switch (value) {
      case PythonList list -> list.items().iterator();
      case PythonDict dict -> dict.keys().iterator();
      case View view -> view.list().items().iterator();
      case PythonText text -> characters(text).iterator();
      case Range range -> numbers(range).iterator();
      case Lazy lazy -> lazy.elements();
      case Undefined u -> Collections.emptyIterator();
      case JinjaLoop l -> throw JinjaError.unsupported("iterating over \"loop\"");
      default -> null;
    };
  }

  static Iterator<Object> elements(Object value) {
    Iterator<Object> elements = iterate(value);
    if (elements == null) {
      throw JinjaError.python(type(value) + " cannot be iterated");
    }
    return elements;
  }

  /** {@code list}. */
  static List<Object> list(Object value) {
    if (value instanceof PythonList list) {
      return list.items();
    }
    List<Object> list = new ArrayList<>();
    elements(value).forEachRemaining(list::add);
    return list;
  }

  private static List<Object> characters(PythonText text) {
    List<Object> characters = new ArrayList<>(text.length());
    for (int i = 0; i < text.length(); i++) {
      characters.add(text.character(i).asSafe(false));
    }
    return characters;
  }

  private static List<Object> numbers(Range range) {
    List<Object> numbers = new ArrayList<>(range.length());
    for (int i = 0; i < range.length(); i++) {
      numbers.add(range.at(i));
    }
    return numbers;
  }

  /** {@code ==}: of what has no equality of its own, whether it is the same. */
  @SuppressWarnings("ReferenceEquality")
  static boolean equal(Object a, Object b) {
    if (a == b) {
      return true;
    }
    if (PythonNumbers.isNumber(a)) {
      return PythonNumbers.isNumber(b) && PythonNumbers.compare(a, b) == 0;
    }
    return switch (a) {
      case PythonText text -> text.equals(b);
      case PythonList list ->
          b instanceof PythonList other
              && list.isTuple() == other.isTuple()
              && equalItems(list.items(), other.items());
      case PythonDict dict -> b instanceof PythonDict other && equalEntries(dict, other);
      case Undefined u -> b instanceof Undefined;
      case Range range -> b instanceof Range other && equalItems(numbers(range), numbers(other));
      case View view -> {
        if (b instanceof View) {
          throw JinjaError.unsupported("comparing " + type(a));
        }
        yield false;
      }
      default -> false;
    };
  }

  private static boolean equalItems(List<Object> a, List<Object> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!equal(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean equalEntries(PythonDict a, PythonDict b) {
    for (PythonDict.Entry entry : a.entries()) {
      Object other = b.get(entry.key());
      if (other == null || !equal(entry.value(), other)) {
        return false;
      }
    }
    return a.length() == b.length();
  }

  /** Below 0 if {@code a < b}, 0 if neither is less. */
  static int compare(Object a, Object b) {
    if (a instanceof Undefined undefined) {
      throw undefined.failure();
    } else if (b instanceof Undefined undefined) {
      throw undefined.failure();
    } else if (PythonNumbers.isNumber(a) && PythonNumbers.isNumber(b)) {
      return PythonNumbers.compare(a, b);
    } else if (a instanceof PythonText text && b instanceof PythonText other) {
      return text.compareTo(other);
    } else if (a instanceof PythonList list
        && b instanceof PythonList other
        && list.isTuple() == other.isTuple()) {
      return compareItems(list.items(), other.items());
    } else if (a instanceof View && b instanceof View) {
      throw JinjaError.unsupported("comparing " + type(a));
    }
    throw JinjaError.python("%s and %s have no order".formatted(type(a), type(b)));
  }

  /** As {@link #compare} has it of lists: by the first items that are not equal. */
  static int compareItems(List<Object> a, List<Object> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!equal(a.get(i), b.get(i))) {
        return compare(a.get(i), b.get(i));
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /** {@code in}. */
  static boolean contains(Object container, Object value) {
    return switch (container) {
      case PythonText text -> {
        if (value instanceof PythonText part) {
          yield text.indexOf(part, 0, text.length()) >= 0;
        }
        throw JinjaError.python("%s is not \"in\" a str".formatted(type(value)));
      }
      case PythonDict dict -> dict.has(value);
      case View view when view.kind().equals("keys") -> view.dict().has(value);
      default -> {
        Iterator<Object> elements = elements(container);
        while (elements.hasNext()) {
          if (equal(elements.next(), value)) {
            yield true;
          }
        }
        yield false;
      }
    };
  }

  /** What stands for a key in a map of Java: equal for what Python holds for equal. */
  static Object key(Object value) {
    if (PythonNumbers.isNumber(value)) {
      return PythonNumbers.key(value);
    }
    return switch (value) {
      case Undefined u -> Undefined.class;
      case PythonList list when list.isTuple() -> list.items().stream().map(Python::key).toList();
      case PythonList l -> throw unhashable(value);
      case PythonDict d -> throw unhashable(value);
      case View view when !view.kind().equals("values") -> throw unhashable(value);
      case Range r -> throw JinjaError.unsupported("a range as a key");
      default -> value;
    };
  }

  private static JinjaError unhashable(Object value) {
    return JinjaError.python(type(value) + " cannot be a key");
  }

  /** Whether it can be a key. */
  static boolean isHashable(Object value) {
    return switch (value) {
      case PythonList list -> list.isTuple() && list.items().stream().allMatch(Python::isHashable);
      case PythonDict d -> false;
      case View view -> view.kind().equals("values");
      default -> true;
    };
  }
}
