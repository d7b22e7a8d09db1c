package dev.ragwright.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Cost;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.answer.CitationQuality;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.route.AcceptanceScore;
import dev.ragwright.route.Cascade;
import dev.ragwright.route.Router;
import dev.ragwright.route.RoutingRule;
import dev.ragwright.route.SelfRoute;
import dev.ragwright.route.WholeDocuments;
import dev.ragwright.testkit.FakeGenerator;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A route is a level of the generator's factor, at the prices of what it asked. */
class RouteLevelsTest {
  private static final PriceTable PRICES =
      PriceTable.builder("USD", LocalDate.of(2026, 11, 1))
          .model("small", PriceTable.ModelPrice.perMillionTokens("1", "1"))
          .model("large", PriceTable.ModelPrice.perMillionTokens("10", "10"))
          .build();

  @TempDir Path folder;

  /** Quotes; the small one declines what is asked of dogs and owls. */
  private static final class Model implements Generator {
    final AtomicInteger calls = new AtomicInteger();
    private final String model;

    Model(String model) {
      this.model = model;
    }

    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      calls.incrementAndGet();
      Usage usage = Usage.of(Usage.INPUT_TOKENS, 90).with(Usage.OUTPUT_TOKENS, 10);
      boolean hard = request.question().text().matches(".*(dog|owl).*");
      return model.equals("small") && hard
          ? Generation.abstained(new Abstention(Abstention.Reason.DECLINED, "unanswerable"), usage)
          : FakeGenerator.create().generate(request, context).withUsage(usage);
    }

    @Override
    public boolean readsTextOnly() {
      return true;
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "model").with(StageDescription.MODEL, model);
    }
  }

  private final Model small = new Model("small");
  private final Model large = new Model("large");

  private ExperimentResult run() {
    Map<String, Generator> levels = new LinkedHashMap<>();
    levels.put("small", small);
    levels.put("large", large);
    levels.put("cascade", Cascade.first("small", small).last("large", large));
    levels.put(
        "scored", Cascade.first("small", small, AcceptanceScore.words(), 1).last("large", large));
    levels.put(
        "router",
        Router.by(
                RoutingRule.by(
                    "cats",
                    request -> request.question().text().contains("cat") ? "small" : "large"))
            .generator("small", small)
            .generator("large", large)
            .build());
    WholeDocuments whole =
        WholeDocuments.of(
            "once more",
            id -> List.of(Passage.of(id, "whole: the document " + id + ", read as it is")),
            1_000);
    levels.put("self", SelfRoute.of(small, whole, large));
    return Experiment.over(Fixture.set())
        .fix(
            Factor.RETRIEVER,
            Fixture.words().rerankedBy(new Fixture.NoDecoys(), 20).named("without decoys"))
        .vary(Factor.GENERATOR, levels)
        .fix(Factor.TOP_K, 1)
        .measure(
            TokenF1.squad(),
            CitationQuality.by((read, said, context) -> read.contains(said)).precision())
        .prices(PRICES)
        .memo(folder)
        .build()
        .run(Progress.none());
  }

  private static Cost usd(String amount) {
    return Cost.of(Money.of(amount, "USD"));
  }

  @Test
  void costsAreThoseOfWhatWasAsked() {
    ExperimentResult result = run();
    // Eight questions of 100 tokens each; two are declined by the small one.
    assertThat(result.arm("small").costByStage().get("generate")).isEqualTo(usd("0.0008"));
    assertThat(result.arm("large").costByStage().get("generate")).isEqualTo(usd("0.008"));
    assertThat(result.arm("cascade").costByStage().get("generate")).isEqualTo(usd("0.0028"));
    assertThat(result.arm("scored").costByStage().get("generate")).isEqualTo(usd("0.0028"));
    assertThat(result.arm("router").costByStage().get("generate")).isEqualTo(usd("0.0071"));
    assertThat(result.arm("self").costByStage().get("generate")).isEqualTo(usd("0.0028"));
    assertThat(result.arm("small").abstained()).isEqualTo(2);
    assertThat(result.arm("cascade").abstained()).isZero();
    assertThat(result.arm("cascade").metric("f1").mean())
        .isEqualTo(result.arm("large").metric("f1").mean());
    int asked = small.calls.get() + large.calls.get();
    assertThat(asked).isEqualTo(8 + 8 + 10 + 10 + 8 + 10);
    ExperimentResult again = run();
    assertThat(small.calls.get() + large.calls.get()).isEqualTo(asked); // all from the memo
    assertThat(again.arm("router").costByStage()).isEqualTo(result.arm("router").costByStage());
  }

  /** What was read in place of the context is kept, and citations of it are judged by it. */
  @Test
  void citationsOfWholeDocumentsHold() {
    for (int i = 0; i < 2; i++) {
      ArmResult self = run().arm("self");
      List<String> answers = self.outcomes().stream().map(QuestionOutcome::answer).toList();
      assertThat(answers).contains("whole: the document dog, read as it is");
      assertThat(self.outcomes())
          .allMatch(outcome -> outcome.citations().size() == 1 && outcome.refusedCitations() == 0);
      assertThat(self.metric("citation-precision").mean().orElseThrow()).isEqualTo(1);
    }
  }
}
