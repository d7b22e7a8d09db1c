package dev.ragwright.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.util.concurrent.FutureTask;

/**
 * ONNX Runtime's environment, of which a process has one.
 *
 * <p>Creating it matches regular expressions against the command line of the process, for
 * telemetry, recursively: with one longer than some 4,000 characters, which a class path easily is,
 * a thread's usual stack overflows and the JVM dies without a word (seen in 1.29.0;
 * github.com/vespa-engine/vespa/pull/37786). So it is created on a thread with a large stack, of
 * which only what is used takes memory. Who sets {@code ORT_DISABLE_TELEMETRY=1} in the process'
 * environment spares that.
 */
final class RuntimeEnvironment {
  /** Enough for a million characters. */
  private static final long STACK_BYTES = 256L << 20;

  private RuntimeEnvironment() {}

  static OrtEnvironment get() {
    return Holder.ENVIRONMENT;
  }

  private static final class Holder {
    static final OrtEnvironment ENVIRONMENT = create();

    private static OrtEnvironment create() {
      FutureTask<OrtEnvironment> creating = new FutureTask<>(OrtEnvironment::getEnvironment);
      Thread thread = new Thread(null, creating, "onnxruntime-environment", STACK_BYTES);
      thread.setDaemon(true);
      thread.start();
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true; // it takes milliseconds
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      return creating.resultNow();
    }
  }
}
