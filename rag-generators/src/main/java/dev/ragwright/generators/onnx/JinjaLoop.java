package dev.ragwright.generators.onnx;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The variable {@code loop} of a loop, which it also goes on by. Looks at an element ahead only
 * when it is asked what comes next, and counts what has no length only when asked for that.
 */
final class JinjaLoop implements Python.Callable {
  private final @Nullable BiFunction<Object, Integer, Object> recursion;
  private final int depth;
  private Iterator<Object> elements;
  private int length;
  private int place = -1;
  private @Nullable Object before;
  private @Nullable Object current;
  private @Nullable Object ahead;
  private @Nullable PythonList changing;

  /**
   * A loop.
   *
   * @param length of what it goes over, or below 0 where that has none
   * @param recursion renders the loop over something else, at a depth; null if it is not recursive
   * @param depth 0 for the outermost
   */
  JinjaLoop(
      Iterator<Object> elements,
      int length,
      @Nullable BiFunction<Object, Integer, Object> recursion,
      int depth) {
    this.elements = elements;
    this.length = length;
    this.recursion = recursion;
    this.depth = depth;
  }

  boolean hasNext() {
    return ahead != null || elements.hasNext();
  }

  Object next() {
    Object next = ahead != null ? ahead : elements.next();
    ahead = null;
    place++;
    before = current;
    current = next;
    return next;
  }

  int index() {
    return place + 1;
  }

  int length() {
    if (length < 0) {
      List<Object> rest = new ArrayList<>();
      elements.forEachRemaining(rest::add);
      elements = rest.iterator();
      length = rest.size() + place + 1 + (ahead == null ? 0 : 1);
    }
    return length;
  }

  private @Nullable Object peek() {
    if (ahead == null && elements.hasNext()) {
      ahead = elements.next();
    }
    return ahead;
  }

  /** An attribute, or null if it has none of that name. */
  @Nullable Object attribute(String name) {
    return switch (name) {
      case "index" -> Python.number(place + 1);
      case "index0" -> Python.number(place);
      case "revindex" -> Python.number(length() - place);
      case "revindex0" -> Python.number(length() - place - 1);
      case "first" -> place == 0;
      case "last" -> peek() == null;
      case "length" -> Python.number(length());
      case "depth" -> Python.number(depth + 1);
      case "depth0" -> Python.number(depth);
      case "previtem" ->
          place == 0 || before == null ? new Python.Undefined("there is no previous item") : before;
      case "nextitem" -> {
        Object next = peek();
        yield next == null ? new Python.Undefined("there is no next item") : next;
      }
      case "cycle" -> (Python.Callable) (run, arguments) -> cycle(arguments);
      case "changed" -> (Python.Callable) (run, arguments) -> changed(arguments);
      default -> null;
    };
  }

  private Object cycle(JinjaArguments arguments) {
    arguments.expect(1, Integer.MAX_VALUE);
    return arguments.plain().get(place % arguments.plain().size());
  }

  private boolean changed(JinjaArguments arguments) {
    arguments.expect(0, Integer.MAX_VALUE);
    PythonList value = PythonList.tuple(arguments.plain());
    boolean changed = changing == null || !Python.equal(changing, value);
    changing = value;
    return changed;
  }

  /** Renders the loop over something within an element. */
  @Override
  public Object call(JinjaRun run, JinjaArguments arguments) {
    arguments.expect(1, 1);
    if (recursion == null) {
      throw JinjaError.python("only a loop marked \"recursive\" can be called");
    }
    return recursion.apply(arguments.plain().getFirst(), depth + 1);
  }
}
