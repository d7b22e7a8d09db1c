package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.testkit.RerankerContract;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LangChain4jTest {
  private static final List<Hit> HITS =
      List.of(
          new Hit(Passage.of("a", "one"), 3, "bm25"),
          new Hit(Passage.of("b", "three words here"), 2, "bm25"),
          new Hit(Passage.of("c", "two words"), 1, "bm25"));

  /** Scores by the number of words, and counts them. */
  private static final ScoringModel WORDS =
      (segments, query) -> {
        List<Double> scores = segments.stream().map(s -> (double) words(s.text())).toList();
        return Response.from(
            scores, new TokenUsage(segments.stream().mapToInt(s -> words(s.text())).sum()));
      };

  private static int words(String text) {
    return text.split("\\s+", -1).length;
  }

  private static ScoringModel scores(@Nullable Double... scores) {
    return (segments, query) -> Response.from(Arrays.asList(scores));
  }

  private static ScoringModel throwing(RuntimeException e) {
    return (segments, query) -> {
      throw e;
    };
  }

  private static Retrieval rerank(ScoringModel model, CallContext context) {
    return LangChain4j.reranker(model, "rank-x").rerank(Query.of("why"), HITS, 2, context);
  }

  @Nested
  class ByAScoringModel extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return LangChain4j.reranker(WORDS, "words");
    }
  }

  @Nested
  class ThereAndBack extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return LangChain4j.reranker(
          LangChain4j.scoringModel(LangChain4j.reranker(WORDS, "words")), "words");
    }
  }

  @Test
  void ranksByTheModelsScores() {
    Retrieval ranked = rerank(WORDS, CallContext.unbounded());
    assertThat(ranked.hits())
        .containsExactly(
            new Hit(HITS.get(1).passage(), 3, "rank-x"),
            new Hit(HITS.get(2).passage(), 2, "rank-x"));
    assertThat(ranked.usage()).isEqualTo(Usage.of(Usage.REQUESTS, 1).with(Usage.INPUT_TOKENS, 6));
    assertThat(rerank(scores(1.0, 2.0, 3.0), CallContext.unbounded()).usage())
        .isEqualTo(Usage.of(Usage.REQUESTS, 1).withUnknown(Usage.INPUT_TOKENS));
    assertThat(LangChain4j.reranker(WORDS, "rank-x").description().parameters())
        .containsEntry(StageDescription.MODEL, "rank-x");
  }

  @Test
  void showsTheModelTheHeadingsToo() {
    Document document = Document.of("guide", "Cut the cake.");
    Passage under = Passage.of(document, 0, 13, List.of("Baking", "Last steps"));
    List<String> seen = new ArrayList<>();
    ScoringModel model =
        (segments, query) -> {
          segments.forEach(segment -> seen.add(segment.text()));
          return WORDS.scoreAll(segments, query);
        };
    LangChain4j.reranker(model, "rank-x").rerank("why", List.of(new Hit(under, 1, "bm25")), 1);
    assertThat(seen).containsExactly("Baking › Last steps\nCut the cake.");
  }

  @Test
  void refusesScoresThatFitNoPassage() {
    CallContext context = CallContext.unbounded();
    assertThatThrownBy(() -> rerank(scores(1.0, 2.0), context))
        .isInstanceOf(ScoringModelException.class)
        .hasMessage("the scoring model 'rank-x' returned 2 scores for 3 passages");
    assertThatThrownBy(() -> rerank(scores(1.0, Double.NaN, 2.0), context))
        .isInstanceOf(ScoringModelException.class)
        .hasMessage("the scoring model 'rank-x' returned the score NaN for passage b");
    assertThatThrownBy(() -> rerank(scores(1.0, 2.0, null), context))
        .isInstanceOf(ScoringModelException.class)
        .hasMessage("the scoring model 'rank-x' returned the score null for passage c");
  }

  @Test
  void saysWhetherAnotherTryMayHelp() {
    for (RuntimeException passing :
        List.of(
            new RateLimitException("slow down"),
            new HttpException(503, "busy"),
            new RuntimeException(new IOException("reset")))) {
      assertThatThrownBy(() -> rerank(throwing(passing), CallContext.unbounded()))
          .isInstanceOfSatisfying(
              RagException.class, e -> assertThat(e.retryable()).as("%s", passing).isTrue())
          .hasMessageStartingWith("the scoring model 'rank-x' failed: ")
          .hasCause(passing);
    }
    for (RuntimeException lasting :
        List.of(
            new AuthenticationException("no key"),
            new HttpException(400, "bad"),
            new IllegalStateException("broken"))) {
      assertThatThrownBy(() -> rerank(throwing(lasting), CallContext.unbounded()))
          .isInstanceOfSatisfying(
              RagException.class, e -> assertThat(e.retryable()).as("%s", lasting).isFalse());
    }
  }

  @Test
  void doesNotWaitForAModelWhenTheCallStops() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    ScoringModel slow =
        (segments, query) -> {
          asked.countDown();
          Cancelling.await(over);
          return Response.from(List.of());
        };
    try {
      CallContext context = CallContext.unbounded();
      Thread canceller = Cancelling.when(asked, context);
      assertThatThrownBy(() -> rerank(slow, context)).isInstanceOf(CancelledException.class);
      canceller.join();
      assertThatThrownBy(() -> rerank(slow, CallContext.withTimeout(Duration.ofMillis(20))))
          .isInstanceOf(DeadlineExceededException.class);
    } finally {
      over.countDown();
    }
  }

  @Test
  void scoresByAReranker() {
    ScoringModel model = LangChain4j.scoringModel(LangChain4j.reranker(WORDS, "words"));
    Response<List<Double>> scored =
        model.scoreAll(
            Stream.of("a b", "a", "a b c", "a b").map(TextSegment::from).toList(), "why");
    assertThat(scored.content()).containsExactly(2.0, 1.0, 3.0, 2.0);
    assertThat(scored.tokenUsage()).isEqualTo(new TokenUsage(8, 0));
    assertThat(model.score("a b c d", "why").content()).isEqualTo(4.0);
    assertThat(model.scoreAll(List.of(), "why").content()).isEmpty();
  }

  @Test
  void hasNoScoreForWhatARerankerLeavesOut() {
    Reranker best =
        (query, hits, topK, context) -> Retrieval.of(new ArrayList<>(hits.subList(0, 1)));
    ScoringModel model = LangChain4j.scoringModel(best.named("best"));
    assertThatThrownBy(
            () -> model.scoreAll(List.of(TextSegment.from("a"), TextSegment.from("b")), "why"))
        .isInstanceOf(ScoringModelException.class)
        .hasMessage("the reranker best left out 1 of 2 passages, which have no score then");
    assertThat(model.scoreAll(List.of(TextSegment.from("a")), "why").tokenUsage()).isNull();
  }

  @Test
  void aModelWithoutANameIsRefused() {
    assertThatThrownBy(() -> LangChain4j.reranker(WORDS, " "))
        .hasMessage("a model needs a name, had \" \"");
  }
}
