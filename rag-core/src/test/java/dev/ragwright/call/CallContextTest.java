package dev.ragwright.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CallContextTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow
  private final Ticker ticker = clock::get;

  private void advance(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void goesOnUntilItIsCancelled() {
    CallContext context = CallContext.unbounded();
    assertThatCode(context::throwIfStopped).doesNotThrowAnyException();
    assertThat(context.shouldStop()).isFalse();
    assertThat(context.remaining()).isEmpty();
    context.cancel();
    context.cancel();
    assertThat(context.isCancelled()).isTrue();
    assertThat(context.shouldStop()).isTrue();
    assertThatThrownBy(context::throwIfStopped)
        .isExactlyInstanceOf(CancelledException.class)
        .hasMessage("the call was cancelled");
  }

  @Test
  void goesOnUntilItsDeadline() {
    CallContext context = CallContext.withTimeout(Duration.ofSeconds(8), ticker);
    advance(Duration.ofSeconds(8).minusNanos(1));
    assertThatCode(context::throwIfStopped).doesNotThrowAnyException();
    assertThat(context.remaining()).contains(Duration.ofNanos(1));
    advance(Duration.ofNanos(1));
    assertThat(context.shouldStop()).isTrue();
    assertThat(context.isCancelled()).isFalse();
    assertThatThrownBy(context::throwIfStopped)
        .isInstanceOfSatisfying(
            DeadlineExceededException.class, e -> assertThat(e.retryable()).isTrue())
        .hasMessage("the call did not end within its timeout of PT8S; allow it more time");
    advance(Duration.ofDays(1));
    assertThat(context.remaining()).contains(Duration.ZERO);
  }

  @Test
  void refusesATimeoutThatIsNone() {
    assertThatThrownBy(() -> CallContext.withTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must be > 0, was PT0S");
    assertThatThrownBy(() -> CallContext.unbounded().part(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must be > 0, was PT-0.001S");
  }

  @Test
  void takesATimeoutBeyondAllBounds() {
    CallContext context = CallContext.withTimeout(Duration.ofSeconds(Long.MAX_VALUE));
    assertThat(context.shouldStop()).isFalse();
    assertThat(context.remaining()).isPresent();
    context.onStop(() -> {}).close();
    try (CallContext.Part part = context.part(Duration.ofSeconds(1))) {
      assertThat(part.context().remaining().orElseThrow()).isLessThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void runsHooksOnceWhenCancelled() {
    CallContext context = CallContext.unbounded();
    List<String> ran = new ArrayList<>();
    context.onStop(() -> ran.add("a"));
    context.onStop(() -> ran.add("b"));
    context.onStop(() -> ran.add("taken back")).close();
    context.cancel();
    context.cancel();
    assertThat(ran).containsExactly("a", "b");
    context.onStop(() -> ran.add("late")).close();
    assertThat(ran).containsExactly("a", "b", "late");
  }

  @Test
  void runsTheOtherHooksWhenOneFails() {
    CallContext context = CallContext.unbounded();
    List<String> ran = new ArrayList<>();
    context.onStop(
        () -> {
          throw new IllegalStateException("a hook of the test");
        });
    context.onStop(() -> ran.add("b"));
    context.cancel();
    assertThat(ran).containsExactly("b");
  }

  @Test
  void letsAHookTakeItselfBack() {
    CallContext context = CallContext.unbounded();
    List<CallContext.Registration> registrations = new ArrayList<>();
    AtomicInteger ran = new AtomicInteger();
    registrations.add(
        context.onStop(
            () -> {
              ran.incrementAndGet();
              registrations.getFirst().close();
            }));
    context.cancel();
    assertThat(ran).hasValue(1);
  }

  @Test
  void runsHooksOfATestClockWhenSomebodyPolls() {
    CallContext context = CallContext.withTimeout(Duration.ofSeconds(1), ticker);
    AtomicInteger ran = new AtomicInteger();
    context.onStop(ran::incrementAndGet);
    advance(Duration.ofSeconds(1));
    assertThat(ran).hasValue(0);
    assertThatThrownBy(context::throwIfStopped).isInstanceOf(DeadlineExceededException.class);
    assertThat(ran).hasValue(1);
  }

  @Test
  void runsHooksAtTheDeadlineWithoutAPoll() throws InterruptedException {
    CallContext context = CallContext.withTimeout(Duration.ofMillis(5));
    CountDownLatch stopped = new CountDownLatch(2);
    context.onStop(stopped::countDown);
    CallContext.Part part = context.part(null);
    part.context()
        .onStop(
            () -> {
              assertThat(part.context().shouldStop()).isTrue(); // else nobody would know why
              stopped.countDown();
            });
    assertThat(stopped.await(1, TimeUnit.MINUTES)).isTrue();
    part.close();
  }

  @Test
  void stopsAPartWithTheWhole() {
    CallContext whole = CallContext.withTimeout(Duration.ofSeconds(8), ticker);
    CallContext.Part part = whole.part(Duration.ofSeconds(9));
    AtomicInteger ran = new AtomicInteger();
    part.context().onStop(ran::incrementAndGet);
    assertThat(part.context().remaining()).contains(Duration.ofSeconds(8));
    advance(Duration.ofSeconds(8));
    assertThatThrownBy(part.context()::throwIfStopped)
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessage("the call did not end within its timeout of PT8S; allow it more time");
    assertThat(ran).hasValue(1);
    CallContext late = whole.part(null).context();
    assertThat(late.shouldStop()).isTrue();
  }

  @Test
  void cancelsAPartWithTheWholeAndNotTheOtherWayRound() {
    CallContext whole = CallContext.unbounded();
    CallContext.Part one = whole.part(null);
    CallContext.Part other = whole.part(Duration.ofDays(1));
    one.context().cancel();
    assertThat(whole.shouldStop()).isFalse();
    assertThat(other.context().shouldStop()).isFalse();
    whole.cancel();
    assertThat(other.context().isCancelled()).isTrue();
    assertThat(whole.part(null).context().isCancelled()).isTrue();
  }

  @Test
  void untiesAPartThatIsOver() {
    CallContext whole = CallContext.unbounded();
    CallContext.Part part = whole.part(null);
    part.close();
    part.close();
    whole.cancel();
    assertThat(part.context().isCancelled()).isFalse();
  }

  @Test
  void givesAPartItsOwnTimeWithinTheWhole() {
    CallContext whole = CallContext.withTimeout(Duration.ofSeconds(8), ticker);
    CallContext part = whole.part(Duration.ofSeconds(2)).context();
    advance(Duration.ofSeconds(2));
    assertThatThrownBy(part::throwIfStopped)
        .hasMessage("the call did not end within its timeout of PT2S; allow it more time");
    assertThat(whole.shouldStop()).isFalse();
  }

  /** Either the canceller runs the hook or the one who adds it; never both, never none. */
  @Test
  void runsAHookOnceWhenItIsAddedWhileCancelled() throws InterruptedException {
    for (int i = 0; i < 2_000; i++) {
      CallContext context = CallContext.unbounded();
      AtomicInteger ran = new AtomicInteger();
      Thread canceller = Thread.ofVirtual().start(context::cancel);
      context.onStop(ran::incrementAndGet);
      canceller.join();
      assertThat(ran).hasValue(1);
    }
  }

  @Test
  void neverRunsAHookBehindItsRegistration() throws InterruptedException {
    for (int i = 0; i < 2_000; i++) {
      CallContext context = CallContext.unbounded();
      AtomicInteger ran = new AtomicInteger();
      CallContext.Registration registration = context.onStop(ran::incrementAndGet);
      Thread canceller = Thread.ofVirtual().start(context::cancel);
      registration.close();
      int before = ran.get();
      canceller.join();
      assertThat(ran).hasValue(before);
    }
  }
}
