package dev.ragwright.generators.onnx;

import org.jspecify.annotations.Nullable;

/** The variables of one call of a function: see {@link JinjaSymbols.Function}. */
final class JinjaFrame {
  private final JinjaRun run;
  private final @Nullable JinjaFrame outer;
  private final @Nullable Object[] slots;

  JinjaFrame(JinjaRun run, @Nullable JinjaFrame outer, JinjaSymbols.Function function) {
    this.run = run;
    this.outer = outer;
    this.slots = new Object[function.size()];
  }

  JinjaRun run() {
    return run;
  }

  /** What a variable holds, or null. */
  @Nullable Object get(JinjaSymbols.Variable variable) {
    return frame(variable).slots[variable.slot()];
  }

  void set(JinjaSymbols.Variable variable, @Nullable Object value) {
    frame(variable).slots[variable.slot()] = value;
  }

  private JinjaFrame frame(JinjaSymbols.Variable variable) {
    JinjaFrame frame = this;
    for (int i = 0; i < variable.functions() && frame.outer != null; i++) {
      frame = frame.outer;
    }
    return frame;
  }
}
