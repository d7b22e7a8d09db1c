package dev.ragwright.generators.onnx;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The filters of what has elements. Those that Jinja2 makes generators of are lazy here, too. */
final class JinjaListFilters {
  static final Set<String> KNOWN =
      Set.of(
          "batch",
          "dictsort",
          "map",
          "max",
          "min",
          "reject",
          "rejectattr",
          "select",
          "selectattr",
          "slice",
          "sort",
          "sum",
          "unique");

  private JinjaListFilters() {}

  static Object apply(JinjaRun run, String name, Object value, JinjaArguments a) {
    return switch (name) {
      case "map" -> lazy(value, () -> mapping(run, a));
      case "select", "selectattr", "reject", "rejectattr" -> lazy(value, () -> selection(name, a));
      case "unique" -> unique(value, a);
      case "sort" -> sort(value, a);
      case "dictsort" -> dictSort(value, a);
      case "min", "max" -> extreme(name, value, a);
      case "sum" -> sum(value, a);
      case "batch" -> batch(value, a);
      default -> slices(value, a);
    };
  }

  /** What is made of the elements; what does that is made when the first one is asked for. */
  private static Python.Lazy lazy(Object value, Supplier maker) {
    Iterator<Object> made =
        new JinjaLoopCode.Selection(new Deferred(value)) {
          private @Nullable Function<Object, @Nullable Object> function;

          @Override
          @Nullable Object select(Object element) {
            function = function == null ? maker.make() : function;
            return function.apply(element);
          }
        };
    return new Python.Lazy(made, Python.size(value));
  }

  private interface Supplier {
    Function<Object, @Nullable Object> make();
  }

  /**
   * The elements of a value, if it is true; what cannot be iterated fails when it is gone through.
   */
  private static final class Deferred implements Iterator<Object> {
    private final Object value;
    private @Nullable Iterator<Object> elements;

    Deferred(Object value) {
      this.value = value;
    }

    private Iterator<Object> elements() {
      if (elements == null) {
        elements = Python.truth(value) ? Python.elements(value) : List.<Object>of().iterator();
      }
      return elements;
    }

    @Override
    public boolean hasNext() {
      return elements().hasNext();
    }

    @Override
    public Object next() {
      return elements().next();
    }
  }

  private static Function<Object, @Nullable Object> mapping(JinjaRun run, JinjaArguments a) {
    if (a.plain().isEmpty() && a.named().containsKey("attribute")) {
      Map<String, Object> others = new HashMap<>(a.named());
      List<Object> path = path(others.remove("attribute"));
      Object otherwise = others.remove("default");
      if (!others.isEmpty()) {
        throw JinjaError.python("\"map\" with arguments that it has not");
      }
      return item -> at(item, path, otherwise == Python.NONE ? null : otherwise);
    }
    if (a.plain().isEmpty()) {
      throw JinjaError.python("\"map\" without a filter");
    }
    String filter = JinjaFilters.soft(a.plain().getFirst()).toString();
    JinjaArguments rest = new JinjaArguments(a.plain().subList(1, a.plain().size()), a.named());
    return item -> JinjaFilters.apply(run, filter, item, rest);
  }

  private static Function<Object, @Nullable Object> selection(String name, JinjaArguments a) {
    boolean attribute = name.endsWith("attr");
    boolean wanted = name.startsWith("select");
    List<Object> plain = a.plain();
    if (attribute && plain.isEmpty()) {
      throw JinjaError.python("\"" + name + "\" without an attribute");
    }
    List<Object> path = attribute ? path(plain.getFirst()) : List.of();
    List<Object> rest = attribute ? plain.subList(1, plain.size()) : plain;
    if (rest.isEmpty()) {
      return item -> Python.truth(at(item, path, null)) == wanted ? item : null;
    }
    String test = JinjaFilters.soft(rest.getFirst()).toString();
    JinjaArguments arguments = new JinjaArguments(rest.subList(1, rest.size()), a.named());
    return item -> JinjaTests.apply(test, at(item, path, null), arguments) == wanted ? item : null;
  }

  /** The parts of the name of an attribute, {@code a.0.b}; none for none. */
  static List<Object> path(@Nullable Object attribute) {
    if (attribute == null || attribute == Python.NONE) {
      return List.of();
    }
    if (!(attribute instanceof PythonText text)) {
      return List.of(attribute);
    }
    List<Object> path = new ArrayList<>();
    for (Object part : PythonStrings.split(text, PythonText.of("."), -1, false)) {
      BigInteger place =
          part instanceof PythonText name
                  && !name.isEmpty()
                  && PythonStrings.all(name, Character::isDigit)
              ? PythonNumbers.parseInteger(name)
              : null;
      path.add(place == null ? part : place);
    }
    return path;
  }

  /** What is at the end of a path. */
  static Object at(Object item, List<Object> path, @Nullable Object otherwise) {
    Object at = item;
    for (Object part : path) {
      at = PythonAccess.element(at, part);
      at = otherwise != null && at instanceof Python.Undefined ? otherwise : at;
    }
    return at;
  }

  private static Object folded(Object value, boolean caseSensitive) {
    return !caseSensitive && value instanceof PythonText text ? text.lower().asSafe(false) : value;
  }

  private static Object unique(Object value, JinjaArguments a) {
    Object[] given = a.bind(0, new String[] {"case_sensitive", "attribute"}, false, Python.NONE);
    Set<Object> seen = new HashSet<>();
    return lazyAll(
        value,
        item -> {
          Object key = folded(at(item, path(given[1]), null), Python.truth(given[0]));
          return seen.add(Python.key(key)) ? item : null;
        });
  }

