package dev.ragwright.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.onnx.hub.ModelHub;
import dev.ragwright.onnx.runtime.SentenceSettings;
import dev.ragwright.onnx.runtime.TinyGraph;
import dev.ragwright.onnx.runtime.TokenBytes;
import dev.ragwright.onnx.runtime.TokenLimit;
import dev.ragwright.testmodels.Repository;
import dev.ragwright.text.Sha;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
  @TempDir Path root;

  @Test
  void knowsTheBundledModels() {
    ModelFolder bge = ModelFolder.bgeSmallEn();
    assertThat(bge.name()).isEqualTo("bge-small-en-v1.5-q");
    assertThat(TokenLimit.of(bge)).hasValue(512);
    assertThat(SentenceSettings.of(bge).pooling()).contains(Pooling.CLS);
    assertThat(bge.queryPrefix())
        .isEqualTo("Represent this sentence for searching relevant passages: ");
    assertThat(bge.documentPrefix()).isEmpty();
    ModelFolder miniLm = ModelFolder.allMiniLm();
    assertThat(miniLm.name()).isEqualTo("all-MiniLM-L6-v2-q");
    assertThat(TokenLimit.of(miniLm)).hasValue(256);
    assertThat(SentenceSettings.of(miniLm).pooling()).contains(Pooling.MEAN);
    assertThat(miniLm.queryPrefix()).isEmpty();
    assertThat(miniLm.modelSha256()).hasSize(64).isNotEqualTo(bge.modelSha256());
    assertThat(miniLm.tokenizerSha256()).hasSize(64);
  }

  /** Ids as transformers' BertTokenizer gives them. */
  @Test
  void looksUpTokensByTheirNames() throws IOException {
    assertThat(
            TokenBytes.ids(ModelFolder.bgeSmallEn(), Set.of("[unused0]", "[MASK]", ".", "no such")))
        .isEqualTo(Map.of("[unused0]", 1, "[MASK]", 103, ".", 1012));
    Files.writeString(root.resolve("tokenizer.json"), TinyGraph.WORDS);
    ModelFolder folder = ModelFolder.of(root);
    assertThat(TokenBytes.ids(folder, Set.of("a", "<tool>")))
        .isEqualTo(Map.of("a", 2, "<tool>", 10));
    Files.writeString(root.resolve("tokenizer.json"), TinyGraph.WORDS.substring(0, 900));
    assertThatThrownBy(() -> TokenBytes.ids(folder, Set.of("a")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith("cannot load " + root.resolve("tokenizer.json") + ": found ")
        .hasMessageEndingWith("; expected the JSON of a Hugging Face tokenizer");
  }

  @Test
  void namesAClassifiersLabelsInTheOrderOfItsOutput() throws IOException {
    ModelFolder folder = ModelFolder.of(root);
    assertThat(folder.labels()).isEmpty();
    Files.writeString(
        root.resolve("config.json"), "{\"id2label\": {\"1\": \"neutral\", \"0\": \"ENTAILMENT\"}}");
    assertThat(folder.labels()).containsExactly("ENTAILMENT", "neutral");
    Files.writeString(root.resolve("config.json"), "{\"id2label\": {\"1\": \"a\", \"2\": \"b\"}}");
    assertThatThrownBy(folder::labels)
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load "
                + root.resolve("config.json")
                + ": found id2label {\"1\":\"a\",\"2\":\"b\"}; expected a label for each number"
                + " from 0 to 1");
  }

  @Test
  void namesTheArtifactWhoseJarIsMissing() {
    var missing =
        new ModelFiles.Bundled("x", "org.example:models", Map.of("model.onnx", "absent.onnx"));
    assertThatThrownBy(() -> missing.open("model.onnx"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load absent.onnx: found no such resource on the class path or module path;"
                + " expected the Maven artifact org.example:models: add it to your dependencies");
  }

  @Test
  void refusesAFolderThatIsNotThere() throws IOException {
    assertThatThrownBy(() -> ModelFolder.of(root.resolve("none")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load %s: found nothing; expected a model's folder, with tokenizer.json and a"
                    .formatted(root.resolve("none"))
                + " .onnx file");
    write("file", "");
    assertThatThrownBy(() -> ModelFolder.of(root.resolve("file")))
        .hasMessageContaining("found a file; expected a model's folder");
  }

  @Test
  void choosesTheModelFileInTheDocumentedOrder() throws IOException {
    assertThatThrownBy(() -> ModelFolder.of(root).modelFile())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found no .onnx file; expected one of [onnx/model_quantized.onnx,");
    write("onnx/odd.onnx", "1");
    assertThat(ModelFolder.of(root).modelFile()).isEqualTo("onnx/odd.onnx");
    write("even.onnx", "2");
    assertThatThrownBy(() -> ModelFolder.of(root).modelFile())
        .hasMessageContaining("found [even.onnx, onnx/odd.onnx]")
        .hasMessageEndingWith("or the file's name given to ModelFolder.withModelFile");
    write("model.onnx", "3");
    assertThat(ModelFolder.of(root).modelFile()).isEqualTo("model.onnx");
    write("onnx/model.onnx", "4");
    assertThat(ModelFolder.of(root).modelFile()).isEqualTo("onnx/model.onnx");
    write("onnx/model_quantized.onnx", "5");
    assertThat(ModelFolder.of(root).modelFile()).isEqualTo("onnx/model_quantized.onnx");
    assertThat(ModelFolder.of(root).withModelFile("even.onnx").modelFile()).isEqualTo("even.onnx");
    assertThatThrownBy(() -> ModelFolder.of(root).withModelFile("gone.onnx"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("gone.onnx: found nothing; expected one of [even.onnx,");
  }

  @Test
  void digestsTheWeightsBesideTheModelToo() throws IOException {
    write("model.onnx", "graph");
    String alone = ModelFolder.of(root).modelSha256();
    write("model.onnx_data", "weights");
    assertThat(ModelFolder.of(root).modelSha256()).isNotEqualTo(alone);
    assertThat(ModelFolder.of(root).modelSha256())
        .isEqualTo(Sha.hex("graphweights".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Test
  void readsTheLimitWhereSentenceTransformersDoes() throws IOException {
    assertThat(TokenLimit.of(ModelFolder.of(root))).isEmpty();
    write("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
    assertThat(TokenLimit.of(ModelFolder.of(root))).isEmpty();
    write(
        "config.json",
        "{\"model_type\": \"roberta\", \"max_position_embeddings\": 514, \"pad_token_id\": 1}");
    assertThat(TokenLimit.of(ModelFolder.of(root))).hasValue(512);
    write("tokenizer_config.json", "{\"model_max_length\": 384}");
    assertThat(TokenLimit.of(ModelFolder.of(root))).hasValue(384);
    write("sentence_bert_config.json", "{\"max_seq_length\": 256, \"do_lower_case\": false}");
    assertThat(TokenLimit.of(ModelFolder.of(root))).hasValue(256);
    write("sentence_bert_config.json", "{\"max_seq_length\": 8192}");
    assertThat(TokenLimit.of(ModelFolder.of(root))).hasValue(512);
  }

  @Test
  void readsPooling() throws IOException {
    assertThat(SentenceSettings.of(ModelFolder.of(root)).pooling()).isEmpty();
    write(
        "1_Pooling/config.json",
        "{\"pooling_mode_mean_tokens\": true, \"pooling_mode_cls_token\": false}");
    assertThat(SentenceSettings.of(ModelFolder.of(root)).pooling()).contains(Pooling.MEAN);
    write("1_Pooling/config.json", "{\"pooling_mode_max_tokens\": true}");
    assertThat(SentenceSettings.of(ModelFolder.of(root)).pooling()).containsExactly(Pooling.MAX);
    write("1_Pooling/config.json", "{\"pooling_mode_gem_tokens\": true}");
    assertThatThrownBy(() -> SentenceSettings.of(ModelFolder.of(root)).pooling())
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load %s: found {\"pooling_mode_gem_tokens\":true}; expected the pooling_mode"
                    .formatted(root.resolve("1_Pooling/config.json"))
                + " [cls, lasttoken, max, mean, mean_sqrt_len_tokens, weightedmean], one or"
                + " several");
  }

  @Test
  void readsPrompts() throws IOException {
    write(
        "config_sentence_transformers.json",
        "{\"prompts\": {\"query\": \"query: \", \"passage\": \"passage: \", \"all\": \"x: \"},"
            + " \"default_prompt_name\": null}");
    assertThat(ModelFolder.of(root).queryPrefix()).isEqualTo("query: ");
    assertThat(ModelFolder.of(root).documentPrefix()).isEqualTo("passage: ");
    write(
        "config_sentence_transformers.json",
        "{\"prompts\": {\"all\": \"x: \"}, \"default_prompt_name\": \"all\"}");
    assertThat(ModelFolder.of(root).documentPrefix()).isEqualTo("x: ");
  }

  @Test
  void namesASettingsFileThatIsNotJson() throws IOException {
    write("config.json", "{\"model_type\": ");
    assertThatThrownBy(() -> TokenLimit.of(ModelFolder.of(root)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith("cannot load " + root.resolve("config.json"))
        .hasMessageEndingWith("expected JSON");
  }

  @Test
  void readsARealFolder() {
    Path real = Repository.sharedOrSkip("models/ragwright-minilm-reranker");
    ModelFolder folder = ModelFolder.of(real);
    assertThat(folder.name()).isEqualTo("ragwright-minilm-reranker");
    assertThat(folder.modelFile()).isEqualTo("onnx/model_quantized.onnx");
    assertThat(TokenLimit.of(folder)).hasValue(512);
    assertThat(SentenceSettings.of(folder).pooling()).isEmpty();
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  @SuppressWarnings("NullAway") // what code without its checks may pass
  void nothingIsNoSetting() {
    assertThatThrownBy(() -> ModelFolder.named(" ", root))
        .hasMessage("a model needs a name, had \" \"");
    assertThatThrownBy(() -> OnnxOptions.builder().cacheFolder(null)).hasMessage("folder");
    assertThatThrownBy(() -> OnnxOptions.builder().loraAdapter(null)).hasMessage("file");
    assertThatThrownBy(() -> OnnxOptions.builder().int8Weights(null)).hasMessage("weights");
    assertThatThrownBy(() -> ModelHub.builder().progress(null)).hasMessage("progress");
  }

  @Test
  void refusesAFileOutsideOfTheFolder() throws IOException {
    Path model = Files.createDirectory(root.resolve("model"));
    Files.createDirectory(root.resolve("other"));
    Files.writeString(root.resolve("other/config.json"), "{\"pooling_mode_cls_token\": true}");
    Files.writeString(
        model.resolve("modules.json"),
        """
        [{"path": "", "type": "sentence_transformers.models.Transformer"},
         {"path": "../other", "type": "sentence_transformers.models.Pooling"}]
        """);
    assertThatThrownBy(() -> SentenceSettings.of(ModelFolder.of(model)).pooling())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found the file \"../other/config.json\"")
        .hasMessageContaining("expected one within the folder");
  }

  /** Settings name folders; what is in them is not this library's to choose. */
  @Test
  void refusesANameThatNoFileCanHave() throws IOException {
    Files.writeString(
        root.resolve("modules.json"),
        """
            [{"path": "", "type": "sentence_transformers.models.Transformer"},
             {"path": "a\\u0000b", "type": "sentence_transformers.models.Pooling"}]
            """);
    ModelFolder folder = ModelFolder.of(root);
    assertThatThrownBy(() -> SentenceSettings.of(folder).pooling())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found the name \"a\u0000b")
        .hasMessageContaining("expected a name that files can have here");
  }
}
