package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.Answer;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvidenceGateTest {
  private static final String QUESTION = "Where does the river rise?";

  private static Threshold threshold(String source, double value) {
    return new Threshold(value, source, 0.05, 0.9, 600, 400);
  }

  private static Retriever finding(String source, double score, String... texts) {
    List<Hit> hits = new ArrayList<>();
    for (String text : texts) {
      hits.add(new Hit(Passage.of(source + hits.size(), text), score - hits.size(), source));
    }
    Retriever retriever = (request, context) -> Retrieval.of(hits, Usage.none());
    return retriever.named("the " + source);
  }

  /** Scores by length. */
  private static final Reranker LENGTH =
      (query, hits, topK, context) ->
          Retrieval.ranked(
              hits.stream()
                  .map(hit -> new Hit(hit.passage(), hit.passage().text().length(), "length"))
                  .toList(),
              topK,
              Usage.of(Usage.SCORED_PAIRS, hits.size()));

  private static RagPipeline.Builder builder(Retriever retriever, EvidenceGate gate) {
    return RagPipeline.builder().retriever(retriever).gate(gate).generator(FakeGenerator.create());
  }

  private static List<String> stages(Answer answer) {
    return answer.trace().stages().stream().map(StageRecord::stage).toList();
  }

  private static StageRecord stage(Answer answer, String name) {
    return answer.trace().stages().stream()
        .filter(record -> record.stage().equals(name))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  @Test
  void letsEnoughEvidencePass() {
    Answer answer =
        builder(
                finding("words", 7, "The river rises."),
                EvidenceGate.scoreAtLeast(threshold("words", 7)))
            .build()
            .ask(QUESTION);
    assertThat(answer.outcome()).isInstanceOf(Outcome.Answered.class);
    assertThat(stages(answer)).containsExactly("retrieve", "gate", "context", "generate", "check");
    assertThat(stage(answer, "gate").details())
        .containsEntry("verdict", "enough")
        .containsEntry(
            "because", "the best passage's words score is 7.00, at least the threshold of 7.00");
    assertThat(stage(answer, "gate").description())
        .hasToString(
            "score(accepted=400, cases=600, confidence=0.9, errorAtMost=0.05, source=words, threshold=7.0)");
  }

  @Test
  void abstainsFromWeakEvidenceBeforeTheGeneratorIsAsked() {
    Answer answer =
        builder(
                finding("words", 6.5, "The river rises."),
                EvidenceGate.scoreAtLeast(threshold("words", 7)))
            .build()
            .ask(QUESTION);
    assertThat(answer.outcome())
        .isEqualTo(
            new Outcome.Abstained(
                Abstention.Reason.WEAK_EVIDENCE,
                "the best passage's words score is 6.50, less than the threshold of 7.00"));
    assertThat(stages(answer)).containsExactly("retrieve", "gate");
    assertThat(answer.context().evidence()).isEmpty();
  }

  @Test
  void refusesScoresOfAnotherSource() {
    RagPipeline rag =
        builder(
                finding("vectors", 7, "The river rises."),
                EvidenceGate.scoreAtLeast(threshold("words", 7)))
            .build();
    assertThatThrownBy(() -> rag.ask(QUESTION))
        .isInstanceOf(StageException.class)
        .hasMessageContaining("gate")
        .hasMessageContaining(
            "the best score is of \"vectors\", and the threshold was learnt from scores of"
                + " \"words\", which cannot be compared; learn one for \"vectors\", or give the"
                + " gate that scorer");
  }

  @Test
  void asksAScorerOfItsOwnAndLeavesTheOrder() {
    EvidenceGate gate =
        EvidenceGate.scoreAtLeast(threshold("length", 15), LENGTH.named("length"), 2);
    Retriever three =
        finding("words", 7, "A lake.", "The river rises.", "The river rises in the Alps.");
    Answer answer = builder(three, gate).build().ask(QUESTION);
    assertThat(stage(answer, "gate").details())
        .containsEntry(
            "because", "the best passage's length score is 16.00, at least the threshold of 15.00");
    assertThat(stage(answer, "gate").usage().count(Usage.SCORED_PAIRS)).hasValue(2);
    assertThat(answer.context().evidence().getFirst().passage().text()).isEqualTo("A lake.");
    assertThat(gate.description().parts()).hasSize(1);
  }

  @Test
  void fallsBackToASecondRetriever() {
    RagPipeline.Builder builder =
        builder(finding("words", 3, "A lake."), EvidenceGate.scoreAtLeast(threshold("length", 15)))
            .reranker(LENGTH.named("length"), 8);
    Answer replaced = builder.fallback(finding("web", 9, "The river rises.")).build().ask(QUESTION);
    assertThat(replaced.text()).isEqualTo("The river rises.");
    assertThat(stages(replaced))
        .containsExactly(
            "retrieve",
            "rerank",
            "gate",
            "fallback",
            "rerank",
            "gate",
            "context",
            "generate",
            "check");
    assertThat(stage(replaced, "fallback").description().name()).isEqualTo("the web");
    assertThat(replaced.context().evidence()).hasSize(1);

    Answer joined =
        builder
            .fallback(finding("web", 9, "The river rises."), RankFusion.reciprocalRank(60))
            .build()
            .ask(QUESTION);
    assertThat(joined.context().evidence()).hasSize(2);
    assertThat(stages(joined)).contains("fuse");

    Answer weakToo = builder.fallback(finding("web", 9, "A pond.")).build().ask(QUESTION);
    assertThat(weakToo.outcome())
        .isEqualTo(
            new Outcome.Abstained(
                Abstention.Reason.WEAK_EVIDENCE,
                "the best passage's length score is 7.00, less than the threshold of 15.00"));
  }

  @Test
  void fallsBackWhenNothingWasFoundAndAbstainsWhenNothingIsThere() {
    EvidenceGate gate = EvidenceGate.scoreAtLeast(threshold("web", 5));
    Retriever nothing = finding("words", 3);
    assertThat(
            builder(nothing, gate)
                .fallback(finding("web", 9, "The river rises."))
                .build()
                .ask(QUESTION)
                .text())
        .isEqualTo("The river rises.");
    Answer neither = builder(nothing, gate).fallback(nothing).build().ask(QUESTION);
    assertThat(neither.outcome())
        .isEqualTo(new Outcome.Abstained(Abstention.Reason.NO_EVIDENCE, "no passage was found"));
    assertThat(stages(neither)).containsExactly("retrieve", "fallback");
  }

  @Test
  void isPartOfWhatThePipelineIs() {
    RagPipeline rag =
        builder(finding("words", 3), EvidenceGate.scoreAtLeast(threshold("words", 5)))
            .fallback(finding("web", 3), RankFusion.reciprocalRank(60))
            .build();
    assertThat(rag.description().toString()).contains("threshold=5.0", "the web", "rrf");
    assertThat(rag.with(same -> same.topK(8)).description()).isEqualTo(rag.description());
  }

  @Test
  void refusesWhatCannotWork() {
    RagPipeline.Builder ungated =
        RagPipeline.builder()
            .retriever(finding("words", 3))
            .generator(FakeGenerator.create())
            .fallback(finding("web", 3));
    assertThatThrownBy(ungated::build)
        .hasMessage("a `fallback` needs a `gate` that says when, but none was set");
    assertThatThrownBy(() -> threshold("words", Double.NaN))
        .hasMessage("a threshold must be a number, was NaN");
    assertThatThrownBy(() -> new Threshold(1, "words", 0, 0.9, 1, 1))
        .hasMessage("errorAtMost and confidence must be above 0 and below 1, were 0.0 and 0.9");
    assertThatThrownBy(() -> new Threshold(1, "words", 0.1, 0.9, 1, 2))
        .hasMessage("accepted must be from 0 to cases, was 2 of 1");
    assertThatThrownBy(() -> EvidenceGate.scoreAtLeast(threshold("words", 1), LENGTH, 0))
        .hasMessage("depth must be >= 1, was 0");
  }
}
