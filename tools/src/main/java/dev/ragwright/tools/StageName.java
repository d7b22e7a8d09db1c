package dev.ragwright.tools;

import java.nio.file.Path;
import java.util.List;

/**
 * A stage as a command line names it: {@code name}, or {@code name:DIR} where it needs a model.
 *
 * @param name what stands before the colon
 * @param folder what stands behind it; empty without one
 */
record StageName(String name, Path folder) {
  boolean hasFolder() {
    return !folder.equals(Path.of(""));
  }

  /**
   * Reads a name.
   *
   * @param option what it was given to, for the message
   * @param forms what is allowed, such as {@code none} and {@code onnx:DIR}
   * @throws IllegalArgumentException if it has none of these forms
   */
  static StageName of(String option, String text, List<String> forms) {
    String[] parts = text.split(":", 2);
    String form = parts.length == 2 ? parts[0] + ":DIR" : parts[0];
    if (!forms.contains(form)) {
      throw new IllegalArgumentException(
          "%s: there is no \"%s\"; allowed are %s"
              .formatted(option, text, String.join(", ", forms)));
    }
    if (parts.length == 2 && parts[1].isBlank()) {
      throw new IllegalArgumentException(
          "%s: \"%s\" names no folder behind its colon".formatted(option, text));
    }
    return new StageName(parts[0], Path.of(parts.length == 2 ? parts[1] : ""));
  }
}
