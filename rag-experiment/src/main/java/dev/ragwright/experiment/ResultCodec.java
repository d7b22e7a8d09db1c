package dev.ragwright.experiment;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Assembly;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.trace.StageRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Results of stages as JSON, exactly: what is decoded equals what was encoded, to the last bit of a
 * score. Passages are kept elsewhere, and stand here by their names there.
 */
final class ResultCodec {
  private static final String UNREADABLE = "a stage's result in the memo cannot be read";

  private final ObjectMapper json;

  ResultCodec(Function<Passage, String> keep, Function<String, Passage> find) {
    Function<JsonNode, Passage> found = node -> find.apply(node.asText());
    SimpleModule passages = new SimpleModule("passages");
    ResultJson.add(passages, Passage.class, keep, found);
    ResultJson.add(
        passages,
        Hit.class,
        hit -> List.of(hit.passage(), Double.toString(hit.score()), hit.source()),
        node -> new Hit(found.apply(node.path(0)), score(node), node.path(2).asText()));
    ResultJson.add(
        passages,
        Evidence.class,
        evidence ->
            Stream.concat(
                    Stream.of(evidence.passage(), Double.toString(evidence.score())),
                    evidence.retrieved().stream())
                .toList(),
        node -> {
          List<Passage> all = new ArrayList<>();
          node.forEach(element -> all.add(all.size() == 1 ? all.getFirst() : found.apply(element)));
          return new Evidence(all.getFirst(), score(node), all.subList(2, all.size()));
        });
    ResultJson.add(
        passages,
        Query.class,
        query -> query.side() == Embedder.Side.DOCUMENT ? List.of(query.text()) : query.text(),
        node -> node.isArray() ? Query.like(node.path(0).asText()) : Query.of(node.asText()));
    ResultJson.add(passages, StageRecord.class, Part::of, this::record);
    passages.setMixInAnnotation(Found.class, ResultJson.Names.class);
    passages.setMixInAnnotation(Alone.class, ResultJson.Names.class);
    passages.setMixInAnnotation(Queries.class, ResultJson.Names.class);
    passages.setMixInAnnotation(Part.class, ResultJson.Names.class);
    json = ResultJson.mapper(passages);
  }

  /** As text, since JSON has no infinities. */
  private static double score(JsonNode node) {
    return Double.parseDouble(node.path(1).asText());
  }

  byte[] encode(StageResult result) {
    ObjectNode node =
        json.valueToTree(
            switch (result.value()) {
              case Retrieval found -> new Found(found.hits(), found.parts());
              case EvidenceGate.Verdict verdict -> verdict;
              case Assembly assembly -> assembly;
              case Generation generation -> Map.of("text", Text.of(generation));
              case Expansion expansion -> new Queries(expansion.queries(), expansion.parts());
              case Condenser.Standalone alone -> new Alone(alone.question(), alone.parts());
              default -> throw new IllegalArgumentException("no stage gives " + result.value());
            });
    node.setAll(
        json.<ObjectNode>valueToTree(
            new Took(result.usage(), result.wall(), result.cpu(), result.measuredAt())));
    return bytes(node);
  }

  /** Returns what was encoded, as replayed. */
  StageResult decode(byte[] bytes) {
    JsonNode node = read(bytes, JsonNode.class);
    Took took = as(node, Took.class);
    return new StageResult(
        value(node, took.usage), took.usage, took.nanos, took.cpuNanos, took.at, true);
  }

  private Object value(JsonNode node, Usage usage) {
    if (node.has("queries")) {
      Queries made = as(node, Queries.class);
      return Expansion.of(made.queries, usage)
          .withParts(made.parts == null ? List.of() : made.parts);
    }
    if (node.has("question")) {
      Alone made = as(node, Alone.class);
      return new Condenser.Standalone(made.question, usage, made.parts);
    }
    if (node.has("hits")) {
      Found found = as(node, Found.class);
      return Retrieval.of(found.hits, usage).withParts(found.parts);
    }
    if (node.has("text")) {
      return as(node.path("text"), Text.class).generation(usage);
    }
    Class<?> type = node.has("enough") ? EvidenceGate.Verdict.class : Assembly.class;
    return as(node, type);
  }

  /** What a stage took: the end of each result. */
  private record Took(Usage usage, Duration nanos, Duration cpuNanos, Instant at) {}

  private record Found(List<Hit> hits, List<StageRecord> parts) {}

  /** Memos of before there were parts have none. */
  private record Queries(List<Query> queries, @JsonProperty @Nullable List<StageRecord> parts) {}

  private record Alone(Query question, List<StageRecord> parts) {}

