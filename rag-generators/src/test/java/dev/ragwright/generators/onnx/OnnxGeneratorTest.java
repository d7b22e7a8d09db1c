package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.retrieve.Query;
import dev.ragwright.testkit.GeneratorContract;
import dev.ragwright.testkit.seeds.Seeds;
import dev.ragwright.testmodels.ScriptedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class OnnxGeneratorTest extends GeneratorContract {
  @TempDir Path folder;

  @Override
  protected Generator generator() {
    return load(
        ScriptedModel.of("The Rhine", " rises", " in the Alps", " [1].", " Thus", " it is."));
  }

  @Override
  protected void close(Generator generator) {
    ((OnnxGenerator) generator).close();
  }

  private OnnxGenerator load(ScriptedModel script) {
    try {
      return OnnxGenerator.load(script.write(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GenerationRequest request(String... texts) {
    List<Evidence> evidence = new java.util.ArrayList<>();
    for (String text : texts) {
      int number = evidence.size() + 1;
      evidence.add(Evidence.of(Passage.of("p" + number, text), 10 - number));
    }
    return GenerationRequest.of(
        Query.of("Where does the Rhine rise?"), new Context(evidence, 0, List.of()));
  }

  @Test
  void citesWhatTheModelCites() {
    try (OnnxGenerator generator =
        load(ScriptedModel.of("The Rhine rises", " in the Alps", " [2]", ". ["))) {
      Generation answer =
          generator.generate(
              request("It flows.", "The Rhine rises in the Alps."), CallContext.unbounded());
      assertThat(answer.text()).isEqualTo("The Rhine rises in the Alps. [");
      assertThat(answer.citations())
          .extracting(Citation::quote)
          .containsExactly("The Rhine rises in the Alps.");
      double mean =
          generator
              .reply(request("It flows.", "The Rhine rises in the Alps."), CallContext.unbounded())
              .meanLogprob();
      assertThat(answer.confidence()).hasValue(mean);
      assertThat(mean).isNegative();
    }
  }

  @Test
  void abstainsAsThePromptAsksFor() {
    try (OnnxGenerator generator = load(ScriptedModel.of("NO_", "ANSWER"))) {
      Generation answer = generator.generate(request("It flows."), CallContext.unbounded());
      assertThat(answer.abstention())
          .get()
          .extracting(Abstention::reason)
          .isEqualTo(Abstention.Reason.DECLINED);
      assertThat(answer.confidence()).isEmpty();
    }
  }

  @Test
  void dropsTheWeakestEvidenceOnlyWhereAskedTo() throws IOException {
    ScriptedModel script = ScriptedModel.of("Rivers rise", " [2].").maxTokens(1400);
    String[] texts = {"x".repeat(400), "Rivers rise.", "y".repeat(400), "z".repeat(300)};
    try (OnnxChatModel model = OnnxChatModel.load(script.write(folder))) {
      OnnxGenerator strict = OnnxGenerator.builder(model).build();
      assertThatThrownBy(() -> strict.generate(request(texts), CallContext.unbounded()))
          .isInstanceOf(RagException.class)
          .hasMessageContaining("256 to write (maxTokens)")
          .hasMessageContaining("more than the 1400 that");
      OnnxGenerator lenient =
          OnnxGenerator.builder(model).whenTooLong(TooLong.DROP_EVIDENCE).build();
      Generation answer = lenient.generate(request(texts), CallContext.unbounded());
      assertThat(answer.text()).isEqualTo("Rivers rise.");
      assertThat(answer.citations()).extracting(Citation::passageId).containsExactly("p2");
      assertThat(answer.usage().count(OnnxGenerator.DROPPED_EVIDENCE).orElse(0)).isBetween(1L, 2L);
      assertThat(strict.description()).isNotEqualTo(lenient.description());
    }
  }

  @Test
  void refusesAVariantThatIsNotFaithfulEnough() throws IOException {
    ScriptedModel.of("two", "words").write(folder);
    Path nonsense = Files.createDirectory(folder.resolve("other"));
    ScriptedModel.of("two", "words").nonsense(Seeds.random()).write(nonsense);
    Files.move(nonsense.resolve("model.onnx"), folder.resolve("model_int8.onnx"));
    ModelFolder files = ModelFolder.of(folder);
    String text = "The Rhine rises in the Alps, and ends in the North Sea.";
    OnnxGenerator.Builder strict =
        OnnxGenerator.builder(files.withVariant("int8")).fidelityTo("fp32", .9, text);
    assertThatThrownBy(strict::build)
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith("cannot load model_int8.onnx: found a variant that gives the")
        .hasMessageMatching(".*likeliest token \\d{1,2}\\.\\d % of the time .*")
        .hasMessageEndingWith(
            "at least 90.0 %; OnnxGenerator.Builder.fidelityTo with a lower share takes it all the"
                + " same");
    OnnxGenerator.builder(files.withVariant("fp32")).fidelityTo("fp32", .9, text).build().close();
    OnnxGenerator.builder(files.withVariant("int8")).fidelityTo("fp32", 0, text).build().close();
    assertThatThrownBy(() -> OnnxGenerator.builder(files).fidelityTo("fp32", 90, text))
        .hasMessage("minSameTop must be from 0 to 1, was 90.0");
  }
}
