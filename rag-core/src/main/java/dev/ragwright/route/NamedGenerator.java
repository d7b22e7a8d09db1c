package dev.ragwright.route;

import dev.ragwright.generate.Generator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A generator under the name that a route has for it. */
record NamedGenerator(String name, Generator generator) {
  NamedGenerator {
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "a generator of a route needs a name, had \"" + name + "\"");
    }
    Objects.requireNonNull(generator, "generator");
  }

  /**
   * Refuses a name that stands twice.
   *
   * @param route for the error's text
   */
  static void checkDistinct(String route, List<NamedGenerator> all) {
    Map<String, Generator> byName = new LinkedHashMap<>();
    for (NamedGenerator one : all) {
      if (byName.put(one.name, one.generator) != null) {
        throw new IllegalArgumentException(
            "two generators of the %s are called \"%s\"; give each a name of its own"
                .formatted(route, one.name));
      }
    }
  }
}
