package dev.ragwright.generate;

import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import java.util.List;

/**
 * A context, with what it took to make it.
 *
 * @param context what the generator reads
 * @param usage what was counted; nothing where no model was asked
 * @param parts a record for each policy that dropped, selected or named something, in their order,
 *     with what it dropped and why; unmodifiable
 */
public record Assembly(Context context, Usage usage, List<StageRecord> parts) {
  /** Copies the list. */
  public Assembly {
    parts = List.copyOf(parts);
  }
}
