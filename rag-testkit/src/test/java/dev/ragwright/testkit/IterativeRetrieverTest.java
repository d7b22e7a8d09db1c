package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.FollowUp;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Hop;
import dev.ragwright.retrieve.IterativeRetriever;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Saturation;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.trace.StageRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

class IterativeRetrieverTest {
  private static final Passage FILM =
      Passage.of("film", "The film Low Tide was directed by Ada Quist, says its poster.");
  private static final Passage DIRECTOR =
      Passage.of("director", "Ada Quist was born in the harbour of Narvik.");
  private static final Passage TOWN = Passage.of("town", "The mayor opened the harbour.");
  private static final Passage OTHER = Passage.of("other", "Nobody directed anything.");
  private static final String QUESTION = "Where was who directed the film Low Tide born?";

  private static FakeRetriever corpus() {
    return FakeRetriever.of(List.of(FILM, DIRECTOR, TOWN, OTHER));
  }

  private static List<Hop> hops(IterativeRetriever retriever, String question) {
    return retriever.hops(RetrievalRequest.of(question, 1), CallContext.unbounded());
  }

  private static List<String> ids(List<Hit> hits) {
    return hits.stream().map(hit -> hit.passage().id()).toList();
  }

  @Test
  void followsTheNamesOfWhatWasFound() {
    Expansion next =
        FollowUp.names()
            .next(
                Query.of(QUESTION),
                List.of(new Hop(Query.of(QUESTION), List.of(new Hit(FILM, 1, "fake")), 0)),
                CallContext.unbounded());
    // The words that the film's passage lacks, then the names that the question lacks.
    assertThat(next.queries()).containsExactly(Query.of("where who born Ada Quist"));
  }

  @Test
  void asksNothingWhereThereIsNoName() {
    for (String text : List.of("no capitals here", "Only its first word.", "东京是日本的首都。", "")) {
      Hop first = new Hop(Query.of("what"), List.of(new Hit(Passage.of("p", text), 1, "fake")), 0);
      assertThat(
              FollowUp.names()
                  .next(Query.of("what"), List.of(first), CallContext.unbounded())
                  .queries())
          .as(text)
          .containsExactly(Query.of("what"));
    }
  }

  @Test
  void knowsNamesByCapitalsAndTakesAtMostEight() {
    Passage many =
        Passage.of(
            "p",
            "There came Amon of Vale, Jo Bo in 1931, İpek, Gus, Ölü, Di, Ed, Fay, Hal and Ida-Lu.");
    Hop first = new Hop(Query.of("gus?"), List.of(new Hit(many, 1, "fake")), 0);
    assertThat(
            FollowUp.names()
                .next(Query.of("gus?"), List.of(first), CallContext.unbounded())
                .queries())
        .containsExactly(Query.of("Amon of Vale Jo Bo in 1931 İpek Ölü Di Ed Fay Hal and Ida-Lu"));
  }

  /** As of a directory, or of a table's head. */
  @Test
  void aNameMayBeAsLongAsThePassage() {
    String capitals = "Ab ".repeat(100_000).strip();
    String hyphens = "A" + "-".repeat(100_000) + "b" + "-".repeat(100_000);
    for (String text : List.of(capitals, hyphens)) {
      Hop first = new Hop(Query.of("who?"), List.of(new Hit(Passage.of("p", text), 1, "fake")), 0);
      List<Query> asked =
          FollowUp.names()
              .next(Query.of("who?"), List.of(first), CallContext.unbounded())
              .queries();
      assertThat(asked).hasSize(1);
      assertThat(asked.getFirst().text().length()).isGreaterThan(100_000);
      assertThat(asked.getFirst().text()).endsWith("b");
    }
  }

  @Test
  void eachHopBringsOnlyWhatIsUnseen() {
    List<Hop> hops = hops(IterativeRetriever.of(corpus(), FollowUp.names()).depth(1), QUESTION);
    assertThat(hops).hasSize(2);
    assertThat(ids(hops.get(0).unseen())).containsExactly("film");
    assertThat(hops.get(1).query().text()).isEqualTo("where who born Ada Quist");
    assertThat(ids(hops.get(1).unseen())).containsExactly("director");
  }

