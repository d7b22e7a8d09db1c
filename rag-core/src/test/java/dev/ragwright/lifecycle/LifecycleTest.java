package dev.ragwright.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  private final Lifecycle lifecycle = new Lifecycle("the index at /data");
  private final AtomicInteger released = new AtomicInteger();

  @Test
  void releasesOnceAndThenRefuses() {
    lifecycle.acquire().close();
    lifecycle.close(released::incrementAndGet);
    lifecycle.close(released::incrementAndGet);
    assertThat(released).hasValue(1);
    assertThatThrownBy(lifecycle::acquire)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("the index at /data is closed");
  }

  @Test
  void waitsForTheLastLeaseAndRefusesMeanwhile() throws InterruptedException {
    Lifecycle.Lease one = lifecycle.acquire();
    Lifecycle.Lease other = lifecycle.acquire();
    Thread closer = Thread.ofPlatform().start(() -> lifecycle.close(released::incrementAndGet));
    awaitRefusal();
    one.close();
    one.close(); // counts once
    assertThat(released).hasValue(0);
    assertThat(closer.isAlive()).isTrue();
    Thread second = Thread.ofPlatform().start(() -> lifecycle.close(released::incrementAndGet));
    Thread.ofPlatform().start(other::close).join(); // by another thread than took it
    closer.join();
    second.join();
    assertThat(released).hasValue(1);
  }

  private void awaitRefusal() {
    while (true) {
      try {
        lifecycle.acquire().close();
        Thread.onSpinWait();
      } catch (IllegalStateException closing) {
        return;
      }
    }
  }

  @Test
  void isClosedEvenWhenTheReleaseFails() {
    assertThatThrownBy(
            () ->
                lifecycle.close(
                    () -> {
                      throw new IllegalArgumentException("disk full");
                    }))
        .hasMessage("disk full");
    lifecycle.close(released::incrementAndGet);
    assertThat(released).hasValue(0);
    assertThatThrownBy(lifecycle::acquire).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void isNeverReleasedUnderAUser() throws InterruptedException {
    AtomicBoolean open = new AtomicBoolean(true);
    AtomicBoolean usedClosed = new AtomicBoolean();
    List<Thread> users = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      users.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (true) {
                        Lifecycle.Lease lease = lifecycle.acquire();
                        try (lease) {
                          if (!open.get()) {
                            usedClosed.set(true);
                          }
                        }
                      }
                    } catch (IllegalStateException refused) {
                      assertThat(refused).hasMessage("the index at /data is closed");
                    }
                  }));
    }
    lifecycle.acquire().close();
    lifecycle.close(() -> open.set(false));
    for (Thread user : users) {
      user.join();
    }
    assertThat(usedClosed).isFalse();
  }
}
