package dev.ragwright.eval;

import dev.ragwright.call.CallContext;
import java.util.Objects;
import java.util.function.ToDoubleBiFunction;

/** A metric whose value is a function's. */
record OfFunction<E, A>(
    String name, Subject<E, A> looksAt, ToDoubleBiFunction<? super E, ? super A> value)
    implements Evaluator<E, A> {
  OfFunction {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a metric needs a name, had \"" + name + "\"");
    }
    Objects.requireNonNull(looksAt, "looksAt");
    Objects.requireNonNull(value, "value");
  }

  @Override
  public Score evaluate(String caseId, E expected, A actual, CallContext context) {
    context.throwIfStopped();
    try {
      return new Score.Scored(caseId, value.applyAsDouble(expected, actual));
    } catch (RuntimeException e) {
      context.throwIfStopped();
      return new Score.Failed(caseId, e);
    }
  }
}
