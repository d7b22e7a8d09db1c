package dev.ragwright.retrievers.rerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrievers.vectors.TokenVectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Late interaction with a trained model. The golden numbers are printed by colbert_golden.py. */
class ColBertTest {
  private static final CallContext UNBOUNDED = CallContext.unbounded();
  private static final float[] QUERY = {
    -0.896684f, 0.219390f, -0.384481f, -0.882379f, 0.445777f, -0.150635f, -0.200059f, -0.320435f,
    -0.925904f, -0.828213f, 0.527892f, 0.188131f, -0.766860f, 0.480911f, 0.425030f, 0.822790f,
    -0.519105f, -0.231401f, 0.822790f, -0.519105f, -0.231401f, 0.822790f, -0.519105f, -0.231401f
  };
  private static final float[] QUERY_ATTENDING = {
    -0.763076f, 0.007830f, -0.646262f, -0.899849f, 0.366174f, -0.237041f, 0.443245f, -0.464682f,
    -0.766554f, -0.828514f, 0.522477f, 0.201449f, -0.684673f, 0.495845f, 0.534191f, 0.826075f,
    -0.522043f, -0.212299f, 0.826075f, -0.522043f, -0.212299f, 0.826075f, -0.522043f, -0.212299f
  };
  private static final float[] DOCUMENT = {
    -0.822452f,
    0.105435f,
    -0.558978f,
    0.406708f,
    0.205596f,
    0.890123f,
    0.861104f,
    -0.506513f,
    0.044094f,
    0.402967f,
    -0.465061f,
    -0.788249f,
    -0.679658f,
    0.482152f,
    0.552805f
  };
  private static final double SCORE = 7.423864;
  private static final double OTHER = 3.132987;

  @TempDir Path root;

  private Path folder() {
    return root.resolve("model");
  }

  private static ColBertEncoder encoder(ColBertFolder folder) {
    ModelFolder model = ModelFolder.of(folder.path());
    return OnnxModel.loadWithTokenizer(
        model,
        OnnxOptions.defaults(),
        (loaded, tokenizer) ->
            new ColBertEncoder(model, ColBertSettings.of(model), loaded, tokenizer));
  }

  private static TokenVectors read(ColBertFolder folder, String text, Side side) {
    try (ColBertEncoder encoder = encoder(folder)) {
      return encoder.tokenVectors(List.of(text), side, UNBOUNDED).getFirst();
    }
  }

  private static void assertGolden(ColBertFolder folder) {
    assertThat(read(folder, "w1 w2", Side.QUERY).values()).containsExactly(QUERY, within(2e-6f));
    TokenVectors document = read(folder, "w3 . w1 ,", Side.DOCUMENT);
    assertThat(document.values()).containsExactly(DOCUMENT, within(2e-6f));
    assertThat(document.read()).isEqualTo(7);
    assertThat(document.cut()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"F32", "F16", "BF16"})
  void projectsAsPyLateDoes(String type) throws IOException {
    assertGolden(
        ColBertFolder.pylate(folder())
            .with("1_Dense/model.safetensors", ColBertFolder.weights(type)));
  }

  @Test
  void takesTheProjectionThatIsInTheGraphOrInACheckpointOfColBert() throws IOException {
    assertGolden(
        ColBertFolder.pylate(folder())
            .with("model.onnx", ColBertFolder.graph(true))
            .without("1_Dense/model.safetensors"));
    ColBertFolder exported =
        ColBertFolder.encoder(root.resolve("exported"))
            .with("model.onnx", ColBertFolder.graph(true))
            .with(
                "config_sentence_transformers.json",
                ColBertFolder.PYLATE.replace(
                    "expansion\": true",
                    "expansion\": true, \"embedding_dim\": 3, \"mask_token_id\": 4"))
            .without("tokenizer_config.json");
    assertGolden(exported);
    ColBertFolder checkpoint =
        ColBertFolder.encoder(root.resolve("checkpoint"))
            .with("model.safetensors", ColBertFolder.weights("F32"))
            .with(
                "artifact.metadata",
                """
                {"query_token_id": "[Q] ", "doc_token_id": "[D] ", "query_maxlen": 8,
                 "doc_maxlen": 12, "dim": 3, "attend_to_mask_tokens": false,
                 "mask_punctuation": true}
                """);
    assertGolden(checkpoint);
  }

