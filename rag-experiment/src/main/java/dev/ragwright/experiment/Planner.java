package dev.ragwright.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Cost;
import dev.ragwright.call.Stage;
import dev.ragwright.eval.Question;
import dev.ragwright.pipeline.Stages;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Walks all questions through all arms without calling a stage: as far as the store knows the way,
 * by content; from the first unknown result on, by what it would be made of.
 */
final class Planner {
  private final StageStore store;
  private final boolean reads;
  private final ChangeCosts pricing;
  private final Identities identities;
  private final Passages passages = new Passages();
  private final Map<String, Tally> tallies = new LinkedHashMap<>();
  private final Set<StageKey> seen = new HashSet<>();

  private static final class Tally {
    private long calls;
    private long memoised;
    private @Nullable Duration time = Duration.ZERO; // null: unknown
    private @Nullable Cost cost; // null: nothing to pay for yet
  }

  private static final class UnknownException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient StageKey key;

    UnknownException(StageKey key) {
      super(key.stage(), null, false, false);
      this.key = key;
    }
  }

  private Planner(StageStore store, Settings settings) {
    this.store = store;
    this.reads = settings.reads();
    this.pricing = new ChangeCosts(settings.prices());
    this.identities = new Identities(store.lasts());
  }

  static Plan plan(List<Arm> arms, List<Question> questions, Settings settings, StageStore store) {
    Planner planner = new Planner(store, settings);
    Asking.Setting setting =
        new Asking.Setting(
            planner::look,
            planner.identities,
            planner.passages,
            planner.pricing,
            settings.depth(),
            settings.repeat(),
            settings.reads(),
            CallContext.unbounded());
    for (Question question : questions) {
      planner.seen.clear();
      Asking asking = new Asking(setting, question);
      for (Arm arm : arms) {
        try {
          asking.walk(arm.stages(question), true);
        } catch (UnknownException e) {
          planner.countFrom(e.key, arm.stages(question));
        }
      }
    }
    return new Plan(arms.stream().map(Arm::name).toList(), questions.size(), planner.steps());
  }

  private StageResult look(StageKey key, Supplier<StageCaller.Given> work) {
    StageResult known = store.get(key);
    if (known == null) {
      throw new UnknownException(key);
    }
    if (seen.add(key)) {
      tally(key.stage()).memoised++;
    }
    return known;
  }

  /**
   * Counts the unknown stage and those behind it, whose input is whatever it gives. A fallback, and
   * the ranking of what it finds, may be needed.
   */
  private void countFrom(StageKey unknown, Stages stages) {
    count(unknown);
    String input = unknown.identity() + unknown.input();
    boolean behind = false;
    for (Factor<?> factor : way(stages)) {
      String step = Steps.of(factor);
      if (behind) {
        Stage stage = Objects.requireNonNull(Arm.parts(stages).get(factor));
        Digest next = Digest.start().add(input);
        if (step.equals(Steps.RERANK)) {
          next.add(stages.depth());
        } else if (step.equals(Steps.CONTEXT) || step.equals(Steps.GATE)) {
          next.add(stages.topK());
        }
        StageKey key = new StageKey(step, identities.of(stage), next.end());
        count(key);
        input = key.identity() + key.input();
      }
      behind |= step.equals(unknown.stage());
    }
  }

  /** The stages in the order in which a question may come to them. */
  private List<Factor<?>> way(Stages stages) {
    List<Factor<?>> way = new ArrayList<>(Arm.parts(stages).keySet());
    int fallback = way.indexOf(Factor.FALLBACK);
    if (fallback >= 0) {
      int again = fallback + (stages.fallbackFusion() == null ? 1 : 2);
      way.add(again, Factor.GATE);
      if (stages.reranker() != null) {
        way.add(again, Factor.RERANKER);
      }
    }
    if (!Arm.generates(stages) && !reads) {
      way.remove(Factor.CONTEXT);
    }
    return way;
  }

  private void count(StageKey key) {
    if (!seen.add(key)) {
      return;
    }
    Tally tally = tally(key.stage());
    tally.calls++;
    StageStore.Taken taken = store.taken(key.stage(), key.identity()).orElse(null);
    tally.time =
        tally.time == null || taken == null
            ? null
            : tally.time.plus(taken.wall().dividedBy(taken.calls()));
    Cost cost = one(key, taken);
    tally.cost = tally.cost == null ? cost : tally.cost.plus(cost);
  }

  /** What a call costs on average. */
  private Cost one(StageKey key, StageStore.@Nullable Taken taken) {
    if (taken == null) {
      return Cost.unknown("how much " + key.stage() + " uses");
    }
    Cost all = pricing.of(identities.description(key.identity()), taken.usage(), taken.cpu());
    return all.money().isEmpty()
        ? all
        : Cost.of(
            all.money()
                .get()
                .times(
                    BigDecimal.ONE.divide(
                        BigDecimal.valueOf(taken.calls()), MathContext.DECIMAL64)));
  }

  private Tally tally(String stage) {
    return tallies.computeIfAbsent(stage, name -> new Tally());
  }

  private Map<String, Plan.Step> steps() {
    Map<String, Plan.Step> steps = new LinkedHashMap<>();
    for (String stage : Steps.ALL) {
      Tally tally = tallies.get(stage);
      if (tally != null) {
        steps.put(
            stage,
            new Plan.Step(
                tally.calls,
                tally.memoised,
                Optional.ofNullable(tally.time),
                Optional.ofNullable(tally.cost)));
      }
    }
    return Collections.unmodifiableMap(steps);
  }
}
