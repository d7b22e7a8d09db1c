package dev.ragwright.generators.onnx;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ragwright.onnx.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Real models beside the repository, which are not on every machine. */
final class SharedModels {
  private SharedModels() {}

  static Path path(String name) {
    String root = System.getenv().getOrDefault("RAGWRIGHT_ROOT", "..");
    Path model = Path.of(root).toAbsolutePath().normalize().resolveSibling("shared/models/" + name);
    assumeTrue(Files.isDirectory(model), () -> "skipped: there is no " + model);
    return model;
  }

  static ModelFolder folder(String name) {
    return ModelFolder.of(path(name));
  }
}
