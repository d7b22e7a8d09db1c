package dev.ragwright.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.onnx.files.GraphScan;
import dev.ragwright.onnx.files.ModelGraph;
import dev.ragwright.onnx.files.WeightFormat;
import dev.ragwright.onnx.runtime.TinyGraph;
import dev.ragwright.onnx.runtime.TokenLimit;
import dev.ragwright.testmodels.Repository;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelVariantTest {
  private static final String DECODER = "{\"architectures\": [\"LlamaForCausalLM\"]}";

  @TempDir Path root;

  @Test
  void tellsWhatIsInAGraphAndNotInItsName() throws IOException {
    assertThat(scan("fp32").precision()).isEqualTo("fp32");
    assertThat(scan("fp16").precision()).isEqualTo("fp16");
    assertThat(scan("int8").precision()).isEqualTo("int8");
    assertThat(scan("q8").precision()).isEqualTo("q8");
    assertThat(scan("q4").precision()).isEqualTo("q4");
    assertThat(scan("q4f16").precision()).isEqualTo("q4f16");
    assertThat(scan("q4", "q4", "fp16").precision()).isEqualTo("fp16 50 %, q4 50 %");
    assertThat(scan().precision()).isEqualTo("no weights");
    ModelGraph mixed = scan("int8", "q8", "attention");
    assertThat(mixed.weights()).isEqualTo(Map.of(WeightFormat.INT8, 2048L, WeightFormat.Q8, 2048L));
    assertThat(mixed.groupQueryAttention()).isTrue();
    assertThat(mixed.accuracyLevel()).hasValue(4);
    assertThat(mixed.floatZeroPoints()).isFalse();
    assertThat(mixed.inputs()).containsExactly("input_ids", "layers.0.attn.q_proj.lora_A.weight");
    assertThat(mixed.loraInputs()).containsExactly("layers.0.attn.q_proj.lora_A.weight");
    assertThat(scan("q4 with float zero points").floatZeroPoints()).isTrue();
    assertThat(scan("fp32").groupQueryAttention()).isFalse();
  }

  @Test
  void readsTheRealDecoder() {
    ModelVariant variant = real("SmolLM2-135M-Instruct").variant().orElseThrow();
    assertThat(variant.name()).isEqualTo("q8");
    assertThat(variant.file()).isEqualTo("onnx/model_quantized.onnx");
    assertThat(variant.bytes()).isEqualTo(143190821);
    assertThat(variant.precision()).isEqualTo("int8 73 %, q8 27 %");
    // 30 layers of 576 and 1,536, and the output's 49,152: as the script beside it builds them
    assertThat(variant.graph().weights())
        .isEqualTo(
            Map.of(
                WeightFormat.INT8,
                30L * 576 * (576 + 192 + 192 + 2 * 1536) + 49152L * 576,
                WeightFormat.Q8,
                30L * 576 * (576 + 1536)));
    assertThat(variant.graph().groupQueryAttention()).isTrue();
    assertThat(variant.graph().loraInputs()).isEmpty();
    assertThat(variant.graph().inputs()).contains("input_ids", "past_key_values.29.value");
  }

  @Test
  void readsEncodersAndTakesTheFilesThatItTookBefore() {
    ModelFolder reranker = real("ragwright-minilm-reranker");
    assertThat(reranker.modelFile()).isEqualTo("onnx/model_quantized.onnx");
    assertThat(reranker.variants()).singleElement().returns("q8", ModelVariant::name);
    assertThat(reranker.variants().getFirst().graph().mostly()).contains(WeightFormat.INT8);
    assertThat(ModelFolder.allMiniLm().variants().getFirst().precision()).startsWith("int8");
  }

  @Test
  void aDecoderIsTakenInBlocksBeforeSinglePrecisionAndNeverInPlainInt8Unseen() throws IOException {
    write("config.json", DECODER);
    graph("onnx/model_quantized.onnx", "int8");
    graph("onnx/model_fp16.onnx", "fp16");
    ModelFolder folder = ModelFolder.of(root);
    assertThatThrownBy(folder::modelFile)
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load "
                + root
                + ": found onnx/model_fp16.onnx in half precision, which a processor has to convert"
                + " at each use: 122 ms a token where fp32 takes 29 (SmolLM2-135M's shape, one"
                + " core); ModelFolder.withModelFile(\"onnx/model_fp16.onnx\") takes it all the same"
                + " and onnx/model_quantized.onnx in plain int8, which ruins small decoders: the"
                + " next token of SmolLM2-135M is that of fp32 58 % of the time, 96 % in 8-bit"
                + " blocks; ModelFolder.withVariant(\"q8\") takes it all the same; expected matrices"
                + " in 8-bit or 4-bit blocks (q8, q4) or fp32");
    graph("onnx/model_uint8.onnx", "int8", "q8");
    assertThat(folder.modelFile()).isEqualTo("onnx/model_uint8.onnx");
    graph("model.onnx", "fp32");
    assertThat(folder.modelFile()).isEqualTo("model.onnx");
    graph("onnx/model_q4.onnx", "q4");
    assertThat(folder.modelFile()).isEqualTo("onnx/model_q4.onnx");
    graph("onnx/model_odd.onnx", "q8");
    assertThat(folder.modelFile()).isEqualTo("onnx/model_odd.onnx");
    assertThat(folder.variants())
        .extracting(ModelVariant::name)
        .containsExactly("fp16", "fp32", "odd", "q4", "q8", "uint8");
  }

  @Test
  void aVariantIsTakenByName() throws IOException {
    write("config.json", DECODER);
    graph("onnx/model_quantized.onnx", "int8");
    graph("onnx/model_fp16.onnx", "fp16");
    graph("onnx/model_q4.onnx", "q4 with float zero points");
    ModelFolder folder = ModelFolder.of(root);
    assertThat(folder.withVariant("q8").modelFile()).isEqualTo("onnx/model_quantized.onnx");
    assertThatThrownBy(() -> folder.withVariant("fp16"))
        .hasMessageContaining("onnx/model_fp16.onnx in half precision")
        .hasMessageContaining("ModelFolder.withModelFile(\"onnx/model_fp16.onnx\")");
    assertThat(folder.withModelFile("onnx/model_fp16.onnx").variant().orElseThrow().name())
        .isEqualTo("fp16");
    assertThatThrownBy(() -> folder.withVariant("q4"))
        .hasMessageContaining(
            "onnx/model_q4.onnx in blocks with floating-point zero points, which decode 5 tokens a"
                + " second where integer ones decode 80");
    assertThatThrownBy(() -> folder.withVariant("q2"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load " + root + ": found no variant q2; expected one of [fp16, q4, q8]");
  }

  @Test
  void twoFilesThatOneWordMeansHaveTwoNames() throws IOException {
    graph("onnx/model_quantized.onnx", "int8");
    graph("onnx/model_q8.onnx", "q8");
    graph("onnx/model.onnx", "fp32");
    graph("onnx/model_fp32.onnx", "fp32");
    ModelFolder folder = ModelFolder.of(root);
    assertThat(folder.variants())
        .extracting(ModelVariant::name)
        .containsExactly("fp32", "model_fp32", "model_q8", "q8");
    assertThat(folder.withVariant("q8").modelFile()).isEqualTo("onnx/model_quantized.onnx");
    assertThat(folder.withVariant("model_q8").modelFile()).isEqualTo("onnx/model_q8.onnx");
    assertThat(folder.withVariant("fp32").modelFile()).isEqualTo("onnx/model.onnx");
    assertThat(folder.withVariant("model_fp32").modelFile()).isEqualTo("onnx/model_fp32.onnx");
    assertThat(folder.withVariant("model_q8").variant().orElseThrow().name()).isEqualTo("model_q8");
    assertThatThrownBy(() -> folder.withVariant("quantized"))
        .hasMessage(
            "cannot load "
                + root
                + ": found no variant quantized; expected one of [fp32, model_fp32, model_q8, q8]");
    Files.delete(root.resolve("onnx/model_quantized.onnx"));
    assertThat(folder.withVariant("q8").modelFile()).isEqualTo("onnx/model_q8.onnx");
  }

  @Test
  void countsTheWeightsBesideAVariantAndLeavesOutWhatMissesThem() throws IOException {
    byte[] graph = VariantGraph.withWeightsBeside("model.onnx_data");
    write("onnx/model.onnx", graph);
    assertThat(ModelFolder.of(root).variants()).isEmpty();
    assertThat(ModelFolder.of(root).variant()).isEmpty();
    write("onnx/model.onnx_data", new byte[4]);
    write("onnx/model.onnx_data_1", new byte[10]);
    assertThat(ModelFolder.of(root).variants())
        .singleElement()
        .returns(graph.length + 14L, ModelVariant::bytes)
        .returns(List.of("model.onnx_data"), variant -> variant.graph().externalFiles());
  }

  @Test
  void pairsADecoderWithItsEncoder() throws IOException {
    write("config.json", "{\"architectures\": [\"T5ForConditionalGeneration\"]}");
    for (String suffix : List.of("", "_q4")) {
      graph("onnx/encoder_model" + suffix + ".onnx", "fp32");
      graph("onnx/decoder_model_merged" + suffix + ".onnx", suffix.isEmpty() ? "fp32" : "q4");
      graph("onnx/decoder_model" + suffix + ".onnx", "fp32");
    }
    ModelFolder folder = ModelFolder.of(root);
    assertThat(folder.variants()).extracting(ModelVariant::name).containsExactly("fp32", "q4");
    ModelVariant variant = folder.variant().orElseThrow();
    assertThat(variant.file()).isEqualTo("onnx/decoder_model_merged_q4.onnx");
    assertThat(variant.encoderFile()).contains("onnx/encoder_model_q4.onnx");
    assertThat(variant.bytes())
        .isEqualTo(
            Files.size(root.resolve(variant.file()))
                + Files.size(root.resolve("onnx/encoder_model_q4.onnx")));
  }

  @Test
  void aGenAiFolderSaysWhichFileToTake() throws IOException {
    write("genai_config.json", genAi("\"filename\": \"phi.onnx\"", ""));
    graph("phi.onnx", "q4");
    ModelFolder folder = ModelFolder.of(root);
    assertThat(folder.modelFile()).isEqualTo("phi.onnx");
    assertThat(folder.variant().map(ModelVariant::precision)).isEqualTo(Optional.of("q4"));
    assertThat(TokenLimit.of(folder)).hasValue(4096);
  }

  @Test
  void genAiFoldersBelowAreVariants() throws IOException {
    for (String folder : List.of("cpu/int4", "cuda/fp16")) {
      String provider = folder.startsWith("cuda") ? "{\"cuda\": {}}" : "";
      write(
          folder + "/genai_config.json",
          genAi("\"session_options\": {\"provider_options\": [" + provider + "]}", ""));
      graph(folder + "/model.onnx", "q4");
    }
    write("cpu/int4/tokenizer.json", TinyGraph.WORDS);
    ModelFolder folder = ModelFolder.of(root);
    assertThat(folder.variants())
        .singleElement()
        .returns("cpu/int4", ModelVariant::name)
        .returns("cpu/int4/model.onnx", ModelVariant::file);
    assertThat(folder.withVariant("cpu/int4").modelFile()).isEqualTo("model.onnx");
    assertThat(folder.withVariant("cpu/int4").tokenizerSha256()).hasSize(64);
    assertThatThrownBy(folder::modelFile)
        .hasMessage(
            "cannot load "
                + root
                + ": found models in folders of their own, [cpu/int4, cuda/fp16]; expected the"
                + " name of one of them given to ModelFolder.withVariant");
    assertThatThrownBy(() -> folder.withVariant("cuda/fp16"))
        .hasMessage(
            "cannot load "
                + root.resolve("cuda/fp16/genai_config.json")
                + ": found a graph made for the execution provider \"cuda\"; expected one decoder"
                + " that reads tokens, for the processor");
  }

  @Test
  void refusesGenAiModelsThatAreMoreThanOneDecoder() throws IOException {
    assertGenAiRefused("", ", \"vision\": {}", "a model with a part \"vision\"");
    assertGenAiRefused("", ", \"speech\": {}", "a model with a part \"speech\"");
    assertGenAiRefused("", ", \"encoder\": {}", "a model with a part \"encoder\"");
    assertGenAiRefused("\"pipeline\": []", "", "a decoder cut into a pipeline of graphs");
    assertGenAiRefused(
        "\"inputs\": {\"inputs_embeds\": \"x\"}",
        "",
        "a decoder that reads embeddings, not tokens");
    assertGenAiRefused(
        "\"session_options\": {\"provider_options\": [{\"qnn\": {}}]}",
        "",
        "a graph made for the execution provider \"qnn\"");
  }

  private void assertGenAiRefused(String decoder, String more, String found) throws IOException {
    write("genai_config.json", genAi(decoder, more));
    assertThatThrownBy(() -> ModelFolder.of(root).modelFile())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found " + found + "; expected one decoder that reads tokens");
  }

  private static String genAi(String decoder, String more) {
    return "{\"model\": {\"context_length\": 4096, \"decoder\": {" + decoder + "}" + more + "}}";
  }

  @Test
  void aFileThatIsNoModelIsAClearError() throws IOException {
    write("config.json", DECODER);
    write("model.onnx", "no model".getBytes(UTF_8));
    assertThatThrownBy(() -> ModelFolder.of(root).variants())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith("cannot load " + root.resolve("model.onnx") + ": found ")
        .hasMessageEndingWith("expected an ONNX model");
    byte[] whole = VariantGraph.products("fp32", "fp16");
    write("model.onnx", Arrays.copyOf(whole, whole.length - 20));
    assertThatThrownBy(() -> ModelFolder.of(root).variants())
        .hasMessageContaining("found the file ends in the middle; expected an ONNX model");
    write("model.onnx", new byte[0]);
    assertThatThrownBy(() -> ModelFolder.of(root).variants())
        .hasMessageContaining("found an empty file; expected an ONNX model");
  }

  @Test
  void damagedFilesEndInAnIoExceptionOnly() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] whole = VariantGraph.products("fp32", "fp16", "int8", "q8", "q4", "attention");
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] damaged = whole.clone();
      for (int change = 0; change < 3; change++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      byte[] cut = Arrays.copyOf(damaged, random.nextInt(whole.length));
      try {
        GraphScan.of(new ByteArrayInputStream(random.nextBoolean() ? damaged : cut));
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(500);
  }

  private static ModelGraph scan(String... kinds) throws IOException {
    return GraphScan.of(new ByteArrayInputStream(VariantGraph.products(kinds)));
  }

  private static ModelFolder real(String name) {
    Path real = Repository.sharedOrSkip("models/" + name);
    return ModelFolder.of(real);
  }

  private void graph(String file, String... kinds) throws IOException {
    write(file, VariantGraph.products(kinds));
  }

  private void write(String file, String text) throws IOException {
    write(file, text.getBytes(UTF_8));
  }

  private void write(String file, byte[] bytes) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.write(path, bytes);
  }
}
