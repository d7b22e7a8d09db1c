package dev.ragwright.examples;

import java.nio.file.Path;

/** A real model beside the repository, which is not on every machine. */
final class TestModel {
  private TestModel() {}

  static Path smolLm2() {
    return Path.of(System.getenv("RAGWRIGHT_ROOT"))
        .toAbsolutePath()
        .normalize()
        .resolveSibling("shared/models/SmolLM2-135M-Instruct");
  }
}
