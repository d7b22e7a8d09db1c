package dev.ragwright.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Assembly;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.retrieve.EvidenceGate;
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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Results of stages as JSON, exactly: what is decoded equals what was encoded, to the last bit of a
 * score. Passages are kept elsewhere, and stand here by their names there.
 */
final class ResultCodec {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Function<Passage, String> keep;
  private final Function<String, Passage> find;

  ResultCodec(Function<Passage, String> keep, Function<String, Passage> find) {
    this.keep = keep;
    this.find = find;
  }

  byte[] encode(StageResult result) {
    ObjectNode node = JSON.createObjectNode();
    switch (result.value()) {
      case Retrieval ranking -> {
        ArrayNode all = node.putArray("hits");
        for (Hit hit : ranking.hits()) {
          all.addArray()
              .add(keep.apply(hit.passage()))
              .add(Double.toString(hit.score()))
              .add(hit.source());
        }
        encode(ranking.parts(), node);
      }
      case EvidenceGate.Verdict verdict ->
          node.put("enough", verdict.enough()).put("detail", verdict.detail());
      case Assembly assembly -> {
        encode(assembly.context(), node.putObject("context"));
        encode(assembly.parts(), node);
      }
      case Generation generation -> encode(generation, node.putObject("text"));
      case List<?> queries -> {
        ArrayNode texts = node.putArray("queries");
        queries.forEach(query -> texts.add(((Query) query).text()));
      }
      default -> throw new IllegalArgumentException("no stage gives " + result.value());
    }
    encode(result.usage(), node.putObject("usage"));
    node.put("nanos", result.wall().toNanos()).put("cpuNanos", result.cpu().toNanos());
    node.put("at", result.measuredAt().toString());
    return bytes(node);
  }

  /** Returns what was encoded, as replayed. */
  StageResult decode(byte[] bytes) {
    JsonNode node = node(bytes);
    Usage usage = usage(node.path("usage"));
    return new StageResult(
        value(node, usage),
        usage,
        Duration.ofNanos(node.path("nanos").longValue()),
        Duration.ofNanos(node.path("cpuNanos").longValue()),
        Instant.parse(node.path("at").asText()),
        true);
  }

  private Object value(JsonNode node, Usage usage) {
    if (node.has("queries")) {
      List<Query> queries = new ArrayList<>();
      node.path("queries").forEach(text -> queries.add(Query.of(text.asText())));
      return List.copyOf(queries);
    }
    if (node.has("hits")) {
      List<Hit> hits = new ArrayList<>();
      for (JsonNode hit : node.path("hits")) {
        hits.add(
            new Hit(
                find.apply(hit.path(0).asText()),
                Double.parseDouble(hit.path(1).asText()),
                hit.path(2).asText()));
      }
      return Retrieval.of(hits, usage).withParts(parts(node));
    }
    if (node.has("enough")) {
      return new EvidenceGate.Verdict(
          node.path("enough").booleanValue(), node.path("detail").asText(), usage);
    }
    return node.has("context")
        ? new Assembly(context(node.path("context")), usage, parts(node))
        : generation(node.path("text"), usage);
  }

  /** The records of the stages inside; most have none. */
  private static void encode(List<StageRecord> parts, ObjectNode node) {
    if (!parts.isEmpty()) {
      ArrayNode all = node.putArray("parts");
      for (StageRecord part : parts) {
        ObjectNode one = all.addObject().put("stage", part.stage());
        encode(part.description(), one.putObject("what"));
        one.put("nanos", part.duration().toNanos());
        encode(part.usage(), one.putObject("usage"));
        encode(part.details(), one.putArray("details"));
        encode(part.parts(), one);
      }
    }
  }

  private static List<StageRecord> parts(JsonNode node) {
    List<StageRecord> parts = new ArrayList<>();
    for (JsonNode one : node.path("parts")) {
      StageRecord part =
          StageRecord.of(
              one.path("stage").asText(),
              description(one.path("what")),
              Duration.ofNanos(one.path("nanos").longValue()),
              usage(one.path("usage")));
      for (JsonNode detail : one.path("details")) {
        String value = detail.path(2).asText();
        String name = detail.path(0).asText();
        part =
            switch (detail.path(1).asText()) {
              case "Long" -> part.with(name, Long.parseLong(value));
              case "Double" -> part.with(name, Double.parseDouble(value));
              default -> part.with(name, value);
            };
      }
      parts.add(part.withParts(parts(one)));
    }
    return parts;
  }

