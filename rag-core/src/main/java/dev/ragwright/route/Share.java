package dev.ragwright.route;

import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;

/** A score from 0 to 1. */
interface Share extends AcceptanceScore {
  @Override
  default double least() {
    return 0;
  }

  @Override
  default double most() {
    return 1;
  }

  /** What the generator read. */
  static Context read(GenerationRequest request, Generation generation) {
    return generation.context().orElse(request.context());
  }
}
