package dev.ragwright.generators.onnx;

import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One rendering: what it was given, where it is, and how much it may still do. For one thread. */
final class JinjaRun {
  /** Elements and characters that may be made or gone through: about a second's work. */
  private static final long MOST_WORK = 50_000_000;

  /** CPython runs out of its own stack somewhere above. */
  private static final int MOST_CALLS = 100;

  private final Map<String, Object> variables;
  private final Clock clock;
  private long work;
  private int calls;
  private int line = 1;

  /**
   * A rendering.
   *
   * @param size how much there is in the variables
   */
  JinjaRun(Map<String, Object> variables, long size, Clock clock) {
    this.variables = variables;
    this.clock = clock;
    this.work = -50 * size; // a template may go through a long chat more often than once
  }

  Clock clock() {
    return clock;
  }

  /** The line that was reached last. */
  int line() {
    return line;
  }

  /** Notes the line of what is done next. */
  JinjaRun at(int reached) {
    line = reached;
    return this;
  }

  /** What a name means that the template does not set, or null. */
  @Nullable Object resolve(String name) {
    Object given = variables.get(name);
    if (given == null && name.equals("self")) {
      throw JinjaError.unsupported("\"self\"");
    }
    return given != null ? given : JinjaFunctions.ALL.get(name);
  }

  /** Counts what was done. */
  void work(long more) {
    work += more;
    if (work > MOST_WORK) {
      throw JinjaError.unsupported(String.format(Locale.ROOT, "more than %,d steps", MOST_WORK));
    }
  }

  void call() {
    if (++calls > MOST_CALLS) {
      throw JinjaError.unsupported(
          String.format(Locale.ROOT, "more than %d calls within another", MOST_CALLS));
    }
  }

  void callEnds() {
    calls--;
  }
}
