package dev.ragwright.experiment;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The steps of a pipeline by the names that its trace has for them, in their order. */
final class Steps {
  static final String CONDENSE = "condense";
  static final String EXPAND = "expand";
  static final String RETRIEVE = "retrieve";
  static final String FUSE = "fuse";
  static final String RERANK = "rerank";
  static final String GATE = "gate";
  static final String FALLBACK = "fallback";
  static final String CONTEXT = "context";
  static final String GENERATE = "generate";

  static final List<String> ALL =
      List.of(CONDENSE, EXPAND, RETRIEVE, FUSE, RERANK, GATE, FALLBACK, CONTEXT, GENERATE);

  /** Those that only pipelines with a gate, or in a conversation, have. */
  static final Set<String> RARE = Set.of(CONDENSE, GATE, FALLBACK);

  private static final Map<Factor<?>, String> BY_FACTOR =
      Map.of(
          Factor.EXPANDER, EXPAND,
          Factor.RETRIEVER, RETRIEVE,
          Factor.FUSION, FUSE,
          Factor.RERANKER, RERANK,
          Factor.GATE, GATE,
          Factor.FALLBACK, FALLBACK,
          Factor.FALLBACK_FUSION, FUSE,
          Factor.CONTEXT, CONTEXT,
          Factor.GENERATOR, GENERATE);

  private Steps() {}

  /** The step that a stage takes; the factor is not a number. */
  static String of(Factor<?> factor) {
    return Objects.requireNonNull(BY_FACTOR.get(factor));
  }
}