  @Test
  void whatTheSettingsLeaveOutIsAsPyLateAndColBertHaveIt() throws IOException {
    ModelFolder pylate =
        ModelFolder.of(
            ColBertFolder.encoder(root.resolve("pylate"))
                .with("config_sentence_transformers.json", "{\"query_prefix\": null}")
                .path());
    assertThat(ColBertSettings.of(pylate))
        .returns("[Q] ", ColBertSettings::queryMarker)
        .returns("[D] ", ColBertSettings::documentMarker)
        .returns(32, ColBertSettings::queryLength)
        .returns(180, ColBertSettings::documentLength)
        .returns(true, ColBertSettings::expands)
        .returns(false, ColBertSettings::attendsToExpansion);
    assertThat(ColBertSettings.of(pylate).skipped()).hasSize(32).contains("!", "\\", "\"", "~");
    ModelFolder colbert =
        ModelFolder.of(
            ColBertFolder.encoder(root.resolve("colbert"))
                .with("artifact.metadata", "{\"query_token_id\": {\"rank\": 0}}")
                .path());
    assertThat(ColBertSettings.of(colbert))
        .returns("[unused0]", ColBertSettings::queryMarker)
        .returns("[unused1]", ColBertSettings::documentMarker)
        .returns(32, ColBertSettings::queryLength)
        .returns(220, ColBertSettings::documentLength)
        .returns(true, ColBertSettings::expands)
        .returns(ColBertSettings.of(pylate).skipped(), ColBertSettings::skipped);
  }

  @Test
  void expandsAQueryAsTheSettingsSay() throws IOException {
    ColBertFolder folder = ColBertFolder.pylate(folder());
    folder.with(
        "config_sentence_transformers.json",
        ColBertFolder.PYLATE.replace("tokens\": false", "tokens\": true"));
    assertThat(read(folder, "w1 w2", Side.QUERY).values())
        .containsExactly(QUERY_ATTENDING, within(2e-6f));
    folder.with(
        "config_sentence_transformers.json",
        ColBertFolder.PYLATE.replace("expansion\": true", "expansion\": false"));
    assertThat(read(folder, "w1 w2", Side.QUERY).values())
        .containsExactly(Arrays.copyOf(QUERY, 15), within(2e-6f)); // nothing attended to the rest
    TokenVectors cut = read(folder, "w1 w2 w3 w4 w5 w6 w7", Side.QUERY);
    assertThat(cut.size()).isEqualTo(8);
    assertThat(cut.cut()).isEqualTo(2);
  }

  @Test
  void fillsAQueryUpWithTheEndTokenWhereThereIsNoMask() throws IOException {
    ColBertFolder folder =
        ColBertFolder.pylate(folder())
            .with("tokenizer_config.json", "{\"eos_token\": {\"content\": \"[SEP]\"}}");
    try (ColBertEncoder encoder = encoder(folder)) {
      assertThat(encoder.description().parameters())
          .containsEntry("queryExpansion", "not attended by token 3");
    }
  }