  @Test
  void scoresByRankAndGivesLaterSearchesLessSay() {
    Retrieval found =
        IterativeRetriever.of(corpus(), FollowUp.names())
            .depth(1)
            .retrieve(RetrievalRequest.of(QUESTION, 9), CallContext.unbounded());
    assertThat(found.hits()).extracting(Hit::source).containsOnly("iterative");
    assertThat(found.hits()).isSortedAccordingTo(Hit.BEST_FIRST);
    assertThat(found.hits().getFirst().passage().id()).isEqualTo("film");
    Hit director =
        found.hits().stream().filter(hit -> hit.passage().equals(DIRECTOR)).findFirst().get();
    // Second in the question's own search (the, was, born), which beats .4 of the next one.
    assertThat(director.score()).isEqualTo(.5, within(1e-12));
  }

  @Test
  void everySearchIsInTheTraceAndCounted() {
    Retrieval found =
        IterativeRetriever.of(corpus(), FollowUp.names())
            .depth(1)
            .retrieve(RetrievalRequest.of(QUESTION, 2), CallContext.unbounded());
    assertThat(found.usage().count(Usage.SEARCHES)).hasValue(2);
    assertThat(found.parts())
        .extracting(StageRecord::stage)
        .containsExactly("retrieve", "follow-up", "retrieve", "follow-up");
    assertThat(found.parts().get(2).details())
        .containsEntry("query", "where who born Ada Quist")
        .containsEntry("unseen", 1L);
  }

  @Test
  void stopsAtItsBudgetAndAsksNothingTwice() {
    QueryExpander four =
        (question, context) ->
            Expansion.of(
                List.of(question, Query.of("harbour"), Query.of("nobody"), Query.of("mayor")),
                Usage.none());
    IterativeRetriever loop = IterativeRetriever.of(corpus(), FollowUp.of(four)).depth(1);
    assertThat(hops(loop.searches(3), "film"))
        .extracting(hop -> hop.query().text())
        .containsExactly("film", "harbour", "nobody");
    assertThat(hops(loop.searches(1), "film")).hasSize(1);
    assertThat(hops(loop.searches(9), "film")).hasSize(4);
  }

  @Test
  void whatTwoQueriesOfARoundFindIsTheFirstOnes() {
    QueryExpander two =
        (question, context) ->
            Expansion.of(List.of(Query.of("harbour"), Query.of("harbour mayor")), Usage.none());
    List<Hop> hops = hops(IterativeRetriever.of(corpus(), FollowUp.of(two)).depth(1), "film");
    assertThat(ids(hops.get(1).unseen())).containsExactly("director");
    assertThat(ids(hops.get(2).unseen())).containsExactly("town");
    assertThat(hops).extracting(Hop::round).containsExactly(0, 1, 1);
  }

  @Test
  void aDepthMayBeAsLargeAsAnyNumber() {
    QueryExpander two =
        (question, context) ->
            Expansion.of(List.of(Query.of("harbour"), Query.of("nobody")), Usage.none());
    IterativeRetriever loop = IterativeRetriever.of(corpus(), FollowUp.of(two));
    assertThat(ids(loop.depth(Integer.MAX_VALUE).retrieve("film", 9).hits()))
        .containsExactlyInAnyOrder("film", "director", "town", "other");
  }

  @Test
  void stopsWhenARoundBringsNothing() {
    FollowUp again =
        (question, hops, context) ->
            Expansion.of(List.of(Query.of(hops.getLast().query().text() + " film")), Usage.none());
    assertThat(hops(IterativeRetriever.of(corpus(), again).searches(9), "film")).hasSize(2);
  }

  @Test
  void stopsByALearntRule() {
    IterativeRetriever loop = IterativeRetriever.of(corpus(), FollowUp.names()).depth(1);
    String source = "coverage in 3 searches of 1 over fake, names(most=8)";
    Threshold half = new Threshold(.5, source, .1, .9, 100, 50);
    assertThat(hops(loop.stoppingAt(Saturation.coverage(), half), QUESTION)).hasSize(1);
    Threshold most = new Threshold(.99, source, .1, .9, 100, 50);
    assertThat(hops(loop.stoppingAt(Saturation.coverage(), most), QUESTION)).hasSize(2);
  }

