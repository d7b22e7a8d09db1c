package dev.ragwright.tools;

import dev.ragwright.testmodels.Repository;
import java.nio.file.Path;

/** A real model beside the repository, which is not on every machine. */
final class TestModel {
  private TestModel() {}

  static Path smolLm2() {
    return Repository.shared("models/SmolLM2-135M-Instruct");
  }
}
