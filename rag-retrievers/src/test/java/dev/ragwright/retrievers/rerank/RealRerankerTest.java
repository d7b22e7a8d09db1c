package dev.ragwright.retrievers.rerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.testmodels.FloatKernels;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With a small reranker beside the repository, whose {@code golden.jsonl} has token ids and logits
 * as ONNX Runtime 1.29.0's Python binding gives them, one pair a run.
 */
class RealRerankerTest {
  private static final Path FOLDER = Repository.shared("models/ragwright-minilm-reranker");

  /** Seen: .226, and 0 for 4 of the first 5. Saturating products move a logit by up to .73. */
  private static final double ELSEWHERE = .25;

  @TempDir Path folder;

  @BeforeEach
  void skipWithoutTheModel() {
    assumeTrue(Files.isDirectory(FOLDER), () -> "skipped: there is no " + FOLDER);
  }

  private static List<JsonNode> golden() throws IOException {
    JsonMapper json = new JsonMapper();
    List<JsonNode> pairs = new ArrayList<>();
    for (String line : Files.readAllLines(FOLDER.resolve("golden.jsonl"))) {
      pairs.add(json.readTree(line));
    }
    assertThat(pairs).hasSize(12);
    return pairs;
  }

  @Test
  void tokensAreTheReferences() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(FOLDER))) {
      for (JsonNode pair : golden()) {
        Tokens whole =
            tokenizer.pairsWith(pair.path("query").asText()).encode(pair.path("passage").asText());
        int room = 512 - (whole.size() - whole.textSize());
        Tokens tokens = whole.textSize() > room ? whole.window(0, room) : whole;
        assertThat(IntStream.range(0, tokens.size()).mapToObj(tokens::id))
            .containsExactlyElementsOf(longs(pair.path("input_ids")));
        assertThat(IntStream.range(0, tokens.size()).mapToObj(tokens::typeId))
            .containsExactlyElementsOf(longs(pair.path("token_type_ids")));
      }
    }
  }

  private static List<Long> longs(JsonNode array) {
    List<Long> longs = new ArrayList<>();
    array.forEach(number -> longs.add(number.asLong()));
    return longs;
  }

  /** Whether sums are rounded here as where the logits are from. */
  private boolean roundsAsTheReference() throws IOException {
    Files.write(folder.resolve("model.onnx"), FloatKernels.graph());
    try (OnnxModel model = OnnxModel.load(ModelFolder.of(folder));
        Tokenizer tokenizer = Tokenizer.load(ModelFolder.of(FOLDER))) {
      Tokens any = tokenizer.encode("any");
      return FloatKernels.areTheReferences(
          model.encoder("numbers").run(any, CallContext.unbounded()).values());
    }
  }

  /**
   * All passages of a question in one call, so that a neighbour would show. To three digits where
   * sums are rounded as the reference's, else within what other roundings move; those of one
   * question in the same order on both.
   */
  @Test
  void logitsAreTheReferences() throws IOException {
    assumeTrue(
        OnnxModel.runtime().equals("onnxruntime 1.29.0"),
        () -> "skipped: the logits are of ONNX Runtime 1.29.0, not of " + OnnxModel.runtime());
    List<JsonNode> golden = golden();
    double most = roundsAsTheReference() ? 1e-3 : ELSEWHERE;
    Map<JsonNode, Double> logits = new HashMap<>();
    try (OnnxCrossEncoder reranker =
        OnnxCrossEncoder.builder(ModelFolder.of(FOLDER)).whenTooLong(TooLong.CUT).build()) {
      for (JsonNode pair : golden) {
        List<Hit> hits = new ArrayList<>();
        for (JsonNode other : golden) {
          hits.add(
              new Hit(Passage.of("p" + hits.size(), other.path("passage").asText()), 1, "first"));
        }
        Map<String, Double> scores =
            reranker.rerank(pair.path("query").asText(), hits, hits.size()).hits().stream()
                .collect(Collectors.toMap(hit -> hit.passage().id(), Hit::score));
        double logit = Objects.requireNonNull(scores.get("p" + golden.indexOf(pair)));
        assertThat(logit).isCloseTo(pair.path("logit").asDouble(), within(most));
        logits.put(pair, logit);
      }
    }
    for (JsonNode pair : golden) {
      for (JsonNode other : golden) {
        if (pair.path("query").equals(other.path("query"))) {
          double apart = pair.path("logit").asDouble() - other.path("logit").asDouble();
          assertThat(Math.signum(logit(logits, pair) - logit(logits, other)))
              .isEqualTo(Math.signum(apart));
        }
      }
    }
  }

  private static double logit(Map<JsonNode, Double> logits, JsonNode pair) {
    return Objects.requireNonNull(logits.get(pair));
  }
}
