/** Retrieval on one machine: embedders. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.retrievers {
  requires transitive dev.ragwright.core;
  requires transitive dev.ragwright.onnx;
  requires static transitive org.jspecify;

  exports dev.ragwright.retrievers.embedding;
}
