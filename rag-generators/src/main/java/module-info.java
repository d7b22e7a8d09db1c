/** Generators: extractive ones, which quote and need no language model. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.generators {
  requires transitive dev.ragwright.core;
  requires transitive dev.ragwright.onnx;
  requires static transitive org.jspecify;

  exports dev.ragwright.generators.extractive;
}
