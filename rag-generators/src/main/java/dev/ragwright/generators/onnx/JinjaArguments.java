package dev.ragwright.generators.onnx;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a function, a filter or a test is given besides its value. */
record JinjaArguments(List<Object> plain, Map<String, Object> named) {
  static final JinjaArguments NONE = new JinjaArguments(List.of(), Map.of());

  static JinjaArguments of(Object... plain) {
    return new JinjaArguments(List.of(plain), Map.of());
  }

  /**
   * The arguments in the order of their names, as Python finds them.
   *
   * @param required how many have no default
   * @param defaults of those behind, in their order
   */
  Object[] bind(int required, String[] names, Object... defaults) {
    if (plain.size() > names.length) {
      throw JinjaError.python(
          String.format(
              Locale.ROOT, "%d arguments where there are at most %d", plain.size(), names.length));
    }
    for (String name : named.keySet()) {
      if (!List.of(names).contains(name)) {
        throw JinjaError.python("there is no argument \"" + name + "\"");
      }
    }
    Object[] bound = new Object[names.length];
    for (int i = 0; i < bound.length; i++) {
      Object byName = named.get(names[i]);
      if (i < plain.size()) {
        if (byName != null) {
          throw JinjaError.python("two values for the argument \"" + names[i] + "\"");
        }
        bound[i] = plain.get(i);
      } else if (byName != null) {
        bound[i] = byName;
      } else if (i < required) {
        throw JinjaError.python("the argument \"" + names[i] + "\" is missing");
      } else {
        bound[i] = defaults[i - required];
      }
    }
    return bound;
  }

  /** Between so many arguments and so many, none of which has a name. */
  void expect(int least, int most) {
    if (!named.isEmpty() || plain.size() < least || plain.size() > most) {
      throw JinjaError.python(
          String.format(
              Locale.ROOT,
              "%d arguments%s where there are %s",
              plain.size() + named.size(),
              named.isEmpty() ? "" : ", some with names,",
              least == most ? least : least + " to " + most));
    }
  }

  @Nullable Object at(int place) {
    return place < plain.size() ? plain.get(place) : null;
  }

  /** An argument that has to be a text. */
  PythonText text(int place) {
    return asText(plain.get(place));
  }

  static PythonText asText(Object value) {
    if (value instanceof PythonText text) {
      return text;
    }
    throw JinjaError.python("%s where a str is wanted".formatted(Python.type(value)));
  }
}
