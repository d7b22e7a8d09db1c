package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.retrievers.stored.Keys;
import dev.ragwright.retrievers.stored.SyncJson;
import dev.ragwright.retrievers.sync.EngineSync;
import dev.ragwright.retrievers.sync.PassageEmbedding;
import dev.ragwright.retrievers.sync.StoredPassage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Predicate;

/**
 * The index in a sync. The engine changes one passage at a time, so a document's digest is put
 * behind its passages: what a sync that was stopped has left half done is done again by the next.
 */
final class OpenSearchSync extends EngineSync {
  private static final String SYNC = "sync"; // shorter than any passage's id
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Engine engine;
  private final Bulk bulk;
  private final CallContext context;

  OpenSearchSync(
      Engine engine, PassageWords words, PassageEmbedding embedding, CallContext context) {
    super(embedding);
    this.engine = engine;
    this.bulk = engine.bulk(words, context);
    this.context = context;
  }

  private static ObjectNode of(List<String> documentIds) {
    return FilterQueries.terms("document", documentIds.stream().map(Keys::digest).toList());
  }

  @Override
  public Map<String, String> digests(List<String> documentIds) {
    Map<String, String> digests = new HashMap<>();
    engine.records(of(documentIds), context, digests::put);
    return digests;
  }

  @Override
  public Map<String, String> readers() {
    return SyncJson.readers(engine.kept(SYNC, context));
  }

  /** What the latest sync that ended could not read. */
  static List<ReadProblem> problems(Engine engine, CallContext context) {
    return SyncJson.problems(engine.kept(SYNC, context));
  }

  @Override
  protected List<StoredPassage> stored(List<String> documentIds) {
    List<StoredPassage> stored = new ArrayList<>();
    engine.passages(of(documentIds), context, stored::add);
    return stored;
  }

  @Override
  protected boolean replace(
      List<Change> changes, List<StoredPassage> passages, Set<String> obsolete) {
    obsolete.forEach(id -> bulk.delete(Keys.digest(id), id));
    passages.forEach(bulk::put);
    bulk.flush();
    boolean gone = obsolete.stream().noneMatch(bulk::refused); // of whichever of these documents
    for (Change change : changes) {
      if (gone && change.passages().stream().noneMatch(passage -> bulk.refused(passage.id()))) {
        bulk.record(change.documentId(), change.digest());
      }
    }
    bulk.flush();
    return true;
  }

  @Override
  public void documents(Each each) throws IOException {
    try {
      engine.records(
          JSON.objectNode().set("match_all", JSON.objectNode()),
          context,
          (id, digest) -> {
            try {
              each.accept(id);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void remove(List<String> documentIds, Predicate<String> isCut) {
    Set<String> gone = new LinkedHashSet<>(documentIds);
    List<Passage> obsolete = new ArrayList<>();
    for (StoredPassage stored : stored(documentIds)) {
      Passage passage = stored.passage();
      if (!isCut.test(passage.id())) {
        bulk.delete(Keys.digest(passage.id()), passage.id());
        obsolete.add(passage);
      }
    }
    bulk.flush();
    for (Passage passage : obsolete) {
      if (bulk.refused(passage.id())) {
        gone.remove(passage.documentId()); // the next sync tries again
      }
    }
    gone.forEach(id -> bulk.delete(PassageDocument.record(id), id));
    bulk.flush();
  }

  @Override
  public void end(SortedMap<String, String> readers, List<ReadProblem> problems) {
    bulk.end();
    engine.keep(SYNC, SyncJson.of(readers, problems), context);
  }

  @Override
  public void keep(Exception failure) {
    try {
      bulk.end();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
