package dev.ragwright.experiment;

import dev.ragwright.RagPipeline;
import dev.ragwright.call.Stage;
import dev.ragwright.pipeline.Stages;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline that is measured.
 *
 * @param levels the level of each factor that is varied, by the factor's name; none of a pipeline
 *     that the grid did not make
 */
record Arm(String name, Map<String, String> levels, RagPipeline pipeline) {

  Stages stages() {
    return pipeline.stages();
  }

  /** The pipeline as production runs it. */
  RagPipeline wired() {
    if (!generates(stages())) {
      throw new IllegalStateException("`generator` is required, but was not set");
    }
    return pipeline;
  }

  static boolean generates(Stages stages) {
    return stages.generator() != NoGenerator.INSTANCE;
  }

  /** The stages that it has, in their order. */
  static Map<Factor<?>, Stage> parts(Stages stages) {
    Map<Factor<?>, @Nullable Stage> all = new LinkedHashMap<>();
    all.put(Factor.EXPANDER, stages.expander());
    all.put(Factor.RETRIEVER, stages.retriever());
    all.put(Factor.FUSION, stages.expander() == null ? null : stages.queryFusion());
    all.put(Factor.RERANKER, stages.reranker());
    all.put(Factor.GATE, stages.gate());
    all.put(Factor.FALLBACK, stages.fallback());
    all.put(Factor.FALLBACK_FUSION, stages.fallbackFusion());
    all.put(Factor.CONTEXT, stages.assembler());
    all.put(Factor.GENERATOR, generates(stages) ? stages.generator() : null);
    Map<Factor<?>, Stage> there = new LinkedHashMap<>();
    all.forEach(
        (factor, stage) -> {
          if (stage != null) {
            there.put(factor, stage);
          }
        });
    return there;
  }
}
