/** Retrieval on one machine: readers of documents, embedders and a Lucene index. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings({"module", "requires-automatic", "requires-transitive-automatic"})
module dev.ragwright.retrievers {
  requires transitive dev.ragwright.core;
  requires transitive dev.ragwright.onnx;
  requires static transitive org.jspecify;
  requires transitive langchain4j.core;
  requires transitive org.apache.lucene.core;
  requires com.fasterxml.jackson.databind;
  requires org.apache.lucene.analysis.common;
  requires org.jsoup;
  requires org.slf4j;

  exports dev.ragwright.retrievers.embedding;
  exports dev.ragwright.retrievers.files to // which is compiled later, and not found until then
      dev.ragwright.eval;
  exports dev.ragwright.retrievers.langchain4j;
  exports dev.ragwright.retrievers.lucene;
  exports dev.ragwright.retrievers.rerank;
  exports dev.ragwright.retrievers.source;
}
