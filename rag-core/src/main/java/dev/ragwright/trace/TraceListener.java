package dev.ragwright.trace;

/**
 * Watches the calls of a pipeline; override what is of interest.
 *
 * <pre>
 * questionStarted
 *   stageStarted   stageEnded      once for each stage, one after the other
 * questionEnded                    always, after a failure too
 * </pre>
 *
 * <p>Called on the thread of the question (a stream that is closed before its end, on the thread
 * that closes it), of many questions at once: be quick, be safe to share. What a listener throws is
 * logged and otherwise ignored, an error of the virtual machine excepted.
 */
public abstract class TraceListener {

  /** For subclasses. */
  protected TraceListener() {}

  /** A question came in. */
  public void questionStarted(String question) {}

  /** A stage begins. */
  public void stageStarted(String question, String stage) {}

  /** A stage ended; {@link StageRecord#error()} tells whether well. */
  public void stageEnded(String question, StageRecord record) {}

  /** The question was answered, abstained from, or failed in the last stage of the trace. */
  public void questionEnded(Trace trace) {}
}
