package dev.ragwright.eval.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.GoldenFile;
import dev.ragwright.eval.Score;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds the metrics to what {@code src/test/python/answer_golden.py} got: the functions of SQuAD's,
 * HotpotQA's, ALCE's and RAGChecker's scripts, {@code rouge_score} 0.1.2 and NLTK 3.10.4's stemmer.
 */
class ReferenceAgreementTest {
  private static final CallContext UNBOUNDED = CallContext.unbounded();

  private static double score(
      Evaluator<List<String>, String> metric, List<String> golds, String text) {
    return metric.evaluate("case", golds, text, UNBOUNDED).value().orElseThrow();
  }

  private static List<JsonNode> golden(String name, int cases) {
    List<JsonNode> golden = GoldenFile.objects(ReferenceAgreementTest.class, name);
    assertThat(golden).hasSizeGreaterThanOrEqualTo(cases);
    return golden;
  }

  @ParameterizedTest
  @ValueSource(strings = {"em", "f1", "em-squad1.1", "f1-squad1.1", "f1-hotpot", "substring"})
  void isSquadsToTheLastBit(String name) {
    Evaluator<List<String>, String> metric = AnswerMetrics.named(name);
    for (JsonNode one : golden("squad.jsonl.gz", 2000)) {
      assertThat(score(metric, GoldenFile.texts(one.get("golds")), one.get("pred").textValue()))
          .as("%s of %s", name, one)
          .isEqualTo(one.get(name).asDouble());
    }
  }

  @Test
  void normalizesAsSquadDoes() {
    for (JsonNode one : golden("squad.jsonl.gz", 2000)) {
      assertThat(SquadText.normalized(one.get("pred").textValue()))
          .isEqualTo(one.get("normalized").textValue());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rouge1",
        "rouge2",
        "rougeL",
        "rougeLsum",
        "rouge1-stemmed",
        "rouge2-stemmed",
        "rougeL-stemmed",
        "rougeLsum-stemmed"
      })
  void isTheRougePackages(String name) {
    Evaluator<List<String>, String> metric = AnswerMetrics.named(name);
    for (JsonNode one : golden("rouge.jsonl.gz", 2000)) {
      List<String> references = List.of(one.get("reference").textValue());
      assertThat(score(metric, references, one.get("answer").textValue()))
          .as("%s of %s", name, one)
          .isCloseTo(one.get(name).asDouble(), within(1e-9));
    }
  }

  @Test
  void stemsAsNltkDoes() {
    List<String> lines = GoldenFile.lines(ReferenceAgreementTest.class, "stems.tsv.gz");
    assertThat(lines).hasSizeGreaterThan(9000);
    for (String line : lines) {
      String[] pair = line.split("\t", -1);
      assertThat(PorterStemmer.stem(pair[0])).as(pair[0]).isEqualTo(pair[1]);
    }
  }

  /** Every word of the hypothesis that begins with a k stands in the premise. */
  private static boolean scripted(String premise, String hypothesis, CallContext context) {
    List<String> given = PythonText.split(premise);
    return PythonText.split(hypothesis).stream()
        .filter(word -> word.startsWith("k"))
        .allMatch(given::contains);
  }

  @Test
  void citationsFollowTheLogicOfAlce() {
    CitationQuality quality = CitationQuality.by(ReferenceAgreementTest::scripted);
    for (JsonNode one : golden("alce.jsonl.gz", 500)) {
      CitedAnswer answer =
          CitedAnswer.bracketed(one.get("output").textValue(), GoldenFile.texts(one.get("docs")));
      assertThat(answer.sentences())
          .extracting(CitedAnswer.Sentence::text)
          .isEqualTo(GoldenFile.texts(one.get("targets")));
      assertThat(quality.recall().evaluate("case", "", answer, UNBOUNDED).value().orElseThrow())
          .as("recall of %s", one)
          .isEqualTo(one.get("recall").asDouble());
      assertThat(quality.precision().evaluate("case", "", answer, UNBOUNDED).value().orElseThrow())
          .as("precision of %s", one)
          .isEqualTo(one.get("precision").asDouble());
    }
  }

  private static List<Boolean> row(JsonNode list) {
    List<Boolean> row = new ArrayList<>();
    list.forEach(verdict -> row.add(verdict.booleanValue()));
    return row;
  }

  private static List<List<Boolean>> matrix(JsonNode lists) {
    List<List<Boolean>> matrix = new ArrayList<>();
    lists.forEach(list -> matrix.add(row(list)));
    return matrix;
  }

  @Test
  void claimsFollowTheLogicOfRagChecker() {
    for (JsonNode one : golden("ragchecker.jsonl.gz", 300)) {
      ClaimVerdicts verdicts =
          new ClaimVerdicts(
              row(one.get("answerByReference")),
              row(one.get("referenceByAnswer")),
              matrix(one.get("referenceByPassage")),
              matrix(one.get("answerByPassage")));
      for (ClaimMetric metric : ClaimMetric.all()) {
        Score score = metric.evaluate("case", "", verdicts, UNBOUNDED);
        assertThat(score.value().orElseThrow())
            .as("%s of %s", metric.name(), one)
            .isCloseTo(one.get("metrics").get(metric.name()).asDouble(), within(1e-12));
      }
      assertThat(one.get("metrics").size()).isEqualTo(ClaimMetric.all().size());
    }
  }
}
