package dev.ragwright.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceTest {
  private static final StageRecord RETRIEVE =
      StageRecord.of(
              "retrieve",
              StageDescription.of("retriever", "fused").with("depth", 100),
              Duration.ofNanos(1_234_567),
              Usage.of("vectorsCompared", 40))
          .with("hits", 2)
          .withParts(
              List.of(
                  StageRecord.of(
                          "retrieve",
                          StageDescription.of("retriever", "bm25"),
                          Duration.ofMillis(1),
                          Usage.none())
                      .with("hits", 1)));
  private static final StageRecord GENERATE =
      StageRecord.of(
              "generate",
              StageDescription.of("generator", "remote"),
              Duration.ofSeconds(2),
              Usage.unknown().with("inputTokens", 7).withUnknown("outputTokens"))
          .failed("no route to host");

  private static Trace trace(String question, StageRecord... stages) {
    return Trace.of(question, List.of(stages), Duration.ofMillis(2_002));
  }

  @Test
  void summarizesALineForEachStage() {
    assertThat(trace("Who?", RETRIEVE, GENERATE).summary())
        .isEqualTo(
            """
            retrieve            1.23 ms  fused, hits 2, vectorsCompared 40
              retrieve          1.00 ms  bm25, hits 1
            generate         2000.00 ms  remote, inputTokens 7, outputTokens unknown, the rest\
             unknown, FAILED: no route to host
            total            2002.00 ms""");
  }

  @Test
  void sumsWhatItsStagesCounted() {
    assertThat(trace("Who?", RETRIEVE).usage()).isEqualTo(Usage.of("vectorsCompared", 40));
    assertThat(trace("Who?", RETRIEVE, GENERATE).usage().count("vectorsCompared")).isEmpty();
    assertThat(trace("Who?").usage()).isEqualTo(Usage.none());
  }

  @Test
  void isOneLineOfJson() {
    assertThat(trace("Who?", RETRIEVE, GENERATE).toJson())
        .isEqualTo(
            "{\"question\":\"Who?\",\"millis\":2002.0,\"stages\":["
                + "{\"stage\":\"retrieve\",\"millis\":1.235,\"name\":\"fused\","
                + "\"description\":\"fused(depth=100)\",\"details\":{\"hits\":2},"
                + "\"usage\":{\"vectorsCompared\":40},\"parts\":["
                + "{\"stage\":\"retrieve\",\"millis\":1.0,\"name\":\"bm25\","
                + "\"description\":\"bm25\",\"details\":{\"hits\":1}}]},"
                + "{\"stage\":\"generate\",\"millis\":2000.0,\"name\":\"remote\","
                + "\"description\":\"remote\",\"details\":{},"
                + "\"usage\":{\"inputTokens\":7,\"outputTokens\":null,\"complete\":false},"
                + "\"error\":\"no route to host\"}],"
                + "\"usage\":{\"inputTokens\":7,\"outputTokens\":null,"
                + "\"vectorsCompared\":null,\"complete\":false}}");
  }

  @Test
  void escapesWhatJsonMust() throws IOException {
    StringBuilder odd = new StringBuilder("\"quoted\" \\ / \u007f \u2028 \ud83d\ude80 \u6c34");
    for (char c = 0; c < ' '; c++) {
      odd.append(c);
    }
    String json = trace(odd.toString(), RETRIEVE.failed(odd.toString())).toJson();
    assertThat(json).doesNotContain("\n").doesNotContain("\u0000");
    JsonNode read = new ObjectMapper().readTree(json);
    assertThat(read.get("question").asText()).isEqualTo(odd.toString());
    assertThat(read.at("/stages/0/error").asText()).isEqualTo(odd.toString());
    assertThat(read.at("/stages/0/millis").asDouble()).isEqualTo(1.235);
    assertThat(read.at("/stages/0/parts/0/name").asText()).isEqualTo("bm25");
  }

  @Test
  void escapesSurrogatesThatHaveNoPartner() throws IOException {
    for (String lone :
        List.of("\ud83d", "\ude80", "\ud83d\ud83d\ude80", "\ud83d\ude80\ude80", "\ude80\ud83d")) {
      String json = trace(lone).toJson();
      assertThat(json.codePoints().noneMatch(c -> c >= 0xd800 && c < 0xe000)).isTrue();
      assertThat(new ObjectMapper().readTree(json).get("question").asText()).isEqualTo(lone);
    }
  }

  @Test
  void stageExceptionsNameTheirStageAndCause() {
    RagException cause = new RagException("no such model");
    StageException failure = new StageException("rerank", trace("Who?", RETRIEVE), cause);
    assertThat(failure).hasMessage("stage 'rerank' failed: no such model").hasCause(cause);
    assertThat(failure.stage()).contains("rerank");
    assertThat(failure.retryable()).isFalse();
    assertThat(failure.trace().stages()).containsExactly(RETRIEVE);
    assertThat(new StageException("rerank", trace("Who?"), new NullPointerException()))
        .hasMessage("stage 'rerank' failed: java.lang.NullPointerException");
    RagException again =
        new RagException("busy") {
          private static final long serialVersionUID = 1L;

          @Override
          public boolean retryable() {
            return true;
          }
        };
    assertThat(new StageException("generate", trace("Who?"), again).retryable()).isTrue();
    assertThat(again.stage()).isEmpty();
  }
}
