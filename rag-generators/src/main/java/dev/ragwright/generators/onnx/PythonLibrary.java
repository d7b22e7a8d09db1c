package dev.ragwright.generators.onnx;

import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.lang.reflect.Method;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The filters, tests and functions of Jinja2, and what Hugging Face adds to them, as Python has
 * them. Jinjava's own of the same names do other things in places, and silently.
 */
final class PythonLibrary {
  /** A call of this fails. */
  static final String UNSUPPORTED = "py_unsupported";

  /** Every printed value goes through this. */
  static final String OUTPUT = "py_output";

  /** Its second argument; the first is evaluated before. */
  static final String VALUE = "py_value";

  /** Notes the line that is being evaluated. */
  static final String LINE = "py_line";

  static final String DEFINED = "py_defined";
  static final String REVERSED = "py_reversed";

  /** Where the state of a rendering is in its context. */
  static final String STATE = "py_state";

  private static final Map<String, BiFunction<@Nullable Object, Arguments, @Nullable Object>>
      OWN_FILTERS =
          Map.ofEntries(
              Map.entry(REVERSED, (value, arguments) -> reversed(value)),
              Map.entry(
                  "trim",
                  (value, arguments) ->
                      PythonStrings.strip(text(value), arguments.text(0), true, true)),
              Map.entry("upper", (value, arguments) -> text(value).toUpperCase(Locale.ROOT)),
              Map.entry("lower", (value, arguments) -> text(value).toLowerCase(Locale.ROOT)),
              Map.entry("capitalize", (value, arguments) -> PythonStrings.capitalize(text(value))),
              Map.entry(
                  "replace",
                  (value, arguments) -> text(value).replace(arguments.need(0), arguments.need(1))),
              Map.entry("string", (value, arguments) -> text(value)),
              Map.entry("safe", (value, arguments) -> value),
              Map.entry("length", (value, arguments) -> length(value)),
              Map.entry("count", (value, arguments) -> length(value)),
              Map.entry("list", (value, arguments) -> elements(value)),
              Map.entry("items", (value, arguments) -> items(value)),
              Map.entry("first", (value, arguments) -> at(elements(value), false)),
              Map.entry("last", (value, arguments) -> at(elements(value), true)),
              Map.entry("join", (value, arguments) -> join(elements(value), arguments)),
              Map.entry(
                  "tojson",
                  (value, arguments) -> PythonJson.dumps(value, arguments.number("indent"))),
              Map.entry("default", PythonLibrary::orDefault),
              Map.entry("d", PythonLibrary::orDefault));

  private static final Map<String, Predicate<@Nullable Object>> OWN_TESTS =
      Map.of(
          "string", value -> value instanceof String,
          "mapping", value -> value instanceof Map,
          "iterable",
              value ->
                  value instanceof String || value instanceof Map || value instanceof Collection,
          "sequence",
              value ->
                  value instanceof String || value instanceof Map || value instanceof Collection,
          "number", value -> value instanceof Number || value instanceof Boolean,
          "boolean", value -> value instanceof Boolean,
          "true", Boolean.TRUE::equals,
          "false", Boolean.FALSE::equals,
          "undefined", value -> value == null);

  /** The functions that a template may call, besides its own macros. */
  static final Set<Object> FUNCTIONS =
      Set.of("namespace", "raise_exception", "strftime_now", "range", "dict");

  /** The filters that a template may use: ours, and those of jinjava that do the same. */
  static final Set<String> FILTERS = union(OWN_FILTERS.keySet(), "selectattr", "rejectattr", "map");

  /** The tests that a template may use. */
  static final Set<String> TESTS =
      union(OWN_TESTS.keySet(), "defined", "none", "None", "equalto", "eq", "odd", "even");

  private PythonLibrary() {}

  /** What a rendering needs besides its variables, and the first thing that went wrong. */
  static final class State {
    private final Clock clock;
    private int line;
    private @Nullable ChatTemplateException problem;

