/** Retrieval on one machine. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.retrievers {
  requires static transitive org.jspecify;
  requires transitive dev.ragwright.core;
  requires transitive org.apache.lucene.core;
  requires org.apache.lucene.analysis.common;
  requires org.slf4j;

  exports dev.ragwright.retrievers.lucene;
}
