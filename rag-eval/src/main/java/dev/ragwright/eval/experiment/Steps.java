package dev.ragwright.eval.experiment;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The steps of a pipeline by the names that its trace has for them, in their order. */
final class Steps {
  static final String EXPAND = "expand";
  static final String RETRIEVE = "retrieve";
  static final String FUSE = "fuse";
  static final String RERANK = "rerank";
  static final String CONTEXT = "context";
  static final String GENERATE = "generate";

  static final List<String> ALL = List.of(EXPAND, RETRIEVE, FUSE, RERANK, CONTEXT, GENERATE);

  private static final Map<Factor<?>, String> BY_FACTOR =
      Map.of(
          Factor.EXPANDER, EXPAND,
          Factor.RETRIEVER, RETRIEVE,
          Factor.FUSION, FUSE,
          Factor.RERANKER, RERANK,
          Factor.CONTEXT, CONTEXT,
          Factor.GENERATOR, GENERATE);

  private Steps() {}

  /** The step that a stage takes; the factor is not a number. */
  static String of(Factor<?> factor) {
    return Objects.requireNonNull(BY_FACTOR.get(factor));
  }
}
