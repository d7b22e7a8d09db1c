/** Retrieval on one machine: readers of documents, embedders and a Lucene index. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.retrievers {
  requires transitive dev.ragwright.core;
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.databind;
  requires org.jsoup;

  exports dev.ragwright.retrievers.source;
}
