package dev.ragwright.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.eval.stats.Proportion;
import dev.ragwright.experiment.Village.Defect;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdvisorTest {
  private static final int HOUSES = 80;

  private static Advice advice(long seed, Defect defect) {
    try (Village village = new Village(seed, HOUSES, defect)) {
      return village.experiment().build().run(Progress.none()).nextChange();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void namesThePlantedDefect(long seed) {
    List<String> missed = new ArrayList<>();
    for (Defect defect : Defect.values()) {
      if (defect == Defect.NONE) {
        continue;
      }
      Advice advice = advice(seed, defect);
      PipelineChange next = advice.next().map(Advice.Option::kind).orElse(null);
      if (next != defect.mends || !advice.rivals().isEmpty()) {
        missed.add(defect + " with seed " + seed + "\n" + advice);
      }
    }
    assertThat(missed).as(() -> String.join("\n", missed)).isEmpty();
  }

  @Test
  void aGoodPipelineGetsNoAdvice() {
    Advice advice = advice(1, Defect.NONE);
    assertThat(advice.next()).isEmpty();
    assertThat(advice.options())
        .isNotEmpty()
        .allMatch(option -> option.basis() == Advice.Basis.CEILING);
    assertThat(advice.toString())
        .contains("not enough evidence: no change was seen to turn an answer right;");
  }

  @Test
  void withoutEnoughEvidenceTheMostThatAChangeWinsIsTold() {
    Advice advice =
        new Advice(
            "bm25",
            25,
            20,
            List.of(
                option(Advice.Basis.REPAIRED, 3, 0),
                option(Advice.Basis.MEASURED, 5, 1),
                option(Advice.Basis.CEILING, 8, 0)),
            List.of(),
            0.95);
    assertThat(advice.toString())
        .contains(
            "not enough evidence: the most that a change wins is 4 of 25 questions, which may be chance (p .500)");
  }

  private static Advice.Option option(Advice.Basis basis, int fixed, int broken) {
    return new Advice.Option(
        new Advice.Option.Values(
            PipelineChange.RETRIEVAL_DEPTH,
            "a change",
            basis,
            IntStream.range(0, fixed).mapToObj(i -> "q" + i).toList(),
            IntStream.range(0, broken).mapToObj(i -> "r" + i).toList(),
            Proportion.wilson(fixed - broken, 25, 0.95),
            0.5,
            "something was seen",
            new ChangeCost("", ChangeCost.PerQuestion.of(List.of(List.of())), null),
            false));
  }

  @Test
  void abstainingLessIsAdviceWhereThePipelineAbstained() {
    Advice advice = advice(read -> Optional.empty());
    assertThat(advice.next().orElseThrow().kind()).isEqualTo(PipelineChange.ABSTENTION);
    assertThat(advice.toString())
        .contains(
            "next: let the generator abstain less readily (not tried: how many it mends is not known)");
  }

  @Test
  void abstainingLessIsNoAdviceWhereThePipelineAnswered() {
    Advice advice = advice(read -> read > 1 ? Optional.of("unclear") : Optional.empty());
    assertThat(advice.next().orElseThrow().kind()).isEqualTo(PipelineChange.BIGGER_MODEL);
    assertThat(advice.options())
        .extracting(Advice.Option::kind)
        .doesNotContain(PipelineChange.ABSTENTION);
  }

  /** For a generator that answers by how many passages it has read, or abstains. */
  private static Advice advice(IntFunction<Optional<String>> answers) {
    Generator generator =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            return answers
                .apply(request.context().evidence().size())
                .map(Generation::of)
                .orElseGet(
                    () ->
                        Generation.abstained(
                            new Abstention(Abstention.Reason.DECLINED, "declined"), Usage.none()));
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("generator", "counts");
          }
        };
    try (Village village = new Village(1, HOUSES, Defect.NONE)) {
      return village
          .experiment(builder -> builder.fix(Factor.TOP_K, 8).fix(Factor.GENERATOR, generator))
          .build()
          .run(Progress.none())
          .nextChange();
    }
  }

  @Test
  void sixQuestionsAreEvidenceAndFiveAreNot() {
    for (int faults : List.of(5, 6)) {
      List<Town.Fault> planted = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        planted.add(i < faults ? Town.Fault.NOT_INDEXED : Town.Fault.NONE);
      }
      Advice advice = new Town(3, planted).experiment().build().run(Progress.none()).nextChange();
      assertThat(advice.options()).hasSize(1);
      assertThat(advice.options().getFirst().fixed()).hasSize(faults);
      assertThat(advice.next().isPresent()).isEqualTo(faults == 6);
    }
  }

  @Test
  void anArmThatWasMeasuredIsNamedWithItsPrice() {
    try (Village village = new Village(1, HOUSES, Defect.DEPTH_ONE)) {
      ExperimentResult result =
          village
              .experiment(
                  builder ->
                      builder
                          .vary(Factor.TOP_K, 1, 8)
                          .fix(Factor.GENERATOR, village.generator("reader")))
              .build()
              .run(Progress.none());
      Advice advice = result.nextChange("topK 1");
      Advice.Option measured =
          advice.options().stream()
              .filter(option -> option.basis() == Advice.Basis.MEASURED)
              .findFirst()
              .orElseThrow();
      assertThat(measured.kind()).isEqualTo(PipelineChange.RETRIEVAL_DEPTH);
      assertThat(measured.change()).isEqualTo("topK 8 instead of 1");
      assertThat(measured.supported()).isTrue();
      assertThat(measured.cost().then()).isNotNull();
      assertThat(measured.broken()).isEmpty();
      assertThat(result.nextChange().arm()).isEqualTo("topK 8");
      assertThat(result.nextChange().next()).isEmpty();
    }
  }

  @Test
  void trainingIsNamedWhereAnotherGeneratorDoesNotHelp() {
    try (Village village = new Village(1, HOUSES, Defect.EVIDENCE_MISREAD)) {
      Map<String, Generator> two = new LinkedHashMap<>();
      two.put("small", village.generator("small"));
      two.put("large", village.generator("large"));
      ExperimentResult result =
          village
              .experiment(builder -> builder.vary(Factor.GENERATOR, two))
              .build()
              .run(Progress.none());
      assertThat(result.nextChange("small").next().orElseThrow().kind())
          .isEqualTo(PipelineChange.FINE_TUNE);
    }
  }
}