  /** As {@link #lazy}, of what is iterated even if it is false. */
  private static Python.Lazy lazyAll(Object value, Function<Object, @Nullable Object> function) {
    if (Python.iterate(value) == null) {
      throw JinjaError.unsupported("elements of " + Python.type(value));
    }
    return lazy(value, () -> function);
  }

  private static PythonList sort(Object value, JinjaArguments a) {
    Object[] given =
        a.bind(
            0, new String[] {"reverse", "case_sensitive", "attribute"}, false, false, Python.NONE);
    List<List<Object>> paths = new ArrayList<>();
    if (given[2] instanceof PythonText names) {
      PythonStrings.split(names, PythonText.of(","), -1, false)
          .forEach(name -> paths.add(path(name)));
    } else {
      paths.add(path(given[2]));
    }
    boolean caseSensitive = Python.truth(given[1]);
    return PythonList.of(
        sorted(
            Python.list(value),
            item ->
                PythonList.of(
                    paths.stream()
                        .map(path -> folded(at(item, path, null), caseSensitive))
                        .toList()),
            Python.truth(given[0])));
  }

  /** {@code sorted}: stable, also from the highest on. */
  private static List<Object> sorted(
      List<Object> items, Function<Object, Object> key, boolean reverse) {
    record Keyed(Object key, Object item) {}
    Comparator<Keyed> order =
        (one, other) ->
            Python.equal(one.key(), other.key()) ? 0 : Python.compare(one.key(), other.key());
    return items.stream().map(item -> new Keyed(key.apply(item), item)).toList().stream()
        .sorted(reverse ? order.reversed() : order)
        .map(Keyed::item)
        .toList();
  }

  private static PythonList dictSort(Object value, JinjaArguments a) {
    Object[] given =
        a.bind(
            0,
            new String[] {"case_sensitive", "by", "reverse"},
            false,
            PythonText.of("key"),
            false);
    int place = List.of("key", "value").indexOf(JinjaFilters.soft(given[1]).toString());
    if (!(value instanceof PythonDict dict) || place < 0) {
      throw JinjaError.python("\"dictsort\" of " + Python.type(value));
    }
    return PythonList.of(
        sorted(
            new Python.View("items", dict).list().items(),
            pair -> folded(((PythonList) pair).items().get(place), Python.truth(given[0])),
            Python.truth(given[2])));
  }

  private static Object extreme(String name, Object value, JinjaArguments a) {
    Object[] given = a.bind(0, new String[] {"case_sensitive", "attribute"}, false, Python.NONE);
    List<Object> path = path(given[1]);
    Object best = null;
    Object bestKey = null;
    for (Object item : Python.list(value)) {
      Object key = folded(at(item, path, null), Python.truth(given[0]));
      int order = bestKey == null ? 1 : Python.compare(key, bestKey);
      if (bestKey == null || (name.equals("max") ? order > 0 : order < 0)) {
        best = item;
        bestKey = key;
      }
    }
    return best == null ? new Python.Undefined("there is no item") : best;
  }

  private static Object sum(Object value, JinjaArguments a) {
    Object[] given = a.bind(0, new String[] {"attribute", "start"}, Python.NONE, BigInteger.ZERO);
    List<Object> path = path(given[0]);
    Object sum = given[1];
    if (sum instanceof PythonText) {
      throw JinjaError.python("a sum of texts");
    }
    for (Object item : Python.list(value)) {
      sum = JinjaOperators.binary("+", sum, at(item, path, null));
      if (sum instanceof Double) {
        throw JinjaError.unsupported("a sum of floats"); // versions of Python round it differently
      }
    }
    return sum;
  }

  private static Object batch(Object value, JinjaArguments a) {
    Object[] given = a.bind(1, new String[] {"linecount", "fill_with"}, Python.NONE);
    int count = PythonNumbers.index(given[0]);
    if (count < 1) {
      throw JinjaError.unsupported("\"batch\" of " + count);
    }
    List<Object> batches = new ArrayList<>();
    List<Object> items = Python.list(value);
    for (int i = 0; i < items.size(); i += count) {
      List<Object> batch = new ArrayList<>(items.subList(i, Math.min(items.size(), i + count)));
      while (given[1] != Python.NONE && batch.size() < count) {
        Python.checkedSize(batch.size());
        batch.add(given[1]);
      }
      batches.add(PythonList.of(batch));
    }
    return new Python.Lazy(batches.iterator(), Python.size(value));
  }

  private static Object slices(Object value, JinjaArguments a) {
    Object[] given = a.bind(1, new String[] {"slices", "fill_with"}, Python.NONE);
    int count = PythonNumbers.index(given[0]);
    List<Object> items = Python.list(value);
    if (count < 1 || count > items.size() + 1000) {
      throw JinjaError.unsupported("\"slice\" into " + count);
    }
    List<Object> slices = new ArrayList<>();
    int each = items.size() / count;
    int longer = items.size() % count;
    int start = 0;
    for (int i = 0; i < count; i++) {
      int end = start + each + (i < longer ? 1 : 0);
      List<Object> slice = new ArrayList<>(items.subList(start, end));
      if (given[1] != Python.NONE && i >= longer) {
        slice.add(given[1]);
      }
      slices.add(PythonList.of(slice));
      start = end;
    }
    return new Python.Lazy(slices.iterator(), Python.size(value));
  }
}
