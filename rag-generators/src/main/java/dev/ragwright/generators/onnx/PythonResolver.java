package dev.ragwright.generators.onnx;

import com.hubspot.jinjava.el.TypeConvertingMapELResolver;
import com.hubspot.jinjava.el.ext.JinjavaBeanELResolver;
import com.hubspot.jinjava.el.ext.JinjavaListELResolver;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/**
 * The attributes and methods of values as Python has them. No method of a Java object is ever found
 * by its name, which jinjava would otherwise do.
 */
final class PythonResolver extends ELResolver {
  /** The methods that a template may call. */
  static final Set<String> METHODS =
      Set.of(
          "strip",
          "lstrip",
          "rstrip",
          "split",
          "startswith",
          "endswith",
          "upper",
          "lower",
          "title",
          "capitalize",
          "replace",
          "join",
          "items",
          "keys",
          "values",
          "get",
          "append");

  private final JinjavaBeanELResolver beans = new JinjavaBeanELResolver(true);

  /** Lists, dictionaries, and then this. */
  static ELResolver create() {
    CompositeELResolver all = new CompositeELResolver();
    all.add(new PythonResolver());
    all.add(new JinjavaListELResolver(true));
    all.add(new TypeConvertingMapELResolver(false)); // namespaces are set
    return all;
  }

  @Override
  public @Nullable Object getValue(ELContext context, Object base, Object property) {
    if (base instanceof ForLoop) {
      return beans.getValue(context, base, property);
    }
    if (base instanceof String text) {
      context.setPropertyResolved(true);
      return character(text, String.valueOf(property));
    }
    if (!(base instanceof List || base instanceof Map)) {
      context.setPropertyResolved(true); // an attribute that there is not
    }
    return null;
  }

  private static @Nullable Object character(String text, String place) {
    if (!place.matches("-?\\d{1,9}")) {
      return null;
    }
    int[] characters = text.codePoints().toArray();
    int i = Integer.parseInt(place);
    i += i < 0 ? characters.length : 0;
    return i >= 0 && i < characters.length ? Character.toString(characters[i]) : null;
  }

  @Override
  public @Nullable Object invoke(
      ELContext context,
      Object base,
      Object method,
      Class<?> @Nullable [] types,
      @Nullable Object @Nullable [] arguments) {
    if (base instanceof Filter || base instanceof ExpTest) {
      return beans.invoke(context, base, method, types, arguments);
    }
    context.setPropertyResolved(true);
    String name = String.valueOf(method);
    @Nullable Object[] given = arguments == null ? new Object[0] : arguments;
    if (METHODS.contains(name)) {
      if (base instanceof String text) {
        return ofText(text, name, given);
      } else if (base instanceof Map<?, ?> map) {
        return ofMap(map, name, given);
      } else if (base instanceof List<?> list && name.equals("append")) {
        @SuppressWarnings("unchecked")
        List<Object> growing = (List<Object>) list;
        growing.add(given[0]);
        return null;
      }
    }
    throw PythonLibrary.unsupported(
        "the method \"%s\" of a %s"
            .formatted(
                name,
                base == null ? "value that is not defined" : base.getClass().getSimpleName()));
  }

  private static @Nullable Object ofText(String text, String name, @Nullable Object[] given) {
    String first = given.length > 0 && name.equals("join") ? "" : text(given, 0);
    return switch (name) {
      case "strip" -> PythonStrings.strip(text, first, true, true);
      case "lstrip" -> PythonStrings.strip(text, first, true, false);
      case "rstrip" -> PythonStrings.strip(text, first, false, true);
      case "split" ->
          PythonStrings.split(
              text,
              first,
              given.length > 1 && given[1] instanceof Number most ? most.intValue() : -1);
      case "startswith" -> text.startsWith(need(first));
      case "endswith" -> text.endsWith(need(first));
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "title" -> PythonStrings.title(text);
      case "capitalize" -> PythonStrings.capitalize(text);
      case "replace" -> text.replace(need(first), need(text(given, 1)));
      case "join" -> {
        if (given.length == 1 && given[0] instanceof List<?> list) {
          yield String.join(text, list.stream().map(PythonLibrary::text).toList());
        }
        throw PythonLibrary.unsupported("\"join\" of what is no list");
      }
      default -> throw PythonLibrary.unsupported("the method \"" + name + "\" of a text");
    };
  }

  private static @Nullable Object ofMap(Map<?, ?> map, String name, @Nullable Object[] given) {
    return switch (name) {
      case "items" -> PythonLibrary.items(map);
      case "keys" -> List.copyOf(map.keySet());
      case "values" -> new ArrayList<Object>(map.values());
      case "get" -> {
        Object value = map.get(given[0]);
        yield value == null && given.length > 1 && !map.containsKey(given[0]) ? given[1] : value;
      }
      default -> throw PythonLibrary.unsupported("the method \"" + name + "\" of a dictionary");
    };
  }

  private static @Nullable String text(@Nullable Object[] given, int place) {
    return given.length > place && given[place] != null ? PythonLibrary.text(given[place]) : null;
  }

  private static String need(@Nullable String argument) {
    if (argument == null) {
      throw PythonLibrary.unsupported("a method without its argument");
    }
    return argument;
  }

  @Override
  public @Nullable Class<?> getType(ELContext context, Object base, Object property) {
    return null;
  }

  @Override
  public void setValue(ELContext context, Object base, Object property, Object value) {}

  @Override
  public boolean isReadOnly(ELContext context, Object base, Object property) {
    return true;
  }

  @Override
  public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
    return Collections.emptyIterator();
  }

  @Override
  public Class<?> getCommonPropertyType(ELContext context, Object base) {
    return Object.class;
  }
}
