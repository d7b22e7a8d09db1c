package dev.ragwright.experiment;

import dev.ragwright.RagPipeline;
import dev.ragwright.eval.learn.Learner;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The levels of each factor, and all combinations that are not excluded, the last factor varying
 * fastest. For one thread.
 */
final class Grid {
  static final int DEFAULT_RERANK_DEPTH = 50;

  /** One object for all arms, as everything that they have in common. */
  private static final ContextAssembler DEFAULT_CONTEXT = ContextAssembler.builder().build();

  private final Map<Factor<?>, Map<String, ?>> varied = new LinkedHashMap<>();
  private final Map<Factor<?>, Object> fixed = new LinkedHashMap<>();
  private final Map<Factor<?>, Map<String, Learner<?>>> learnt = new LinkedHashMap<>();
  private final List<Predicate<Map<String, String>>> excluded = new ArrayList<>();
  private final List<Arm> live = new ArrayList<>();
  private final IdentityHashMap<Generator, IdentityHashMap<PromptTemplate, Generator>> prompted =
      new IdentityHashMap<>();

  /** Sets the levels; in the map's order if it has one, else by name. */
  <T> void vary(Factor<T> factor, Map<String, ? extends T> levels) {
    if (levels.isEmpty()) {
      throw new IllegalArgumentException("the factor " + factor + " has no level");
    }
    checkFree(factor);
    levels.forEach(
        (name, level) -> {
          if (name.isBlank()) {
            throw new IllegalArgumentException(
                "a level of the factor %s needs a name, had \"%s\"".formatted(factor, name));
          }
          checkPositive(factor, Objects.requireNonNull(level, factor.name()));
          checkNew(factor, name, learnt.getOrDefault(factor, Map.of()));
        });
    varied.put(
        factor,
        Collections.unmodifiableMap(
            levels instanceof SequencedMap<String, ? extends T>
                ? new LinkedHashMap<>(levels)
                : new TreeMap<>(levels)));
  }

  <T> void fix(Factor<T> factor, T level) {
    checkFree(factor);
    if (learnt.containsKey(factor)) {
      throw setTwice(factor);
    }
    checkPositive(factor, level);
    fixed.put(factor, Objects.requireNonNull(level, factor.name()));
  }

  /** Adds a level that is learnt, behind those that {@link #vary} sets. */
  <T> void learn(Factor<T> factor, String level, Learner<? extends T> learner) {
    if (fixed.containsKey(factor)) {
      throw setTwice(factor);
    }
    if (level.isBlank()) {
      throw new IllegalArgumentException(
          "a level of the factor %s needs a name, had \"%s\"".formatted(factor, level));
    }
    checkNew(factor, level, varied.getOrDefault(factor, Map.of()));
    checkNew(factor, level, learnt.getOrDefault(factor, Map.of()));
    learnt
        .computeIfAbsent(factor, any -> new LinkedHashMap<>())
        .put(level, Objects.requireNonNull(learner, "learner"));
  }

  boolean learns() {
    return !learnt.isEmpty();
  }

  private static void checkNew(Factor<?> factor, String level, Map<String, ?> there) {
    if (there.containsKey(level)) {
      throw new IllegalArgumentException(
          "the factor %s has two levels \"%s\"".formatted(factor, level));
    }
  }

  private static IllegalArgumentException setTwice(Factor<?> factor) {
    return new IllegalArgumentException("the factor " + factor + " is set twice");
  }

  private static void checkPositive(Factor<?> factor, @Nullable Object level) {
    if (level instanceof Integer number && number < 1) {
      throw new IllegalArgumentException(factor + " must be >= 1, was " + number);
    }
  }

  private void checkFree(Factor<?> factor) {
    if (varied.containsKey(factor) || fixed.containsKey(factor)) {
      throw setTwice(factor);
    }
  }

  void exclude(Predicate<Map<String, String>> levels) {
    excluded.add(Objects.requireNonNull(levels, "levels"));
  }

