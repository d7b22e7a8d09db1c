package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.retrieve.EvidenceBounds;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CorrectedRetrieverTest {
  private static final Retriever FIRST = FakeRetriever.of("one two three", "four five");
  private static final Retriever SECOND =
      Retrievers.passagesAsDocuments(FakeRetriever.of("x", "y", "one six", "two six"));

  private static Retriever corrected(EvidenceBounds bounds, Retriever second) {
    return Retrievers.corrected(
        FIRST, Reranker.none(), 5, bounds, second, RankFusion.reciprocalRank(60));
  }

  private static EvidenceBounds bounds(double correct, double incorrect) {
    return new EvidenceBounds(correct, incorrect, "fake", .1, .9, 100);
  }

  private static Retrieval ask(Retriever retriever, String question) {
    return retriever.retrieve(RetrievalRequest.of(question, 3), CallContext.unbounded());
  }

  @Test
  void correctIsReturnedAndTheSecondIsNotAsked() {
    Retrieval found = ask(corrected(bounds(2, 1), SECOND), "one two");
    assertThat(found.hits())
        .extracting(hit -> hit.passage().text())
        .containsExactly("one two three");
    assertThat(found.parts())
        .extracting(StageRecord::stage)
        .containsExactly("retrieve", "evaluate");
    assertThat(found.parts().getLast().details()).containsEntry("verdict", "CORRECT");
  }

  @Test
  void incorrectIsReplaced() {
    Retrieval found = ask(corrected(bounds(4, 3), SECOND), "one two");
    assertThat(found.hits())
        .extracting(hit -> hit.passage().text())
        .containsExactly("one six", "two six");
    assertThat(found.parts().get(1).details()).containsEntry("verdict", "INCORRECT");
    assertThat(found.parts().getLast().stage()).isEqualTo("fallback");
  }

  @Test
  void ambiguousIsFused() {
    Retrieval found = ask(corrected(bounds(4, 1), SECOND), "one two");
    assertThat(found.hits()).hasSize(3).extracting(Hit::source).containsOnly("rrf");
    assertThat(found.parts().get(1).details()).containsEntry("verdict", "AMBIGUOUS");
  }

  @Test
  void nothingFoundIsIncorrectAndNothingSecondKeepsTheFirst() {
    assertThat(ask(corrected(bounds(1, 1), SECOND), "six").hits()).hasSize(2);
    assertThat(ask(corrected(bounds(9, 9), Retriever.none()), "one").hits()).hasSize(1);
    assertThat(ask(corrected(bounds(9, 9), Retriever.none()), "seven").hits()).isEmpty();
  }

  @Test
  void theEvaluatorReadsAsDeepAsItIsTold() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      texts.add("one " + i);
    }
    AtomicInteger read = new AtomicInteger();
    Reranker counting =
        (query, hits, topK, context) -> {
          read.set(hits.size());
          return Reranker.none().rerank(query, hits, topK, context);
        };
    Retriever deep =
        Retrievers.corrected(
            FakeRetriever.of(texts.toArray(String[]::new)),
            counting,
            200,
            bounds(1, 1),
            Retriever.none(),
            RankFusion.reciprocalRank(60));
    assertThat(ask(deep, "one").hits()).hasSize(3);
    assertThat(read).hasValue(200);
  }

  @Test
  void refusesBoundsOfOtherScores() {
    EvidenceBounds other = new EvidenceBounds(2, 1, "bm25", .1, .9, 100);
    assertThatThrownBy(() -> ask(corrected(other, SECOND), "one"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the evaluator's best score is of \"fake\", and the bounds were learnt from scores of \"bm25\", which cannot be compared; learn bounds for it, or give that evaluator");
    assertThatThrownBy(() -> bounds(1, 2))
        .hasMessage("incorrectBelow must be at most correctFrom, were 2.0 and 1.0");
    assertThatThrownBy(() -> bounds(Double.NaN, 2)).isInstanceOf(IllegalArgumentException.class);
  }
}
