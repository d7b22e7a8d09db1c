package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.Locale;

/**
 * What a search learns from the first passages that it finds.
 *
 * @param passages how many, at least 1
 * @param weight of the question among words, of the passages among vectors
 */
record Feedback(int passages, double weight) {

  static Feedback words(int passages, double weight) {
    if (!(weight >= 0 && weight <= 1)) {
      throw new IllegalArgumentException(
          "weight, the question's share, must be in [0, 1], was " + weight);
    }
    return new Feedback(passages, weight);
  }

  static Feedback vectors(int passages, double weight) {
    if (!(weight >= 0) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException("weight must be finite and >= 0, was " + weight);
    }
    return new Feedback(passages, weight);
  }

  Feedback {
    if (passages < 1) {
      throw new IllegalArgumentException("passages must be >= 1, was " + passages);
    }
  }

  StageDescription describe(String name) {
    return StageDescription.of("retriever", name).with("passages", passages).with("weight", weight);
  }

  /** The record of having learnt from so many passages. */
  static StageRecord record(
      StageDescription description, int read, long start, CallContext context) {
    return StageRecord.of(
        "feedback",
        description,
        Duration.ofNanos(context.ticker().nanos() - start),
        Usage.of(Usage.FEEDBACK_PASSAGES, read));
  }

  /** For people. */
  static String shown(String term, double weight) {
    return String.format(Locale.ROOT, "%s %.3f", term, weight);
  }
}