  private static void encode(StageDescription description, ObjectNode node) {
    node.put("kind", description.kind()).put("name", description.name());
    node.put("opaque", description.opaque());
    ObjectNode parameters = node.putObject("parameters");
    description.parameters().forEach(parameters::put);
    ArrayNode parts = node.putArray("parts");
    description.parts().forEach(part -> encode(part, parts.addObject()));
  }

  private static StageDescription description(JsonNode node) {
    SortedMap<String, String> parameters = new TreeMap<>();
    node.path("parameters")
        .properties()
        .forEach(e -> parameters.put(e.getKey(), e.getValue().asText()));
    List<StageDescription> parts = new ArrayList<>();
    node.path("parts").forEach(part -> parts.add(description(part)));
    return new StageDescription(
        node.path("kind").asText(),
        node.path("name").asText(),
        parameters,
        parts,
        node.path("opaque").booleanValue());
  }

  /** Values with their types, which JSON would not keep apart. */
  private static void encode(Map<String, ?> values, ArrayNode node) {
    values.forEach(
        (key, value) ->
            node.addArray().add(key).add(value.getClass().getSimpleName()).add(value.toString()));
  }

  private void encode(Context context, ObjectNode node) {
    node.put("tokens", context.tokens());
    ArrayNode all = node.putArray("evidence");
    for (Evidence evidence : context.evidence()) {
      ArrayNode one =
          all.addArray().add(keep.apply(evidence.passage())).add(Double.toString(evidence.score()));
      evidence.retrieved().forEach(passage -> one.add(keep.apply(passage)));
    }
    ArrayNode dropped = node.putArray("dropped");
    context
        .dropped()
        .forEach(one -> dropped.addArray().add(one.passageId()).add(one.reason().name()));
    context.titles().forEach(node.putArray("titles")::add);
  }

  private Context context(JsonNode node) {
    List<Evidence> evidence = new ArrayList<>();
    for (JsonNode one : node.path("evidence")) {
      List<Passage> retrieved = new ArrayList<>();
      for (int i = 2; i < one.size(); i++) {
        retrieved.add(find.apply(one.path(i).asText()));
      }
      evidence.add(
          new Evidence(
              find.apply(one.path(0).asText()),
              Double.parseDouble(one.path(1).asText()),
              retrieved));
    }
    List<Context.Dropped> dropped = new ArrayList<>();
    for (JsonNode one : node.path("dropped")) {
      dropped.add(
          new Context.Dropped(one.path(0).asText(), Context.Reason.valueOf(one.path(1).asText())));
    }
    List<String> titles = new ArrayList<>();
    node.path("titles").forEach(title -> titles.add(title.asText()));
    return new Context(evidence, node.path("tokens").intValue(), dropped, titles);
  }

  private static void encode(Generation generation, ObjectNode node) {
    node.put("finish", generation.finishReason().name());
    node.put("refused", generation.refusedCitations());
    if (generation.abstention().isPresent()) {
      node.put("reason", generation.abstention().get().reason().name());
      node.put("detail", generation.abstention().get().detail());
      return;
    }
    node.put("text", generation.text());
    ArrayNode citations = node.putArray("citations");
    for (Citation citation : generation.citations()) {
      ObjectNode one = citations.addObject();
      one.put("passage", citation.passageId()).put("document", citation.documentId());
      one.put("start", citation.start()).put("end", citation.end()).put("quote", citation.quote());
      one.put("answerStart", citation.answerStart()).put("answerEnd", citation.answerEnd());
      one.put("quoted", citation.quoted());
      ArrayNode headings = one.putArray("headings");
      citation.headings().forEach(headings::add);
    }
  }

