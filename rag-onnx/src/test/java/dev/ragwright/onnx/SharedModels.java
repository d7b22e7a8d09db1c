package dev.ragwright.onnx;

import java.nio.file.Path;

/** Real models beside the repository, which are not on every machine. */
final class SharedModels {
  private SharedModels() {}

  static Path folder(String name) {
    String root = System.getenv().getOrDefault("RAGWRIGHT_ROOT", "..");
    return Path.of(root).toAbsolutePath().normalize().resolveSibling("shared/models/" + name);
  }
}
