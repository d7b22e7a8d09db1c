package dev.ragwright.experiment;

import dev.ragwright.call.Cost;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What stages cost: what their services charge, and the machine's time where the table has a price
 * of it. Without a table all is unknown.
 */
record ChangeCosts(@Nullable PriceTable table) {

  Cost of(StageDescription stage, Usage usage, Duration cpu) {
    if (table == null) {
      return Cost.unknown("prices: none were given");
    }
    return withTime(table, table.of(usage, stage), cpu);
  }

  /** As a trace has it: what ran for an answer is charged part by part, each by its own model. */
  Cost of(StageDescription stage, StageResult result) {
    if (table == null || !(result.value() instanceof Generation made)) {
      return of(stage, result.usage(), result.cpu());
    }
    StageRecord record =
        StageRecord.of(Steps.GENERATE, stage, result.wall(), result.usage())
            .withServed(made.model().orElse(""))
            .withParts(made.parts());
    return withTime(table, record.cost(table), result.cpu());
  }

  private static Cost withTime(PriceTable table, Cost charged, Duration cpu) {
    return table.ofCpu(Duration.ZERO).isKnown() ? charged.plus(table.ofCpu(cpu)) : charged;
  }
}
