package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.generate.ChatMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A T5 of random weights against transformers: {@code t5/make_tiny_t5.py} made the model, exported
 * it with Optimum, and wrote down what PyTorch makes of it.
 */
class TinyT5Test {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"decoder_model_merged", "decoder_model"})
  void writesWhatTransformersWrites(String decoder) throws IOException {
    JsonNode golden = unpack();
    if (decoder.equals("decoder_model")) {
      Files.delete(folder.resolve("onnx/decoder_model_merged.onnx"));
    }
    try (OnnxChatModel model = OnnxChatModel.load(folder)) {
      assertThat(model.decoder().startTokens()).containsExactly(0);
      for (JsonNode line : golden) {
        List<Integer> output = line.required("output").valueStream().map(JsonNode::asInt).toList();
        ChatReply reply =
            model.chat(
                List.of(ChatMessage.user(line.required("text").asText())),
                DecodingOptions.builder()
                    .maxTokens(output.size())
                    .repetitionPenalty(line.required("repetition_penalty").asDouble())
                    .build(),
                CallContext.unbounded());
        assertThat(reply.promptTokens())
            .isEqualTo(line.required("source").valueStream().map(JsonNode::asInt).toList());
        assertThat(reply.outputTokens()).isEqualTo(output);
        assertThat(reply.text()).isEqualTo(line.required("reply").asText());
        for (int i = 0; i < output.size(); i++) {
          assertThat(reply.logprobs().get(i))
              .isCloseTo(line.required("logprobs").path(i).asDouble(), within(2e-3)); // rounding
        }
      }
    }
  }

  @Test
  void theGoldensAreNotAllOfOneToken() throws IOException {
    for (JsonNode line : unpack()) {
      assertThat(line.required("output").valueStream().distinct().count()).isGreaterThan(3);
    }
  }

  /** The lines with what is expected. */
  private JsonNode unpack() throws IOException {
    try (InputStream in = TinyT5Test.class.getResourceAsStream("t5/tiny-t5.zip");
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = folder.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, zip.readAllBytes());
      }
    }
    JsonNode lines = new JsonMapper().readTree(Files.readString(folder.resolve("golden.json")));
    return new JsonMapper().valueToTree(lines.valueStream().skip(1).toList());
  }
}
