package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What {@link Retriever} promises. Brings a corpus of its own: a dozen passages that all have the
 * word <em>river</em>, among them some of the same text, some beyond Unicode's basic plane, and
 * some with metadata of each type.
 *
 * <p>A retriever that cannot filter, or not in one of the ways of {@link Filter}, must say so:
 * {@link UnsupportedOperationException} or {@link IllegalArgumentException} with the word
 * <em>filter</em> in its text.
 */
public abstract class RetrieverContract {
  private static final String COMMON_WORD = "river";

  /** For subclasses. */
  protected RetrieverContract() {}

  /** Returns the retriever under test over these passages, which may be none. */
  protected abstract Retriever retriever(List<Passage> passages);

  /**
   * Closes what owns a retriever that {@link #retriever} made; nothing unless overridden. A call
   * that is refused because of it throws {@link IllegalStateException}.
   */
  protected void close(Retriever retriever) {}

  private static final List<Document> DOCUMENTS =
      List.of(
          new Document(
              "zambezi",
              "The river falls. The river roars. 500 million litres of river a minute.",
              Metadata.of("continent", "Africa").with("km", 2574L).with("dammed", true)),
          new Document(
              "amazon",
              "The river floods the forest. A pink dolphin swims in the river.",
              Metadata.of("continent", "South America").with("km", 6400L).with("dammed", false)),
          new Document(
              "rhine",
              "A river of trade. Barges go up the river. Barges go down the river.",
              Metadata.of("continent", "Europe").with("km", 1232.7).with("dammed", true)),
          new Document(
              "\ud842\udfb7-\ud83c\udf0a",
              "\ud83c\udf0a river \u5ddd\u306e\u6d41\u308c. \ud835\udcc7\ud835\udcbe\ud835\udccb river.",
              Metadata.of("continent", "\ud83c\udf0f").with("km", "unknown")),
          Document.of("bare", "A river without metadata."));

  /** The corpus: sentences of the documents, and passages that differ in nothing but their id. */
  private static List<Passage> corpus() {
    List<Passage> passages = new ArrayList<>();
    for (String id : List.of("tie-c", "tie-a", "tie-b")) {
      passages.add(Passage.of(id, "The same river twice."));
    }
    for (Document document : DOCUMENTS) {
      int start = 0;
      while (start < document.text().length()) {
        int stop = document.text().indexOf(". ", start);
        int end = stop < 0 ? document.text().length() : stop + 2;
        passages.add(Passage.of(document, start, end, List.of("Rivers", document.id())));
        start = end;
      }
    }
    return passages;
  }

  private void over(List<Passage> passages, Consumer<Retriever> test) {
    Retriever retriever = retriever(passages);
    try {
      test.accept(retriever);
    } finally {
      close(retriever);
    }
  }

  private static List<Hit> hits(Retriever retriever, RetrievalRequest request) {
    return retriever.retrieve(request, CallContext.unbounded()).hits();
  }

  private static List<Hit> hits(Retriever retriever, String query, int topK) {
    return hits(retriever, RetrievalRequest.of(query, topK));
  }

  private static RetrievalRequest everything() {
    return RetrievalRequest.of(COMMON_WORD, corpus().size());
  }

  private static void assertSound(List<Hit> hits, int topK) {
    assertThat(hits).hasSizeLessThanOrEqualTo(topK).isSortedAccordingTo(Hit.BEST_FIRST);
    assertThat(hits).extracting(hit -> hit.passage().id()).doesNotHaveDuplicates();
    assertThat(corpus()).containsAll(hits.stream().map(Hit::passage).toList());
    assertThat(hits).extracting(Hit::source).doesNotContainNull();
  }

  @Test
  void findsWhatHasTheWord() {
    over(corpus(), retriever -> assertThat(hits(retriever, everything())).isNotEmpty());
  }

  @Test
  void ordersBestFirstAndTiesById() {
    over(
        corpus(),
        retriever -> {
          assertSound(hits(retriever, everything()), corpus().size());
          assertSound(hits(retriever, "the same river twice", 5), 5);
        });
  }

