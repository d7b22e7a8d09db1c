package dev.ragwright.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.trace.StageRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetrieversTest {
  private static final RankFusion RRF = RankFusion.reciprocalRank(60);

  private static Retriever finds(String... ids) {
    List<Hit> hits =
        Stream.of(ids).map(id -> new Hit(Passage.of(id, "text of " + id), 1, "leg")).toList();
    return (request, context) ->
        Retrieval.of(
            hits.stream().limit(request.topK()).toList(), Usage.of("asked", request.topK()));
  }

  /** Answers only when it is stopped, and then fails in a way of its own. */
  private static Retriever hangs(CountDownLatch stopped) {
    return (request, context) -> {
      context.onStop(stopped::countDown);
      try {
        stopped.await();
      } catch (InterruptedException e) {
        throw new AssertionError("nobody interrupts a stage", e);
      }
      throw new IllegalStateException("the exchange was aborted");
    };
  }

  @Test
  void asksAllToTheDepthAndTellsOfEach() {
    Retriever fused = Retrievers.fuse(RRF, 5, finds("a", "b"), finds("b", "c").named("second"));
    Retrieval retrieval = fused.retrieve("q", 2);
    assertThat(retrieval.hits()).extracting(hit -> hit.passage().id()).containsExactly("b", "a");
    assertThat(retrieval.usage()).isEqualTo(Usage.of("asked", 10));
    assertThat(retrieval.parts())
        .extracting(StageRecord::stage, record -> record.description().name(), StageRecord::details)
        .containsExactly(
            tuple("retrieve", "lambda", Map.of("hits", 2L)),
            tuple("retrieve", "second", Map.of("hits", 2L)));
    assertThat(fused.retrieve("q", 9).usage()).isEqualTo(Usage.of("asked", 18));
    assertThat(fused.description()).hasToString("fused?(depth=5; rrf(k=60), lambda?, second)");
  }

  @Test
  void stopsTheOthersWhenOneFailsAndThrowsItsFailure() {
    CountDownLatch stopped = new CountDownLatch(1);
    Retriever fails =
        (request, context) -> {
          throw new IllegalArgumentException("no such field");
        };
    assertThatThrownBy(
            () -> Retrievers.fuse(RRF, hangs(stopped), fails, finds("a")).retrieve("q", 1))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("no such field");
    assertThat(stopped.getCount()).isZero();
  }

  @Test
  void doesNotCancelTheCallOfWhichItIsAPart() {
    CallContext context = CallContext.unbounded();
    Retriever fails =
        (request, part) -> {
          throw new IllegalArgumentException("no such field");
        };
    assertThatThrownBy(
            () ->
                Retrievers.fuse(RRF, finds("a"), fails)
                    .retrieve(RetrievalRequest.of("q", 1), context))
        .hasMessage("no such field");
    assertThat(context.isCancelled()).isFalse();
  }

  @Test
  void throwsErrorsAndCheckedExceptionsToo() {
    Retriever error =
        (request, context) -> {
          throw new AssertionError("a bug");
        };
    assertThatThrownBy(() -> Retrievers.fuse(RRF, finds("a"), error).retrieve("q", 1))
        .isExactlyInstanceOf(AssertionError.class)
        .hasMessage("a bug");
    Retriever checked =
        (request, context) -> {
          throw RetrieversTest.<RuntimeException>unchecked(new IOException("connection reset"));
        };
    assertThatThrownBy(() -> Retrievers.fuse(RRF, checked, finds("a")).retrieve("q", 1))
        .isExactlyInstanceOf(RagException.class)
        .hasMessage("a parallel task failed")
        .hasCause(new IOException("connection reset"));
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T unchecked(Throwable e) throws T {
    throw (T) e;
  }

  @Test
  void stopsAllLegsWithTheCall() {
    CountDownLatch bothAsked = new CountDownLatch(2);
    Retriever waits =
        (request, context) -> {
          CountDownLatch stopped = new CountDownLatch(1);
          CallContext.Registration registration = context.onStop(stopped::countDown);
          try (registration) {
            bothAsked.countDown();
            stopped.await();
          } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a stage", e);
          }
          context.throwIfStopped();
          return Retrieval.of(List.of());
        };
    CallContext context = CallContext.unbounded();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                bothAsked.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              context.cancel();
            });
    assertThatThrownBy(
            () -> Retrievers.fuse(RRF, waits, waits).retrieve(RetrievalRequest.of("q", 1), context))
        .isInstanceOf(CancelledException.class);
    assertThatThrownBy(
            () ->
                Retrievers.fuse(RRF, waits, waits)
                    .retrieve(
                        RetrievalRequest.of("q", 1), CallContext.withTimeout(Duration.ofMillis(5))))
        .isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  @SuppressWarnings("NullAway") // what languages beside Java do
  void namesTheLegThatReturnedNull() {
    Retriever lacking = (request, context) -> null;
    assertThatThrownBy(
            () -> Retrievers.fuse(RRF, finds("a"), lacking.named("tickets")).retrieve("q", 1))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("the fused retriever tickets returned null");
  }

  @Test
  void keepsAnInterruptForLater() {
    Thread.currentThread().interrupt();
    assertThat(Retrievers.fuse(RRF, finds("a"), finds("b")).retrieve("q", 2).hits()).hasSize(2);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void refusesAFusionOfNothing() {
    assertThatThrownBy(() -> Retrievers.fuse(RRF))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("fusion needs a depth >= 1 and a retriever, had depth 100 and 0 retrievers");
    assertThatThrownBy(() -> Retrievers.fuse(RRF, 0, finds("a")))
        .hasMessage("fusion needs a depth >= 1 and a retriever, had depth 0 and 1 retrievers");
  }

  private static Retriever fails(RuntimeException failure) {
    return (request, context) -> {
      throw failure;
    };
  }

  @Test
  void goesOnWithoutALegThatMayFail() {
    Retriever down = fails(new IllegalStateException("connection refused")).named("hosted");
    Retriever fused =
        Retrievers.fuseAtLeast(1, RankFusion.reciprocalRank(60, 1, 2), 5, down, finds("a", "b"));
    Retrieval retrieval = fused.retrieve("q", 2);
    assertThat(retrieval.hits())
        .extracting(hit -> hit.passage().id(), Hit::score)
        .containsExactly(tuple("a", 2.0 / 61), tuple("b", 2.0 / 62));
    assertThat(retrieval.usage()).isEqualTo(Usage.unknown().withUnknown("asked"));
    assertThat(retrieval.parts())
        .extracting(part -> part.description().name(), StageRecord::error, StageRecord::usage)
        .containsExactly(
            tuple("hosted", Optional.of("connection refused"), Usage.unknown()),
            tuple("lambda", Optional.empty(), Usage.of("asked", 5)));
    assertThat(fused.description().toString())
        .isEqualTo("fused?(depth=5, least=1; rrf(k=60, weights=[1.0, 2.0]), hosted, lambda?)");
  }

  @Test
  void failsWhenTooFewLegsAnswer() {
    RagException busy =
        new RagException("busy") {
          private static final long serialVersionUID = 1L;

          @Override
          public boolean retryable() {
            return true;
          }
        };
    IllegalStateException nameless = new IllegalStateException();
    assertThatThrownBy(
            () ->
                Retrievers.fuseAtLeast(
                        2,
                        RRF,
                        9,
                        fails(busy).named("hosted"),
                        finds("a"),
                        fails(nameless).named("other"))
                    .retrieve("q", 1))
        .isInstanceOf(RagException.class)
        .hasMessage(
            "2 of 3 retrievers must answer, and only 1 did: hosted: busy; other: java.lang.IllegalStateException")
        .hasCause(busy)
        .hasSuppressedException(nameless)
        .matches(e -> ((RagException) e).retryable());
    for (int least : List.of(0, 2)) {
      assertThatThrownBy(() -> Retrievers.fuseAtLeast(least, RRF, 9, finds("a")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("of 1 retrievers 1 to 1 can be required to answer, was " + least);
    }
  }

  @Test
  void survivesNoCallThatIsOver() {
    CallContext context = CallContext.unbounded();
    Retriever cancels =
        (request, part) -> {
          context.cancel();
          part.throwIfStopped();
          throw new AssertionError("it was cancelled");
        };
    assertThatThrownBy(
            () ->
                Retrievers.fuseAtLeast(1, RRF, 9, finds("a"), cancels)
                    .retrieve(RetrievalRequest.of("q", 1), context))
        .isInstanceOf(CancelledException.class);
    Retriever late =
        (request, part) -> {
          CountDownLatch never = new CountDownLatch(1);
          part.onStop(never::countDown);
          try {
            never.await();
          } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a stage", e);
          }
          part.throwIfStopped();
          throw new AssertionError("the time is over");
        };
    assertThatThrownBy(
            () ->
                Retrievers.fuseAtLeast(1, RRF, 9, finds("a"), late)
                    .retrieve(
                        RetrievalRequest.of("q", 1), CallContext.withTimeout(Duration.ofMillis(5))))
        .isInstanceOf(DeadlineExceededException.class);
    Retriever error =
        (request, part) -> {
          throw new AssertionError("a bug");
        };
    assertThatThrownBy(() -> Retrievers.fuseAtLeast(1, RRF, 9, finds("a"), error).retrieve("q", 1))
        .isExactlyInstanceOf(AssertionError.class);
  }

  /** A leg's own timeout is a failure like any other. */
  @Test
  void survivesALegWhoseOwnTimeIsUp() {
    Retriever impatient = fails(new DeadlineExceededException("the service did not answer in 2 s"));
    assertThat(Retrievers.fuseAtLeast(1, RRF, 9, finds("a"), impatient).retrieve("q", 1).hits())
        .hasSize(1);
  }

  @Test
  void searchesForWhatAnExpanderMakesOfTheQuestion() {
    QueryExpander expander =
        (question, context) ->
            Expansion.of(
                List.of(question, Query.of(question.text() + "!")), Usage.of("expanded", 1));
    Retriever expanded = finds("a", "b").expandedBy(expander.named("loud"), RRF);
    Retrieval retrieval = expanded.retrieve("q", 1);
    assertThat(retrieval.hits()).extracting(Hit::score).containsExactly(2.0 / 61);
    assertThat(retrieval.usage()).isEqualTo(Usage.of("asked", 200).with("expanded", 1));
    assertThat(retrieval.parts())
        .extracting(StageRecord::stage, part -> part.description().name(), StageRecord::details)
        .containsExactly(
            tuple("expand", "loud", Map.of("queries", 2L)),
            tuple("retrieve", "lambda", Map.of("hits", 2L, "query", "q")),
            tuple("retrieve", "lambda", Map.of("hits", 2L, "query", "q!")));
    assertThat(expanded.description()).hasToString("expanded?(loud, rrf(k=60), lambda?)");
    assertThat(finds("a").expandedBy(QueryExpander.none(), RRF).retrieve("q", 7).usage())
        .as("one query is searched for as deep as was asked")
        .isEqualTo(Usage.of("asked", 7));
    QueryExpander broken =
        (question, context) -> {
          throw new IllegalStateException("the model is down");
        };
    assertThatThrownBy(() -> finds("a").expandedBy(broken, RRF).retrieve("q", 1))
        .hasMessage("the model is down");
    assertThat(finds("a").expandedBy(broken.orQuestion(), RRF).retrieve("q", 1).hits()).hasSize(1);
  }

  @Test
  void reranksToWhatTheCallerAsksFor() {
    List<Integer> seen = new ArrayList<>();
    Reranker backwards =
        (query, hits, topK, context) -> {
          seen.add(hits.size());
          return Retrieval.of(hits.reversed().stream().limit(topK).toList(), Usage.of("pairs", 3));
        };
    Retriever sharp = finds("a", "b", "c", "d").rerankedBy(backwards, 3);
    Retrieval retrieval = sharp.retrieve("q", 2);
    assertThat(retrieval.hits()).extracting(hit -> hit.passage().id()).containsExactly("c", "b");
    assertThat(retrieval.usage()).isEqualTo(Usage.of("asked", 3).with("pairs", 3));
    assertThat(retrieval.parts())
        .extracting(StageRecord::stage)
        .containsExactly("retrieve", "rerank");
    assertThat(sharp.retrieve("q", 4).hits()).hasSize(3);
    assertThat(seen).containsExactly(3, 3);
    assertThatThrownBy(() -> finds("a").rerankedBy(backwards, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("depth must be >= 1, was 0");
  }

  @Test
  void refusesARequestForNothing() {
    assertThatThrownBy(() -> RetrievalRequest.of("q", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("topK must be >= 1, was 0");
    assertThatThrownBy(() -> new Hit(Passage.of("a", "b"), Double.NaN, "leg"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the score of passage a is NaN");
  }

  @Test
  void ranksBestFirstAndTiesById() {
    List<Hit> hits =
        Stream.of("d", "c", "b", "a")
            .map(id -> new Hit(Passage.of(id, id), id.equals("a") ? 2 : 1, "leg"))
            .toList();
    assertThat(Retrieval.ranked(hits, 3, Usage.none()).hits())
        .extracting(hit -> hit.passage().id())
        .containsExactly("a", "b", "c");
  }

  @Test
  void describesWhatItIsMadeOfAsThatIsNow() {
    AtomicInteger version = new AtomicInteger(1);
    Retriever changing =
        new Retriever() {
          @Override
          public Retrieval retrieve(RetrievalRequest request, CallContext context) {
            return Retrieval.of(List.of());
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("retriever", "index").with("version", version.get());
          }
        };
    Retriever reranked = changing.rerankedBy(Reranker.none(), 10);
    Retriever fused = Retrievers.fuse(RRF, changing);
    version.set(2);
    assertThat(reranked.description().toString())
        .isEqualTo("reranked(depth=10; index(version=2), none)");
    assertThat(fused.description().toString())
        .isEqualTo("fused(depth=100; rrf(k=60), index(version=2))");
  }
}
