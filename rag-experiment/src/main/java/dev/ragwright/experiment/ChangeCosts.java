package dev.ragwright.experiment;

import dev.ragwright.call.Cost;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
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
    Cost charged = table.of(usage, stage);
    return table.ofCpu(Duration.ZERO).isKnown() ? charged.plus(table.ofCpu(cpu)) : charged;
  }
}
