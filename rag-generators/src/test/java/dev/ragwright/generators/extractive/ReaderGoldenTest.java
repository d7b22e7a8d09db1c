package dev.ragwright.generators.extractive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.FloatTensor;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxEncoder;
import dev.ragwright.onnx.OnnxModel;
import dev.ragwright.onnx.Tokenizer;
import dev.ragwright.onnx.Tokens;
import dev.ragwright.onnx.TokensWithSpans;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A trained reader beside ONNX Runtime's Python binding, version 1.29.0, on the same questions. */
class ReaderGoldenTest {
  private static final int MOST = 512; // to which the reference cut the long ones
  private static final CallContext UNBOUNDED = CallContext.unbounded();

  private static Path model() {
    return Repository.sharedOrSkip("models/ragwright-minilm-qa");
  }

  private static List<JsonNode> golden() throws IOException {
    JsonMapper json = new JsonMapper();
    List<String> lines = Files.readAllLines(model().resolve("golden.jsonl"));
    return lines.stream().map(line -> parsed(json, line)).toList();
  }

  private static JsonNode parsed(JsonMapper json, String line) {
    try {
      return json.readTree(line);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void tokensAndLogitsAreTheReferences() throws IOException {
    List<JsonNode> golden = golden();
    try (OnnxModel model = OnnxModel.load(ModelFolder.of(model()));
        Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(model()))) {
      OnnxEncoder encoder = model.encoder("start_logits", "end_logits");
      for (JsonNode one : golden) {
        Tokens tokens = cut(encoded(tokenizer, one));
        assertThat(tokens.size()).isEqualTo(one.path("input_ids").size());
        for (int i = 0; i < tokens.size(); i++) {
          assertThat(tokens.id(i)).isEqualTo(one.path("input_ids").path(i).asLong());
          assertThat(tokens.typeId(i)).isEqualTo(one.path("token_type_ids").path(i).asLong());
        }
        List<FloatTensor> logits = encoder.runAll(tokens, UNBOUNDED);
        assertClose(logits.get(0), one.path("start_logits"));
        assertClose(logits.get(1), one.path("end_logits"));
      }
    }
  }

  private static void assertClose(FloatTensor logits, JsonNode expected) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat((double) logits.values()[i]).isCloseTo(expected.path(i).asDouble(), within(1e-3));
    }
  }

  @Test
  void answersAreTheReferences() throws IOException {
    List<JsonNode> golden = golden();
    try (OnnxReader reader =
            OnnxReader.builder(ModelFolder.of(model())).windowTokens(MOST).build();
        Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(model()))) {
      for (JsonNode one : golden) {
        String context = one.path("context").asText();
        TokensWithSpans encoded = encoded(tokenizer, one);
        int read = cut(encoded).textSize();
        String text = context.substring(0, encoded.spans().end(read - 1));
        ReadAnswer answer =
            reader.read(one.path("question").asText(), text, 1, UNBOUNDED).best().orElseThrow();
        assertThat(answer.text()).isEqualTo(one.path("answer").asText());
        assertThat(context.codePointCount(0, answer.start())).isEqualTo(one.path("start").asInt());
        assertThat(context.codePointCount(0, answer.end())).isEqualTo(one.path("end").asInt());
        assertThat(answer.spanScore()).isCloseTo(one.path("score").asDouble(), within(2e-3));
        assertThat(answer.nullScore()).isCloseTo(one.path("null_score").asDouble(), within(2e-3));
      }
    }
  }

  private static TokensWithSpans encoded(Tokenizer tokenizer, JsonNode one) {
    return tokenizer.encodeBehind(one.path("question").asText(), one.path("context").asText());
  }

  private static Tokens cut(TokensWithSpans encoded) {
    Tokens tokens = encoded.tokens();
    int around = tokens.size() - tokens.textSize();
    return tokens.window(0, Math.min(tokens.textSize(), MOST - around));
  }
}
