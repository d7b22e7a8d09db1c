/**
 * Retrieval on one machine, and what indexes in engines share with it: a Lucene index, embedders,
 * rerankers.
 */
@org.jspecify.annotations.NullMarked
@SuppressWarnings({"module", "requires-automatic"}) // those that it exports to are built later
module dev.ragwright.retrievers {
  requires transitive dev.ragwright.core;
  requires transitive dev.ragwright.onnx;
  requires static transitive org.jspecify;
  requires transitive org.apache.lucene.core;
  requires com.fasterxml.jackson.databind;
  requires org.apache.lucene.analysis.common;
  requires org.slf4j;
  requires static com.h2database.mvstore; // for a cache of vectors
  requires static org.apache.lucene.analysis.icu; // each for languages that need it
  requires static org.apache.lucene.analysis.kuromoji;
  requires static org.apache.lucene.analysis.nori;
  requires static org.apache.lucene.analysis.smartcn;
  requires static org.apache.opennlp.tools; // for detecting them

  exports dev.ragwright.retrievers.embedding;
  exports dev.ragwright.retrievers.lucene;
  exports dev.ragwright.retrievers.rerank;
  exports dev.ragwright.retrievers.stored to
      dev.ragwright.opensearch,
      dev.ragwright.pgvector;
  exports dev.ragwright.retrievers.sync to
      dev.ragwright.opensearch,
      dev.ragwright.pgvector;
}