  @Test
  void returnsAtMostTopKAndFewerAreTheFirstOfMore() {
    over(
        corpus(),
        retriever -> {
          List<Hit> all = hits(retriever, everything());
          for (int topK = 1; topK <= corpus().size(); topK++) {
            List<Hit> fewer = hits(retriever, everything().withTopK(topK));
            assertThat(fewer).isEqualTo(all.subList(0, Math.min(topK, all.size())));
          }
          assertThat(hits(retriever, everything().withTopK(1_000))).isEqualTo(all);
        });
  }

  @Test
  void returnsPassagesAsTheyWerePutIn() {
    over(
        corpus(),
        retriever -> {
          for (Hit hit : hits(retriever, everything())) {
            Passage found = hit.passage();
            assertThat(corpus()).contains(found);
            DOCUMENTS.stream()
                .filter(document -> document.id().equals(found.documentId()))
                .forEach(
                    document ->
                        assertThat(document.text().substring(found.start(), found.end()))
                            .isEqualTo(found.text()));
          }
        });
  }

  @Test
  void givesTheSameHitsForTheSameRequest() {
    over(
        corpus(),
        retriever -> {
          List<Hit> first = hits(retriever, everything());
          assertThat(hits(retriever, everything())).isEqualTo(first);
          over(corpus(), other -> assertThat(hits(other, everything())).isEqualTo(first));
        });
  }

  @Test
  void filtersAsTheFilterSays() {
    over(
        corpus(),
        retriever -> {
          List<Hit> all = hits(retriever, everything());
          for (Filter filter : filters()) {
            List<Hit> found;
            try {
              found = hits(retriever, everything().withFilter(filter));
            } catch (UnsupportedOperationException | IllegalArgumentException refused) {
              assertThat(refused).as("%s", filter).hasMessageContaining("filter");
              continue;
            }
            assertSound(found, corpus().size());
            assertThat(found)
                .extracting(hit -> hit.passage().id())
                .as("%s", filter)
                .containsExactlyInAnyOrderElementsOf(
                    all.stream().map(Hit::passage).filter(filter::test).map(Passage::id).toList());
          }
        });
  }

  private static List<Filter> filters() {
    Filter european = Filter.is("continent", "Europe");
    Filter dammed = Filter.is("dammed", true);
    Filter longer = Filter.atLeast("km", 2000);
    return List.of(
        Filter.all(),
        Filter.documents(List.of("rhine", "bare", "no such document")),
        Filter.documents(List.of("\ud842\udfb7-\ud83c\udf0a")),
        Filter.documents(List.of()),
        european,
        Filter.is("continent", "europe"),
        Filter.is("continent", "\ud83c\udf0f"),
        Filter.is("no such key", "Europe"),
        Filter.in("continent", "Africa", "South America", "Asia"),
        Filter.in("continent", new String[0]),
        dammed,
        Filter.is("dammed", false),
        Filter.is("dammed", "true"),
        Filter.is("km", 6400),
        Filter.is("km", 1232.7),
        Filter.is("km", "unknown"),
        new Filter.In("km", List.of(2574L, 1232.7, "unknown", true)),
        longer,
        Filter.atMost("km", 2574),
        new Filter.Range("km", 1232.7, 2574),
        new Filter.Range("km", 3000, 2000),
        Filter.atLeast("continent", 0),
        Filter.between("continent", "Africa", "Europe"),
        Filter.between("continent", "Europe", "Africa"),
        Filter.atLeast("continent", "South America"),
        Filter.atMost("continent", "Europe").not(),
        Filter.atMost("km", "zz"),
        Filter.startsWith("continent", "A"),
        Filter.startsWith("continent", ""),
        Filter.startsWith("km", "2"),
        Filter.exists("continent").not(),
        Filter.exists("dammed"),
        Filter.exists("km").and(longer.not()),
        Filter.exists("no such key"),
        european.and(dammed),
        european.or(longer),
        european.not(),
        longer.not(),
        dammed.and(longer.not()).or(Filter.documents(List.of("bare"))).not(),
        new Filter.And(List.of()),
        new Filter.Or(List.of()),
        Filter.all().not());
  }

