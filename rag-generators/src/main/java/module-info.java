/** Generators: the extractive one, which needs no language model, and local language models. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic")
module dev.ragwright.generators {
  requires transitive dev.ragwright.core;
  requires transitive dev.ragwright.onnx;
  requires com.fasterxml.jackson.databind;
  requires java.desktop; // java.beans, in a signature of the expression language
  requires jinjava;
  requires static transitive org.jspecify;

  exports dev.ragwright.generators.extractive;
  exports dev.ragwright.generators.onnx;
}
