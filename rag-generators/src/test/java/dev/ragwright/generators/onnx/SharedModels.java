package dev.ragwright.generators.onnx;

import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.testmodels.Repository;
import java.nio.file.Path;

/** Real models beside the repository, which are not on every machine. */
final class SharedModels {
  private SharedModels() {}

  static Path path(String name) {
    return Repository.sharedOrSkip("models/" + name);
  }

  static ModelFolder folder(String name) {
    return ModelFolder.of(path(name));
  }
}
