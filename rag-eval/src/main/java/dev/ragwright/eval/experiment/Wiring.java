package dev.ragwright.eval.experiment;

import dev.ragwright.RagPipeline;
import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retriever;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The stages of one arm: a level of each factor, or its default. */
final class Wiring {
  static final int DEFAULT_RERANK_DEPTH = 50;
  private static final int DEFAULT_TOP_K = 8;

  private final Map<Factor<?>, Object> levels;

  /** What a factor that is not set is; one object each, so that all arms share it. */
  private static final Map<Factor<?>, Object> DEFAULTS =
      Map.of(
          Factor.EXPANDER, QueryExpander.none(),
          Factor.FUSION, RankFusion.reciprocalRank(60),
          Factor.RERANKER, Reranker.none(),
          Factor.RERANK_DEPTH, DEFAULT_RERANK_DEPTH,
          Factor.TOP_K, DEFAULT_TOP_K,
          Factor.CONTEXT, ContextAssembler.builder().build());

  Wiring(Map<Factor<?>, Object> set) {
    Map<Factor<?>, Object> all = new HashMap<>(DEFAULTS);
    all.putAll(set);
    this.levels = Map.copyOf(all);
  }

  /** These stages with another one. */
  <T> Wiring with(Factor<T> factor, T level) {
    Map<Factor<?>, Object> changed = new HashMap<>(levels);
    changed.put(factor, level);
    return new Wiring(changed);
  }

  private <T> @Nullable T get(Factor<T> factor) {
    Object level = levels.get(factor);
    return level == null ? null : factor.cast(level);
  }

  private <T> T required(Factor<T> factor) {
    return Objects.requireNonNull(get(factor), factor.name());
  }

  QueryExpander expander() {
    return required(Factor.EXPANDER);
  }

  boolean expands() {
    return !expander().equals(QueryExpander.none());
  }

  Retriever retriever() {
    return required(Factor.RETRIEVER);
  }

  RankFusion fusion() {
    return required(Factor.FUSION);
  }

  Reranker reranker() {
    return required(Factor.RERANKER);
  }

  boolean reranks() {
    return !reranker().equals(Reranker.none());
  }

  int rerankDepth() {
    return required(Factor.RERANK_DEPTH);
  }

  int topK() {
    return required(Factor.TOP_K);
  }

  /** How many passages the pipeline retrieves. */
  int depth() {
    return reranks() ? rerankDepth() : topK();
  }

  ContextAssembler context() {
    return required(Factor.CONTEXT);
  }

  @Nullable Generator generator() {
    return get(Factor.GENERATOR);
  }

  /** The same stages in production. */
  RagPipeline pipeline() {
    RagPipeline.Builder builder =
        RagPipeline.builder()
            .retriever(retriever())
            .topK(topK())
            .context(unchanged -> context().toBuilder());
    if (expands()) {
      builder.expander(expander()).queryFusion(fusion());
    }
    if (reranks()) {
      builder.reranker(reranker(), rerankDepth());
    }
    Generator generator = generator();
    return (generator == null ? builder : builder.generator(generator)).build();
  }

  /** The stages that it has, and how to ask each what it is. */
  Map<Factor<?>, Described> stages() {
    Map<Factor<?>, Described> all = new LinkedHashMap<>();
    if (expands()) {
      all.put(Factor.EXPANDER, new Described(expander(), expander()::description));
    }
    all.put(Factor.RETRIEVER, new Described(retriever(), retriever()::description));
    if (expands()) {
      all.put(Factor.FUSION, new Described(fusion(), fusion()::description));
    }
    if (reranks()) {
      all.put(Factor.RERANKER, new Described(reranker(), reranker()::description));
    }
    all.put(Factor.CONTEXT, new Described(context(), context()::description));
    Generator generator = generator();
    if (generator != null) {
      all.put(Factor.GENERATOR, new Described(generator, generator::description));
    }
    return all;
  }

  /** A stage and how to ask it what it is. */
  record Described(Object stage, Supplier<StageDescription> description) {}

  /** What each stage is, by factor; numbers as they are. */
  Map<String, String> descriptions() {
    Map<String, String> all = new LinkedHashMap<>();
    stages()
        .forEach((factor, stage) -> all.put(factor.name(), stage.description().get().toString()));
    if (reranks()) {
      all.put(Factor.RERANK_DEPTH.name(), String.valueOf(rerankDepth()));
    }
    all.put(Factor.TOP_K.name(), String.valueOf(topK()));
    return all;
  }
}
