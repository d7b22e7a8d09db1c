package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.store.StoreException;
import dev.ragwright.store.VectorStore;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class EmbeddingStoreAdapterTest {
  private final InMemoryEmbeddingStore<TextSegment> memory = new InMemoryEmbeddingStore<>();
  private final VectorStore store = LangChain4j.vectorStore(memory, "test");
  private final CallContext call = CallContext.unbounded();

  private static Passage passage(String id, Metadata metadata) {
    return new Passage(id, id + ".md", 7, 7 + id.length(), id, List.of("A", "B"), metadata);
  }

  private static VectorStore.Entry entry(Passage passage, float... vector) {
    double length = Math.sqrt(Embeddings.dot(vector, vector));
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / length);
    }
    return new VectorStore.Entry(passage, vector);
  }

  private List<String> found(Filter filter) {
    return store.search(new float[] {1, 0}, 10, filter, call).stream()
        .map(match -> match.passage().id())
        .toList();
  }

  @Test
  void givesAPassageBackExactly() {
    Places places =
        Places.builder().page(0, "iii").sheet(3, "Tariff").cell(4, 2, 1).noCell(5).build();
    Document document =
        new Document(
            "d\u00e9 \u6587.md",
            "one \ud83c\udf0a two \u0000 three \ud800 four\n",
            Metadata.of("text", "5")
                .with("whole", 5)
                .with("large", Long.MAX_VALUE)
                .with("number", 5.0)
                .with("small", 1e-300)
                .with("truth", true)
                .with("", "empty key")
                .with("odd", "\u0000\udfff"),
            places);
    Passage whole = Passage.of(document, 0, document.text().length(), List.of("H\u00f6he", "\""));
    Passage blank = new Passage("blank", "d", 3, 5, " \n", List.of(), Metadata.empty());
    Passage plain = Passage.of(document, 4, 10, List.of());
    store.put(List.of(entry(whole, 1, 0), entry(blank, 0, 1), entry(plain, -1, 0)), call);
    List<VectorStore.Match> matches = store.search(new float[] {1, 0}, 3, Filter.all(), call);
    assertThat(matches).extracting(VectorStore.Match::passage).containsExactly(whole, blank, plain);
    assertThat(matches.getFirst().vector()).containsExactly(1, 0);
    assertThat(matches).extracting(VectorStore.Match::score).containsExactly(1.0, 0.5, 0.0);
  }

  @Test
  void replacesAndDeletesById() {
    store.put(List.of(entry(passage("a", Metadata.empty()), 1, 0)), call);
    store.put(
        List.of(
            entry(passage("a", Metadata.of("v", "2")), 0, 1),
            entry(passage("b", Metadata.empty()), 1, 0)),
        call);
    assertThat(found(Filter.all())).containsExactly("b", "a");
    assertThat(found(Filter.is("v", "2"))).containsExactly("a");
    store.delete(List.of("a", "nobody"), call);
    assertThat(found(Filter.all())).containsExactly("b");
    store.delete(List.of(), call);
  }

  @Test
  void refusesSeveralTextsUnderAKey() {
    Passage tagged = passage("a", Metadata.empty().with("tags", List.of("x", "y")));
    assertThatThrownBy(() -> store.put(List.of(entry(tagged, 1, 0)), call))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "passage a has several texts under 'tags', by which the store cannot filter: put one"
                + " text there, or leave the key out");
    assertThat(found(Filter.all())).isEmpty();
  }

  @Test
  void translatesFilters() {
    store.put(
        List.of(
            entry(passage("a", Metadata.of("city", "York").with("year", 2020)), 1, 0),
            entry(
                passage("b", Metadata.of("city", "Oslo").with("year", 2021.5).with("ok", true)),
                1,
                .1f),
            entry(passage("c", Metadata.empty()), 1, .2f)),
        call);
    assertThat(found(Filter.in("city", "York", "Oslo", "Rome"))).containsExactly("a", "b");
    assertThat(found(Filter.is("city", "york"))).isEmpty();
    assertThat(found(Filter.is("year", 2020))).containsExactly("a");
    assertThat(found(Filter.is("ok", true))).containsExactly("b");
    assertThat(found(Filter.between("year", 2020.5, 2021.5))).containsExactly("b");
    assertThat(found(Filter.atLeast("year", 2021))).containsExactly("b");
    assertThat(found(Filter.atMost("year", 2021))).containsExactly("a");
    assertThat(found(Filter.atLeast("year", Double.NEGATIVE_INFINITY))).containsExactly("a", "b");
    assertThat(found(Filter.between("year", 5, 4))).isEmpty();
    assertThat(found(Filter.documents(List.of("a.md", "c.md")))).containsExactly("a", "c");
    assertThat(found(Filter.documents(List.of()))).isEmpty();
    assertThat(found(Filter.is("city", "York").or(Filter.atLeast("year", 2021))))
        .containsExactly("a", "b");
    assertThat(found(Filter.is("city", "York").and(Filter.atLeast("year", 2021)))).isEmpty();
    assertThat(found(new Filter.And(List.of()))).containsExactly("a", "b", "c");
    assertThat(found(new Filter.Or(List.of()))).isEmpty();
    assertThat(found(Filter.all().or(Filter.is("city", "York")))).containsExactly("a", "b", "c");
    assertThat(
            found(
                Filter.in(
                    "city",
                    java.util.stream.IntStream.range(0, 5_000)
                        .mapToObj(i -> i == 4_000 ? "York" : "x" + i)
                        .toArray(String[]::new))))
        .containsExactly("a");
    assertThatThrownBy(() -> found(Filter.is("city", "York").not()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "no store is asked for the filter 'not (city in [York])': each understands it in its"
                + " own way");
  }

  @Test
  void findsWhatOtherProgramsPutIn() {
    memory.add("e1", Embedding.from(new float[] {1, 0}));
    memory.removeAll(List.of("e1")); // an embedding without a text is of no use
    memory.addAll(
        List.of("e1", "e2", "e3"),
        List.of(
            Embedding.from(new float[] {1, 0}),
            Embedding.from(new float[] {1, .1f}),
            Embedding.from(new float[] {1, .2f})),
        List.of(
            segment("first", Map.of("file_name", "a.txt", "index", "0", "n", 5)),
            segment("second", Map.of("file_name", "a.txt", "index", "1", "f", .5f)),
            segment(
                "third",
                Map.of("wiki", "b", "id", java.util.UUID.nameUUIDFromBytes(new byte[0])))));
    List<Passage> passages =
        store.search(new float[] {1, 0}, 10, Filter.all(), call).stream()
            .map(VectorStore.Match::passage)
            .toList();
    assertThat(passages).extracting(Passage::id).containsExactly("e1", "e2", "e3");
    assertThat(passages).extracting(Passage::documentId).containsExactly("a.txt", "a.txt", "e3");
    assertThat(passages).extracting(Passage::start).startsWith(0, 1 << 18);
    assertThat(passages.getFirst().metadata().get("n")).isEqualTo(5L);
    assertThat(passages.get(1).metadata().get("f")).isEqualTo(.5);
    assertThat(passages.get(2).metadata().get("id"))
        .isEqualTo("d41d8cd9-8f00-3204-a980-0998ecf8427e");
    assertThat(found(Filter.documents(List.of("a.txt")))).containsExactly("e1", "e2");
    assertThat(
            LangChain4j.vectorStore(memory, "test", "wiki")
                .search(new float[] {1, 0}, 10, Filter.documents(List.of("b")), call))
        .extracting(match -> match.passage().documentId())
        .containsExactly("b");
  }

  private static TextSegment segment(String text, Map<String, ?> metadata) {
    return TextSegment.from(text, dev.langchain4j.data.document.Metadata.from(metadata));
  }

  @Test
  void refusesWhatStoresTakeInDifferentWays() {
    store.put(List.of(entry(passage("a", Metadata.empty()), 1, 0)), call);
    assertThatThrownBy(
            () -> store.put(List.of(entry(passage("b", Metadata.empty()), 1, 0, 0)), call))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "the vector of passage b has 3 numbers, those before it for the store 'test' had 2");
    assertThatThrownBy(() -> store.search(new float[] {1}, 1, Filter.all(), call))
        .hasMessage(
            "the vector of the query has 1 numbers, those before it for the store 'test' had 2");
    assertThatThrownBy(
            () ->
                store.put(List.of(entry(passage("b", Metadata.of("ragwright", "x")), 1, 0)), call))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "passage b has metadata 'ragwright', which the store's adapter needs for itself");
    assertThatThrownBy(() -> LangChain4j.vectorStore(memory, " "))
        .hasMessage("a store needs a name, had \" \"");
  }

  @Test
  void noticesThatAStoreHasChangedAText() {
    store.put(List.of(entry(passage("abc", Metadata.empty()), 1, 0)), call);
    String id = EmbeddingStoreAdapter.id("abc");
    EmbeddingSearchRequest all =
        EmbeddingSearchRequest.builder()
            .queryEmbedding(Embedding.from(new float[] {1, 0}))
            .maxResults(1)
            .build();
    TextSegment kept = memory.search(all).matches().getFirst().embedded();
    memory.removeAll(List.of(id));
    memory.addAll(
        List.of(id),
        List.of(Embedding.from(new float[] {1, 0})),
        List.of(TextSegment.from("ab", kept.metadata())));
    assertThatThrownBy(() -> found(Filter.all()))
        .isInstanceOf(StoreException.class)
        .hasMessage("the store has changed the text of passage abc: it has 2 units, had 3");
  }

  /** A store whose searches do something else. */
  private static EmbeddingStore<TextSegment> searching(
      java.util.function.Supplier<EmbeddingSearchResult<TextSegment>> search) {
    return new InMemoryEmbeddingStore<>() {
      @Override
      public EmbeddingSearchResult<TextSegment> search(EmbeddingSearchRequest request) {
        return search.get();
      }

      @Override
      public void removeAll(java.util.Collection<String> ids) {
        throw new dev.langchain4j.exception.UnsupportedFeatureException("cannot remove");
      }
    };
  }

  @Test
  void saysWhatFailed() {
    VectorStore busy =
        LangChain4j.vectorStore(
            searching(
                () -> {
                  throw new RateLimitException("slow down");
                }),
            "busy");
    assertThatThrownBy(() -> busy.search(new float[] {1}, 1, Filter.is("k", "v"), call))
        .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.retryable()).isTrue())
        .hasMessage("the store 'busy' failed at searching with the filter 'k in [v]': slow down");
    assertThatThrownBy(() -> busy.put(List.of(entry(passage("a", Metadata.empty()), 1)), call))
        .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.retryable()).isFalse())
        .hasMessageStartingWith("the store 'busy' cannot be written to: " + getClass().getName())
        .hasMessageEndingWith(
            " has no removeAll(ids), by which entries are replaced and deleted; give a subclass that has")
        .hasRootCauseMessage("cannot remove");
  }

  @Test
  void doesNotWaitForASearchWhenTheCallStops() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    VectorStore slow =
        LangChain4j.vectorStore(
            searching(
                () -> {
                  asked.countDown();
                  Cancelling.await(over);
                  return new EmbeddingSearchResult<>(List.of());
                }),
            "slow");
    CallContext context = CallContext.unbounded();
    Thread canceller = Cancelling.when(asked, context);
    try {
      assertThatThrownBy(() -> slow.search(new float[] {1}, 1, Filter.all(), context))
          .isInstanceOf(CancelledException.class);
      canceller.join();
    } finally {
      over.countDown();
    }
    assertThatThrownBy(() -> store.put(List.of(), context)).isInstanceOf(CancelledException.class);
  }

  @Test
  void writesInBatches() {
    Passage[] passages = new Passage[600];
    Arrays.setAll(passages, i -> passage("p" + i, Metadata.of("n", "x").with("i", i)));
    store.put(Arrays.stream(passages).map(one -> entry(one, 1, 0)).toList(), call);
    assertThat(store.search(new float[] {1, 0}, 1000, Filter.all(), call)).hasSize(600);
    store.delete(Arrays.stream(passages).limit(500).map(Passage::id).toList(), call);
    assertThat(store.search(new float[] {1, 0}, 1000, Filter.all(), call)).hasSize(100);
  }
}
