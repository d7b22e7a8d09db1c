package dev.ragwright.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.testkit.seeds.Seeds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FactorialAnalysisTest {
  private static final int QUESTIONS = 60;

  private final Map<Map<String, String>, double[]> arms = new LinkedHashMap<>();
  private int resamples = 2_000;

  private void arm(String retriever, String generator, IntToDoubleFunction score) {
    Map<String, String> levels = new LinkedHashMap<>();
    levels.put("retriever", retriever);
    levels.put("generator", generator);
    arms.put(levels, IntStream.range(0, QUESTIONS).mapToDouble(score).toArray());
  }

  private ExperimentResult result() {
    List<Question> questions =
        IntStream.range(0, QUESTIONS)
            .mapToObj(i -> new Question("q" + i, "text " + i, List.of()))
            .toList();
    List<String> ids = questions.stream().map(Question::id).toList();
    Map<String, Set<String>> factors = new LinkedHashMap<>();
    List<ArmResult> results = new ArrayList<>();
    arms.forEach(
        (levels, scores) -> {
          levels.forEach(
              (factor, level) ->
                  factors.computeIfAbsent(factor, f -> new LinkedHashSet<>()).add(level));
          Map<Integer, Score> missing = new HashMap<>();
          for (int i = 0; i < QUESTIONS; i++) {
            if (Double.isNaN(scores[i])) {
              missing.put(i, new Score.NotApplicable("q" + i, "left out"));
            }
          }
          results.add(
              new ArmResult(
                  String.join(" + ", levels.values()),
                  levels,
                  Map.of(),
                  8,
                  null,
                  null,
                  List.of(new MetricResult("f1", ids, scores, missing, null)),
                  IntStream.range(0, QUESTIONS)
                      .mapToObj(i -> Walked.broken(8, ids.get(i), "").outcome())
                      .toList()));
        });
    Map<String, List<String>> listed = new LinkedHashMap<>();
    factors.forEach((factor, levels) -> listed.put(factor, List.copyOf(levels)));
    Map<String, String> settings =
        Map.of("resamples", String.valueOf(resamples), "seed", "42", "level", "0.95");
    ExperimentResult.Header header =
        new ExperimentResult.Header(
            "set", listed, settings, Map.of(), Map.of(), Instant.EPOCH, Instant.EPOCH, null);
    return new ExperimentResult(header, questions, Qrels.of(Map.of()), results, Map.of());
  }

  private static double hardness(int question) {
    return (question * 37 % 11) / 20.0;
  }

  /** dense gains .2, smol .1, and both together another .1 on even questions. */
  private void twoByTwo() {
    arm("bm25", "extractive", i -> hardness(i));
    arm("bm25", "smol", i -> hardness(i) + .1);
    arm("dense", "extractive", i -> hardness(i) + .2);
    arm("dense", "smol", i -> hardness(i) + .3 + (i % 2 == 0 ? .1 : 0));
  }

  @Test
  void aMainEffectIsTheMeanOverTheOtherFactorsLevels() {
    twoByTwo();
    Effect effect = result().effectOf("retriever", "f1");
    assertThat(effect.questions()).isEqualTo(QUESTIONS);
    assertThat(effect.blocks()).isEqualTo(2);
    Effect.Level bm25 = effect.levels().getFirst();
    Effect.Level dense = effect.levels().getLast();
    assertThat(bm25.difference().value()).isZero();
    assertThat(dense.difference().value()).isCloseTo(.225, within(1e-12));
    assertThat(dense.mean() - bm25.mean()).isCloseTo(.225, within(1e-12));
    assertThat(dense.difference().interval().contains(.225)).isTrue();
    assertThat(dense.difference().interval().high() - dense.difference().interval().low())
        .isLessThan(.02); // hardness falls out
    assertThat(dense.adjusted()).isLessThan(.01);
    assertThat(effect.toString())
        .startsWith("retriever on f1, 60 questions, 2 combinations")
        .contains("dense");
  }

  @Test
  void oneCanBeFixedAndTheOtherVaried() {
    twoByTwo();
    Effect effect = result().effectOf("generator", "f1", Map.of("retriever", "bm25"));
    assertThat(effect.levels().getLast().difference().value()).isCloseTo(.1, within(1e-12));
    assertThat(effect.blocks()).isEqualTo(1);
    assertThatThrownBy(() -> result().where(Map.of("retriever", "x")))
        .hasMessage("the factor retriever has no level \"x\"; it has [bm25, dense]");
    assertThatThrownBy(() -> result().effectOf("reranker", "f1"))
        .hasMessage("the factor \"reranker\" was not varied; [retriever, generator] were");
    assertThatThrownBy(() -> result().effectOf("retriever", "em"))
        .hasMessage("\"em\" was not measured; f1 were");
  }

  @Test
  void anInteractionIsWhatIsGainedBeyondBothEffects() {
    twoByTwo();
    Interaction interaction = result().interactionOf("retriever", "generator", "f1");
    assertThat(interaction.entries()).hasSize(1);
    Interaction.Entry entry = interaction.entries().getFirst();
    assertThat(entry.level()).isEqualTo("dense");
    assertThat(entry.otherLevel()).isEqualTo("smol");
    assertThat(entry.excess().value()).isCloseTo(.05, within(1e-12));
    assertThat(entry.excess().interval().low()).isPositive();
    assertThat(entry.adjusted()).isLessThan(.01);
  }

  @Test
  void questionsWithoutAScoreInSomeArmAndIncompleteCombinationsAreLeftOut() {
    twoByTwo();
    arm("dense", "hosted", i -> 9);
    arms.values().iterator().next()[0] = Double.NaN;
    Effect effect = result().effectOf("retriever", "f1");
    assertThat(effect.questions()).isEqualTo(QUESTIONS - 1);
    assertThat(effect.blocks()).isEqualTo(2); // hosted has no bm25
    assertThatThrownBy(() -> result().effectOf("generator", "f1", Map.of("retriever", "bm25")))
        .hasMessageStartingWith(
            "no combination of the other factors has all levels of generator: ");
  }

  @Test
  void winnersAreThoseThatCannotBeToldFromTheBest() {
    RandomGenerator random = Seeds.random();
    double[] noise = new double[QUESTIONS]; // of mean 0: a draw of another would be told in 1 of 20
    for (int i = 0; i < QUESTIONS; i += 2) {
      noise[i] = random.nextDouble(-.05, .05);
      noise[i + 1] = -noise[i];
    }
    arm("bm25", "extractive", i -> hardness(i));
    arm("dense", "extractive", i -> hardness(i) + .3);
    arm("dense", "smol", i -> hardness(i) + .3 + noise[i]);
    Winners winners = result().winners("f1");
    assertThat(winners.indistinguishable())
        .as(Seeds.replay())
        .containsExactlyInAnyOrder("dense + extractive", "dense + smol");
    assertThat(winners.rivals().getLast().name()).isEqualTo("bm25 + extractive");
    PairedComparison paired =
        PairedComparison.of(
            result().arm("bm25 + extractive").metric("f1").values(),
            result().arm(winners.best()).metric("f1").values(),
            new Resampling(resamples, 42, .95));
    assertThat(winners.rivals().getLast().difference().value())
        .isCloseTo(paired.difference(), within(1e-12));
    assertThat(winners.rivals().getLast().difference().interval().low())
        .isCloseTo(paired.interval().low(), within(.01));
  }

  @Test
  void aWinnerCanBeChosenOnSomeQuestionsAndReportedOnTheRest() {
    twoByTwo();
    Winners winners = result().winners("f1", .5, 7);
    assertThat(winners.best()).isEqualTo("dense + smol");
    assertThat(winners.chosenElsewhere()).isTrue();
    assertThat(winners.questions()).isBetween(15, 45);
    assertThatThrownBy(() -> result().winners("f1", 1e-9, 7))
        .hasMessageContaining("has none of the 60 questions; take another share or seed");
  }

  /** Of ten arms that are the same, any one is in the set at least as often as promised. */
  @Test
  void anArmAsGoodAsTheBestIsSeldomLeftOut() {
    RandomGenerator random = Seeds.random();
    resamples = 500;
    int leftOut = 0;
    int runs = 100;
    for (int run = 0; run < runs; run++) {
      arms.clear();
      for (int a = 0; a < 10; a++) {
        double[] scores = random.doubles(QUESTIONS).toArray();
        arm("r" + a, "g", i -> scores[i]);
      }
      if (!result().winners("f1").indistinguishable().contains("r3 + g")) {
        leftOut++;
      }
    }
    // 5 % of 100, and four standard deviations
    assertThat(leftOut).as(Seeds.replay()).isLessThanOrEqualTo(14);
  }
}