  @Test
  void ranksByTheSumOfTheGreatestCosines() throws IOException {
    try (LateInteraction reranker = LateInteraction.load(ColBertFolder.pylate(folder()).path())) {
      List<Hit> hits =
          List.of(
              new Hit(Passage.of("other", "w5"), 2, "first"),
              new Hit(Passage.of("right", "w3 . w1 ,"), 1, "first"));
      Retrieval ranked = reranker.rerank("w1 w2", hits, 2);
      assertThat(ranked.hits()).extracting(hit -> hit.passage().id()).startsWith("right");
      // A byte a number: less than 1/254 in each of a product's three, in each of eight products.
      assertThat(ranked.hits().getFirst().score()).isCloseTo(SCORE, within(8 * 3 / 254.0));
      assertThat(ranked.hits().getLast().score()).isCloseTo(OTHER, within(8 * 3 / 254.0));
      assertThat(ranked.usage().count(Usage.EMBEDDED_TOKENS)).hasValue(8 + 4 + 7);
      assertThat(ranked.hits().getFirst().source())
          .isEqualTo(
              "late-interaction of model@"
                  + ModelFolder.of(folder()).modelSha256().substring(0, 8)
                  + ", 8 query tokens");
      assertThat(reranker.description().parts().getFirst().parameters())
          .containsEntry("queryMarker", "[Q] ")
          .containsEntry("documentMarker", "[D] ")
          .containsEntry("queryLength", "8")
          .containsEntry("documentLength", "12")
          .containsEntry("queryExpansion", "not attended by token 4")
          .containsEntry("skipped", ". , !")
          .containsEntry(
              "projection",
              "1_Dense/model.safetensors "
                  + ModelFolder.of(folder()).sha256("1_Dense/model.safetensors"));
    }
  }

