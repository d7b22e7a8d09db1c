package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.GenerationRequest;
import java.util.function.Function;

/** A rule of a function, under a name. */
record FunctionRule(StageDescription description, Function<GenerationRequest, String> rule)
    implements RoutingRule {
  @Override
  public Choice choose(GenerationRequest request, CallContext context) {
    context.throwIfStopped();
    return new Choice(rule.apply(request), description.name(), Usage.none());
  }
}
