package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.store.StoreException;
import dev.ragwright.store.StoreRetriever;
import dev.ragwright.store.VectorStore;
import dev.ragwright.testkit.FakeVectorStoreTest.Other;
import dev.ragwright.testkit.FakeVectorStoreTest.Unfiltered;
import dev.ragwright.testkit.FakeVectorStoreTest.WithoutVectors;
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Here, not in rag-core, for the sake of the fakes. */
class StoreRetrieverTest {
  private static final FakeEmbedder EMBEDDER = FakeEmbedder.of(64);
  private static final CallContext FREE = CallContext.unbounded();

  private final FakeVectorStore store = FakeVectorStore.of(64);

  private static Passage passage(String id, String text, Metadata metadata) {
    return new Passage(id, id, 0, text.length(), text, List.of(), metadata);
  }

  private static RetrievalRequest request(int topK, Filter filter) {
    return RetrievalRequest.of("the river", topK).withFilter(filter);
  }

  private static List<String> ids(Retrieval retrieval) {
    return retrieval.hits().stream().map(hit -> hit.passage().id()).toList();
  }

  private static Map<String, Object> search(Retrieval retrieval) {
    StageRecord last = retrieval.parts().get(1);
    assertThat(last.stage()).isEqualTo("search");
    return last.details();
  }

  /** A store that remembers how many were asked for, and with which filter. */
  private static final class Heard extends Other {
    final List<String> asked = new ArrayList<>();

    Heard(VectorStore store) {
      super(store);
    }

