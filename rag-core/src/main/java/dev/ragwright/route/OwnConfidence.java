package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import java.util.List;

/** What the generator says of itself. */
enum OwnConfidence implements AcceptanceScore {
  INSTANCE;

  @Override
  public Scored score(GenerationRequest request, Generation generation, CallContext context) {
    context.throwIfStopped();
    return new Scored(generation.confidence(), Usage.none(), List.of());
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("acceptance", "confidence");
  }
}
