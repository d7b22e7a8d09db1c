/**
 * An index in PostgreSQL with pgvector, which finds passages as one in this process does: {@link
 * dev.ragwright.pgvector.PgVectorIndex}.
 */
package dev.ragwright.pgvector;
