package dev.ragwright.onnx;

import dev.ragwright.onnx.files.ModelGraph;
import dev.ragwright.onnx.files.VariantFile;
import dev.ragwright.onnx.files.WeightFormat;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which variant of a generating model to take on a processor, and which not to take unseen. The
 * figures are of SmolLM2-135M-Instruct on one core of x86-64 with ONNX Runtime 1.29.0; "same next
 * token" is against fp32 over 1,537 tokens of prompts.
 */
final class VariantChoice {
  private VariantChoice() {}

  /** The best of those that may be taken unseen; empty when there is none. */
  static Optional<ModelVariant> best(List<ModelVariant> variants) {
    return variants.stream()
        .filter(variant -> unseenRefusal(variant).isEmpty())
        .min(
            Comparator.comparingInt((ModelVariant variant) -> rank(variant.graph()))
                .thenComparing(variant -> variant.graph().accuracyLevel().orElse(0) != 4)
                .thenComparingLong(ModelVariant::bytes)
                .thenComparing(ModelVariant::name));
  }

  private static int rank(ModelGraph graph) {
    WeightFormat mostly = graph.mostly().orElse(WeightFormat.FP32);
    if (graph.weights().containsKey(WeightFormat.INT8)) {
      return 5; // of what is left outside blocks nobody knows the error
    }
    return switch (mostly) {
      case Q8, Q4 -> blocks(mostly, graph.halfActivations());
      case FP32 -> 4;
      default -> 6;
    };
  }

  /** Half-precision scales cost little on x86-64; on Arm they are six times slower. */
  private static int blocks(WeightFormat format, boolean half) {
    int rank = format == WeightFormat.Q8 ? 0 : 1;
    return half ? (VariantFile.ARM ? 5 : rank + 2) : rank;
  }

  /** Why a variant is not taken unless it is named; empty when it may be. */
  static Optional<String> unseenRefusal(ModelVariant variant) {
    boolean blocks =
        variant.graph().weights().keySet().stream()
            .anyMatch(format -> format == WeightFormat.Q8 || format == WeightFormat.Q4);
    if (variant.graph().weights().containsKey(WeightFormat.INT8) && !blocks) {
      return Optional.of(
          variant.file()
              + " in plain int8, which ruins small decoders: the next token of SmolLM2-135M is that"
              + " of fp32 58 % of the time, 96 % in 8-bit blocks; ModelFolder.withVariant(\""
              + variant.name()
              + "\") takes it all the same");
    }
    return slowRefusal(variant);
  }

  /** Why a variant is not taken by name either, but only by its file; empty when it may be. */
  static Optional<String> slowRefusal(ModelVariant variant) {
    String override =
        "; ModelFolder.withModelFile(\"" + variant.file() + "\") takes it all the same";
    return switch (variant.graph().mostly().orElse(WeightFormat.FP32)) {
      case FP16, BF16 -> Optional.of(variant.file() + VariantFile.HALF + override);
      default ->
          variant.graph().floatZeroPoints()
              ? Optional.of(
                  variant.file()
                      + " in blocks with floating-point zero points, which decode 5 tokens a second"
                      + " where integer ones decode 80"
                      + override)
              : Optional.empty();
    };
  }
}
