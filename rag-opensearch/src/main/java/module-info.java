/** An index in a cluster of OpenSearch or Elasticsearch: words, vectors, both. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.opensearch {
  requires transitive dev.ragwright.core;
  requires transitive dev.ragwright.retrievers;
  requires com.fasterxml.jackson.databind;
  requires java.net.http;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports dev.ragwright.opensearch;
}
