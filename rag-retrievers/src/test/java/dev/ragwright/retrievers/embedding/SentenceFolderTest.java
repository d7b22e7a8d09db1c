package dev.ragwright.retrievers.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.Pooling;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.retrieve.Embedder.Side;
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

/** With folders and vectors of sentence-transformers 6.2.0: {@code folder_golden.py}. */
class SentenceFolderTest {
  private static final String POOLING = "1_Pooling/config.json";
  private static final String MODEL = "config_sentence_transformers.json";
  private static final String TRANSFORMER = "sentence_bert_config.json";

  @TempDir Path root;

  static Stream<GoldenFolder> goldens() throws IOException {
    return GoldenFolder.all("embedders.jsonl", "encoder.onnx").stream();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void givesTheVectorsOfSentenceTransformers(GoldenFolder golden) throws IOException {
    ModelFolder folder = ModelFolder.of(golden.write(root));
    List<String> texts = strings(golden.line().path("texts"));
    try (OnnxEmbedder embedder = OnnxEmbedder.builder(folder).whenTooLong(TooLong.CUT).build()) {
      for (Side side : Side.values()) {
        List<float[]> vectors = embedder.embed(texts, side, CallContext.unbounded()).vectors();
        JsonNode expected = golden.line().path(side == Side.QUERY ? "queries" : "documents");
        for (int i = 0; i < texts.size(); i++) {
          assertThat(vectors.get(i))
              .as("%s of \"%s\"", side, texts.get(i))
              .containsExactly(numbers(expected.path(i)), within(1e-5f));
        }
      }
    }
  }

  private static float[] numbers(JsonNode array) {
    float[] numbers = new float[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.path(i).floatValue();
    }
    return numbers;
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(text -> strings.add(text.asText()));
    return strings;
  }

  private GoldenFolder plain() throws IOException {
    return goldens().findFirst().orElseThrow();
  }

  private Path plain(Map<String, String> files) throws IOException {
    Path folder = plain().write(root);
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.resolveSibling("."));
      Files.writeString(path, file.getValue());
    }
    return folder;
  }

  private void assertRefused(String file, String text, String found, String expected)
      throws IOException {
    Path folder = plain(Map.of(file, text));
    assertThatThrownBy(() -> OnnxEmbedder.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith("cannot load " + folder)
        .hasMessageContaining(": found " + found + "; expected " + expected);
    Files.delete(folder.resolve(file));
  }

  private static String modules(String... types) {
    List<String> modules = new ArrayList<>();
    for (String type : types) {
      String path = modules.isEmpty() ? "" : modules.size() + "_" + type;
      String whole = type.contains(".") ? type : "sentence_transformers.models." + type;
      modules.add("{\"path\": \"%s\", \"type\": \"%s\"}".formatted(path, whole));
    }
    return modules.toString();
  }

  @Test
  void refusesModulesByTheirNames() throws IOException {
    String file = "modules.json";
    for (String router : List.of("Router", "Asym")) {
      assertRefused(
          file,
          modules(router, "Pooling"),
          "the module sentence_transformers.models.%s, by which queries and documents have encoders of their own"
              .formatted(router),
          "one Transformer for both");
    }
    for (String first : List.of("StaticEmbedding", "CLIPModel", "WordEmbeddings", "BoW")) {
      assertRefused(
          file,
          modules(first, "Pooling"),
          "first the module sentence_transformers.models.%s in \"\"".formatted(first),
          "first a Transformer in \"\", which is what the graph does");
    }
    assertRefused(
        file,
        "[{\"path\": \"0_Transformer\", \"type\": \"sentence_transformers.models.Transformer\"}]",
        "first the module sentence_transformers.models.Transformer in \"0_Transformer\"",
        "first a Transformer in \"\"");
    for (String between : List.of("CNN", "LSTM", "WordWeights", "WeightedLayerPooling")) {
      assertRefused(
          file,
          modules("Transformer", between, "Pooling"),
          "the module sentence_transformers.models.%s behind the encoder".formatted(between),
          "Pooling, then Dense or none, then Normalize or none");
    }
    assertRefused(
        file,
        modules("Transformer", "Pooling", "LayerNorm"),
        "the module sentence_transformers.models.LayerNorm behind Pooling",
        "Pooling, then Dense or none");
    assertRefused(
        file,
        modules("Transformer", "Pooling", "Pooling"),
        "the module sentence_transformers.models.Pooling behind Pooling",
        "Pooling, then Dense or none");
    assertRefused(
        file,
        modules("Transformer", "Normalize", "Pooling"),
        "the module sentence_transformers.models.Normalize behind the encoder",
        "Pooling, then");
    assertRefused(
        file,
        modules("Transformer", "Pooling", "custom_st.Whitening"),
        "the module custom_st.Whitening, which is code of the model's own",
        "modules of sentence-transformers");
    assertRefused(
        file,
        modules("Transformer"),
        "no Pooling in modules.json",
        "the pooling there, or OnnxEmbedder.Builder.pooling to be set");
  }

  @Test
  void refusesOtherInputsOfModules() throws IOException {
    Path folder =
        plain(
            Map.of(
                "modules.json",
                modules("Transformer", "Pooling", "Normalize"),
                "2_Normalize/config.json",
                "{\"module_input_name\": \"token_embeddings\"}"));
    assertThatThrownBy(() -> OnnxEmbedder.load(folder))
        .hasMessage(
            "cannot load %s: found module_input_name \"token_embeddings\"; expected sentence_embedding"
                .formatted(folder.resolve("2_Normalize/config.json")));
    Path dense =
        plain(
            Map.of(
                "modules.json",
                modules("Transformer", "Pooling", "Dense"),
                "2_Dense/config.json",
                "{\"in_features\": 16, \"out_features\": 4, \"activation_function\":"
                    + " \"torch.nn.modules.linear.Identity\", \"module_output_name\": \"other\"}"));
    assertThatThrownBy(() -> OnnxEmbedder.load(dense))
        .hasMessageContaining("found module_output_name \"other\"; expected sentence_embedding");
    Files.writeString(
        dense.resolve("2_Dense/config.json"),
        "{\"in_features\": 16, \"out_features\": 4, \"activation_function\": \"mine.Identity\"}");
    assertThatThrownBy(() -> OnnxEmbedder.load(dense))
        .hasMessageContaining("\"mine.Identity\"}; expected a linear layer from in_features");
  }

  @Test
  void refusesPoolingThatItDoesNotHave() throws IOException {
    String expected =
        "the pooling_mode [cls, lasttoken, max, mean, mean_sqrt_len_tokens, weightedmean], one or"
            + " several";
    for (String config :
        List.of(
            "{\"pooling_mode\":\"attention\"}",
            "{\"pooling_mode\":[\"mean\",\"attention\"]}",
            "{\"pooling_mode_attention\":true}",
            "{\"pooling_mode_mean_tokens\":true,\"pooling_mode_gem_tokens\":true}")) {
      assertRefused(POOLING, config, config, expected);
    }
    Path folder = plain(Map.of(POOLING, "{\"pooling_mode\": \"attention\"}"));
    OnnxEmbedder.builder(ModelFolder.of(folder)).pooling(Pooling.MAX).build().close();
  }

  @Test
  void refusesSettingsOfTheEncoderByTheirNames() throws IOException {
    Map<String, String> settings =
        Map.of(
            "\"query_expansion\":{\"strategy\":\"fixed\",\"length\":32}",
            "none, which is its default",
            "\"processing_kwargs\":{\"text\":{\"max_length\":64}}",
            "none, which is its default",
            "\"tokenizer_name_or_path\":\"another\"",
            "none, which is its default",
            "\"something_new\":1",
            "none, which is its default",
            "\"transformer_task\":\"fill-mask\"",
            "\"feature-extraction\"",
            "\"module_output_name\":\"sentence_embedding\"",
            "\"token_embeddings\"");
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      String text = setting.getKey();
      assertRefused(
          TRANSFORMER,
          "{\"max_seq_length\": 32, %s}".formatted(text),
          "the setting " + text.replaceFirst(":", ": "),
          setting.getValue());
    }
    for (String modalities :
        List.of(
            "{\"text\":{\"method\":\"get_text_features\",\"method_output_name\":\"pooler_output\"}}",
            "{\"text\":{\"method\":\"forward\",\"method_output_name\":\"last_hidden_state\"},\"message\":{\"method\":\"forward\",\"method_output_name\":\"last_hidden_state\"}}",
            "{\"image\":{\"method\":\"forward\",\"method_output_name\":\"last_hidden_state\"}}")) {
      assertRefused(
          TRANSFORMER,
          "{\"max_seq_length\": 32, \"modality_config\": %s}".formatted(modalities),
          "the setting \"modality_config\": " + modalities,
          "texts that are read as they are");
    }
    Path folder =
        plain(
            Map.of(
                TRANSFORMER,
                "{\"max_seq_length\": 32, \"query_expansion\": null, \"processing_kwargs\": {},"
                    + " \"unpad_inputs\": false, \"model_args\": {\"torch_dtype\": \"float16\"}}"));
    OnnxEmbedder.load(folder).close();
  }

  @Test
  void refusesSettingsOfTheModelByTheirNames() throws IOException {
    for (String type : List.of("SparseEncoder", "CrossEncoder", "MultiVectorEncoder", "ColBERT")) {
      assertRefused(
          MODEL,
          "{\"model_type\": \"%s\"}".formatted(type),
          "the setting \"model_type\": \"%s\"".formatted(type),
          "SentenceTransformer");
    }
    assertRefused(
        MODEL,
        "{\"prompts\": {\"query\": \"q: \"}, \"default_prompt_name\": \"document\"}",
        "the setting \"default_prompt_name\": \"document\"",
        "one of the prompts {\"query\":\"q: \"}");
    assertRefused(MODEL, "{\"truncate_dim\": 0}", "the setting \"truncate_dim\": 0", "1 or more");
  }

  /** The vectors are those of {@code truncate_dim: 5} of sentence-transformers, normalised. */
  @Test
  void keepsTheFirstNumbersWhereTheModelWasTrainedForIt() throws IOException {
    GoldenFolder golden =
        goldens().filter(any -> any.toString().equals("a dimension")).findFirst().orElseThrow();
    List<String> texts = strings(golden.line().path("texts"));
    ModelFolder plain = ModelFolder.of(plain(Map.of()));
    ModelFolder trained =
        ModelFolder.of(plain(Map.of("config.json", "{\"matryoshka_dimensions\": [16, 12, 5]}")));
    ModelFolder cut =
        ModelFolder.of(plain(Map.of(MODEL, "{\"truncate_dim\": 12, \"matryoshka_dims\": [5]}")));
    for (OnnxEmbedder.Builder builder :
        List.of(
            OnnxEmbedder.builder(trained).dimension(5),
            OnnxEmbedder.builder(cut).dimension(5),
            OnnxEmbedder.builder(plain).anyDimension(5))) {
      try (OnnxEmbedder embedder = builder.build()) {
        assertThat(embedder.dimension()).isEqualTo(5);
        assertThat(embedder.description().parameters())
            .containsEntry("dimension", "5")
            .containsEntry("truncateDim", "5");
        List<float[]> vectors =
            embedder.embed(texts, Side.DOCUMENT, CallContext.unbounded()).vectors();
        for (int i = 0; i < texts.size(); i++) {
          assertThat(vectors.get(i))
              .containsExactly(numbers(golden.line().path("documents").path(i)), within(1e-5f));
        }
      }
    }
    for (OnnxEmbedder.Builder builder :
        List.of(
            OnnxEmbedder.builder(plain).dimension(16), OnnxEmbedder.builder(cut).dimension(16))) {
      try (OnnxEmbedder embedder = builder.build()) {
        assertThat(embedder.dimension()).isEqualTo(16);
        assertThat(embedder.description().parameters()).doesNotContainKey("truncateDim");
      }
    }
    String name = plain.name();
    assertThatThrownBy(() -> OnnxEmbedder.builder(plain).dimension(5).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "dimension 5: %s says nowhere that it was trained to be cut; anyDimension(5) cuts all the same"
                .formatted(name));
    assertThatThrownBy(() -> OnnxEmbedder.builder(cut).dimension(6).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("says that it was trained to be cut to [5, 12]; anyDimension(6)");
    assertThatThrownBy(() -> OnnxEmbedder.builder(plain).anyDimension(17).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("dimension must be <= 16, the numbers that ");
    assertThatThrownBy(() -> OnnxEmbedder.builder(plain).dimension(0))
        .hasMessage("dimension must be >= 1, was 0");
    ModelFolder wrong =
        ModelFolder.of(plain(Map.of("config.json", "{\"matryoshka_dimensions\": [true]}")));
    assertThatThrownBy(() -> OnnxEmbedder.builder(wrong).dimension(5).build())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("expected a list of whole numbers");
  }

  @Test
  void ranksByAnotherSimilarityOnlyWhereThatIsTheSameOrder() throws IOException {
    String expected =
        "cosine, by which vectors of length 1 are compared; OnnxEmbedder.Builder.cosine() takes it"
            + " in place of what the folder says";
    for (String name : List.of("dot", "euclidean")) {
      assertRefused(
          MODEL,
          "{\"similarity_fn_name\": \"%s\"}".formatted(name),
          "similarity_fn_name \"%s\" of vectors whose lengths differ (no module Normalize is last)"
              .formatted(name),
          expected);
    }
    for (String name : List.of("manhattan", "maxsim")) {
      assertRefused(
          MODEL,
          "{\"similarity_fn_name\": \"%s\"}".formatted(name),
          "similarity_fn_name \"%s\"".formatted(name),
          expected);
    }
    Path folder =
        plain(
            Map.of(
                "modules.json",
                modules("Transformer", "Pooling", "Normalize"),
                MODEL,
                "{\"similarity_fn_name\": \"dot\"}"));
    try (OnnxEmbedder embedder = OnnxEmbedder.load(folder)) {
      assertThat(embedder.description().parameters()).doesNotContainKey("similarity");
    }
    Files.writeString(
        folder.resolve(MODEL), "{\"similarity_fn_name\": \"dot\", \"truncate_dim\": 8}");
    assertThatThrownBy(() -> OnnxEmbedder.load(folder))
        .hasMessageContaining("whose lengths differ (they are cut behind Normalize)");
    try (OnnxEmbedder embedder = OnnxEmbedder.builder(ModelFolder.of(folder)).cosine().build()) {
      assertThat(embedder.dimension()).isEqualTo(8);
      assertThat(embedder.description().parameters())
          .containsEntry("truncateDim", "8")
          .hasEntrySatisfying(
              "similarity",
              said -> assertThat(said).startsWith("cosine, not similarity_fn_name \"dot\" of"));
    }
    Files.writeString(folder.resolve(MODEL), "{\"similarity_fn_name\": null}");
    OnnxEmbedder.load(folder).close();
  }

  @Test
  void refusesTokensThatOnlyTheSettingsHave() throws IOException {
    Path folder =
        plain(
            Map.of(
                "tokenizer_config.json",
                "{\"added_tokens_decoder\": {\"5\": {\"content\": \"[Q]\", \"special\": true}, \"13\":"
                    + " {\"content\": \"river\", \"special\": false}}}"));
    assertThatThrownBy(() -> OnnxEmbedder.load(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load %s: found added_tokens_decoder with \"river\" (13), which tokenizer.json does not have; expected all added tokens in both: AutoTokenizer.from_pretrained(...).save_pretrained(...) of transformers writes them so"
                .formatted(folder.resolve("tokenizer_config.json")));
  }

  /** What an index remembers of folders that load already. */
  @Test
  void theDescriptionSaysWhatFewFoldersHave() throws IOException {
    try (OnnxEmbedder plain = OnnxEmbedder.load(plain(Map.of()))) {
      assertThat(plain.description().parameters())
          .containsEntry("pooling", "MEAN")
          .doesNotContainKeys(
              "includePrompt", "queryTokens", "truncateDim", "tokenizerSettings", "similarity");
    }
    Path folder =
        plain(
            Map.of(
                POOLING,
                "{\"pooling_mode\": [\"mean\", \"cls\"], \"include_prompt\": false}",
                "tokenizer_config.json",
                "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": false,"
                    + " \"truncation_side\": \"left\"}",
                TRANSFORMER,
                "{\"max_seq_length\": 32, \"query_length\": 10}"));
    try (OnnxEmbedder embedder = OnnxEmbedder.load(folder)) {
      assertThat(embedder.dimension()).isEqualTo(32);
      assertThat(embedder.maxTextTokens()).isEqualTo(30);
      assertThat(embedder.description().parameters())
          .containsEntry("pooling", "[MEAN, CLS]")
          .containsEntry("includePrompt", "false")
          .containsEntry("queryTokens", "8")
          .containsEntry("documentTokens", "30")
          .containsEntry("tokenizerSettings", "do_lower_case=false, truncation_side=left");
    }
  }

  /** The prompt is in the first window, and counts in none of them. */
  @Test
  void windowsOfALongTextLeaveThePromptOutToo() throws IOException {
    Path folder =
        plain(
            Map.of(
                POOLING,
                "{\"pooling_mode\": \"lasttoken\", \"include_prompt\": false}",
                MODEL,
                "{\"prompts\": {\"query\": \"the old city of a lake in alps \"}}",
                TRANSFORMER,
                "{\"max_seq_length\": 6}"));
    try (OnnxEmbedder embedder = OnnxEmbedder.load(folder)) {
      // Windows of four: two of the prompt alone, and one of the text.
      assertThat(embedder.embedQuery("rivers rise"))
          .isEqualTo(embedder.embedDocument("rivers rise"));
    }
  }
}
