/**
 * An index in a cluster of OpenSearch or Elasticsearch, which finds passages as one in this process
 * does: {@link dev.ragwright.opensearch.OpenSearchIndex}.
 */
package dev.ragwright.opensearch;
