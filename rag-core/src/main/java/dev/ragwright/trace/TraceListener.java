package dev.ragwright.trace;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * Watches one question on its way through a pipeline; override what is of interest. A {@link
 * Factory} makes one for each question, so that it can keep what it saw in fields.
 *
 * <pre>
 * create
 *   stageStarted
 *     entered             on each thread that works at the stage, one of them the question's
 *   stageEnded            once for each stage, one stage after the other
 * questionEnded           always, after a failure too
 * </pre>
 *
 * <p>Called on the thread of the question (a stream that is closed before its end, on the thread
 * that closes it), but for {@link #entered()}: be quick. What a listener or a factory throws is
 * logged and otherwise ignored, an error of the virtual machine excepted.
 */
public abstract class TraceListener {

  /** For subclasses. */
  protected TraceListener() {}

  /** Makes the listeners of a pipeline; safe to share. */
  @FunctionalInterface
  public interface Factory {

    /**
     * Returns the listener of a question that came in.
     *
     * @param id of this call, as its {@link Trace#id()} will say
     */
    TraceListener create(String id, String question);
  }

  /** Returns a listener that is called only when the question has ended. */
  public static TraceListener ofEnd(Consumer<Trace> ended) {
    Objects.requireNonNull(ended, "ended");
    return new TraceListener() {
      @Override
      public void questionEnded(Trace trace) {
        ended.accept(trace);
      }
    };
  }

  /** A stage begins. */
  public void stageStarted(String stage) {}

  /**
   * Work at the stage that runs begins, or goes on, on this thread. A stage that asks several
   * others at once works on a thread for each; one that streams works whenever the next piece is
   * wanted, and its consumer in between.
   *
   * @return what is run, on this thread too, when that work ends or pauses
   */
  public Runnable entered() {
    return () -> {};
  }

  /** A stage ended; it failed if {@link StageRecord#error()} is not empty. */
  public void stageEnded(StageRecord record) {}

  /** The question ended, as {@link Trace#outcome()} says. */
  public void questionEnded(Trace trace) {}
}