  @Test
  void refusesARuleThatWasLearntOfSomethingElse() {
    Threshold other = new Threshold(.5, "coverage over bm25", .1, .9, 100, 50);
    IterativeRetriever loop = IterativeRetriever.of(corpus(), FollowUp.names());
    assertThatThrownBy(() -> loop.stoppingAt(Saturation.coverage(), other).retrieve(QUESTION, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the stop is learnt of \"coverage over bm25\", and this is \"coverage in 3 searches of 10 over fake, names(most=8)\", which cannot be compared; learn one for it with StopCalibration");
    Saturation coverage = Saturation.coverage();
    String source = loop.source(coverage, hops(loop, QUESTION));
    IterativeRetriever learnt =
        loop.stoppingAt(coverage, new Threshold(.5, source, .1, .9, 100, 50));
    assertThat(hops(learnt.weight(.7), QUESTION)).hasSize(1);
    FollowUp another = FollowUp.of(QueryExpander.none());
    for (IterativeRetriever changed :
        List.of(
            learnt.searches(6),
            learnt.depth(30),
            learnt.stoppingAt(
                Saturation.gain(Reranker.none()), new Threshold(.5, source, .1, .9, 100, 50)),
            IterativeRetriever.of(corpus(), another)
                .stoppingAt(coverage, new Threshold(.5, source, .1, .9, 100, 50)))) {
      assertThatThrownBy(() -> changed.retrieve(QUESTION, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the stop is learnt of \"" + source + "\", and this is ");
    }
  }

  @Test
  void gainIsTheNegatedBestOfTheLastRound() {
    Saturation gain = Saturation.gain(Reranker.none());
    Hop first = new Hop(Query.of("a"), List.of(new Hit(FILM, 3, "fake")), 0);
    Hop next = new Hop(Query.of("b"), List.of(new Hit(DIRECTOR, 2, "fake")), 1);
    Hop beside = new Hop(Query.of("c"), List.of(), 1);
    CallContext context = CallContext.unbounded();
    Query question = Query.of("a");
    assertThat(gain.of(question, List.of(first), context).value()).isEqualTo(-1. / 0);
    assertThat(gain.of(question, List.of(first, next), context).value()).isEqualTo(-2);
    assertThat(gain.of(question, List.of(first, next, beside), context).value()).isEqualTo(-2);
    assertThat(gain.of(question, List.of(first, beside), context).value())
        .isEqualTo(Double.MAX_VALUE);
    Hop last = new Hop(Query.of("d"), List.of(new Hit(TOWN, -1. / 0, "fake")), 2);
    assertThat(gain.of(question, List.of(first, next, last), context).value())
        .isEqualTo(Double.MAX_VALUE);
    Reranker none = (query, hits, topK, within) -> Retrieval.of(List.of(), Usage.none());
    assertThat(Saturation.gain(none).of(question, List.of(first, next), context).value())
        .isEqualTo(Double.MAX_VALUE);
  }

  /** Above it no threshold could be. */
  @Test
  void noSaturationIsInfinite() {
    assertThatThrownBy(() -> new Saturation.Reading(1. / 0, Usage.none()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a saturation must be a number below positive infinity, so that a threshold can be above it, was Infinity");
    assertThatThrownBy(() -> new Saturation.Reading(Double.NaN, Usage.none()))
        .hasMessageEndingWith("was NaN");
  }

  @Test
  void refusesWhatCannotBe() {
    IterativeRetriever loop = IterativeRetriever.of(corpus(), FollowUp.names());
    assertThatThrownBy(() -> loop.searches(0)).hasMessage("searches must be >= 1, was 0");
    assertThatThrownBy(() -> loop.depth(0)).hasMessage("depth must be >= 1, was 0");
    assertThatThrownBy(() -> loop.weight(0))
        .hasMessage("weight must be above 0 and finite, was 0.0");
    assertThatThrownBy(() -> loop.weight(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isCancelledBetweenSearches() {
    CallContext context = CallContext.unbounded();
    FollowUp cancelling =
        (question, hops, within) -> {
          context.cancel();
          return Expansion.of(List.of(Query.of("harbour")), Usage.none());
        };
    assertThatThrownBy(
            () ->
                IterativeRetriever.of(corpus(), cancelling)
                    .retrieve(RetrievalRequest.of("film", 3), context))
        .isInstanceOf(CancelledException.class);
  }
}
