package dev.ragwright.retrievers.rerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.document.Passage;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrievers.GoldenFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** With folders and logits of sentence-transformers 6.2.0: {@code folder_golden.py}. */
class PairFolderTest {
  @TempDir Path root;

  static Stream<GoldenFolder> goldens() throws IOException {
    return GoldenFolder.all("pairs.jsonl", "classifier.onnx").stream();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void givesTheLogitsOfSentenceTransformers(GoldenFolder golden) throws IOException {
    JsonNode passages = golden.line().path("passages");
    List<Hit> hits = new ArrayList<>();
    for (int i = 0; i < passages.size(); i++) {
      hits.add(new Hit(Passage.of(String.valueOf(i), passages.path(i).asText()), 0, "first"));
    }
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(golden.write(root))) {
      for (Hit hit :
          reranker.rerank(golden.line().path("query").asText(), hits, hits.size()).hits()) {
        double logit =
            golden.line().path("logits").path(Integer.parseInt(hit.passage().id())).asDouble();
        assertThat(hit.score()).isCloseTo(logit, within(1e-5));
      }
    }
  }

  private Path plain(Map<String, String> files) throws IOException {
    Path folder = goldens().findFirst().orElseThrow().write(root);
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    return folder;
  }

  private void assertRefused(Map<String, String> files, String message) throws IOException {
    Path folder = plain(files);
    assertThatThrownBy(() -> OnnxCrossEncoder.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith("cannot load " + folder)
        .hasMessageContaining(message);
  }

  @Test
  void refusesSettingsByTheirNames() throws IOException {
    String transformer = "{\"path\": \"\", \"type\": \"sentence_transformers.models.Transformer\"}";
    for (String kind : List.of("LogitScore", "Dense", "Pooling")) {
      String type = "sentence_transformers.cross_encoder.modules." + kind;
      assertRefused(
          Map.of(
              "modules.json",
              "[%s, {\"path\": \"1_%s\", \"type\": \"%s\"}]".formatted(transformer, kind, type)),
          "found the module %s behind the classifier; expected a Transformer alone"
              .formatted(type));
    }
    assertRefused(
        Map.of("sentence_bert_config.json", "{\"transformer_task\": \"text-generation\"}"),
        "found the setting \"transformer_task\": \"text-generation\"; expected"
            + " \"sequence-classification\"");
    assertRefused(
        Map.of(
            "sentence_bert_config.json",
            "{\"modality_config\": {\"message\": {}, \"text\": {\"method\": \"forward\","
                + " \"method_output_name\": \"logits\"}}}"),
        "expected texts that are read as they are");
    assertRefused(
        Map.of("config_sentence_transformers.json", "{\"model_type\": \"SparseEncoder\"}"),
        "found the setting \"model_type\": \"SparseEncoder\"; expected CrossEncoder");
    assertRefused(
        Map.of("config_sentence_transformers.json", "{\"default_prompt_name\": \"rank\"}"),
        "found the setting \"default_prompt_name\": \"rank\"; expected one of the prompts");
  }

  @Test
  void saysWhichActivationItLeavesOutAndRefusesOneThatTurnsTheOrder() throws IOException {
    String sigmoid = "torch.nn.modules.activation.Sigmoid";
    Map<String, String> places =
        Map.of(
            "config_sentence_transformers.json", "{\"activation_fn\": \"%s\"}",
            "config.json", "{\"sentence_transformers\": {\"activation_fn\": \"%s\"}}");
    for (Map.Entry<String, String> place : places.entrySet()) {
      Path folder = plain(Map.of(place.getKey(), place.getValue().formatted(sigmoid)));
      try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(folder)) {
        assertThat(reranker.description().parameters())
            .containsEntry("scores", "raw, without the folder's " + sigmoid);
      }
      assertRefused(
          Map.of(place.getKey(), place.getValue().formatted("torch.nn.modules.activation.Softmin")),
          "found the activation function torch.nn.modules.activation.Softmin; expected one that"
              + " keeps the order of logits, which are the scores here: [Identity, LogSigmoid,"
              + " Sigmoid, Softplus, Tanh]");
    }
    String older =
        "{\"sbert_ce_default_activation_function\": \"torch.nn.modules.linear.Identity\"}";
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(plain(Map.of("config.json", older)))) {
      assertThat(reranker.description().parameters()).containsEntry("scores", "raw");
    }
  }

  @Test
  void cutsOnTheSideThatTheSettingsName() throws IOException {
    Path folder =
        plain(
            Map.of(
                "tokenizer_config.json",
                "{\"tokenizer_class\": \"BertTokenizer\", \"truncation_side\": \"left\","
                    + " \"model_max_length\": 12}"));
    try (OnnxCrossEncoder cut =
        OnnxCrossEncoder.builder(ModelFolder.of(folder)).whenTooLong(TooLong.CUT).build()) {
      // 3 special tokens and 2 of the question leave 7.
      double whole = score(cut, "where does", "rivers of the old city , in the alps");
      assertThat(whole).isEqualTo(score(cut, "where does", "the old city , in the alps"));
    }
  }

  private static double score(OnnxCrossEncoder reranker, String query, String passage) {
    List<Hit> hits = List.of(new Hit(Passage.of("p", passage), 0, "first"));
    return reranker.rerank(query, hits, 1).hits().getFirst().score();
  }
}