  /** A generation: a text with its citations, or the reason why there is none. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Text(
      Generation.FinishReason finish,
      @JsonProperty int refused,
      @JsonProperty @Nullable Double confidence,
      @JsonProperty Abstention.@Nullable Reason reason,
      @JsonProperty @Nullable String detail,
      @JsonProperty @Nullable String text,
      @JsonProperty @Nullable List<Citation> citations,
      @JsonProperty @Nullable String model,
      @JsonProperty @Nullable Context context,
      @JsonProperty @Nullable List<StageRecord> parts) {
    static Text of(Generation of) {
      Abstention why = of.abstention().orElse(null);
      return new Text(
          of.finishReason(),
          of.refusedCitations(),
          of.confidence().isPresent() ? of.confidence().getAsDouble() : null,
          why == null ? null : why.reason(),
          why == null ? null : why.detail(),
          why == null ? of.text() : null,
          why == null ? of.citations() : null,
          of.model().orElse(null),
          of.context().orElse(null),
          of.parts().isEmpty() ? null : of.parts());
    }

    Generation generation(Usage usage) {
      Generation made =
          reason != null && detail != null
              ? Generation.abstained(new Abstention(reason, detail), finish, usage)
              : Generation.of(
                  text == null ? "" : text,
                  citations == null ? List.of() : citations,
                  finish,
                  usage);
      made = made.withRefusedCitations(refused).withParts(parts == null ? List.of() : parts);
      made = model == null ? made : made.withModel(model);
      made = context == null ? made : made.withContext(context);
      return confidence == null ? made : made.withConfidence(confidence);
    }
  }

  /** The record of a stage inside; most have none. */
  private record Part(
      String stage,
      StageDescription what,
      Duration nanos,
      Usage usage,
      List<List<String>> details,
      List<StageRecord> parts,
      @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String error) {
    static Part of(StageRecord record) {
      return new Part(
          record.stage(),
          record.description(),
          record.duration(),
          record.usage(),
          typed(record.details()),
          record.parts(),
          record.error().orElse(null));
    }
  }

  private StageRecord record(JsonNode node) {
    Part part = as(node, Part.class);
    StageRecord made = StageRecord.of(part.stage, part.what, part.nanos, part.usage);
    for (List<String> detail : part.details) {
      String name = detail.get(0);
      String value = detail.get(2);
      made =
          switch (detail.get(1)) {
            case "Long" -> made.with(name, Long.parseLong(value));
            case "Double" -> made.with(name, Double.parseDouble(value));
            default -> made.with(name, value);
          };
    }
    made = made.withParts(part.parts);
    return part.error == null ? made : made.failed(part.error);
  }

  /** Values with their types, which JSON would not keep apart. */
  private static List<List<String>> typed(Map<String, ?> values) {
    return values.entrySet().stream()
        .map(
            e ->
                e.getValue() instanceof List<?> several
                    ? Stream.concat(
                            Stream.of(e.getKey(), "List"), several.stream().map(String::valueOf))
                        .toList()
                    : List.of(
                        e.getKey(),
                        e.getValue().getClass().getSimpleName(),
                        e.getValue().toString()))
        .toList();
  }

  /** A passage where it is kept. */
  private record Kept(
      String id,
      String document,
      int start,
      String text,
      List<String> headings,
      List<List<String>> metadata,
      @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String places) {}

  byte[] encode(Passage passage) {
    return bytes(
        new Kept(
            passage.id(),
            passage.documentId(),
            passage.start(),
            passage.text(),
            passage.headings(),
            typed(passage.metadata().asMap()),
            passage.places().known() ? passage.places().toString() : null));
  }

  Passage decodePassage(byte[] bytes) {
    Kept kept = read(bytes, Kept.class);
    Metadata metadata = Metadata.empty();
    for (List<String> entry : kept.metadata) {
      String key = entry.get(0);
      String value = entry.get(2);
      metadata =
          switch (entry.get(1)) {
            case "Long" -> metadata.with(key, Long.parseLong(value));
            case "Double" -> metadata.with(key, Double.parseDouble(value));
            case "Boolean" -> metadata.with(key, Boolean.parseBoolean(value));
            case "List" -> metadata.with(key, entry.subList(2, entry.size()));
            default -> metadata.with(key, value);
          };
    }
    return new Passage(
        kept.id,
        kept.document,
        kept.start,
        kept.start + kept.text.length(),
        kept.text,
        kept.headings,
        metadata,
        kept.places == null ? Places.unknown() : Places.parse(kept.places));
  }

  byte[] encode(StageStore.Taken taken) {
    return bytes(taken);
  }

  StageStore.Taken decodeTaken(byte[] bytes) {
    return read(bytes, StageStore.Taken.class);
  }

  private byte[] bytes(Object value) {
    try {
      return json.writeValueAsBytes(value);
    } catch (IOException e) {
      throw new UncheckedIOException("a stage's result cannot be written as JSON", e);
    }
  }

  private <T> T as(JsonNode node, Class<T> type) {
    try {
      return json.treeToValue(node, type);
    } catch (IOException e) {
      throw new UncheckedIOException(UNREADABLE, e);
    }
  }

  private <T> T read(byte[] bytes, Class<T> type) {
    try {
      return json.readValue(bytes, type);
    } catch (IOException e) {
      throw new UncheckedIOException(UNREADABLE, e);
    }
  }
}
