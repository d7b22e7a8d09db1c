package dev.ragwright.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;

/** Stands in arms that measure retrieval alone: contexts are counted in no model's tokens. */
enum NoGenerator implements Generator {
  INSTANCE;

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    throw new IllegalStateException("the arm has no generator");
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("generator", "none");
  }
}
