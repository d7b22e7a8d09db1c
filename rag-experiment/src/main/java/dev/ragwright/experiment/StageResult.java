package dev.ragwright.experiment;

import dev.ragwright.call.Cost;
import dev.ragwright.call.Usage;
import java.time.Duration;
import java.time.Instant;

/**
 * What a stage gave and what it took, as a memo keeps it.
 *
 * @param value as the stage gave it: a condensed question, an {@code Expansion}, a {@code
 *     Retrieval}, a gate's verdict, an {@code Assembly} or a {@code Generation}
 * @param cpu of the whole process while it ran
 */
record StageResult(
    Object value, Usage usage, Duration wall, Duration cpu, Instant measuredAt, boolean replayed) {

  StageTime time(String stage, Cost cost) {
    return new StageTime(stage, wall, cpu, usage, cost, measuredAt, replayed);
  }
}
