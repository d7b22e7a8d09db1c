package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures are tested in rag-onnx; here it is how they are asked for and printed. */
class FidelityTest {
  @TempDir Path folder;

  private Program.Run run(String reference, String... more) throws Exception {
    Path model = TestModel.smolLm2();
    assumeTrue(Files.exists(model), () -> "there is no " + model);
    Path text = folder.resolve("text.txt");
    Files.writeString(text, "The Rhine rises in the Alps. It ends in the North Sea.");
    List<String> arguments =
        new ArrayList<>(
            List.of("--model", model.toString(), "--reference", reference, "--variant", "q8"));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--text")) {
      arguments.addAll(List.of("--text", text.toString()));
    }
    return Program.run(Fidelity.class, folder, arguments);
  }

  /** The same file with weights of the other sign: their products are the same integers. */
  @Test
  void unsignedWeightsSayTheSame() throws Exception {
    Program.Run run =
        run("q8", "--variant-int8", "unsigned", "--tokens", "9", "--json", "--min-same-top", "1");
    JsonNode json = new JsonMapper().readTree(run.out());
    assertThat(run.exit()).isZero();
    assertThat(json.path("tokens").asInt()).isEqualTo(8);
    assertThat(json.path("meanKl").asDouble()).isLessThan(1e-9);
    assertThat(json.path("sameTop").asDouble()).isEqualTo(1);
    assertThat(run("q8", "--variant-int8", "unsigned", "--tokens", "9").out())
        .startsWith(
            "q8 (8-bit weights unsigned) of q8: mean KL 0.0000, same top token 1.000, perplexity ");
  }

  @Test
  void saysWhichVariantsThereAre() throws Exception {
    Program.Run run = run("fp32");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("error: ").contains("fp32").contains("q8");
  }

  @Test
  void badInputIsRefusedBeforeTheModelsAreRead() throws Exception {
    assertThat(run("q8", "--min-same-top", "7").err())
        .contains("error: --min-same-top must be from 0 to 1, was 7.0");
    assertThat(run("fp32", "--tokens", "-3").err())
        .contains("error: --tokens must be at least 2, one to read and one to predict, was -3");
    assertThat(run("q8").err())
        .contains("error: the reference and the variant are the same; --variant or --variant-int8");
    assertThat(run("fp32", "--query", "What?").err())
        .contains("error: --query is for cross-encoders only");
    assertThat(run("fp32", "--text", folder.resolve("none.txt").toString()).err())
        .contains("error: there is no file " + folder.resolve("none.txt"));
  }

  private Program.Run read(String model, String... more) throws Exception {
    Path text = folder.resolve("lines.txt");
    Files.writeString(text, "The Rhine rises in the Alps.\n\nTea is served at five.\n");
    List<String> arguments =
        new ArrayList<>(List.of("--model", model, "--text", text.toString(), "--variant-int8"));
    arguments.addAll(List.of(more));
    return Program.run(Fidelity.class, folder, arguments);
  }

  @Test
  void anEmbeddersVectorsAreTheSameToTheLastBit() throws Exception {
    assertThat(read("embedder:minilm", "unsigned").out().strip())
        .isEqualTo(
            "the model (8-bit weights unsigned) of the model: mean cosine 1.00000, least 1.00000;"
                + " 2 of 2 vectors are the same to the last bit");
    assertThat(read("embedder:minilm", "unsigned", "--tokens", "7").err())
        .contains("error: --tokens is for language models only");
  }

  @Test
  void aBundledModelIsCalledWhatItIs() throws Exception {
    assertThat(read("embedder:minilm", "unsigned", "--variant", "fp32").err())
        .contains("no variant fp32")
        .contains("one of [q8]");
    assertThat(read("embedder:minilm", "unsigned", "--variant", "q8").out())
        .startsWith("q8 (8-bit weights unsigned) of the model: mean cosine 1.00000");
  }

  @Test
  void anEmptyFolderIsRefused() throws Exception {
    assertThat(read("embedder:", "unsigned").err())
        .contains("error: --model: \"embedder:\" names no folder behind its colon");
    assertThat(read("", "unsigned").err()).contains("error: --model names no folder");
  }

  @Test
  void aCrossEncodersScoresAreTheSameToTheLastBit() throws Exception {
    Path model = TestModel.smolLm2().resolveSibling("ragwright-minilm-reranker");
    assumeTrue(Files.exists(model), () -> "there is no " + model);
    String name = "cross-encoder:" + model;
    assertThat(read(name, "unsigned", "--query", "Where does the Rhine rise?").out().strip())
        .isEqualTo(
            "the model (8-bit weights unsigned) of the model: scores are 0.00000 apart in the mean,"
                + " 0.00000 at most; 2 of 2 are the same to the last bit, and 2 in the same place");
    assertThat(read(name, "unsigned").err())
        .contains("error: --query is needed: what a cross-encoder is asked");
  }
}
