package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Query;
import dev.ragwright.testkit.seeds.Seeds;
import dev.ragwright.testmodels.ScriptedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Constraints hold whatever the model wants: these models want nonsense. */
@Timeout(240)
class ConstrainedReplyTest {
  private static final List<ChatMessage> ASKED = List.of(ChatMessage.user("Well?"));
  private static final List<String> LABELS =
      List.of("yes", "no", "not at all", "<think>", " caf\u00e9", "[1]");
  private static final List<String> TEXTS =
      List.of(
          "The Rhine rises in the Alps. It is 1,233 km long.",
          "He said: \"This is it.\" The rest is history.",
          "\u00c9t\u00e9 \ud83d\ude80 caf\u00e9 \u6f22\u5b57\u3001\u6c34 [3] and \u6c34");

  @TempDir Path folder;

  private OnnxChatModel nonsense(RandomGenerator random) throws IOException {
    return OnnxChatModel.load(
        ScriptedModel.of("not", " at", "\":", "{\"", "\" [1]", "The R", "yes", "\u00e9t")
            .nonsense(random)
            .write(folder));
  }

  private static DecodingOptions.Builder options(RandomGenerator random) {
    return DecodingOptions.builder()
        .temperature(random.nextInt(3) == 0 ? 0 : 1 + random.nextDouble())
        .topK(random.nextInt(5))
        .topP(1 - random.nextInt(2) * .3)
        .presencePenalty(random.nextInt(2) * 3)
        .repetitionPenalty(1 + random.nextInt(2) * .5)
        .seed(random.nextLong());
  }

  @Test
  void everyReplyIsALabel() throws IOException {
    RandomGenerator random = Seeds.random();
    Constraint labels = Constraint.oneOf(LABELS);
    try (OnnxChatModel model = nonsense(random)) {
      for (int round = 0; round < 60; round++) {
        ChatReply reply =
            model.chat(ASKED, options(random).constraint(labels).build(), CallContext.unbounded());
        assertThat(LABELS).as(Seeds.replay()).contains(reply.text());
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(reply.thinking()).isEmpty();
      }
    }
  }

  @Test
  void everyReplyThatEndsIsJsonAndEveryOtherItsBeginning() throws IOException {
    RandomGenerator random = Seeds.random();
    JsonMapper json =
        JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    Constraint schema =
        Constraint.jsonSchema(
            """
            {"type": "object", "properties": {
               "answer": {"type": "string", "maxLength": 8}, "certain": {"type": "boolean"},
               "sources": {"type": "array", "items": {"type": "integer"}, "maxItems": 3}},
             "required": ["answer", "sources"]}
            """);
    Map<FinishReason, Integer> ends = new EnumMap<>(FinishReason.class);
    try (OnnxChatModel model = nonsense(random)) {
      for (int round = 0; round < 60; round++) {
        int most = random.nextBoolean() ? 400 : 1 + random.nextInt(60);
        ChatReply reply =
            model.chat(
                ASKED,
                options(random).constraint(schema).maxTokens(most).build(),
                CallContext.unbounded());
        ends.merge(reply.finishReason(), 1, Integer::sum);
        if (reply.finishReason() == FinishReason.STOP) {
          JsonNode value = json.readTree(reply.text());
          assertThat(value.required("answer").isTextual()).as(Seeds.replay()).isTrue();
          assertThat(value.required("sources").size()).isBetween(0, 3);
        } else {
          Constraint.State state = schema.start(model.vocabulary());
          for (int token : reply.outputTokens()) {
            state = state.accept(token);
          }
          assertThat(reply.outputTokens()).hasSize(most);
        }
      }
    }
    assertThat(ends).as(Seeds.replay()).containsKeys(FinishReason.STOP, FinishReason.LENGTH);
  }

  @Test
  void readingAheadChangesNothing() throws IOException {
    RandomGenerator random = Seeds.random();
    Constraint quotes = Constraint.quotes(List.of("so so so so and so so so it is so so"));
    try (OnnxChatModel model = nonsense(random)) {
      for (int round = 0; round < 20; round++) {
        DecodingOptions.Builder options = options(random).constraint(quotes).maxTokens(80);
        List<ChatMessage> asked = List.of(ChatMessage.user("so so so so \"so so\" [1]"));
        ChatReply with =
            model.chat(asked, options.promptLookup(true).build(), CallContext.unbounded());
        ChatReply without =
            model.chat(asked, options.promptLookup(false).build(), CallContext.unbounded());
        assertThat(with.outputTokens()).as(Seeds.replay()).isEqualTo(without.outputTokens());
      }
    }
  }

  @Test
  void everyQuoteIsThereWordForWord() throws IOException {
    RandomGenerator random = Seeds.random();
    int quotes = 0;
    for (int models = 0; models < 8; models++) {
      try (OnnxChatModel model = nonsense(random)) {
        for (int round = 0; round < 8; round++) {
          int most = random.nextBoolean() ? 600 : 1 + random.nextInt(80);
          OnnxGenerator.Builder generator =
              OnnxGenerator.builder(model).decoding(options(random).maxTokens(most).build());
          if (random.nextBoolean()) { // a prompt that leaves no other way than to quote
            generator.prompt(request -> List.of(ChatMessage.user(request.question().text())));
          }
          quotes += assertQuotes(generator.quotesOnly().build());
        }
      }
    }
    assertThat(quotes).as(Seeds.replay()).isGreaterThan(10);
  }

