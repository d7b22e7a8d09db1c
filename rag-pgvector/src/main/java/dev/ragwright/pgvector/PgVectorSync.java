package dev.ragwright.pgvector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.retrievers.stored.Keys;
import dev.ragwright.retrievers.sync.EngineSync;
import dev.ragwright.retrievers.sync.PassageEmbedding;
import dev.ragwright.retrievers.sync.StoredPassage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
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
  private static final int MOST_PROBLEMS = 10_000;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

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
    Map<String, String> readers = new HashMap<>();
    for (JsonNode reader : table.kept(context).path("readers")) {
      readers.put(
          Keys.read(reader.path("name").asText()), Keys.read(reader.path("version").asText()));
    }
    return readers;
  }

  /** What the latest sync that ended could not read. */
  static List<ReadProblem> problems(PassageTable table, CallContext context) {
    List<ReadProblem> problems = new ArrayList<>();
    for (JsonNode problem : table.kept(context).path("problems")) {
      problems.add(
          new ReadProblem(
              Keys.read(problem.path("document").asText()),
              Keys.read(problem.path("reason").asText()),
              ReadProblem.Extent.valueOf(problem.path("extent").asText())));
    }
    return List.copyOf(problems);
  }

  @Override
  protected List<StoredPassage> stored(List<String> documentIds) {
    return table.stored(documentIds, context);
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
    ObjectNode kept = JSON.objectNode();
    ArrayNode versions = kept.putArray("readers");
    readers.forEach(
        (name, version) ->
            versions.addObject().put("name", Keys.text(name)).put("version", Keys.text(version)));
    ArrayNode list = kept.putArray("problems");
    for (ReadProblem problem : problems.subList(0, Math.min(MOST_PROBLEMS, problems.size()))) {
      list.addObject()
          .put("document", Keys.text(problem.documentId()))
          .put("reason", Keys.text(problem.reason()))
          .put("extent", problem.extent().name());
    }
    table.keep(kept, context);
  }

  /** Nothing: what was written was committed. */
  @Override
  public void keep(Exception failure) {}
}
