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

  @Test
  void aVariantIsFaithfulToItself() throws Exception {
    Program.Run run = run("q8", "--tokens", "9", "--json", "--min-same-top", "1");
    JsonNode json = new JsonMapper().readTree(run.out());
    assertThat(run.exit()).isZero();
    assertThat(json.path("tokens").asInt()).isEqualTo(8);
    assertThat(json.path("meanKl").asDouble()).isLessThan(1e-9);
    assertThat(json.path("sameTop").asDouble()).isEqualTo(1);
    assertThat(run("q8").out())
        .startsWith("q8 of q8: mean KL 0.0000, same top token 1.000, perplexity ");
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
    assertThat(run("q8", "--text", folder.resolve("none.txt").toString()).err())
        .contains("error: there is no file " + folder.resolve("none.txt"));
  }
}
