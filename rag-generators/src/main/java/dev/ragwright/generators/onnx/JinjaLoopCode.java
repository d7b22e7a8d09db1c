package dev.ragwright.generators.onnx;

import dev.ragwright.generators.onnx.JinjaCompiler.Block;
import dev.ragwright.generators.onnx.JinjaCompiler.Flow;
import dev.ragwright.generators.onnx.JinjaCompiler.Store;
import dev.ragwright.generators.onnx.JinjaEvaluation.Value;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * What runs a {@code for}.
 *
 * @param test which elements it goes over; null for all
 * @param loop where the variable {@code loop} is; null if the body does not use it
 * @param otherwise what runs when no element came to the end of the body
 * @param function of its own, of a recursive loop; else null
 */
record JinjaLoopCode(
    int line,
    @Nullable Test test,
    Store target,
    JinjaSymbols.@Nullable Variable loop,
    Block body,
    @Nullable Block otherwise,
    JinjaSymbols.@Nullable Function function) {

  /** The condition of a loop, which is a function of its own. */
  record Test(Block block, Store target, Value element, Value condition) {
    /** The elements that pass, found out one by one. */
    Iterator<Object> filtered(JinjaFrame around, Iterator<Object> elements) {
      JinjaFrame frame = new JinjaFrame(around.run(), around, block.function());
      block.enter(frame);
      return new Selection(elements) {
        @Override
        @Nullable Object select(Object element) {
          frame.run().work(1);
          target.accept(frame, element);
          return Python.truth(condition.of(frame)) ? Test.this.element.of(frame) : null;
        }
      };
    }
  }

  /** Some of several elements, or what is made of them, found out one by one. */
  abstract static class Selection implements Iterator<Object> {
    private final Iterator<Object> elements;
    private @Nullable Object next;

    Selection(Iterator<Object> elements) {
      this.elements = elements;
    }

    /** What is made of an element, or null to leave it out. */
    abstract @Nullable Object select(Object element);

    @Override
    public boolean hasNext() {
      while (next == null && elements.hasNext()) {
        next = select(elements.next());
      }
      return next != null;
    }

    @Override
    public Object next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException();
      }
      Object found = next;
      next = null;
      return found;
    }
  }

  /** Runs the loop over what it says. */
  Flow run(JinjaFrame frame, Object over, PythonText.Builder out) {
    if (function == null) {
      return run(frame, frame, over, 0, out);
    }
    out.append(recursive(frame, over, 0));
    return Flow.NEXT;
  }

  private PythonText recursive(JinjaFrame around, Object over, int depth) {
    if (function == null) {
      throw new AssertionError("not a recursive loop");
    }
    PythonText.Builder out = new PythonText.Builder();
    around.run().call();
    run(around, new JinjaFrame(around.run(), around, function), over, depth, out);
    around.run().callEnds();
    return out.build();
  }

  /** Runs the loop in a frame, which is the one around it or its own. */
  private Flow run(
      JinjaFrame around, JinjaFrame frame, Object over, int depth, PythonText.Builder out) {
    around.run().at(line).work(1);
    Iterator<Object> elements = Python.elements(over);
    int length = test == null && Python.hasLength(over) ? Python.length(over) : -1;
    JinjaLoop state =
        new JinjaLoop(
            test == null ? elements : test.filtered(around, elements),
            length,
            function == null ? null : (inner, deeper) -> recursive(around, inner, deeper),
            depth);
    boolean complete = false;
    while (state.hasNext()) {
      around.run().at(line).work(1);
      target.accept(frame, state.next());
      if (loop != null) {
        frame.set(loop, state);
      }
      body.enter(frame);
      Flow flow = body.code().run(frame, out);
      if (flow == Flow.BREAK) {
        break;
      }
      complete |= flow == Flow.NEXT;
    }
    if (function == null || otherwise != null) { // else the function ends
      body.leave(frame);
    }
    return complete || otherwise == null ? Flow.NEXT : otherwise.run(frame, out);
  }
}