  @Test
  void fillsTopKFromWhatTheFilterAccepts() {
    over(
        corpus(),
        retriever -> {
          Filter last = Filter.documents(List.of("bare"));
          List<Hit> all = hits(retriever, everything());
          boolean there = all.stream().anyMatch(hit -> last.test(hit.passage()));
          List<Hit> one;
          try {
            one = hits(retriever, everything().withTopK(1).withFilter(last));
          } catch (UnsupportedOperationException | IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining("filter");
            return;
          }
          assertThat(one).hasSize(there ? 1 : 0).allMatch(hit -> last.test(hit.passage()));
        });
  }

  @Test
  void takesOperatorsForPlainWords() {
    over(
        corpus(),
        retriever -> {
          for (String query : OddTexts.operators()) {
            List<Hit> hits = hits(retriever, query, 5);
            assertSound(hits, 5);
            assertThat(hits)
                .as("hits of <%s>, which has a word of each passage", query)
                .isNotEmpty();
          }
        });
  }

  @Test
  void takesAnyQuery() {
    over(
        corpus(),
        retriever -> {
          OddTexts.shortOnes().forEach(query -> assertSound(hits(retriever, query, 5), 5));
          assertSound(hits(retriever, OddTexts.longWord(), 5), 5);
          assertSound(hits(retriever, OddTexts.manyWords(), 5), 5);
          assertSound(hits(retriever, "river ".repeat(OddTexts.LONG / 6), 5), 5);
        });
  }

  @Test
  void findsNothingAmongNothing() {
    over(List.of(), retriever -> assertThat(hits(retriever, COMMON_WORD, 5)).isEmpty());
  }

  @Test
  void throwsWhenCancelledBefore() {
    over(
        corpus(),
        retriever -> {
          CallContext context = CallContext.unbounded();
          context.cancel();
          assertThatThrownBy(() -> retriever.retrieve(everything(), context))
              .isInstanceOf(CancelledException.class);
        });
  }

  @Test
  void throwsWhenItsTimeIsUp() {
    over(
        corpus(),
        retriever -> {
          CallContext context = TestClock.expired();
          assertThatThrownBy(() -> retriever.retrieve(everything(), context))
              .isInstanceOf(DeadlineExceededException.class);
        });
  }

  @Test
  void goesOnAfterACallWasCancelled() {
    over(
        corpus(),
        retriever -> {
          List<Hit> before = hits(retriever, everything());
          CallContext context = CallContext.unbounded();
          context.cancel();
          assertThatThrownBy(() -> retriever.retrieve(everything(), context))
              .isInstanceOf(CancelledException.class);
          assertThat(hits(retriever, everything())).isEqualTo(before);
        });
  }

  @Test
  void givesParallelCallersTheSameHits() {
    over(
        corpus(),
        retriever -> {
          List<String> queries = List.of("river", "barges go", "\ud83c\udf0a", "the same river");
          List<List<Hit>> alone = queries.stream().map(query -> hits(retriever, query, 7)).toList();
          Crowd.agree(
              Crowd.each(
                  member -> queries.stream().map(query -> hits(retriever, query, 7)).toList()),
              alone);
        });
  }

  @Test
  void mayBeClosedInTheMidst() {
    Retriever retriever = retriever(corpus());
    List<Hit> expected = hits(retriever, everything());
    Crowd.closeInTheMidst(
        () -> assertThat(hits(retriever, everything())).isEqualTo(expected),
        () -> close(retriever));
    close(retriever);
  }

  @Test
  void countsWhatItUsed() {
    over(
        corpus(),
        retriever ->
            assertThat(retriever.retrieve(everything(), CallContext.unbounded()).usage())
                .isNotNull());
  }

  @Test
  void describesItself() {
    over(corpus(), retriever -> Descriptions.assertStable("retriever", retriever::description));
  }
}
