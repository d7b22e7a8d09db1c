/** An index in PostgreSQL with pgvector: words, vectors, both. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.pgvector {
  requires transitive dev.ragwright.core;
  requires transitive dev.ragwright.retrievers;
  requires transitive java.sql;
  requires com.fasterxml.jackson.databind;
  requires static transitive org.jspecify;

  exports dev.ragwright.pgvector;
}