  private static Generation generation(JsonNode node, Usage usage) {
    Generation.FinishReason finish = Generation.FinishReason.valueOf(node.path("finish").asText());
    int refused = node.path("refused").intValue();
    if (node.has("reason")) {
      Abstention abstention =
          new Abstention(
              Abstention.Reason.valueOf(node.path("reason").asText()),
              node.path("detail").asText());
      return Generation.abstained(abstention, finish, usage).withRefusedCitations(refused);
    }
    List<Citation> citations = new ArrayList<>();
    for (JsonNode one : node.path("citations")) {
      citations.add(
          new Citation(
              one.path("passage").asText(),
              one.path("document").asText(),
              one.path("start").intValue(),
              one.path("end").intValue(),
              one.path("quote").asText(),
              texts(one.path("headings")),
              one.path("answerStart").intValue(),
              one.path("answerEnd").intValue(),
              one.path("quoted").asBoolean(true)));
    }
    return Generation.of(node.path("text").asText(), citations, finish, usage)
        .withRefusedCitations(refused);
  }

  byte[] encode(Passage passage) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", passage.id()).put("document", passage.documentId());
    node.put("start", passage.start()).put("text", passage.text());
    ArrayNode headings = node.putArray("headings");
    passage.headings().forEach(headings::add);
    encode(passage.metadata().asMap(), node.putArray("metadata"));
    return bytes(node);
  }

  Passage decodePassage(byte[] bytes) {
    JsonNode node = node(bytes);
    Metadata metadata = Metadata.empty();
    for (JsonNode entry : node.path("metadata")) {
      metadata =
          with(metadata, entry.path(0).asText(), entry.path(1).asText(), entry.path(2).asText());
    }
    String text = node.path("text").asText();
    int start = node.path("start").intValue();
    return new Passage(
        node.path("id").asText(),
        node.path("document").asText(),
        start,
        start + text.length(),
        text,
        texts(node.path("headings")),
        metadata);
  }

  private static Metadata with(Metadata metadata, String key, String type, String value) {
    return switch (type) {
      case "Long" -> metadata.with(key, Long.parseLong(value));
      case "Double" -> metadata.with(key, Double.parseDouble(value));
      case "Boolean" -> metadata.with(key, Boolean.parseBoolean(value));
      default -> metadata.with(key, value);
    };
  }

  byte[] encode(StageStore.Taken taken) {
    ObjectNode node = JSON.createObjectNode().put("calls", taken.calls());
    node.put("nanos", taken.wall().toNanos()).put("cpuNanos", taken.cpu().toNanos());
    encode(taken.usage(), node.putObject("usage"));
    return bytes(node);
  }

  StageStore.Taken decodeTaken(byte[] bytes) {
    JsonNode node = node(bytes);
    return new StageStore.Taken(
        node.path("calls").longValue(),
        Duration.ofNanos(node.path("nanos").longValue()),
        Duration.ofNanos(node.path("cpuNanos").longValue()),
        usage(node.path("usage")));
  }

  private static void encode(Usage usage, ObjectNode node) {
    usage.known().forEach(node::put);
    usage.unknownCounters().forEach(node::putNull);
    if (!usage.isComplete()) {
      node.put("complete", false);
    }
  }

  /** What {@link ResultWriter} and this wrote. */
  static Usage usage(JsonNode node) {
    Usage usage = node.path("complete").asBoolean(true) ? Usage.none() : Usage.unknown();
    for (Map.Entry<String, JsonNode> count : node.properties()) {
      if (count.getValue().isNull()) {
        usage = usage.withUnknown(count.getKey());
      } else if (count.getValue().isNumber()) {
        usage = usage.with(count.getKey(), count.getValue().longValue());
      }
    }
    return usage;
  }

  private static List<String> texts(JsonNode node) {
    List<String> texts = new ArrayList<>();
    node.forEach(text -> texts.add(text.asText()));
    return List.copyOf(texts);
  }

  private static byte[] bytes(ObjectNode node) {
    try {
      return JSON.writeValueAsBytes(node);
    } catch (IOException e) {
      throw new UncheckedIOException("a stage's result cannot be written as JSON", e);
    }
  }

  private static JsonNode node(byte[] bytes) {
    try {
      return JSON.readTree(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("a stage's result in the memo is not JSON", e);
    }
  }
}