  /** Adds an arm that the factors do not make. */
  void add(String name, RagPipeline pipeline) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("an arm needs a name, was \"" + name + "\"");
    }
    live.add(new Arm(name, Map.of(), Objects.requireNonNull(pipeline, "pipeline"), Map.of()));
    checkNames(live);
  }

  private static void checkNames(List<Arm> arms) {
    Set<String> names = new HashSet<>();
    for (Arm arm : arms) {
      if (!names.add(arm.name())) {
        throw new IllegalArgumentException(
            "two arms are called \"" + arm.name() + "\"; give each a name of its own");
      }
    }
  }

  /** Whether factors make arms, and not pipelines alone are measured. */
  boolean isMade() {
    return live.isEmpty() || !varied.isEmpty() || !fixed.isEmpty() || learns();
  }

  boolean has(Factor<?> factor) {
    return varied.containsKey(factor) || fixed.containsKey(factor) || learnt.containsKey(factor);
  }

  /** The names of the levels of each factor that is varied, in the order of the stages. */
  Map<String, List<String>> varied() {
    Map<String, List<String>> levels = new LinkedHashMap<>();
    for (Factor<?> factor : factors()) {
      levels.put(factor.name(), names(factor));
    }
    return Collections.unmodifiableMap(levels);
  }

  /** The names of the factors that are the same in all arms, in the order of the stages. */
  List<String> fixed() {
    return Factor.all().stream().filter(fixed::containsKey).map(Factor::name).toList();
  }

  private List<Factor<?>> factors() {
    return Factor.all().stream()
        .filter(factor -> varied.containsKey(factor) || learnt.containsKey(factor))
        .toList();
  }

  private List<String> names(Factor<?> factor) {
    return Stream.concat(
            varied.getOrDefault(factor, Map.of()).keySet().stream(),
            learnt.getOrDefault(factor, Map.of()).keySet().stream())
        .toList();
  }

  /** The levels of each factor that is varied; of what is to be learnt, who learns it. */
  private Map<Factor<?>, Map<String, Object>> levels() {
    Map<Factor<?>, Map<String, Object>> all = new LinkedHashMap<>();
    for (Factor<?> factor : factors()) {
      Map<String, Object> levels = new LinkedHashMap<>(varied.getOrDefault(factor, Map.of()));
      levels.putAll(learnt.getOrDefault(factor, Map.of()));
      all.put(factor, levels);
    }
    return all;
  }

  /**
   * The arms. A level that is learnt is learnt for the first arm that has it, and not at all if all
   * with it are excluded.
   *
   * @throws IllegalArgumentException if all are excluded, or one contradicts itself, such as by
   *     reranking fewer passages than it reads; if a level cannot be learnt
   */
  List<Arm> arms(Lessons lessons) {
    List<Arm> arms = new ArrayList<>();
    if (isMade()) {
      combine(factors(), levels(), Map.of(), fixed, lessons, arms);
      if (arms.isEmpty()) {
        throw new IllegalArgumentException("every combination of levels is excluded; none is left");
      }
    }
    arms.addAll(live);
    checkNames(arms);
    return List.copyOf(arms);
  }

  private void combine(
      List<Factor<?>> left,
      Map<Factor<?>, Map<String, Object>> levels,
      Map<String, String> names,
      Map<Factor<?>, Object> stages,
      Lessons lessons,
      List<Arm> arms) {
    if (left.isEmpty()) {
      if (excluded.stream().noneMatch(predicate -> predicate.test(names))) {
        arms.add(arm(names, learnt(names, stages, lessons), lessons));
      }
      return;
    }
    Factor<?> factor = left.getFirst();
    levels
        .getOrDefault(factor, Map.of())
        .forEach(
            (level, stage) -> {
              Map<String, String> moreNames = new LinkedHashMap<>(names);
              moreNames.put(factor.name(), level);
              Map<Factor<?>, Object> moreStages = new LinkedHashMap<>(stages);
              moreStages.put(factor, stage);
              combine(
                  left.subList(1, left.size()),
                  levels,
                  Collections.unmodifiableMap(moreNames),
                  moreStages,
                  lessons,
                  arms);
            });
  }

  private Map<Factor<?>, Object> learnt(
      Map<String, String> names, Map<Factor<?>, Object> stages, Lessons lessons) {
    Map<Factor<?>, Object> levels = new LinkedHashMap<>(stages);
    levels.replaceAll(
        (factor, level) ->
            learnt.containsKey(factor) && level instanceof Learner<?> learner
                ? lessons.learn(factor, Objects.requireNonNull(names.get(factor.name())), learner)
                : level);
    return levels;
  }

  private Arm arm(Map<String, String> names, Map<Factor<?>, Object> levels, Lessons lessons) {
    String name = name(names);
    boolean learns = levels.values().stream().anyMatch(Lessons.Level.class::isInstance);
    try {
      return new Arm(
          name,
          names,
          pipeline(Levels.of(levels, Lessons.Level::all)),
          learns
              ? lessons.byQuestion(
                  fold -> pipeline(Levels.of(levels, level -> level.unseen().get(fold))))
              : Map.of());
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new IllegalArgumentException(
          "the arm %s: %s; exclude(...) leaves such arms out".formatted(name, e.getMessage()), e);
    }
  }

  /** One level of each factor that is set. */
  private record Levels(Map<Factor<?>, Object> all) {
    static Levels of(Map<Factor<?>, Object> all, Function<Lessons.Level, Object> learnt) {
      Map<Factor<?>, Object> chosen = new LinkedHashMap<>(all);
      chosen.replaceAll(
          (factor, level) -> level instanceof Lessons.Level one ? learnt.apply(one) : level);
      return new Levels(chosen);
    }

    <T> void ifSet(Factor<T> factor, Consumer<T> use) {
      Object level = all.get(factor);
      if (level != null) {
        use.accept(factor.cast(level));
      }
    }

    <T> T get(Factor<T> factor, T otherwise) {
      return factor.cast(all.getOrDefault(factor, otherwise));
    }
  }

  /** What is {@code none} is not wired, so that it leaves no record either. */
  private RagPipeline pipeline(Levels levels) {
    RagPipeline.Builder wired = RagPipeline.builder();
    levels.ifSet(Factor.EXPANDER, level -> unless(level, QueryExpander.none(), wired::expander));
    levels.ifSet(Factor.RETRIEVER, wired::retriever);
    levels.ifSet(Factor.FILTER, wired::filter);
    levels.ifSet(Factor.FUSION, wired::queryFusion);
    int depth = levels.get(Factor.RERANK_DEPTH, DEFAULT_RERANK_DEPTH);
    levels.ifSet(
        Factor.RERANKER,
        level -> unless(level, Reranker.none(), reranker -> wired.reranker(reranker, depth)));
    levels.ifSet(Factor.TOP_K, wired::topK);
    levels.ifSet(Factor.GATE, level -> unless(level, EvidenceGate.none(), wired::gate));
    levels.ifSet(
        Factor.FALLBACK,
        level ->
            unless(
                level,
                Retriever.none(),
                fallback -> {
                  wired.fallback(fallback);
                  levels.ifSet(Factor.FALLBACK_FUSION, fusion -> wired.fallback(fallback, fusion));
                }));
    wired.context(levels.get(Factor.CONTEXT, DEFAULT_CONTEXT));
    Generator generator = levels.get(Factor.GENERATOR, NoGenerator.INSTANCE);
    wired.generator(generator);
    levels.ifSet(Factor.PROMPT, prompt -> wired.generator(prompted(generator, prompt)));
    return wired.build();
  }

  private static <T> void unless(T level, T none, Consumer<T> use) {
    if (!level.equals(none)) {
      use.accept(level);
    }
  }

  /** One object for all arms: what it gives is known by that where it does not say what it is. */
  private Generator prompted(Generator generator, PromptTemplate prompt) {
    return prompted
        .computeIfAbsent(generator, any -> new IdentityHashMap<>())
        .computeIfAbsent(prompt, generator::withPrompt);
  }

  /** The levels of what differs between arms; of all when nothing does. A number says of what. */
  private String name(Map<String, String> names) {
    boolean differs = factors().stream().anyMatch(factor -> names(factor).size() > 1);
    List<String> shown = new ArrayList<>();
    for (Factor<?> factor : factors()) {
      Map<String, ?> levels = varied.getOrDefault(factor, Map.of());
      if (names(factor).size() > 1 || !differs) {
        String level = String.valueOf(names.get(factor.name()));
        shown.add(levels.get(level) instanceof Integer ? factor.name() + " " + level : level);
      }
    }
    return shown.isEmpty() ? "fixed" : String.join(" + ", shown);
  }
}
