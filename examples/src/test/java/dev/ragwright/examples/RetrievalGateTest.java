package dev.ragwright.examples;

import static dev.ragwright.eval.gate.EvaluationAssertions.assertThat;
import static dev.ragwright.eval.gate.EvaluationAssertions.margin;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Chunkers;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.answer.WordRecall;
import dev.ragwright.eval.gate.Baseline;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.Factor;
import dev.ragwright.experiment.MetricResult;
import dev.ragwright.experiment.Progress;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A gate to copy: the build fails when retrieval or answers get worse than the baseline that lies
 * beside the questions. When they are meant to change, {@code mvn test -pl examples -am
 * -Dtest=RetrievalGateTest -Dsurefire.failIfNoSpecifiedTests=false -Dbaseline=renew} writes it
 * anew; its difference shows each question, and is reviewed as any other.
 */
class RetrievalGateTest {
  // The folder of the module; Maven says where that is, an editor runs tests in it.
  private static final Path FOLDER =
      Path.of(System.getProperty("basedir", ""), "src/test/resources/gate");
  private static final Path BASELINE = FOLDER.resolve("baseline.json");

  private final LuceneIndex index = LuceneIndex.inMemory();

  @BeforeEach
  void fillIndex() {
    index.sync(BeirFolder.of(FOLDER), Chunkers.whole());
    if (System.getProperty("baseline", "").equals("renew")) {
      ArmResult now = measured(index.bm25());
      Baseline.of(
              "bm25 and extractive on gate",
              now.metrics().stream().map(MetricResult::scores).toList())
          .write(BASELINE);
    }
  }

  @AfterEach
  void closeIndex() {
    index.close();
  }

  /** The pipeline as production has it, but for what is to be tried. */
  private static ArmResult measured(Retriever retriever) {
    return Experiment.over(EvalSet.beir(FOLDER))
        .fix(Factor.RETRIEVER, retriever)
        .fix(Factor.TOP_K, 3)
        .fix(Factor.GENERATOR, ExtractiveGenerator.create())
        .measure(Ndcg.at(10), WordRecall.create())
        .build()
        .run(Progress.none())
        .arms()
        .getFirst();
  }

  private static void check(ArmResult now) {
    Baseline baseline = Baseline.read(BASELINE);
    assertThat(now.metric("ndcg@10").scores())
        .hasNoFailures()
        .isOverAtLeast(30)
        .isNotWorseThan(baseline, margin(0.02));
    assertThat(now.metric("word-recall").scores())
        .hasNoFailures()
        .isNotWorseThan(baseline, margin(0.05));
  }

  @Test
  void isNotWorseThanTheBaseline() {
    check(measured(index.bm25()));
  }

  @Test
  void aRetrieverThatForgetsTheBestPassageIsNoticed() {
    Retriever worse =
        (request, context) -> {
          List<Hit> found = index.bm25().retrieve(request, context).hits();
          return Retrieval.of(found.stream().skip(1).toList());
        };
    assertThatThrownBy(() -> check(measured(worse)))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith(
            "ndcg@10 is worse than the baseline bm25 and extractive on gate by more than 0.02:");
  }
}
