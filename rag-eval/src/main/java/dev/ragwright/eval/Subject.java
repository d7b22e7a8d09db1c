package dev.ragwright.eval;

import dev.ragwright.generate.Context;
import java.util.List;

/**
 * What metrics look at and what they compare it with. A subject is known by its object, so whoever
 * has something else to measure makes one constant of its own.
 *
 * @param <E> what is expected
 * @param <A> what is there
 */
@SuppressWarnings("UnusedTypeParameter") // for the compiler, which compares metrics with them
public final class Subject<E, A> {
  /** The documents that were found, in order, beside the question's judgments. */
  public static final Subject<Judgments, Ranking> RANKING = of("a ranking");

  /** What the generator reads, beside the question's judgments. */
  public static final Subject<Judgments, Context> CONTEXT = of("a context");

  /** The answer's text, beside the reference answers. */
  public static final Subject<List<String>, String> ANSWER = of("an answer's text");

  private final String name;

  private Subject(String name) {
    this.name = name;
  }

  /**
   * A subject of one's own, by its name in messages, such as {@code a ranking}.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public static <E, A> Subject<E, A> of(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a subject needs a name, had \"" + name + "\"");
    }
    return new Subject<>(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
