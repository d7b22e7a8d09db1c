package dev.ragwright.langchain4j;

import dev.ragwright.call.CallContext;
import java.util.concurrent.CountDownLatch;

/** Calls that are cancelled while they wait. */
final class Cancelling {
  private Cancelling() {}

  /** Cancels the call, on the thread returned, once what it waits for was asked. */
  static Thread when(CountDownLatch asked, CallContext context) {
    return Thread.ofVirtual()
        .start(
            () -> {
              await(asked);
              context.cancel();
            });
  }

  static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