  private static int assertQuotes(OnnxGenerator generator) {
    GenerationRequest request = request(TEXTS);
    try (TokenStream stream = generator.stream(request, CallContext.unbounded())) {
      String streamed = stream.text().collect(Collectors.joining());
      Generation answer = stream.result();
      assertThat(streamed).isEqualTo(answer.text());
      assertThat(answer.abstention().isPresent()).isEqualTo(answer.text().isEmpty());
      assertThat(answer.text())
          .as(Seeds.replay())
          .isEqualTo(
              answer.citations().stream()
                  .map(citation -> '"' + citation.quote() + '"')
                  .collect(Collectors.joining("\n")));
      for (Citation citation : answer.citations()) {
        int number = Integer.parseInt(citation.passageId().substring(1));
        assertThat(TEXTS.get(number - 1).substring(citation.start() - 9, citation.end() - 9))
            .isEqualTo(citation.quote());
        assertThat(answer.text().substring(citation.answerStart(), citation.answerEnd()))
            .isEqualTo(citation.quote());
      }
      return answer.citations().size();
    }
  }

  @Test
  void aQuoteIsCitedWhereItIsWholeWords() throws IOException {
    String text = "Not -3.5 \u00b0C, not 3.5-fold, but (3.5)! And 3.5 again.";
    try (OnnxChatModel model =
        OnnxChatModel.load(ScriptedModel.of("\"3.5", "\" [1]").write(folder))) {
      OnnxGenerator generator = OnnxGenerator.builder(model).quotesOnly().build();
      Generation answer = generator.generate(request(List.of(text)), CallContext.unbounded());
      assertThat(answer.citations())
          .singleElement()
          .satisfies(
              citation -> {
                assertThat(citation.quote()).isEqualTo("3.5");
                assertThat(citation.start()).isEqualTo(9 + text.indexOf("(3.5)") + 1);
              });
    }
  }

  /** The texts begin 9 units behind the beginning of their document. */
  private static GenerationRequest request(List<String> texts) {
    List<Evidence> evidence = new ArrayList<>();
    for (String text : texts) {
      String id = "p" + (evidence.size() + 1);
      Passage passage =
          new Passage(id, "d", 9, 9 + text.length(), text, List.of(), Metadata.empty());
      evidence.add(Evidence.of(passage, 1));
    }
    return GenerationRequest.of(Query.of("Where?"), new Context(evidence, 0, List.of()));
  }

  @Test
  void declinesWhereThePromptLetsIt() throws IOException {
    try (OnnxChatModel model =
        OnnxChatModel.load(ScriptedModel.of("NO_", "ANSWER", " sorry").write(folder))) {
      OnnxGenerator generator = OnnxGenerator.builder(model).quotesOnly().build();
      Generation answer = generator.generate(request(TEXTS), CallContext.unbounded());
      assertThat(answer.abstention())
          .contains(
              new Abstention(
                  Abstention.Reason.DECLINED,
                  "the model replied 'NO_ANSWER', as it may instead of quotes"));
      assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
      Generation nothing =
          generator.generate(request(List.of("---", "?")), CallContext.unbounded());
      assertThat(nothing.abstention())
          .contains(
              new Abstention(
                  Abstention.Reason.NO_EVIDENCE,
                  "no word stands in the 2 evidence that may be quoted"));
      assertThat(generator.description())
          .isNotEqualTo(OnnxGenerator.builder(model).build().description());
    }
  }

  @Test
  void bracketsOfAConstrainedReplyAreItsOwn() throws IOException {
    try (OnnxChatModel model =
        OnnxChatModel.load(ScriptedModel.of("{\"s\": ", "[1]}").write(folder))) {
      DecodingOptions decoding =
          DecodingOptions.builder()
              .constraint(
                  Constraint.jsonSchema(
                      """
                      {"type": "object", "required": ["s"], "properties": {
                        "s": {"type": "array", "items": {"type": "integer"}}}}
                      """))
              .build();
      OnnxGenerator generator = OnnxGenerator.builder(model).decoding(decoding).build();
      Generation answer = generator.generate(request(TEXTS), CallContext.unbounded());
      assertThat(answer.text()).isEqualTo("{\"s\": [1]}");
      assertThat(answer.citations()).isEmpty();
      ChatReply reply = model.chat(ASKED, decoding, CallContext.unbounded());
      assertThat(reply.outputTokens())
          .as("nothing may follow, so the model was not asked for the end of its turn")
          .hasSize(2);
      assertThat(decoding.description().toString()).contains("jsonSchema");
      assertThat(Arrays.asList(decoding.with(o -> o).constraint().orElseThrow()))
          .containsExactly(decoding.constraint().orElseThrow());
    }
  }
}
