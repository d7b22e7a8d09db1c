package dev.ragwright.generators.extractive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.runtime.FloatTensor;
import dev.ragwright.onnx.runtime.OnnxEncoder;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import dev.ragwright.onnx.runtime.TokensWithSpans;
import dev.ragwright.testmodels.FloatKernels;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A trained reader beside ONNX Runtime's Python binding, version 1.29.0, on the same questions:
 * logits to three digits where sums are rounded as there ({@link FloatKernels}), else within what
 * other roundings move; the same answers, and elsewhere one of two between which the reference
 * hardly chooses.
 */
class ReaderGoldenTest {
  private static final int MOST = 512; // to which the reference cut the long ones
  private static final CallContext UNBOUNDED = CallContext.unbounded();

  @TempDir Path folder;

  /** Whether sums are rounded here as where the logits are from. */
  private boolean roundsAsTheReference(Tokenizer tokenizer) throws IOException {
    Files.write(folder.resolve("model.onnx"), FloatKernels.graph());
    try (OnnxModel model = OnnxModel.load(ModelFolder.of(folder))) {
      FloatTensor numbers = model.encoder("numbers").run(tokenizer.encode("any"), UNBOUNDED);
      return FloatKernels.areTheReferences(numbers.values());
    }
  }

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
      boolean asReference = roundsAsTheReference(tokenizer);
      for (JsonNode one : golden) {
        Tokens tokens = cut(encoded(tokenizer, one));
        assertThat(tokens.size()).isEqualTo(one.path("input_ids").size());
        for (int i = 0; i < tokens.size(); i++) {
          assertThat(tokens.id(i)).isEqualTo(one.path("input_ids").path(i).asLong());
          assertThat(tokens.typeId(i)).isEqualTo(one.path("token_type_ids").path(i).asLong());
        }
        List<FloatTensor> logits = encoder.runAll(tokens, UNBOUNDED);
        assertClose(logits.get(0), one.path("start_logits"), asReference);
        assertClose(logits.get(1), one.path("end_logits"), asReference);
      }
    }
  }

  /**
   * Elsewhere, the logits of 10 of the 12 texts are seen to be the same, and those of one text of
   * 512 tokens to be .043 off in the mean and .378 at most. Saturating products move those of every
   * text, by .09 to .28 in the mean and by up to 1.5.
   */
  private static void assertClose(FloatTensor logits, JsonNode expected, boolean asReference) {
    double sum = 0;
    for (int i = 0; i < expected.size(); i++) {
      double off = Math.abs(logits.values()[i] - expected.path(i).asDouble());
      assertThat(off).as("logit %d", i).isLessThan(asReference ? 1e-3 : .5);
      sum += off;
    }
    assertThat(sum / expected.size()).isLessThan(asReference ? 1e-3 : .07);
  }

  @Test
  void answersAreTheReferences() throws IOException {
    List<JsonNode> golden = golden();
    try (OnnxExtractiveReader reader =
            OnnxExtractiveReader.builder(ModelFolder.of(model())).windowTokens(MOST).build();
        Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(model()))) {
      boolean asReference = roundsAsTheReference(tokenizer);
      double most = asReference ? 2e-3 : .5; // a score is a sum of two logits
      for (JsonNode one : golden) {
        String context = one.path("context").asText();
        TokensWithSpans encoded = encoded(tokenizer, one);
        int read = cut(encoded).textSize();
        String text = context.substring(0, encoded.spans().end(read - 1));
        ReadAnswer answer =
            reader.read(one.path("question").asText(), text, 1, UNBOUNDED).best().orElseThrow();
        int start = context.offsetByCodePoints(0, one.path("start").asInt());
        int end = context.offsetByCodePoints(0, one.path("end").asInt());
        if (asReference || !isTie(one, encoded, answer, most)) {
          assertThat(answer.text()).isEqualTo(one.path("answer").asText());
          assertThat(answer.start()).isEqualTo(start);
          assertThat(answer.end()).isEqualTo(end);
        }
        assertThat(answer.spanScore()).isCloseTo(one.path("score").asDouble(), within(most));
        assertThat(answer.nullScore()).isCloseTo(one.path("null_score").asDouble(), within(most));
      }
    }
  }

  /** Whether the reference's own logits have another answer for about as good as its own. */
  private static boolean isTie(
      JsonNode one, TokensWithSpans encoded, ReadAnswer answer, double most) {
    double score = Double.NEGATIVE_INFINITY;
    int before = encoded.tokens().before();
    for (int first = 0; first < cut(encoded).textSize(); first++) {
      for (int last = first; last < cut(encoded).textSize(); last++) {
        if (encoded.spans().start(first) == answer.start()
            && encoded.spans().end(last) == answer.end()) {
          score =
              one.path("start_logits").path(before + first).asDouble()
                  + one.path("end_logits").path(before + last).asDouble();
        }
      }
    }
    return score > one.path("score").asDouble() - most;
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
