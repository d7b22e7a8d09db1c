package dev.ragwright.eval.experiment;

import dev.ragwright.call.Cost;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a stage gave and what it took, as a memo keeps it.
 *
 * @param cpu of the whole process while it ran
 */
record StageResult(
    Value value, Usage usage, Duration wall, Duration cpu, Instant measuredAt, boolean replayed) {

  /** What a stage gives to the next one. */
  sealed interface Value {}

  record Queries(List<Query> queries) implements Value {}

  record Hits(List<Hit> hits) implements Value {}

  record Read(Context context) implements Value {}

  record Written(Generation generation) implements Value {}

  StageTime time(String stage, Cost cost) {
    return new StageTime(stage, wall, cpu, usage, cost, measuredAt, replayed);
  }

  List<Query> queries() {
    return ((Queries) value).queries();
  }

  List<Hit> hits() {
    return ((Hits) value).hits();
  }

  Context context() {
    return ((Read) value).context();
  }

  Generation generation() {
    return ((Written) value).generation();
  }
}
