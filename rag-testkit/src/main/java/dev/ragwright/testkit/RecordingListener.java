package dev.ragwright.testkit;

import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what a pipeline told it. Safe to share. */
public final class RecordingListener implements TraceListener.Factory {
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final List<Trace> traces = new CopyOnWriteArrayList<>();

  /** A listener that has heard nothing yet. */
  public RecordingListener() {}

  /**
   * What happened, in its order, each as the method's name and what it was about: {@code
   * "stageStarted retrieve"}, and {@code "stageEnded retrieve: why"} for a failure.
   */
  public List<String> events() {
    return List.copyOf(events);
  }

  /** The traces of the questions that ended, in their order. */
  public List<Trace> traces() {
    return List.copyOf(traces);
  }

  @Override
  public TraceListener create(String id, String question) {
    events.add("questionStarted " + question);
    return new TraceListener() {
      @Override
      public void stageStarted(String stage) {
        events.add("stageStarted " + stage);
      }

      @Override
      public void stageEnded(StageRecord record) {
        events.add(
            "stageEnded " + record.stage() + record.error().map(error -> ": " + error).orElse(""));
      }

      @Override
      public void questionEnded(Trace trace) {
        events.add("questionEnded " + trace.question());
        traces.add(trace);
      }
    };
  }
}
