package dev.ragwright.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.GsonBuilder;
import dev.ragwright.Answer;
import dev.ragwright.AnswerBody;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each library that writes JSON writes the same of an answer's body, and reads it back. */
class AnswerBodyTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Jsonb JSONB = JsonbBuilder.create();

  /** On a clock that goes on by a millisecond each time that somebody looks. */
  private static Answer ask(Retriever retriever, String question) {
    AtomicLong millis = new AtomicLong();
    return RagPipeline.builder()
        .retriever(retriever)
        .generator(ExtractiveGenerator.create())
        .ticker(() -> millis.incrementAndGet() * 1_000_000)
        .build()
        .ask(question);
  }

  private static Answer answer() {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      String text = "Rotate the signing \"key\" yearly.\nKeep the old one for a day.";
      index.addAll(
          List.of(
              new Passage(
                  "keys#7-67",
                  "keys",
                  7,
                  7 + text.length(),
                  text,
                  List.of("Keys", "Rotation"),
                  Metadata.empty())));
      return ask(index.bm25(), "How often do I rotate the signing key?");
    }
  }

  private static Answer abstention() {
    return ask(Retriever.none(), "How tall is the Eiffel Tower?");
  }

  private static void isTheSameEverywhere(AnswerBody body) throws Exception {
    JsonNode expected = MAPPER.valueToTree(body);
    com.fasterxml.jackson.databind.ObjectMapper jackson2 =
        new com.fasterxml.jackson.databind.ObjectMapper();
    String second = jackson2.writeValueAsString(body);
    String gson = new GsonBuilder().create().toJson(body);
    assertThat(MAPPER.readTree(second)).isEqualTo(expected);
    assertThat(MAPPER.readTree(gson)).isEqualTo(expected);
    assertThat(MAPPER.readValue(gson, AnswerBody.class)).isEqualTo(body);
    assertThat(jackson2.readValue(second, AnswerBody.class)).isEqualTo(body);
    assertThat(new GsonBuilder().create().fromJson(second, AnswerBody.class)).isEqualTo(body);
    assertThat(MAPPER.readTree(JSONB.toJson(body))).isEqualTo(expected);
  }

  @Test
  void anAnswerIsTheSameEverywhere() throws Exception {
    isTheSameEverywhere(answer().body());
  }

  @Test
  void anAbstentionIsTheSameEverywhere() throws Exception {
    isTheSameEverywhere(abstention().body());
  }

  @Test
  void theShapeIsAsTheGuideSays() {
    String id = answer().trace().id();
    assertThat(id).isNotEmpty();
    JsonNode json = MAPPER.valueToTree(answer().body());
    assertThat(json.propertyNames())
        .containsExactly(
            "id",
            "outcome",
            "text",
            "citations",
            "finish",
            "reason",
            "detail",
            "millis",
            "stages",
            "usage");
    assertThat(json.get("outcome").asString()).isEqualTo("ANSWERED");
    assertThat(json.get("text").asString()).isEqualTo("Rotate the signing \"key\" yearly.");
    assertThat(json.get("citations").get(0).toString())
        .isEqualTo(
            """
            {"passageId":"keys#7-67","documentId":"keys","start":7,"end":39,\
            "quote":"Rotate the signing \\"key\\" yearly.","headings":["Keys","Rotation"],\
            "location":"","answerStart":0,"answerEnd":32,"quoted":true}""");
    assertThat(json.get("stages").get(0).toString())
        .isEqualTo("{\"stage\":\"retrieve\",\"name\":\"bm25\",\"millis\":1.0}");
    assertThat(json.get("usage").get("complete").asBoolean()).isTrue();
  }

  @Test
  void anAbstentionHasItsReason() {
    JsonNode json = MAPPER.valueToTree(abstention().body());
    assertThat(json.get("outcome").asString()).isEqualTo("ABSTAINED");
    assertThat(json.get("text").asString()).isEmpty();
    assertThat(json.get("reason").asString()).isEqualTo("NO_EVIDENCE");
    assertThat(json.get("detail").asString()).isNotEmpty();
  }
}