  @Test
  void readsAsManyTokensAsItIsTold() throws IOException {
    ModelFolder folder = ModelFolder.of(ColBertFolder.pylate(folder()).path());
    List<Hit> hits = List.of(new Hit(Passage.of("p", "w1 w2 w3 w4 w5"), 1, "first"));
    try (LateInteraction reranker =
        LateInteraction.builder(folder).queryLength(6).documentLength(5).cacheBytes(0).build()) {
      Usage usage = reranker.rerank("w1 w2 w3 w4", hits, 1).usage();
      assertThat(usage.count(Usage.EMBEDDED_TOKENS)).hasValue(6 + 5);
      assertThat(usage.count(Usage.TRUNCATED_TEXTS)).hasValue(2);
      assertThat(usage.count(Usage.TRUNCATED_TOKENS)).hasValue(1 + 3);
    }
    assertThatThrownBy(() -> LateInteraction.builder(folder).queryLength(3).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "queryLength must be >= 4 for the special tokens, the marker and a text, was 3");
    Files.writeString(folder().resolve("config.json"), "{\"max_position_embeddings\": 64}");
    assertThatThrownBy(() -> LateInteraction.builder(folder).documentLength(65).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("documentLength must be <= 64, the positions of model, was 65");
    assertThatThrownBy(() -> LateInteraction.builder(folder).cacheBytes(-1))
        .hasMessage("cacheBytes must be >= 0, was -1");
  }

  private void assertRefused(ColBertFolder folder, String found, String expected) {
    assertThatThrownBy(() -> LateInteraction.load(folder.path()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith("cannot load " + folder.path())
        .hasMessageContaining(": found " + found)
        .hasMessageEndingWith("; expected " + expected);
  }

  @Test
  void refusesAFolderThatIsNoneOfItsKind() throws IOException {
    assertRefused(
        ColBertFolder.encoder(folder()),
        "no query_prefix in config_sentence_transformers.json and no artifact.metadata",
        "the folder of a model that PyLate or ColBERT saved; LateInteraction.of takes an embedder"
            + " that was not trained for it");
    assertRefused(
        ColBertFolder.pylate(folder())
            .with("config_sentence_transformers.json", ColBertFolder.PYLATE.replace("[D] ", "[D]")),
        "no token \"[D]\" in tokenizer.json",
        "the document marker that config_sentence_transformers.json names, in the vocabulary that"
            + " the model was trained with");
    assertRefused(
        ColBertFolder.pylate(folder()).without("tokenizer_config.json"),
        "no mask_token or eos_token of tokenizer.json in tokenizer_config.json or"
            + " special_tokens_map.json",
        "the token that queries are filled up with");
  }

  @Test
  void refusesSettingsByTheirNames() throws IOException {
    for (String kind : List.of("Pooling", "Normalize", "MultiVectorMask", "LayerNorm")) {
      assertRefused(
          ColBertFolder.pylate(folder())
              .with(
                  "modules.json",
                  "[{\"path\": \"\", \"type\": \"sentence_transformers.models.Transformer\"},"
                      + " {\"path\": \"1_Dense\", \"type\": \"pylate.models.Dense.Dense\"},"
                      + " {\"path\": \"2\", \"type\": \"sentence_transformers.models."
                      + kind
                      + "\"}]"),
          "the module sentence_transformers.models." + kind + " behind the encoder",
          "Dense or none");
    }
    String settings = "config_sentence_transformers.json";
    assertRefused(
        ColBertFolder.pylate(folder())
            .with(
                settings,
                ColBertFolder.PYLATE.replace(
                    "\"prompts\": {}", "\"similarity_fn_name\": \"meanmaxsim\"")),
        "the setting \"similarity_fn_name\": \"meanmaxsim\"",
        "MaxSim, of cosines");
    assertRefused(
        ColBertFolder.pylate(folder()).with(settings, "{\"model_type\": \"MultiVectorEncoder\"}"),
        "the setting \"model_type\": \"MultiVectorEncoder\", as sentence-transformers saves it",
        "the folder of a model that PyLate or ColBERT saved");
    ColBertFolder colbert =
        ColBertFolder.encoder(folder())
            .with("artifact.metadata", "{\"query_maxlen\": 8, \"interaction\": \"flipr\"}");
    Files.delete(folder().resolve(settings));
    assertRefused(colbert, "the setting \"interaction\": \"flipr\"", "colbert");
    assertRefused(
        colbert.with("artifact.metadata", "{\"query_maxlen\": 8, \"similarity\": \"dot\"}"),
        "the setting \"similarity\": \"dot\"",
        "cosine or l2");
  }

  /** As {@code _parse_model_config} of sentence-transformers' MultiVectorEncoder takes it. */
  @Test
  void aMarkerThatAPromptHasTooIsReadOnce() throws IOException {
    Path plain = ColBertFolder.pylate(folder()).path();
    List<Hit> expected;
    try (LateInteraction reranker = LateInteraction.load(plain)) {
      expected = reranker.rerank("w1 w2", hits(), 3).hits();
    }
    ColBertFolder.pylate(folder())
        .with(
            "config_sentence_transformers.json",
            ColBertFolder.PYLATE.replace(
                "\"prompts\": {}", "\"prompts\": {\"query\": \"[Q] \", \"document\": \"[D] \"}"));
    try (LateInteraction reranker = LateInteraction.load(plain)) {
      assertThat(reranker.rerank("w1 w2", hits(), 3).hits())
          .extracting(Hit::score)
          .isEqualTo(expected.stream().map(Hit::score).toList());
    }
  }

  private static List<Hit> hits() {
    return List.of(
        new Hit(Passage.of("a", "w1 w3."), 0, "first"),
        new Hit(Passage.of("b", "w2 w2"), 0, "first"),
        new Hit(Passage.of("c", "w7"), 0, "first"));
  }

  @Test
  void refusesAProjectionThatDoesNotFit() throws IOException {
    assertRefused(
        ColBertFolder.encoder(root.resolve("checkpoint"))
            .with(
                "artifact.metadata",
                "{\"query_token_id\": \"[Q] \", \"doc_token_id\": \"[D] \", \"dim\": 3}"),
        "the output last_hidden_state with 4 numbers for a token, and no projection beside the graph",
        "3, as artifact.metadata says, or 1_Dense/model.safetensors, or linear.weight in"
            + " model.safetensors");
    ColBertFolder folder = ColBertFolder.pylate(folder());
    assertRefused(
        folder.with("1_Dense/config.json", ColBertFolder.dense(768, 128)),
        "the output last_hidden_state with 4 numbers for a token",
        "768, which 1_Dense/config.json projects, or 128, with the projection in the graph");
    assertRefused(
        folder.with("1_Dense/config.json", ColBertFolder.dense(4, 2)),
        "linear.weight from 4 to 3 numbers",
        "from 4 to 2, as 1_Dense/config.json says, and the layer before it");
    assertRefused(
        folder.with(
            "1_Dense/config.json",
            ColBertFolder.dense(4, 3).replace("linear.Identity", "activation.ReLU")),
        "{\"in_features\":4,",
        "a linear layer from in_features to out_features, with the activation_function Identity or"
            + " Tanh and without use_residual");
    folder.with("1_Dense/config.json", ColBertFolder.dense(4, 3));
    byte[] weights = ColBertFolder.weights("F32");
    assertRefused(
        folder.with("1_Dense/model.safetensors", Arrays.copyOf(weights, weights.length - 1)),
        "an end in the midst",
        "a safetensors file");
    assertRefused(
        folder.with("1_Dense/model.safetensors", new byte[] {-1, -1, -1, -1, -1, -1, -1, 127}),
        "a header of 9223372036854775807 bytes",
        "a safetensors file");
    assertRefused(
        folder.without("1_Dense/model.safetensors").with("1_Dense/pytorch_model.bin", weights),
        "no file with linear.weight",
        "it there; pytorch_model.bin, which can run code, is not read: save the model anew");
  }

  @Test
  void refusesLayersThatFitNeitherEachOtherNorTheGraphForSure() throws IOException {
    String module = "{\"idx\": 1, \"name\": \"1\", \"path\": \"%s\", \"type\": \"x.Dense\"}";
    ColBertFolder folder = ColBertFolder.pylate(folder());
    assertRefused(
        folder
            .with(
                "modules.json",
                "[%s, %s]".formatted(module.formatted("1_Dense"), module.formatted("2_Dense")))
            .with("2_Dense/config.json", ColBertFolder.dense(4, 2))
            .with("2_Dense/model.safetensors", ColBertFolder.weights("F32")),
        "linear.weight from 4 to 3 numbers",
        "from 4 to 2, as 2_Dense/config.json says, and the layer before it");
    assertRefused(
        folder.with("2_Dense/config.json", ColBertFolder.dense(3, 4)),
        "the output last_hidden_state with 4 numbers for a token",
        "a projection to another number than 4: of this one nobody can tell whether the graph has"
            + " done it");
  }

  @Test
  void closesTheModelThatItLoaded() throws IOException {
    LateInteraction reranker = LateInteraction.load(ColBertFolder.pylate(folder()).path());
    reranker.close();
    reranker.close();
    List<Hit> hits = List.of(new Hit(Passage.of("p", "w1"), 1, "first"));
    assertThatThrownBy(() -> reranker.rerank("w1", hits, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the reranker model is closed");
  }

  @Test
  void closingWaitsForACallThatIsUnderWay() throws Exception {
    LateInteraction reranker = LateInteraction.load(ColBertFolder.pylate(folder()).path());
    CountDownLatch begun = new CountDownLatch(1);
    List<Hit> hits =
        new AbstractList<>() {
          @Override
          public Hit get(int index) {
            begun.countDown();
            return new Hit(Passage.of("p" + index, "w1 w" + "2 ".repeat(index)), 1, "first");
          }

          @Override
          public int size() {
            return 500; // read in several parts
          }
        };
    CompletableFuture<Retrieval> call =
        CompletableFuture.supplyAsync(() -> reranker.rerank("w1", hits, 500));
    begun.await();
    reranker.close();
    assertThat(call.join().hits()).hasSize(500);
  }
}