    @Override
    public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
      asked.add(most + " of " + filter);
      return store.search(vector, most, filter, context);
    }
  }

  private void fill(int count, Metadata metadata) {
    FakeVectorStoreTest.filled(
        store,
        IntStream.range(0, count)
            .mapToObj(
                i -> passage(String.format(Locale.ROOT, "p%03d", i), "the river " + i, metadata))
            .toList());
  }

  @Test
  void scoresByTheCosineWhateverTheStoreSays() {
    FakeVectorStoreTest.filled(
        store, List.of(Passage.of("same", "the river"), Passage.of("other", "a lake")));
    VectorStore scaled =
        new Other(store) {
          @Override
          public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
            return store.search(vector, most, filter, context).stream()
                .map(
                    match -> new Match(match.passage(), doubled(match.vector()), match.score() - 7))
                .toList();
          }
        };
    Retrieval found = StoreRetriever.over(scaled, EMBEDDER).retrieve("the river", 5);

    assertThat(ids(found)).containsExactly("same", "other");
    assertThat(found.hits()).extracting(Hit::source).containsOnly("knn");
    assertThat(found.hits().getFirst().score()).isBetween(0.9999999, 1.0);
    double exact =
        Embeddings.dot(EMBEDDER.embedQuery("the river"), EMBEDDER.embedDocument("a lake"));
    assertThat(StoreRetriever.over(store, EMBEDDER).retrieve("the river", 5).hits().getLast())
        .extracting(Hit::score)
        .as("bit for bit")
        .isEqualTo(exact);
    assertThat(found.usage())
        .isEqualTo(
            Usage.of(Usage.EMBEDDED_TEXTS, 1)
                .with(Usage.EMBEDDED_TOKENS, 2)
                .with(Usage.MATCHES_READ, 2)
                .with(Usage.MATCHES_REFUSED, 0));
    assertThat(search(found)).containsEntry("asked", "all").containsEntry("rounds", 1L);
  }

  private static float[] doubled(float[] vector) {
    float[] twice = vector.clone();
    for (int i = 0; i < twice.length; i++) {
      twice[i] *= 2;
    }
    return twice;
  }

  @Test
  void saysNoMoreThanTheOrderWhereAVectorIsNotGivenBack() {
    FakeVectorStoreTest.filled(
        store,
        List.of(
            Passage.of("b", "the river"), Passage.of("a", "the river"), Passage.of("c", "lake")));
    VectorStore mixed =
        new Other(store) {
          @Override
          public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
            return store.search(vector, most, filter, context).stream()
                .map(
                    match ->
                        new Match(
                            match.passage(),
                            match.passage().id().equals("c") ? null : match.vector(),
                            match.score()))
                .toList();
          }
        };
    for (VectorStore some : List.of(mixed, new WithoutVectors(store))) {
      List<Hit> hits = StoreRetriever.over(some, EMBEDDER).retrieve("the river", 3).hits();
      assertThat(hits).extracting(hit -> hit.passage().id()).containsExactly("a", "b", "c");
      assertThat(hits).extracting(Hit::score).containsExactly(1.0, 1.0 / 2, 1.0 / 3);
      assertThat(hits).extracting(Hit::source).containsOnly(StoreRetriever.RANKS);
    }
  }

  @Test
  void asksForMoreUntilEnoughPass() {
    fill(200, Metadata.of("open", "x").with("yes", false));
    FakeVectorStoreTest.filled(
        store,
        List.of(
            passage("far", "river of another kind", Metadata.of("open", "x").with("yes", true))));
    Heard heard = new Heard(store);
    Filter filter = Filter.is("open", "x").and(Filter.is("yes", true));

    Retrieval found = StoreRetriever.over(heard, EMBEDDER).retrieve(request(3, filter), FREE);

    assertThat(ids(found)).containsExactly("far");
    assertThat(heard.asked)
        .containsExactly(
            "1 of document in [ragwright-probe-no-such-document]",
            "1 of all",
            "20 of open in [x]",
            "40 of open in [x]",
            "80 of open in [x]",
            "160 of open in [x]",
            "320 of open in [x]");
    assertThat(found.usage().count(Usage.MATCHES_READ)).hasValue(201);
    assertThat(found.usage().count(Usage.MATCHES_REFUSED)).hasValue(200);
    assertThat(found.usage().count(Usage.CUT_SEARCHES)).hasValue(0);
    assertThat(search(found)).containsEntry("asked", "open in [x]").containsEntry("rounds", 5L);
  }

  @Test
  void saysWhenItEndsAtItsBound() {
    fill(200, Metadata.empty());
    Retriever bounded = StoreRetriever.builder(store, EMBEDDER).mostRead(100).build();
    Retrieval cut = bounded.retrieve(request(3, Filter.is("yes", true)), FREE);

    assertThat(cut.hits()).isEmpty();
    assertThat(cut.usage().count(Usage.MATCHES_READ)).hasValue(100);
    assertThat(cut.usage().count(Usage.CUT_SEARCHES)).hasValue(1);
    assertThat(bounded.retrieve(request(150, Filter.all()), FREE).hits())
        .as("topK is a bound too")
        .hasSize(150);
  }

  /** A store orders equal vectors as it likes, and gives some of them. */
  @Test
  void givesTheSameOfManyCopies() {
    List<Passage> copies =
        IntStream.range(0, 300)
            .mapToObj(i -> Passage.of(String.format(Locale.ROOT, "c%03d", i), "the river"))
            .toList();
    FakeVectorStoreTest.filled(store, copies);
    VectorStore backwards =
        new Other(store) {
          @Override
          public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
            List<Match> all = store.search(vector, 1_000, filter, context).reversed();
            return all.subList(0, Math.min(most, all.size()));
          }
        };
    for (VectorStore some : List.of(backwards, new WithoutVectors(backwards))) {
      Retrieval found = StoreRetriever.over(some, EMBEDDER).retrieve("the river", 3);
      assertThat(ids(found)).containsExactly("c000", "c001", "c002");
    }
  }

  @Test
  void refusesAStoreThatTakesNoNoticeOfFilters() {
    Retriever retriever = StoreRetriever.over(new Unfiltered(store), EMBEDDER);
    Filter tenant = Filter.is("tenant", "acme");
    assertThat(retriever.retrieve(request(5, tenant), FREE).hits())
        .as("an empty store does not tell")
        .isEmpty();
    fill(3, Metadata.of("tenant", "globex"));

    assertThat(retriever.retrieve("the river", 5).hits()).as("without a filter").hasSize(3);
    for (int again = 0; again < 2; again++) {
      assertThatThrownBy(() -> retriever.retrieve(request(5, tenant), FREE))
          .isInstanceOf(StoreException.class)
          .hasMessageStartingWith("the store fake(dimension=64) takes no notice of filters")
          .hasMessageContaining("filtersHere(true)");
    }
    Retriever here =
        StoreRetriever.builder(new Unfiltered(store), EMBEDDER).filtersHere(true).build();
    assertThat(here.retrieve(request(5, tenant), FREE).hits()).isEmpty();
    assertThat(here.retrieve(request(5, Filter.is("tenant", "globex")), FREE).hits()).hasSize(3);
  }

  @Test
  void probesOnceAndOnlyForAFilter() {
    fill(3, Metadata.of("tenant", "acme"));
    Heard heard = new Heard(store);
    Retriever retriever = StoreRetriever.over(heard, EMBEDDER);
    retriever.retrieve("the river", 5);
    retriever.retrieve(request(5, Filter.is("tenant", "acme").not()), FREE);
    assertThat(heard.asked).containsExactly("20 of all", "20 of all");
    retriever.retrieve(request(5, Filter.is("tenant", "acme")), FREE);
    retriever.retrieve(request(5, Filter.is("tenant", "acme")), FREE);
    assertThat(heard.asked.subList(2, 6))
        .containsExactly(
            "1 of document in [ragwright-probe-no-such-document]",
            "1 of all",
            "20 of tenant in [acme]",
            "20 of tenant in [acme]");
  }

  @Test
  void findsNothingForBlankQueriesAndForThoseWithoutAVector() {
    fill(3, Metadata.empty());
    Heard heard = new Heard(store);
    Retriever retriever = StoreRetriever.over(heard, EMBEDDER);
    assertThat(retriever.retrieve("  ", 5).hits()).isEmpty();
    assertThat(retriever.retrieve("?!", 5).hits()).as("all zeros").isEmpty();
    assertThat(retriever.retrieve(request(5, Filter.all().not()), FREE).hits()).isEmpty();
    assertThat(heard.asked).isEmpty();
  }

  @Test
  void findsNoPassageTwice() {
    fill(30, Metadata.empty());
    VectorStore twice =
        new Other(store) {
          @Override
          public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
            return store.search(vector, most, filter, context).stream()
                .flatMap(match -> List.of(match, match).stream())
                .limit(most)
                .toList();
          }
        };
    assertThat(ids(StoreRetriever.over(twice, EMBEDDER).retrieve("the river", 15)))
        .hasSize(15)
        .doesNotHaveDuplicates();
  }

  @Test
  void takesPassagesFromWhereTheyAreKept() {
    fill(50, Metadata.empty());
    Map<String, Passage> kept = new HashMap<>();
    for (String id : List.of("p007", "p040", "p049")) {
      kept.put(id, passage(id, "kept elsewhere", Metadata.of("kind", id)));
    }
    Retriever retriever =
        StoreRetriever.builder(store, EMBEDDER)
            .passages(
                (ids, context) -> {
                  Map<String, Passage> some = new HashMap<>(kept);
                  some.keySet().retainAll(ids);
                  return some;
                })
            .build();
    Retrieval found = retriever.retrieve("the river", 5);
    assertThat(found.hits())
        .extracting(Hit::passage)
        .containsExactlyInAnyOrderElementsOf(kept.values());
    assertThat(found.usage().count(Usage.MATCHES_REFUSED)).as("not known").hasValue(47);
    Filter one = Filter.is("kind", "p040").and(Filter.all());
    assertThat(ids(retriever.retrieve(request(5, one.not()), FREE)))
        .containsExactlyInAnyOrder("p007", "p049");
  }

  @Test
  void refusesVectorsOfAnotherEmbedder() {
    fill(1, Metadata.empty());
    VectorStore cut =
        new Other(store) {
          @Override
          public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
            return List.of(new Match(Passage.of("p", "x"), new float[] {1, 0}, 1));
          }
        };
    assertThatThrownBy(() -> StoreRetriever.over(cut, EMBEDDER).retrieve("the river", 5))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("a vector of dimension 2 for the passage p")
        .hasMessageContaining("fake(dimension=64) has dimension 64");
    Embedder broken =
        new Embedder() {
          @Override
          public Embeddings embed(List<String> texts, Side side, CallContext context) {
            return new Embeddings(List.of(new float[] {2, 0}), Usage.none());
          }

          @Override
          public int dimension() {
            return 2;
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("embedder", "broken");
          }
        };
    assertThatThrownBy(() -> StoreRetriever.over(store, broken).retrieve("the river", 5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the embedder broken returned a vector of length 2.0, not 1 (or all zeros)");
    assertThatThrownBy(() -> new VectorStore.Entry(Passage.of("p", "x"), new float[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the vector of passage p must be of length 1, was of 0.0");
    assertThatThrownBy(() -> StoreRetriever.builder(store, EMBEDDER).mostRead(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mostRead must be >= 1, was 0");
  }

  @Test
  void saysThatARangeOfNumbersIsOverTexts() {
    fill(5, Metadata.of("date", "2024-02-29").with("year", 2024));
    Retriever retriever = StoreRetriever.over(store, EMBEDDER);
    Retrieval none = retriever.retrieve(request(5, Filter.atLeast("date", 2020)), FREE);
    assertThat(none.hits()).isEmpty();
    assertThat(none.usage().count(Usage.MISTYPED_CONDITIONS)).hasValue(1);
    assertThat(none.parts().getLast().details())
        .containsEntry(
            "note",
            "date in [2020.0, Infinity] accepts nothing: what is under 'date' is text, and a range"
                + " of texts is made by Filter.between(\"date\", \"from\", \"to\")");
    Retrieval texts = retriever.retrieve(request(5, Filter.atLeast("date", "2020")), FREE);
    assertThat(texts.hits()).hasSize(5);
    assertThat(texts.usage().count(Usage.MISTYPED_CONDITIONS)).hasValue(0);
    assertThat(
            retriever
                .retrieve(request(5, Filter.atLeast("year", "2020")), FREE)
                .usage()
                .count(Usage.MISTYPED_CONDITIONS))
        .hasValue(1);
    assertThat(
            retriever
                .retrieve(request(5, Filter.atLeast("year", 2030)), FREE)
                .usage()
                .count(Usage.MISTYPED_CONDITIONS))
        .as("a number that is less")
        .hasValue(0);
  }

  @Test
  void describesAllThatChangesItsHits() {
    assertThat(StoreRetriever.over(store, EMBEDDER).description())
        .hasToString(
            "store(filters=store, mostRead=10000; fake(dimension=64), fake(dimension=64))");
    assertThat(
            StoreRetriever.builder(store, EMBEDDER)
                .filtersHere(true)
                .mostRead(50)
                .build()
                .description()
                .parameters())
        .containsEntry("filters", "here")
        .containsEntry("mostRead", "50");
  }

  @Test
  void keepsToItsScope() {
    Retriever lakes =
        FakeRetriever.of(
            List.of(
                passage("a", "the lake", Metadata.of("tenant", "acme").with("year", 2020)),
                passage("b", "the lake", Metadata.of("tenant", "acme").with("year", 2024)),
                passage("c", "the lake", Metadata.of("tenant", "globex").with("year", 2024))));
    Retriever scoped = lakes.scopedTo(Filter.is("tenant", "acme"));
    assertThat(ids(scoped.retrieve("lake", 5))).containsExactly("a", "b");
    RetrievalRequest late = RetrievalRequest.of("lake", 5).withFilter(Filter.atLeast("year", 2024));
    assertThat(ids(scoped.retrieve(late, FREE))).containsExactly("b");
    RetrievalRequest others = late.withFilter(Filter.is("tenant", "globex"));
    assertThat(ids(scoped.retrieve(others, FREE))).isEmpty();
    assertThat(scoped.description().toString())
        .startsWith("scoped(scope=tenant in [acme]; fake(passages=");

    Retriever leaking =
        (request, context) -> lakes.retrieve(request.withFilter(Filter.all()), context);
    assertThatThrownBy(
            () ->
                leaking
                    .named("leaking")
                    .scopedTo(Filter.is("tenant", "globex"))
                    .retrieve("lake", 5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the retriever leaking is scoped to tenant in [globex] and found the passage a, which"
                + " that does not accept: it takes no notice of the request's filter");
  }
}
