/**
 * Generators: extractive ones, which quote and need no language model, and small language models in
 * this process.
 */
@org.jspecify.annotations.NullMarked
module dev.ragwright.generators {
  requires com.fasterxml.jackson.databind;
  requires transitive dev.ragwright.core;
  requires transitive dev.ragwright.onnx;
  requires static transitive org.jspecify;

  exports dev.ragwright.generators.extractive;
  exports dev.ragwright.generators.onnx;
}
