package dev.ragwright.pgvector;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.retrievers.stored.Keys;
import dev.ragwright.retrievers.stored.SyncJson;
import dev.ragwright.retrievers.sync.EngineSync;
import dev.ragwright.retrievers.sync.PassageEmbedding;
import dev.ragwright.retrievers.sync.StoredPassage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Predicate;

/**
 * The index in a sync. Passages and digests of some documents are written by one transaction, so a
 * search finds a document as it was or as it is. Ids are kept as {@link Keys}, which any text may
 * be.
 */
final class PgVectorSync extends EngineSync {
  private final PassageTable table;
  private final CallContext context;

  PgVectorSync(PassageTable table, PassageEmbedding embedding, CallContext context) {
    super(embedding);
    this.table = table;
    this.context = context;
  }

  @Override
  public Map<String, String> digests(List<String> documentIds) {
    return table.digests(documentIds, context);
  }

  @Override
  public Map<String, String> readers() {
    return SyncJson.readers(table.kept(context));
  }

  /** What the latest sync that ended could not read. */
  static List<ReadProblem> problems(PassageTable table, CallContext context) {
    return SyncJson.problems(table.kept(context));
  }

  @Override
  protected List<StoredPassage> stored(List<String> documentIds) {
    return keepsVectors() ? table.stored(documentIds, context) : List.of();
  }

  /** All that a document has and is not given is obsolete, by the time that it is written. */
  @Override
  protected boolean replace(
      List<Change> changes, List<StoredPassage> passages, Set<String> obsolete) {
    table.replace(changes, passages, context);
    return true;
  }

  @Override
  public void documents(Each each) throws IOException {
    Map<String, String> some = table.documentsBehind("", context);
    while (!some.isEmpty()) {
      String last = "";
      for (Map.Entry<String, String> document : some.entrySet()) {
        last = document.getKey();
        each.accept(document.getValue());
      }
      some = table.documentsBehind(last, context);
    }
  }

  /** What this run cut is another document's by now, if it was one of these. */
  @Override
  public void remove(List<String> documentIds, Predicate<String> isCut) {
    table.deleteDocuments(documentIds, context);
  }

  @Override
  public void end(SortedMap<String, String> readers, List<ReadProblem> problems) {
    table.keep(SyncJson.of(readers, problems), context);
  }

  /** Nothing: what was written was committed. */
  @Override
  public void keep(Exception failure) {}
}
