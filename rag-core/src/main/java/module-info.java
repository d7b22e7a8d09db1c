/** The words of retrieval-augmented generation, the stage interfaces and the pipeline. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("module") // they are built after this one
module dev.ragwright.core {
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports dev.ragwright;
  exports dev.ragwright.call;
  exports dev.ragwright.document;
  exports dev.ragwright.generate;
  exports dev.ragwright.guard;
  exports dev.ragwright.index;
  exports dev.ragwright.retrieve;
  exports dev.ragwright.route;
  exports dev.ragwright.store;
  exports dev.ragwright.trace;
  exports dev.ragwright.foreign to
      dev.ragwright.langchain4j;
  exports dev.ragwright.lifecycle to
      dev.ragwright.experiment,
      dev.ragwright.generators,
      dev.ragwright.onnx,
      dev.ragwright.opensearch,
      dev.ragwright.pgvector,
      dev.ragwright.resilience,
      dev.ragwright.retrievers;
  exports dev.ragwright.markdown to
      dev.ragwright.eval,
      dev.ragwright.generators;
  exports dev.ragwright.text to
      dev.ragwright.documents,
      dev.ragwright.eval,
      dev.ragwright.experiment,
      dev.ragwright.generators,
      dev.ragwright.langchain4j,
      dev.ragwright.observe,
      dev.ragwright.onnx,
      dev.ragwright.opensearch,
      dev.ragwright.pgvector,
      dev.ragwright.resilience,
      dev.ragwright.retrievers,
      dev.ragwright.source,
      dev.ragwright.testkit;
  exports dev.ragwright.pipeline to
      dev.ragwright.experiment,
      dev.ragwright.langchain4j;
}
