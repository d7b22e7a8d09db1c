package dev.ragwright.generators.onnx;

import dev.ragwright.call.StageDescription;
import java.util.List;

/** One of some labels. */
final class LabelGrammar {
  private LabelGrammar() {}

  static Constraint constraint(List<String> labels) {
    List<String> all = List.copyOf(labels);
    if (all.isEmpty() || all.contains("")) {
      throw new IllegalArgumentException("labels must be one or more, none empty; were " + all);
    }
    return new GrammarConstraint(
        StageDescription.of("constraint", "oneOf").with("labels", all),
        spelled ->
            ByteGrammar.choice(
                all.stream().map(label -> GrammarConstraint.literal(label, spelled)).toList()));
  }
}
