package dev.ragwright.eval.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Cost;
import dev.ragwright.eval.Question;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final Pricing pricing;
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
    this.pricing = new Pricing(settings.prices());
    this.identities = new Identities(store.lasts());
  }

  static Plan plan(List<Arm> arms, List<Question> questions, Settings settings, StageStore store) {
    Planner planner = new Planner(store, settings);
    QuestionRun.Setting setting =
        new QuestionRun.Setting(
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
      Ranked.Pool rankings = new Ranked.Pool(planner.passages);
      for (Arm arm : arms) {
        try {
          QuestionRun.of(setting, rankings, arm.wiring(), question, true);
        } catch (UnknownException e) {
          planner.countFrom(e.key, arm.wiring());
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

  /** Counts the unknown stage and those behind it, whose input is whatever it gives. */
  private void countFrom(StageKey unknown, Wiring wiring) {
    count(unknown);
    String input = unknown.identity() + unknown.input();
    boolean behind = false;
    for (Map.Entry<Factor<?>, Wiring.Described> stage : wiring.stages().entrySet()) {
      String step = Steps.of(stage.getKey());
      if (step.equals(Steps.CONTEXT) && wiring.generator() == null && !reads) {
        break;
      }
      if (behind) {
        String identity = identities.of(stage.getValue().stage(), stage.getValue().description());
        Digest next = Digest.start().add(input);
        if (step.equals(Steps.RERANK)) {
          next.add(wiring.depth());
        } else if (step.equals(Steps.CONTEXT)) {
          next.add(wiring.topK());
        }
        StageKey key = new StageKey(step, identity, next.end());
        count(key);
        input = key.identity() + key.input();
      }
      behind |= step.equals(unknown.stage());
    }
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
