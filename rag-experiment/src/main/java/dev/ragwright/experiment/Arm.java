package dev.ragwright.experiment;

import dev.ragwright.RagPipeline;
import dev.ragwright.call.Stage;
import dev.ragwright.eval.Question;
import dev.ragwright.pipeline.Stages;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline that is measured.
 *
 * @param levels the level of each factor that is varied, by the factor's name; none of a pipeline
 *     that the grid did not make
 * @param pipeline as production runs it: what is learnt is learnt from all questions
 * @param unseen by question id the pipeline whose levels were learnt without the question; empty of
 *     an arm in which nothing is learnt
 */
record Arm(
    String name,
    Map<String, String> levels,
    RagPipeline pipeline,
    Map<String, RagPipeline> unseen) {

  Stages stages() {
    return pipeline.stages();
  }

  /** The stages that a question is asked of. */
  Stages stages(Question question) {
    return unseen.getOrDefault(question.id(), pipeline).stages();
  }

  /** All stages that questions are asked of. */
  Set<Stage> asked() {
    Set<Stage> asked = Collections.newSetFromMap(new IdentityHashMap<>());
    asked.addAll(parts(stages()).values());
    unseen.values().forEach(one -> asked.addAll(parts(one.stages()).values()));
    return asked;
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

  /** What each stage is, by factor, and how it was learnt where it was; numbers as they are. */
  Map<String, String> told(Wiring wiring, Lessons lessons) {
    return wiring.told(factor -> lessons.before(factor, levels.getOrDefault(factor, "")));
  }
}
