package dev.ragwright.experiment;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ragwright.call.StageDescription;
import dev.ragwright.pipeline.Stages;
import dev.ragwright.retrieve.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline is wired of, as its stages describe themselves.
 *
 * @param rerankDepth null without a reranker
 * @param filter null where all passages are searched
 * @param stages by the factor's name, in the order of the stages; no generator where none was
 *     measured
 */
record Wiring(
    int topK,
    @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer rerankDepth,
    @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String filter,
    Map<String, StageDescription> stages) {

  Wiring {
    stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages));
  }

  /** That of a pipeline, as it is now: an index is asked what is in it. */
  static Wiring of(Stages stages) {
    Map<String, StageDescription> described = new LinkedHashMap<>();
    Arm.parts(stages).forEach((factor, stage) -> described.put(factor.name(), stage.description()));
    return new Wiring(
        stages.topK(),
        stages.reranker() == null ? null : stages.rerankDepth(),
        stages.filter().equals(Filter.all()) ? null : stages.filter().toString(),
        described);
  }

  /**
   * What each stage is, by factor, for people; numbers as they are.
   *
   * @param before what stands before a stage's description, by its factor
   */
  Map<String, String> told(UnaryOperator<String> before) {
    Map<String, String> told = new LinkedHashMap<>();
    stages.forEach((factor, stage) -> told.put(factor, before.apply(factor) + stage));
    if (rerankDepth != null) {
      told.put(Factor.RERANK_DEPTH.name(), rerankDepth.toString());
    }
    told.put(Factor.TOP_K.name(), String.valueOf(topK));
    if (filter != null) {
      told.put(Factor.FILTER.name(), filter);
    }
    return told;
  }

  /**
   * What another wiring has otherwise, a line for each: {@code reranker, modelSha256: was 1a, is
   * 2b}. A generator is compared where this one has one.
   *
   * @param counts which settings of stages are compared, by name
   */
  List<String> differences(Wiring other, Predicate<String> counts) {
    List<String> found = new ArrayList<>();
    tell("topK", topK, other.topK, found);
    tell("rerankDepth", rerankDepth, other.rerankDepth, found);
    tell("filter", filter, other.filter, found);
    for (Factor<?> factor : Factor.all()) {
      StageDescription was = stages.get(factor.name());
      StageDescription is = other.stages.get(factor.name());
      if (was != null && is != null) {
        compare(factor.name(), was, is, counts, found);
      } else if (!factor.equals(Factor.GENERATOR)) {
        tell(factor.name(), was, is, found);
      }
    }
    return List.copyOf(found);
  }

  private static void compare(
      String place,
      StageDescription was,
      StageDescription is,
      Predicate<String> counts,
      List<String> found) {
    tell(place, was.name(), is.name(), found);
    TreeSet<String> names = new TreeSet<>(was.parameters().keySet());
    names.addAll(is.parameters().keySet());
    for (String name : names) {
      if (counts.test(name)) {
        tell(place + ", " + name, was.parameters().get(name), is.parameters().get(name), found);
      }
    }
    tell(place + ", parts", was.parts().size(), is.parts().size(), found);
    for (int i = 0; i < Math.min(was.parts().size(), is.parts().size()); i++) {
      StageDescription part = was.parts().get(i);
      compare(place + ", " + part.kind(), part, is.parts().get(i), counts, found);
    }
  }

  private static void tell(
      String what, @Nullable Object was, @Nullable Object is, List<String> found) {
    if (!Objects.equals(was, is)) {
      found.add(
          "%s: was %s, is %s"
              .formatted(
                  what,
                  Objects.requireNonNullElse(was, "none"),
                  Objects.requireNonNullElse(is, "none")));
    }
  }

  /** How many of its stages run a model, those within stages too; a learnt matrix is none. */
  int models() {
    return stages.values().stream().mapToInt(Wiring::models).sum();
  }

  private static int models(StageDescription stage) {
    boolean adapted = stage.kind().equals("embedder") && stage.name().equals("adapted");
    boolean runs =
        stage.parameters().containsKey(StageDescription.MODEL)
            || (stage.parameters().containsKey(StageDescription.MODEL_SHA256) && !adapted);
    return (runs ? 1 : 0) + stage.parts().stream().mapToInt(Wiring::models).sum();
  }

  /** How many stages it has, those within stages too. */
  int size() {
    return stages.values().stream().mapToInt(Wiring::size).sum();
  }

  private static int size(StageDescription stage) {
    return 1 + stage.parts().stream().mapToInt(Wiring::size).sum();
  }
}
