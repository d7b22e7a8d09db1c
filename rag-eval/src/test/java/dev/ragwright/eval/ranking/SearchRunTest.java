package dev.ragwright.eval.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.RankingMetric;
import dev.ragwright.eval.Run;
import dev.ragwright.eval.RunEvaluation;
import dev.ragwright.testmodels.Repository;
import dev.ragwright.text.Decimals;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A run that the example Search wrote ({@code --retriever bm25}, over ADI), against the means that
 * trec_eval 9.0.8 gave it, by way of pytrec_eval-terrier 0.5.11.
 */
class SearchRunTest {
  private static final Path ADI = Repository.shared("data/adi");

  @ParameterizedTest
  @CsvSource({
    "map, 0.4116",
    "Rprec, 0.3440",
    "bpref, 0.9103",
    "recip_rank, 0.6471",
    "P_5, 0.2914",
    "P_10, 0.2143",
    "recall_5, 0.3976",
    "recall_10, 0.5310",
    "recall_100, 0.9103",
    "ndcg, 0.6112",
    "ndcg_cut_5, 0.4438",
    "ndcg_cut_10, 0.4880",
    "map_cut_10, 0.3502",
    "success_1, 0.5429",
    "success_5, 0.8286",
  })
  void meansAreThoseOfTrecEval(String name, String mean) throws URISyntaxException {
    assumeThat(ADI).as("skipped: ../shared is not here").exists();
    Run run =
        Run.read(
            Path.of(
                Objects.requireNonNull(SearchRunTest.class.getResource("adi-bm25.trec.gz"))
                    .toURI()));
    Map<String, RankingMetric> metrics = RankingMetrics.parse(name, 1);
    Evaluation evaluation =
        RunEvaluation.of(EvalSet.beir(ADI).qrels(), run, metrics.values(), false);
    assertThat(Decimals.fixed(evaluation.metrics().getFirst().mean().orElseThrow(), 4))
        .isEqualTo(mean);
  }
}