    State(Clock clock) {
      this.clock = clock;
    }

    /** The line of the template that was evaluated last; 0 before the first. */
    int line() {
      return line;
    }

    @Nullable ChatTemplateException problem() {
      return problem;
    }

    ChatTemplateException fail(ChatTemplateException failure) {
      problem = problem == null ? failure : problem;
      return failure;
    }
  }

  /** Registers all of it. */
  static void register(Context context) {
    OWN_FILTERS.forEach((name, body) -> context.registerFilter(new OwnFilter(name, body)));
    OWN_TESTS.forEach((name, body) -> context.registerExpTest(new OwnTest(name, body)));
    function(context, UNSUPPORTED, "unsupported", Object.class, Object.class);
    function(context, VALUE, "value", Object.class, Object.class);
    function(context, LINE, "line", Object.class);
    function(context, OUTPUT, "output", Object.class);
    function(context, DEFINED, "defined", Object.class, Object.class);
    function(context, "raise_exception", "raise", Object.class);
    function(context, "strftime_now", "strftime", Object.class);
  }

  private static void function(Context context, String name, String method, Class<?>... types) {
    try {
      Method found = PythonLibrary.class.getDeclaredMethod(method, types);
      found.setAccessible(true); // jinjava calls it, which may not look into this package
      context.registerFunction(new ELFunctionDefinition("", name, found));
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }

  /** An error, noted as the rendering's, since jinjava goes on after any. */
  static ChatTemplateException unsupported(String construct) {
    return unsupported(state().line, construct);
  }

  private static State state() {
    return (State) Objects.requireNonNull(JinjavaInterpreter.getCurrent().getContext().get(STATE));
  }

  @SuppressWarnings("UnusedMethod") // called by templates
  private static Object unsupported(Object line, Object construct) {
    throw unsupported(((Number) line).intValue(), String.valueOf(construct));
  }

  private static ChatTemplateException unsupported(int line, String construct) {
    return state()
        .fail(new ChatTemplateException(line, "not supported: " + construct, ChatTemplate.ADVICE));
  }

  @SuppressWarnings("UnusedMethod") // called by templates
  private static Object raise(@Nullable Object message) {
    throw state().fail(ChatTemplateException.refusal(state().line, String.valueOf(message)));
  }

  @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // called by templates
  private static @Nullable Object value(@Nullable Object line, @Nullable Object value) {
    return value;
  }

  @SuppressWarnings("UnusedMethod") // called by templates
  private static Object line(Object line) {
    state().line = ((Number) line).intValue();
    return line;
  }

  @SuppressWarnings("UnusedMethod") // called by templates
  private static Object defined(Object name, Object wanted) {
    boolean defined =
        FUNCTIONS.contains(name)
            || JinjavaInterpreter.getCurrent().getContext().containsKey(String.valueOf(name));
    return wanted.equals(defined);
  }

  @SuppressWarnings("UnusedMethod") // called by templates
  private static Object output(@Nullable Object value) {
    return value == null ? "" : text(value);
  }

  @SuppressWarnings("UnusedMethod") // called by templates
  private static Object strftime(Object format) {
    ZonedDateTime now = ZonedDateTime.now(state().clock);
    StringBuilder text = new StringBuilder();
    String letters = String.valueOf(format);
    for (int i = 0; i < letters.length(); i++) {
      char c = letters.charAt(i);
      if (c != '%' || i + 1 == letters.length()) {
        text.append(c);
        continue;
      }
      c = letters.charAt(++i);
      String pattern =
          switch (c) {
            case 'Y' -> "uuuu";
            case 'y' -> "uu";
            case 'm' -> "MM";
            case 'd' -> "dd";
            case 'B' -> "MMMM";
            case 'b' -> "MMM";
            case 'A' -> "EEEE";
            case 'a' -> "EEE";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'p' -> "a";
            case 'j' -> "DDD";
            default -> throw unsupported("%" + c + " in strftime_now");
          };
      text.append(DateTimeFormatter.ofPattern(pattern, Locale.US).format(now));
    }
    return text.toString();
  }

  /** What Python's {@code str} makes of a value, of the kinds where that is sure. */
  static String text(@Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Integer || value instanceof Long) {
      return value.toString();
    }
    String kind =
        switch (value) {
          case null -> "a value that is not defined, or none";
          case Boolean truth -> "a truth value";
          case Collection<?> list -> "a list";
          case Map<?, ?> map -> "a dictionary";
          default -> "a " + value.getClass().getSimpleName();
        };
    throw unsupported(kind + " as text");
  }

