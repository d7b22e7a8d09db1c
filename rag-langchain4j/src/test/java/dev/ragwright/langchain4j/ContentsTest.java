package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeRetriever;
import dev.ragwright.testkit.RetrieverContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ContentsTest {
  private static final Document RIVERS =
      new Document(
          "rivers.pdf",
          "The Rhine rises in the Alps. The Elbe does not.",
          Metadata.of("author", "Ann").with("year", 2020).with("weight", .5).with("ok", true),
          Places.builder().page(0, "iii").page(29, "iv").build());
  private static final Passage RHINE = Passage.of(RIVERS, 0, 28, List.of("Rivers", "Rhine"));

  private static Retriever finding(Hit... hits) {
    return (request, context) -> Retrieval.of(List.of(hits));
  }

  private static dev.langchain4j.rag.query.Query query(String text) {
    return dev.langchain4j.rag.query.Query.from(text);
  }

  @Test
  void aContentTellsWhereItsPassageStands() {
    ContentRetriever retriever =
        LangChain4j.contentRetriever(finding(new Hit(RHINE, 7.5, "bm25")), 3);
    Content content = retriever.retrieve(query("rhine")).getFirst();
    assertThat(content.textSegment().text()).isEqualTo("The Rhine rises in the Alps.");
    assertThat(content.textSegment().metadata().toMap())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("author", "Ann"),
                Map.entry("year", 2020L),
                Map.entry("weight", .5),
                Map.entry("ok", "true"),
                Map.entry("passage_id", "rivers.pdf#0-28"),
                Map.entry("document_id", "rivers.pdf"),
                Map.entry("place", RHINE.place()),
                Map.entry("start", 0),
                Map.entry("end", 28),
                Map.entry("headings", "Rivers › Rhine"),
                Map.entry("page", "iii")));
    assertThat(content.metadata())
        .isEqualTo(
            Map.of(ContentMetadata.SCORE, 7.5, ContentMetadata.EMBEDDING_ID, "rivers.pdf#0-28"));
    assertThat(LangChain4j.passage(content)).isSameAs(RHINE);
    Passage rebuilt = LangChain4j.passage(Content.from(content.textSegment()));
    assertThat(rebuilt.id()).isEqualTo(RHINE.id());
    assertThat(rebuilt.headings()).isEqualTo(RHINE.headings());
    assertThat(rebuilt.end()).isEqualTo(28);
    assertThat(content)
        .isEqualTo(Content.from(content.textSegment()))
        .hasToString(RHINE.place() + " " + content.metadata());
  }

  @Test
  void aRequestMayBeMadeForEachQuery() {
    List<RetrievalRequest> asked = new ArrayList<>();
    Retriever retriever =
        (request, context) -> {
          asked.add(request);
          return Retrieval.of(List.of());
        };
    LangChain4j.contentRetriever(
            retriever,
            query -> RetrievalRequest.of(query.text(), 2).withFilter(Filter.is("tenant", "a")))
        .retrieve(query("rhine"));
    LangChain4j.contentRetriever(retriever, 5).retrieve(query("elbe"));
    assertThat(asked).extracting(RetrievalRequest::topK).containsExactly(2, 5);
    assertThat(asked).extracting(r -> r.query().text()).containsExactly("rhine", "elbe");
    assertThat(asked.getFirst().filter()).isEqualTo(Filter.is("tenant", "a"));
    assertThatThrownBy(() -> LangChain4j.contentRetriever(retriever, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void cancellingTheFutureStopsTheRetriever() throws Exception {
    Cores.assumeAtLeast(20);
    CountDownLatch asked = new CountDownLatch(1);
    CompletableFuture<Boolean> stopped = new CompletableFuture<>();
    Retriever slow =
        (request, context) -> {
          CompletableFuture<Boolean> stop = new CompletableFuture<>();
          CallContext.Registration hook = context.onStop(() -> stop.complete(true));
          asked.countDown();
          stopped.complete(stop.join());
          hook.close();
          throw new CancelledException("stopped");
        };
    CompletableFuture<List<Content>> future =
        LangChain4j.contentRetriever(slow, 1).retrieveAsync(query("q"));
    asked.await();
    future.cancel(true);
    assertThat(stopped.join()).isTrue();
    assertThat(
            LangChain4j.contentRetriever(finding(new Hit(RHINE, 1, "x")), 1)
                .retrieveAsync(query("q"))
                .join())
        .hasSize(1);
  }

  /** All that a retriever promises, through LangChain4j and back. */
  @Nested
  class ThereAndBack extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      return LangChain4j.filteringRetriever(
          LangChain4j.contentRetriever(FakeRetriever.of(passages), 1_000), "back");
    }
  }

  private static Content content(String text, Map<ContentMetadata, Object> metadata) {
    return Content.from(TextSegment.from(text), metadata);
  }

  private static Retrieval retrieve(ContentRetriever retriever) {
    return LangChain4j.retriever(retriever, "theirs").retrieve("q", 10);
  }

  @Test
  void scoresAreTheBestThatIsKnown() {
    Retrieval scored =
        retrieve(
            q ->
                List.of(
                    content("a", Map.of(ContentMetadata.SCORE, .5)),
                    content(
                        "b",
                        Map.of(
                            ContentMetadata.SCORE,
                            .1,
                            ContentMetadata.RERANKED_SCORE,
                            9,
                            ContentMetadata.EMBEDDING_ID,
                            "e"))));
    assertThat(scored.hits()).extracting(hit -> hit.passage().text()).containsExactly("b", "a");
    assertThat(scored.hits()).extracting(Hit::score).containsExactly(9.0, .5);
    assertThat(scored.hits().getFirst().passage().id()).isEqualTo("e");
    assertThat(scored.hits().getFirst().source()).isEqualTo("theirs");
    Retrieval ranked =
        retrieve(
            q ->
                List.of(
                    content("z", Map.of()),
                    content("y", Map.of(ContentMetadata.SCORE, .5)),
                    content("z", Map.of())));
    assertThat(ranked.hits()).extracting(hit -> hit.passage().text()).containsExactly("z", "y");
    assertThat(ranked.hits()).extracting(Hit::score).containsExactly(1.0, .5);
    assertThat(ranked.hits().getFirst().source()).isEqualTo("theirs/rank");
  }

  @Test
  void aFilterIsRefusedUnlessItIsChecked() {
    ContentRetriever two =
        q ->
            List.of(
                Content.from(
                    TextSegment.from(
                        "a", dev.langchain4j.data.document.Metadata.from("tenant", "x"))),
                Content.from("b"));
    RetrievalRequest request = RetrievalRequest.of("q", 5).withFilter(Filter.is("tenant", "x"));
    CallContext call = CallContext.unbounded();
    assertThatThrownBy(() -> LangChain4j.retriever(two, "two").retrieve(request, call))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the content retriever 'two' takes no filter, was given 'tenant in [x]';"
                + " LangChain4j.filteringRetriever checks it on what is found");
    assertThat(LangChain4j.filteringRetriever(two, "two").retrieve(request, call).hits())
        .extracting(hit -> hit.passage().text())
        .containsExactly("a");
  }

  @Test
  void saysWhatFailed() {
    assertThatThrownBy(
            () ->
                retrieve(
                    q -> {
                      throw new dev.langchain4j.exception.TimeoutException("late");
                    }))
        .isInstanceOfSatisfying(
            ContentRetrieverException.class, e -> assertThat(e.retryable()).isTrue())
        .hasMessage("the content retriever 'theirs' failed: late");
    assertThat(LangChain4j.retriever(q -> List.of(), "theirs").retrieve(" ", 3).hits()).isEmpty();
  }
}
