package dev.ragwright.experiment;

import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Cost;
import dev.ragwright.generate.Condenser;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.trace.StageRecord;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls stages, each at most once for the same input: what one arm has found out about a question
 * the others are told, and what the store has from an earlier run is replayed. A stage that failed
 * is not called again with the same input in this run, and is not kept. For one thread.
 */
final class StageCalls implements StageCaller {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final StageStore store;
  private final Allowance allowance;
  private final BiFunction<StageKey, StageResult, Cost> costs;
  private final CallContext context;
  private final Map<String, Long> made = new LinkedHashMap<>();
  private final Map<String, Long> replayed = new LinkedHashMap<>();
  private final Map<StageKey, StageResult> results = new HashMap<>();
  private final Map<StageKey, Failed> failures = new HashMap<>();

  StageCalls(
      StageStore store,
      Allowance allowance,
      BiFunction<StageKey, StageResult, Cost> costs,
      CallContext context) {
    this.store = store;
    this.allowance = allowance;
    this.costs = costs;
    this.context = context;
    for (String stage : Steps.ALL) {
      made.put(stage, 0L);
      replayed.put(stage, 0L);
    }
  }

  /** Forgets the question before: its results are in the store, if anywhere. */
  void nextQuestion() {
    results.clear();
    failures.clear();
  }

  /**
   * The stage's result for the key's input.
   *
   * @throws Allowance.SpentException if it would have to be called and nothing is left to spend
   * @throws dev.ragwright.call.CancelledException if the run was cancelled
   */
  @Override
  public StageResult call(StageKey key, Supplier<Given> work) {
    StageResult known = known(key);
    if (known != null) {
      return known;
    }
    Failed failed = failures.get(key);
    if (failed != null) {
      throw failed;
    }
    context.throwIfStopped();
    allowance.beforeCall(total(made));
    made.merge(key.stage(), 1L, Long::sum);
    StageResult result = measured(key, work);
    if (isWhole(result.value())) {
      store.put(key, result);
    }
    results.put(key, result);
    allowance.spend(key, costs.apply(key, result));
    return result;
  }

  /**
   * Whether nothing failed within a stage that survived it, such as a leg or an expander: what was
   * made without that is no measurement of the stage, and the next run is to try again.
   */
  private static boolean isWhole(Object value) {
    return switch (value) {
      case Retrieval retrieval -> allWell(retrieval.parts());
      case Expansion expansion -> allWell(expansion.parts());
      case Condenser.Standalone alone -> allWell(alone.parts());
      default -> true;
    };
  }

  private static boolean allWell(List<StageRecord> records) {
    return records.stream().allMatch(record -> record.error().isEmpty() && allWell(record.parts()));
  }

  private @Nullable StageResult known(StageKey key) {
    StageResult here = results.get(key);
    if (here != null) {
      return here;
    }
    StageResult kept = store.get(key);
    if (kept != null) {
      if (kept.replayed()) {
        replayed.merge(key.stage(), 1L, Long::sum);
      }
      results.put(key, kept);
    }
    return kept;
  }

  private StageResult measured(StageKey key, Supplier<Given> work) {
    Instant at = Instant.now();
    long cpu = PROCESS.getProcessCpuTime();
    long start = System.nanoTime();
    try {
      Given given = work.get();
      Duration wall = Duration.ofNanos(System.nanoTime() - start);
      Duration spent = Duration.ofNanos(Math.max(0, PROCESS.getProcessCpuTime() - cpu));
      return new StageResult(given.value(), given.usage(), wall, spent, at, false);
    } catch (RuntimeException e) {
      context.throwIfStopped();
      Failed failure = new Failed(e);
      failures.put(key, failure);
      throw failure;
    }
  }

  Duration elapsed() {
    return allowance.elapsed();
  }

  long made() {
    return total(made);
  }

  long replayed() {
    return total(replayed);
  }

  /** How often each stage was called, in the order of the pipeline; 0 where it was not. */
  Map<String, Long> madeByStage() {
    return byStage(made);
  }

  /** How many of each stage's results came from the store. */
  Map<String, Long> replayedByStage() {
    return byStage(replayed);
  }

  /** Of stages that few pipelines have, only if they had something to do. */
  private Map<String, Long> byStage(Map<String, Long> counts) {
    Map<String, Long> told = new LinkedHashMap<>(counts);
    told.keySet()
        .removeIf(
            stage ->
                Steps.RARE.contains(stage)
                    && made.getOrDefault(stage, 0L) + replayed.getOrDefault(stage, 0L) == 0);
    return Collections.unmodifiableMap(told);
  }

  private static long total(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
