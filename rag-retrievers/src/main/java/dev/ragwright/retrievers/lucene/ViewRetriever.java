package dev.ragwright.retrievers.lucene;

import dev.ragwright.retrieve.Retriever;
import java.util.Map;
import org.apache.lucene.search.IndexSearcher;

/** A search of the index that can be made of one view of it, before any passage is read. */
interface ViewRetriever extends Retriever {

  /**
   * This search of a view that the caller holds, whose hits have their passages' ids and nothing
   * else as yet, for {@link IndexRetriever#read}.
   *
   * @param documents gets where each passage is in the view; safe for use by several threads
   */
  Retriever unread(IndexSearcher view, Map<String, Integer> documents);
}
