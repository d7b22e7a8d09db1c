package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What {@link Reranker} promises. The hits that it is given are as a retriever returns them: best
 * first, ties by id, none twice.
 */
public abstract class RerankerContract {
  private static final Query QUERY = Query.of("where does the river rise");

  /** For subclasses. */
  protected RerankerContract() {}

  /** Returns the reranker under test. */
  protected abstract Reranker reranker();

  /**
   * Closes what owns a reranker that {@link #reranker} made; nothing unless overridden. A call that
   * is refused because of it throws {@link IllegalStateException}.
   */
  protected void close(Reranker reranker) {}

  private static List<Hit> hits(String... texts) {
    List<Hit> hits = new ArrayList<>();
    for (String text : texts) {
      int rank = hits.size();
      String id = String.format(Locale.ROOT, "p%02d", rank);
      hits.add(new Hit(Passage.of(id, text), 1.0 / (1 + rank), "first"));
    }
    return hits;
  }

  /** Ten of which three have the same text and score. */
  private static List<Hit> hits() {
    List<Hit> hits =
        new ArrayList<>(
            hits(
                "Barges go up the river.",
                "The river rises in the Alps.",
                "A lake.",
                "Where the river rises there is a spring.",
                "\ud83c\udf0a \u5ddd",
                "Nothing of the kind.",
                "The sea."));
    for (String id : List.of("tie-a", "tie-b", "tie-c")) {
      hits.add(new Hit(Passage.of(id, "The river rises twice."), 0.01, "first"));
    }
    return List.copyOf(hits);
  }

  private void with(Consumer<Reranker> test) {
    Reranker reranker = reranker();
    try {
      test.accept(reranker);
    } finally {
      close(reranker);
    }
  }

  private static List<Hit> ranked(Reranker reranker, Query query, List<Hit> hits, int topK) {
    return reranker.rerank(query, hits, topK, CallContext.unbounded()).hits();
  }

  private static void assertSound(List<Hit> ranked, List<Hit> given, int topK) {
    assertThat(ranked).hasSizeLessThanOrEqualTo(topK).isSortedAccordingTo(Hit.BEST_FIRST);
    assertThat(ranked).extracting(hit -> hit.passage().id()).doesNotHaveDuplicates();
    assertThat(given.stream().map(Hit::passage).toList())
        .containsAll(ranked.stream().map(Hit::passage).toList());
    assertThat(ranked).extracting(Hit::source).doesNotContainNull();
  }

  @Test
  void returnsPassagesThatItWasGivenBestFirst() {
    with(reranker -> assertSound(ranked(reranker, QUERY, hits(), 10), hits(), 10));
  }

  @Test
  void returnsAtMostTopK() {
    with(
        reranker -> {
          for (int topK : new int[] {1, 3, 9, 10, 1_000}) {
            assertSound(ranked(reranker, QUERY, hits(), topK), hits(), topK);
          }
        });
  }

  @Test
  void breaksTiesById() {
    with(
        reranker -> {
          List<Hit> ties = hits().subList(7, 10);
          assertSound(ranked(reranker, QUERY, ties, 3), ties, 3);
          assertSound(ranked(reranker, QUERY, ties, 2), ties, 2);
        });
  }

  @Test
  void takesNoHitsAndOne() {
    with(
        reranker -> {
          assertThat(ranked(reranker, QUERY, List.of(), 5)).isEmpty();
          List<Hit> one = hits().subList(0, 1);
          assertSound(ranked(reranker, QUERY, one, 5), one, 5);
        });
  }

  @Test
  void leavesTheListThatItWasGiven() {
    with(
        reranker -> {
          List<Hit> given = new ArrayList<>(hits());
          ranked(reranker, QUERY, given, 3);
          assertThat(given).isEqualTo(hits());
        });
  }

  @Test
  void takesAnyText() {
    with(
        reranker -> {
          List<Hit> odd = hits(OddTexts.shortOnes().toArray(String[]::new));
          assertSound(ranked(reranker, QUERY, odd, 50), odd, 50);
          List<Hit> loud = hits(OddTexts.operators().toArray(String[]::new));
          assertSound(ranked(reranker, QUERY, loud, 50), loud, 50);
          for (String query : OddTexts.shortOnes()) {
            assertSound(ranked(reranker, Query.of(query), hits(), 3), hits(), 3);
          }
        });
  }

  @Test
  void takesLongTexts() {
    with(
        reranker -> {
          List<Hit> longOnes = hits("short", OddTexts.longWord(), OddTexts.manyWords());
          assertSound(ranked(reranker, QUERY, longOnes, 5), longOnes, 5);
          List<Hit> one = hits().subList(0, 1);
          assertSound(ranked(reranker, Query.of(OddTexts.manyWords()), one, 5), one, 5);
        });
  }

  @Test
  void givesTheSameOrderForTheSameHits() {
    with(
        reranker ->
            assertThat(ranked(reranker, QUERY, hits(), 10))
                .isEqualTo(ranked(reranker, QUERY, hits(), 10)));
  }

  @Test
  void throwsWhenCancelledBefore() {
    with(
        reranker -> {
          CallContext context = CallContext.unbounded();
          context.cancel();
          assertThatThrownBy(() -> reranker.rerank(QUERY, hits(), 5, context))
              .isInstanceOf(CancelledException.class);
        });
  }

  @Test
  void throwsWhenItsTimeIsUp() {
    with(
        reranker -> {
          CallContext context = TestClock.expired();
          assertThatThrownBy(() -> reranker.rerank(QUERY, hits(), 5, context))
              .isInstanceOf(DeadlineExceededException.class);
        });
  }

  @Test
  void givesParallelCallersTheSameOrder() {
    with(
        reranker -> {
          List<Hit> alone = ranked(reranker, QUERY, hits(), 10);
          Crowd.agree(Crowd.each(member -> ranked(reranker, QUERY, hits(), 10)), alone);
        });
  }

  @Test
  void mayBeClosedInTheMidst() {
    Reranker reranker = reranker();
    List<Hit> expected = ranked(reranker, QUERY, hits(), 5);
    Crowd.closeInTheMidst(
        () -> assertThat(ranked(reranker, QUERY, hits(), 5)).isEqualTo(expected),
        () -> close(reranker));
    close(reranker);
  }

  @Test
  void countsWhatItUsed() {
    with(
        reranker ->
            assertThat(reranker.rerank(QUERY, hits(), 5, CallContext.unbounded()).usage())
                .isNotNull());
  }

  @Test
  void describesItself() {
    with(reranker -> Descriptions.assertStable("reranker", reranker::description));
  }
}
