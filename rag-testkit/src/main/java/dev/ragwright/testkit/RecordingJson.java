package dev.ragwright.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Retrieval;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Requests and responses of stages as JSON. */
final class RecordingJson {
  static final ObjectMapper JSON = new ObjectMapper();

  private RecordingJson() {}

  /** The question first: the error of a miss tells requests by it. */
  private static ObjectNode asked(Query question) {
    ObjectNode request = JSON.createObjectNode().put("asked", question.text());
    return question.side() == Embedder.Side.DOCUMENT ? request.put("as", "document") : request;
  }

  static ObjectNode request(GenerationRequest request) {
    ObjectNode node = asked(request.question());
    Context context = request.context();
    ArrayNode evidence = node.putArray("passages");
    context.evidence().forEach(one -> evidence.add(passage(one.passage())));
    if (!context.titles().isEmpty()) {
      texts(node.putArray("titles"), context.titles());
    }
    if (!context.history().isEmpty()) {
      ArrayNode history = node.putArray("history");
      context
          .history()
          .forEach(
              turn ->
                  texts(history.addArray(), List.of(turn.asked(), turn.question(), turn.answer())));
    }
    return node;
  }

  static ObjectNode request(Query query, List<Hit> hits, int topK) {
    ObjectNode node = asked(query).put("topK", topK);
    ArrayNode passages = node.putArray("passages");
    hits.forEach(hit -> passages.add(passage(hit.passage())));
    return node;
  }

  static ObjectNode request(String text, Embedder.Side side) {
    return asked(side == Embedder.Side.QUERY ? Query.of(text) : Query.like(text));
  }

  private static ObjectNode passage(Passage passage) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("id", passage.id())
            .put("document", passage.documentId())
            .put("start", passage.start());
    texts(node.putArray("headings"), passage.headings());
    return node.put("text", passage.text());
  }

  private static void texts(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  static ObjectNode generation(Generation made) {
    ObjectNode node = JSON.createObjectNode().put("text", made.text());
    made.abstention()
        .ifPresent(
            why ->
                node.putObject("abstention")
                    .put("reason", why.reason().name())
                    .put("detail", why.detail()));
    ArrayNode citations = node.putArray("citations");
    made.citations().forEach(citation -> citations.add(citation(citation)));
    node.put("finish", made.finishReason().name()).put("refused", made.refusedCitations());
    made.confidence().ifPresent(value -> node.put("confidence", value));
    made.model().ifPresent(model -> node.put("model", model));
    node.set("usage", usage(made.usage()));
    return node;
  }

  static Generation generation(JsonNode node) {
    Usage usage = usage(node.path("usage"));
    Generation.FinishReason finish = Generation.FinishReason.valueOf(node.path("finish").asText());
    List<Citation> citations = new ArrayList<>();
    node.path("citations").forEach(one -> citations.add(citation(one)));
    JsonNode why = node.path("abstention");
    Generation made =
        why.isObject()
            ? Generation.abstained(
                new Abstention(
                    Abstention.Reason.valueOf(why.path("reason").asText()),
                    why.path("detail").asText()),
                finish,
                usage)
            : Generation.of(node.path("text").asText(), citations, finish, usage);
    made = made.withRefusedCitations(node.path("refused").asInt());
    made = node.has("confidence") ? made.withConfidence(node.path("confidence").asDouble()) : made;
    return node.has("model") ? made.withModel(node.path("model").asText()) : made;
  }

  private static ObjectNode citation(Citation citation) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("passage", citation.passageId())
            .put("document", citation.documentId())
            .put("start", citation.start())
            .put("quote", citation.quote());
    texts(node.putArray("headings"), citation.headings());
    return node.put("location", citation.location())
        .put("answerStart", citation.answerStart())
        .put("answerEnd", citation.answerEnd())
        .put("quoted", citation.quoted());
  }

  private static Citation citation(JsonNode node) {
    int start = node.path("start").asInt();
    String quote = node.path("quote").asText();
    return new Citation(
        node.path("passage").asText(),
        node.path("document").asText(),
        start,
        start + quote.length(),
        quote,
        texts(node.path("headings")),
        node.path("location").asText(),
        node.path("answerStart").asInt(),
        node.path("answerEnd").asInt(),
        node.path("quoted").asBoolean());
  }

  /** A count that is not known is null. */
  private static ObjectNode usage(Usage usage) {
    ObjectNode node = JSON.createObjectNode().put("complete", usage.isComplete());
    ObjectNode counts = node.putObject("counts");
    usage.known().forEach(counts::put);
    usage.unknownCounters().forEach(counts::putNull);
    return node;
  }

  private static Usage usage(JsonNode node) {
    Usage usage = node.path("complete").asBoolean() ? Usage.none() : Usage.unknown();
    for (Map.Entry<String, JsonNode> count : node.path("counts").properties()) {
      usage =
          count.getValue().isNull()
              ? usage.withUnknown(count.getKey())
              : usage.with(count.getKey(), count.getValue().asLong());
    }
    return usage;
  }

  static ObjectNode ranked(Retrieval ranked) {
    ObjectNode node = JSON.createObjectNode();
    ArrayNode hits = node.putArray("hits");
    ranked
        .hits()
        .forEach(
            hit ->
                hits.addArray()
                    .add(hit.passage().id())
                    .add(Double.toString(hit.score())) // JSON has no infinities
                    .add(hit.source()));
    node.set("usage", usage(ranked.usage()));
    return node;
  }

  static Retrieval ranked(JsonNode node, List<Hit> given) {
    Map<String, Passage> passages = new HashMap<>();
    given.forEach(hit -> passages.put(hit.passage().id(), hit.passage()));
    List<Hit> hits = new ArrayList<>();
    node.path("hits")
        .forEach(
            hit ->
                hits.add(
                    new Hit(
                        Objects.requireNonNull(passages.get(hit.path(0).asText())),
                        Double.parseDouble(hit.path(1).asText()),
                        hit.path(2).asText())));
    return Retrieval.of(hits, usage(node.path("usage")));
  }

  /** To the last bit, and a third as long as in digits. */
  static ObjectNode vector(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
    bytes.asFloatBuffer().put(vector);
    return JSON.createObjectNode().put("vector", Base64.getEncoder().encodeToString(bytes.array()));
  }

  static float[] vector(JsonNode node) {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(node.path("vector").asText()));
    float[] vector = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(vector);
    return vector;
  }

  static ObjectNode description(StageDescription description) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("kind", description.kind())
            .put("name", description.name())
            .put("opaque", description.opaque());
    ObjectNode parameters = node.putObject("parameters");
    description.parameters().forEach(parameters::put);
    ArrayNode parts = node.putArray("parts");
    description.parts().forEach(part -> parts.add(description(part)));
    return node;
  }

  static StageDescription description(JsonNode node) {
    Map<String, String> parameters = new HashMap<>();
    for (Map.Entry<String, JsonNode> one : node.path("parameters").properties()) {
      parameters.put(one.getKey(), one.getValue().asText());
    }
    List<StageDescription> parts = new ArrayList<>();
    node.path("parts").forEach(part -> parts.add(description(part)));
    return new StageDescription(
        node.path("kind").asText(),
        node.path("name").asText(),
        new TreeMap<>(parameters),
        parts,
        node.path("opaque").asBoolean());
  }
}
