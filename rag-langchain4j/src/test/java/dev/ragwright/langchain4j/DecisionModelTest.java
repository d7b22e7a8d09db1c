package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.ragwright.generate.Entailment;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.testmodels.ScriptedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionModelTest {
  @TempDir Path folder;

  @BeforeEach
  void decisionsAreThere() {
    Cores.assumeAtLeast(23);
  }

  private static Entailment saying(Map<String, Double> probabilities) {
    return new Entailment() {
      @Override
      public boolean entails(
          String premise, String hypothesis, dev.ragwright.call.CallContext context) {
        return probability(premise, hypothesis, context) > .5;
      }

      @Override
      public double probability(
          String premise, String hypothesis, dev.ragwright.call.CallContext context) {
        return probabilities.getOrDefault(hypothesis, 0.0);
      }
    };
  }

  @Test
  void decidesByEntailment() {
    Object model =
        LangChain4j.decisionsByEntailment(
            saying(
                Map.of(
                    "The Rhine is long.", .7,
                    "It is about rivers.", .9,
                    "It is about cities.", .3,
                    "How high? mid", .2,
                    "How high? high", .6)),
            "nli");
    assertThat(DecisionCalls.yes(model)).isCloseTo(.7, within(1e-12));
    assertThat(DecisionCalls.choice(model)).isEqualTo("river");
    assertThat(DecisionCalls.choices(model).get("city")).isCloseTo(.25, within(1e-12));
    assertThat(DecisionCalls.mean(model)).isCloseTo(1.75, within(1e-12));
    Object nothing = LangChain4j.decisionsByEntailment(saying(Map.of()), "nli");
    assertThat(DecisionCalls.choices(nothing)).containsEntry("city", .5);
    assertThatThrownBy(() -> DecisionCalls.askForAnotherModel(model))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessage(
            "a decision model of Ragwright does not support modelName 'jev', where 'nli' decides");
  }

  @Test
  void decidesByRelevance() {
    Reranker byLength =
        (query, hits, topK, context) ->
            Retrieval.of(
                List.of(
                    new Hit(
                        hits.getFirst().passage(),
                        query.text().contains("river") ? 2 : 0,
                        "logits")));
    Object model = LangChain4j.decisionsByRelevance(byLength, "ce");
    assertThat(DecisionCalls.yes(model)).isEqualTo(.5);
    assertThat(DecisionCalls.choice(model)).isEqualTo("river");
    assertThat(DecisionCalls.choices(model).get("river"))
        .isCloseTo(1 / (1 + Math.exp(-2)), within(1e-12));
    assertThat(DecisionCalls.mean(model)).isCloseTo(1, within(1e-12));
  }

  @Test
  void decidesByLikelihood() throws Exception {
    try (OnnxChatModel decoder = OnnxChatModel.load(ScriptedModel.of("yes", "no").write(folder))) {
      Object model = LangChain4j.decisionsByLikelihood(decoder);
      assertThat(DecisionCalls.yes(model)).isBetween(0.0, 1.0);
      assertThat(DecisionCalls.choices(model).values().stream().mapToDouble(p -> p).sum())
          .isCloseTo(1, within(1e-12));
      assertThat(DecisionCalls.mean(model)).isBetween(0.0, 2.0);
    }
  }
}
