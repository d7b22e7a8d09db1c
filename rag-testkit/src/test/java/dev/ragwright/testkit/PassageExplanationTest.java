package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.PassageExplanation;
import dev.ragwright.PassageExplanation.End;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Here, not in rag-core, for the sake of the fakes. */
class PassageExplanationTest {
  private static final String QUESTION = "river Rhine Alps source";

  /** Ranked p1, p2, p3, p4 by the question's words; p5 has none. */
  private static final Retriever RIVERS =
      FakeRetriever.of(
          "source of the river Rhine in the Alps",
          "the river Rhine and the Alps",
          "the river Rhine ends in the North Sea",
          "a river",
          "a lake has no mouth");

  private static final Generator NEVER_ASKED =
      (request, context) -> {
        throw new AssertionError("the generator was asked");
      };

  private final RecordingListener heard = new RecordingListener();

  private RagPipeline.Builder builder() {
    return RagPipeline.builder().retriever(RIVERS).generator(NEVER_ASKED).topK(2).listener(heard);
  }

  private static Reranker reversed() {
    return (query, hits, topK, context) ->
        Retrieval.ranked(
            hits.stream().map(hit -> new Hit(hit.passage(), -hit.score(), "reversed")).toList(),
            topK,
            Usage.none());
  }

  @Test
  void saysWhatIsReadAndWhatIsDeeperThanThePipelineLooks() {
    RagPipeline rag = builder().build();
    assertThat(rag.explain(QUESTION, "p1"))
        .hasToString(
            "passage p1 is read by the generator\n  retrieve: rank 1 of 2, score 4.0000, first 2 taken");
    assertThat(rag.explain(QUESTION, "p4"))
        .isEqualTo(
            new PassageExplanation(
                "p4",
                End.TOO_DEEP,
                "",
                List.of(new PassageExplanation.Place("retrieve", 4, 4, 2, 1))));
    assertThat(rag.explain(QUESTION, "p5")).hasToString("passage p5 is not found by the retriever");
    assertThat(rag.explain("nothing", "p1").end()).isEqualTo(End.NOT_FOUND);
    assertThat(heard.events()).as("listeners are for questions that are asked").isEmpty();
  }

  @Test
  void saysWhatTheRerankerDid() {
    RagPipeline rag = builder().reranker(reversed(), 4).build();
    assertThat(rag.explain(QUESTION, "p4").end()).isEqualTo(End.READ);
    assertThat(rag.explain(QUESTION, "p1"))
        .hasToString(
            """
            passage p1 is ranked behind what the context is made of
              retrieve: rank 1 of 4, score 4.0000, first 4 taken
              rerank: rank 4 of 4, score -4.0000, first 2 taken\
            """);
    RagPipeline strict = builder().reranker(Rerankers.threshold(3), 4).build();
    PassageExplanation lost = strict.explain(QUESTION, "p4");
    assertThat(lost.end()).isEqualTo(End.NOT_KEPT);
    assertThat(lost.places())
        .extracting(PassageExplanation.Place::stage)
        .containsExactly("retrieve");
  }

  @Test
  void saysWhatTheGateAndTheContextDid() {
    EvidenceGate shut =
        (question, hits, context) -> new EvidenceGate.Verdict(false, "too weak", Usage.none());
    assertThat(builder().gate(shut).build().explain(QUESTION, "p1"))
        .hasToString(
            """
            passage p1 is among the best, and the gate found these too weak: too weak
              retrieve: rank 1 of 2, score 4.0000, first 2 taken\
            """);
    RagPipeline small = builder().topK(3).context(c -> c.budget(9)).build();
    assertThat(small.explain(QUESTION, "p3").end()).isEqualTo(End.DROPPED);
    assertThat(small.explain(QUESTION, "p3").reason()).isEqualTo("OVER_BUDGET");
  }

  /** Asked deeper, a fusion asks its legs deeper, and may have another first. */
  @Test
  void decidesByWhatTheQuestionFinds() {
    Retriever fickle =
        (request, context) ->
            request.topK() < 100
                ? RIVERS.retrieve(request, context)
                : FakeRetriever.of("x", "x", "x", "Rhine").retrieve(request, context);
    RagPipeline rag = builder().retriever(fickle.named("fickle")).build();
    assertThat(rag.explain(QUESTION, "p1").end()).isEqualTo(End.READ);
    assertThat(rag.explain(QUESTION, "p4").end()).isEqualTo(End.TOO_DEEP);
  }

  @Test
  void saysWhatTheFallbackReplaced() {
    EvidenceGate strict =
        (question, hits, context) ->
            new EvidenceGate.Verdict(
                hits.getFirst().passage().id().equals("lake"), "weak", Usage.none());
    Retriever lakes =
        FakeRetriever.of(List.of(Passage.of("lake", "the source of the Rhine is a lake")));
    RagPipeline rag = builder().gate(strict.named("strict")).fallback(lakes).build();
    assertThat(rag.explain(QUESTION, "p1"))
        .hasToString(
            """
            passage p1 is among the best, and the gate found these too weak: weak; the fallback does not find it
              retrieve: rank 1 of 2, score 4.0000, first 2 taken\
            """);
    assertThat(rag.explain(QUESTION, "lake"))
        .hasToString(
            """
            passage lake is read by the generator
              fallback: rank 1 of 1, score 2.0000, first 1 taken\
            """);
  }

  @Test
  void searchesAsTheQuestionWouldBeSearched() {
    RagPipeline rag = builder().filter(Filter.is("lang", "de").not()).build();
    assertThat(rag.explain(QUESTION, "p1", Filter.is("lang", "en"), CallContext.unbounded()).end())
        .isEqualTo(End.NOT_FOUND);
    CallContext context = CallContext.unbounded();
    context.cancel();
    assertThatThrownBy(() -> rag.explain(QUESTION, "p1", Filter.all(), context))
        .isInstanceOf(CancelledException.class);
  }
}
