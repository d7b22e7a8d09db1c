package dev.ragwright.onnx.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.RagException;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.runtime.ClassifierGraph;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxEntailmentTest {
  private static final CallContext UNBOUNDED = CallContext.unbounded();

  @TempDir Path folder;

  private OnnxEntailment model(int maxTokens, String... labels) throws IOException {
    return OnnxEntailment.load(ClassifierGraph.write(folder, maxTokens, labels.length, labels));
  }

  /** {@code b}, {@code c} and {@code d} speak for the first, second and third label. */
  @ParameterizedTest
  @CsvSource({
    "entailment neutral contradiction, b",
    "CONTRADICTION ENTAILMENT NEUTRAL, c",
    "contradiction neutral Entailment, d",
    "entailment not_entailment, b",
    "not_entailment entailment, c"
  })
  void theOrderOfTheLabelsIsTheModels(String labels, String word) throws IOException {
    try (OnnxEntailment model = model(99, labels.split(" "))) {
      for (String premise : List.of("b", "c", labels.split(" ").length > 2 ? "d" : "c")) {
        assertThat(model.entails(premise, "a", UNBOUNDED))
            .as(premise)
            .isEqualTo(premise.equals(word));
      }
    }
  }

  @Test
  void theProbabilityIsTheSoftmax() throws IOException {
    try (OnnxEntailment model = model(99, "neutral", "entailment", "contradiction")) {
      assertThat(model.probability("a", "a", UNBOUNDED)).isCloseTo(1 / 3.0, within(1e-12));
      assertThat(model.probability("c b", "a", UNBOUNDED))
          .isCloseTo(Math.exp(2) / (2 * Math.exp(2) + 1), within(1e-12));
      assertThat(model.entails("c b", "a", UNBOUNDED)).isFalse();
      assertThat(model.probability("", "c", UNBOUNDED))
          .isCloseTo(Math.exp(2) / (Math.exp(2) + 2), within(1e-12));
    }
  }

  @Test
  void aLongPremiseIsReadInWindowsAndTheMostThatOneSaysCounts() throws IOException {
    String[] labels = {"entailment", "neutral", "contradiction"};
    double alone;
    try (OnnxEntailment model = model(99, labels)) {
      alone = model.probability("b", "a", UNBOUNDED);
      assertThat(model.probability("b c a a a a a a a", "a", UNBOUNDED)).isLessThan(alone);
    }
    try (OnnxEntailment model = model(7, labels)) { // four words of premise
      for (String premise :
          List.of("b a a a a a a a a", "a a a a b a a a a", "a a a a a a a a b", "b a a a c")) {
        assertThat(model.probability(premise, "a", UNBOUNDED)).as(premise).isEqualTo(alone);
      }
      // Windows share a word, so what stands beside another word is read beside it.
      assertThat(model.probability("g a a b g a a", "a", UNBOUNDED)).isLessThan(alone);
      // The hypothesis is in every window: cut off, it could not speak against the premise.
      assertThat(model.entails("b a a a a a a a", "a a a g", UNBOUNDED)).isFalse();
      assertThat(model.entails("b a a a a a a a", "a a a a", UNBOUNDED)).isTrue();
      assertThatThrownBy(() -> model.probability("b", "a a a a a", UNBOUNDED))
          .isInstanceOf(RagException.class)
          .hasMessage(
              "the hypothesis has 7 tokens with the special ones, and %s reads 7: no premise fits"
                  .formatted(folder.getFileName()));
    }
  }

  @Test
  void aModelThatKnowsNoEntailmentIsRefusedWithWhatItKnows() throws IOException {
    assertThatThrownBy(() -> model(99, "LABEL_0", "LABEL_1"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "cannot load "
                + folder
                + ": found the labels [LABEL_0, LABEL_1] in id2label of config.json; expected a"
                + " model for natural language inference, with one label \"entailment\" beside"
                + " others");
    Path reranker = Repository.sharedOrSkip("models/ragwright-minilm-reranker");
    assertThatThrownBy(() -> OnnxEntailment.load(reranker)).hasMessageContaining("[LABEL_0]");
  }

  @Test
  void aModelOfOtherWidthThanItsLabelsIsAFailedCase() throws IOException {
    ClassifierGraph.write(folder, 99, 2, "entailment", "neutral", "contradiction");
    try (OnnxEntailment model = OnnxEntailment.load(folder)) {
      assertThatThrownBy(() -> model.entails("a", "b", UNBOUNDED))
          .hasMessageEndingWith("gave 2 numbers for a pair, and its config.json has 3 labels");
    }
  }

  @Test
  void saysWhatItsNumbersDependOn() throws IOException {
    try (OnnxEntailment model = model(99, "entailment", "neutral", "contradiction")) {
      assertThat(model.description().parameters()).containsEntry("maxTokens", "99");
    }
  }

  @Test
  void stopsWhenTheCallDoesAndRefusesOnceClosed() throws IOException {
    OnnxEntailment model = model(99, "entailment", "neutral");
    CallContext cancelled = CallContext.unbounded();
    cancelled.cancel();
    assertThatThrownBy(() -> model.entails("a", "b", cancelled))
        .isInstanceOf(CancelledException.class);
    model.close();
    model.close();
    assertThatThrownBy(() -> model.entails("a", "b", UNBOUNDED))
        .isInstanceOf(IllegalStateException.class);
  }
}