  private static Object reversed(@Nullable Object value) {
    if (value instanceof String text) {
      return new StringBuilder(text).reverse().toString();
    }
    List<Object> list = elements(value);
    Collections.reverse(list);
    return list;
  }

  private static Object length(@Nullable Object value) {
    return value instanceof String text
        ? (long) text.codePointCount(0, text.length())
        : (long) elements(value).size();
  }

  /** The elements of a list, the keys of a dictionary, the characters of a text: in a new list. */
  private static List<Object> elements(@Nullable Object value) {
    return switch (value) {
      case Collection<?> list -> new ArrayList<>(list);
      case Map<?, ?> map -> new ArrayList<>(map.keySet());
      case String text -> new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
      case null -> new ArrayList<>();
      default -> throw unsupported("the elements of a " + value.getClass().getSimpleName());
    };
  }

  static List<Object> items(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw unsupported("the items of what is no dictionary");
    }
    List<Object> items = new ArrayList<>();
    map.forEach((key, item) -> items.add(Arrays.asList(key, item)));
    return items;
  }

  private static @Nullable Object at(List<Object> list, boolean last) {
    return list.isEmpty() ? null : last ? list.getLast() : list.getFirst();
  }

  private static String join(List<Object> list, Arguments arguments) {
    String separator = arguments.text(0);
    return String.join(
        separator == null ? "" : separator, list.stream().map(PythonLibrary::text).toList());
  }

  private static @Nullable Object orDefault(@Nullable Object value, Arguments arguments) {
    boolean falsy = Boolean.TRUE.equals(arguments.at(1, "boolean"));
    boolean missing =
        value == null
            || (falsy && (value.equals("") || value.equals(false) || value.equals(List.of())));
    return missing ? arguments.at(0, "default_value") : value;
  }

  private static Set<String> union(Set<String> own, String... others) {
    Set<String> all = new HashSet<>(own);
    all.addAll(List.of(others));
    return Set.copyOf(all);
  }

  /** What a filter is given besides its value. */
  record Arguments(List<Object> plain, Map<String, Object> named) {
    @Nullable Object at(int place, String name) {
      return place < plain.size() ? plain.get(place) : named.get(name);
    }

    @Nullable String text(int place) {
      return place < plain.size() ? PythonLibrary.text(plain.get(place)) : null;
    }

    String need(int place) {
      String text = text(place);
      if (text == null) {
        throw unsupported("a filter without its argument");
      }
      return text;
    }

    int number(String name) {
      return named.get(name) instanceof Number number ? number.intValue() : -1;
    }
  }

  private record OwnFilter(
      String name, BiFunction<@Nullable Object, Arguments, @Nullable Object> body)
      implements Filter {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public @Nullable Object filter(
        @Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
      return body.apply(value, new Arguments(Arrays.asList((Object[]) arguments), Map.of()));
    }

    @Override
    public @Nullable Object filter(
        @Nullable Object value,
        JinjavaInterpreter interpreter,
        Object[] arguments,
        Map<String, Object> named) {
      return body.apply(value, new Arguments(Arrays.asList(arguments), named));
    }
  }

  private record OwnTest(String name, Predicate<@Nullable Object> body) implements ExpTest {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean evaluate(
        @Nullable Object value, JinjavaInterpreter interpreter, Object... arguments) {
      return body.test(value);
    }
  }
}
