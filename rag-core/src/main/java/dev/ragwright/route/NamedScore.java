package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;

/** A score under a name. */
record NamedScore(StageDescription description, AcceptanceScore score) implements AcceptanceScore {
  @Override
  public Scored score(GenerationRequest request, Generation generation, CallContext context) {
    return score.score(request, generation, context);
  }

  @Override
  public double least() {
    return score.least();
  }

  @Override
  public double most() {
    return score.most();
  }

  @Override
  public boolean readsTextOnly() {
    return score.readsTextOnly();
  }
}
