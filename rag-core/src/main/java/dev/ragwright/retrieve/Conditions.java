package dev.ragwright.retrieve;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/** What can be told of a filter's conditions by what is under their keys. */
final class Conditions {
  private static final List<Class<?>> TYPES = List.of(String.class, Number.class, Boolean.class);

  private Conditions() {}

  static String key(Filter condition) {
    return switch (condition) {
      case Filter.In in -> in.key();
      case Filter.Range range -> range.key();
      case Filter.TextRange range -> range.key();
      case Filter.Prefix prefix -> prefix.key();
      case Filter.Exists exists -> exists.key();
      default -> throw new IllegalArgumentException("no condition on a key: " + condition);
    };
  }

  /** Why a condition accepts nothing, if that is for the type of what is there. */
  static Optional<String> mistyped(Filter condition, BiPredicate<String, Class<?>> has) {
    Set<Class<?>> asked = asked(condition);
    String key = key(condition);
    if (asked.isEmpty() || asked.stream().anyMatch(type -> has.test(key, type))) {
      return Optional.empty();
    }
    List<Class<?>> there = TYPES.stream().filter(type -> has.test(key, type)).toList();
    if (there.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "%s accepts nothing: what is under '%s' is %s%s"
            .formatted(
                condition,
                key,
                there.stream().map(Conditions::name).collect(Collectors.joining(" and ")),
                advice(condition, there)));
  }

  private static Set<Class<?>> asked(Filter condition) {
    return switch (condition) {
      case Filter.Range range -> Set.of(Number.class);
      case Filter.TextRange range -> Set.of(String.class);
      case Filter.Prefix prefix -> Set.of(String.class);
      case Filter.In in ->
          in.values().stream()
              .map(value -> value instanceof Number ? Number.class : value.getClass())
              .collect(Collectors.toCollection(LinkedHashSet::new));
      default -> Set.of();
    };
  }

  private static String name(Class<?> type) {
    return type == String.class ? "text" : type == Number.class ? "numbers" : "true or false";
  }

  private static String advice(Filter condition, List<Class<?>> there) {
    if (condition instanceof Filter.Range range && there.contains(String.class)) {
      return ", and a range of texts is made by Filter.between(\"%s\", \"from\", \"to\")"
          .formatted(range.key());
    }
    return condition instanceof Filter.TextRange range && there.contains(Number.class)
        ? ", and a range of numbers is made by Filter.between(\"%s\", 1, 2)".formatted(range.key())
        : "";
  }
}
