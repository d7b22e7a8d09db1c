package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.retrievers.stored.Keys;
import dev.ragwright.retrievers.sync.EngineSync;
import dev.ragwright.retrievers.sync.PassageEmbedding;
import dev.ragwright.retrievers.sync.StoredPassage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
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
  private static final int MOST_PROBLEMS = 10_000;
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
    Map<String, String> readers = new HashMap<>();
    engine
        .kept(SYNC, context)
        .path("readers")
        .properties()
        .forEach(reader -> readers.put(reader.getKey(), reader.getValue().asText()));
    return readers;
  }

  /** What the latest sync that ended could not read. */
  static List<ReadProblem> problems(Engine engine, CallContext context) {
    List<ReadProblem> problems = new ArrayList<>();
    for (JsonNode problem : engine.kept(SYNC, context).path("problems")) {
      problems.add(
          new ReadProblem(
              problem.path("document").asText(),
              problem.path("reason").asText(),
              ReadProblem.Extent.valueOf(problem.path("extent").asText())));
    }
    return List.copyOf(problems);
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
    obsolete.forEach(id -> bulk.delete(Keys.digest(id)));
    passages.forEach(bulk::put);
    bulk.flush();
    for (Change change : changes) {
      if (change.passages().stream().noneMatch(passage -> bulk.refused(passage.id()))) {
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
    for (StoredPassage stored : stored(documentIds)) {
      if (!isCut.test(stored.passage().id())) {
        bulk.delete(Keys.digest(stored.passage().id()));
      }
    }
    bulk.flush();
    documentIds.forEach(id -> bulk.delete(PassageDocument.record(id)));
    bulk.flush();
  }

  @Override
  public void end(SortedMap<String, String> readers, List<ReadProblem> problems) {
    ObjectNode kept = JSON.objectNode();
    ObjectNode versions = kept.putObject("readers");
    readers.forEach(versions::put);
    ArrayNode list = kept.putArray("problems");
    for (ReadProblem problem : problems.subList(0, Math.min(MOST_PROBLEMS, problems.size()))) {
      list.addObject()
          .put("document", problem.documentId())
          .put("reason", problem.reason())
          .put("extent", problem.extent().name());
    }
    engine.keep(SYNC, kept, context);
    bulk.end();
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
