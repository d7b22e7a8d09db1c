package dev.ragwright.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.eval.answer.ExactMatch;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.ContextOrder;
import dev.ragwright.retrieve.Reranker;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerFlipsTest {
  private static ExperimentResult result(int questions) {
    Map<String, Reranker> rerankers = new LinkedHashMap<>();
    rerankers.put("none", Reranker.none());
    rerankers.put("no-decoys", new Fixture.NoDecoys());
    Map<String, ContextAssembler> orders = new LinkedHashMap<>();
    orders.put("first", ContextAssembler.builder().build());
    orders.put("last", ContextAssembler.builder().order(ContextOrder.BEST_LAST).build());
    return Experiment.over(Fixture.set(questions))
        .fix(Factor.RETRIEVER, Fixture.words())
        .vary(Factor.RERANKER, rerankers)
        .vary(Factor.TOP_K, 1, 2)
        .vary(Factor.CONTEXT, orders)
        .fix(Factor.GENERATOR, new Fixture.Quoting("quoting"))
        .measure(ExactMatch.squad(), TokenF1.squad())
        .build()
        .run(Progress.none());
  }

  private static AnswerFlips flips(String arm, String other) {
    ExperimentResult result = result(8);
    return AnswerFlips.of(result, arm, result, other, "em", 1);
  }

  @Test
  void namesTheStageAfterWhichGoldEvidenceDiffers() {
    AnswerFlips reranked = flips("none + topK 1 + first", "no-decoys + topK 1 + first");
    assertThat(reranked.turnedRight()).isEqualTo(Map.of("rerank", 8L));
    assertThat(reranked.pValue()).isEqualTo(2.0 / 256); // McNemar's exact test: 8 of 8
    assertThat(reranked.paired().difference()).isEqualTo(1);
    assertThat(flips("no-decoys + topK 1 + first", "none + topK 1 + first").turnedWrong())
        .isEqualTo(Map.of("rerank", 8L));
    // Without a reranker the depth is the retriever's affair, and the best come last here.
    assertThat(flips("none + topK 1 + last", "none + topK 2 + last").turnedRight())
        .isEqualTo(Map.of("retrieve", 8L));
  }

  @Test
  void namesTheGeneratorWhereBothHaveTheSameEvidence() {
    AnswerFlips order = flips("none + topK 2 + first", "none + topK 2 + last");
    assertThat(order.turnedRight()).isEqualTo(Map.of("generate", 8L));
    assertThat(order.flips()).noneMatch(AnswerFlips.Flip::sameContext);
    assertThat(order.toString())
        .contains("8 turned right, 0 turned wrong (p .008), 0 right and 0 wrong in both")
        .contains("  + generate q0  where does the cat mrcat live");
  }

  @Test
  void questionsArePairedByTheirIdsAndTheRestIsCounted() {
    AnswerFlips flips =
        AnswerFlips.of(
            result(8), "none + topK 1 + first", result(5), "none + topK 1 + last", "em", 1);
    assertThat(flips.leftOut()).isEqualTo(3);
    assertThat(flips.bothWrong()).isEqualTo(5);
    assertThat(flips.flips()).isEmpty();
    assertThat(flips.pValue()).isEqualTo(1);
  }

  @Test
  void refusesWhatCannotBeCompared() {
    assertThatThrownBy(() -> flips("none + topK 1 + first", "x"))
        .hasMessageStartingWith("there is no arm \"x\"; there are [");
    ExperimentResult result = result(2);
    assertThatThrownBy(
            () ->
                AnswerFlips.of(
                    result, "none + topK 1 + first", result, "none + topK 2 + last", "bleu", 1))
        .hasMessage("\"bleu\" was not measured; em, f1 were");
  }
}
