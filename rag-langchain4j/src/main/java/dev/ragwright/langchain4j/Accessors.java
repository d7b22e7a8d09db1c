package dev.ragwright.langchain4j;

import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/**
 * Reads by name what types of LangChain4j's providers have in common, so that no provider's library
 * is needed here.
 */
final class Accessors {
  private Accessors() {}

  /** What a method without parameters returns; null if there is none, or nothing to ask. */
  static @Nullable Object read(@Nullable Object of, String accessor) {
    if (of == null) {
      return null;
    }
    try {
      return of.getClass().getMethod(accessor).invoke(of);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      return null; // a provider that does not tell: unknown
    }
  }
}
