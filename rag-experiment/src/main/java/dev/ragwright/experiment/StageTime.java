package dev.ragwright.experiment;

import dev.ragwright.call.Cost;
import dev.ragwright.call.Usage;
import java.time.Duration;
import java.time.Instant;

/**
 * What one stage took for one question.
 *
 * @param stage its step in the pipeline, such as {@code retrieve}
 * @param wall how long it took when it was measured
 * @param cpu the process's CPU time meanwhile, of all its threads
 * @param usage what it counted
 * @param cost what that costs by the experiment's prices, and the CPU time where these have a price
 *     of it
 * @param measuredAt when that was
 * @param replayed whether it was measured in an earlier run and comes from the memo
 */
public record StageTime(
    String stage,
    Duration wall,
    Duration cpu,
    Usage usage,
    Cost cost,
    Instant measuredAt,
    boolean replayed) {}
