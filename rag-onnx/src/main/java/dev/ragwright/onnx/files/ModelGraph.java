package dev.ragwright.onnx.files;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an ONNX file says of itself, read from its nodes and not from its name. Immutable.
 *
 * @param weights how many numbers of its constant matrices are in which format, each matrix once;
 *     embeddings that are only looked up do not count; empty when it multiplies with none
 * @param halfActivations whether blocks are scaled in half precision, as in files named {@code
 *     q4f16}
 * @param floatZeroPoints whether blocks have zero points that are floating-point numbers
 * @param accuracyLevel the {@code accuracy_level} of its block matrices: 4 computes in 8-bit
 *     integers, which is the fastest; empty when there is none or they differ
 * @param groupQueryAttention whether attention is the operator {@code GroupQueryAttention}, whose
 *     cache can be a buffer that stays in its place
 * @param inputs the names of what it reads, in its order
 * @param externalFiles the files, relative to its own folder, that hold weights of it, sorted
 */
public record ModelGraph(
    Map<WeightFormat, Long> weights,
    boolean halfActivations,
    boolean floatZeroPoints,
    OptionalInt accuracyLevel,
    boolean groupQueryAttention,
    List<String> inputs,
    List<String> externalFiles) {

  /** Copies the collections. */
  public ModelGraph {
    weights = Collections.unmodifiableMap(new TreeMap<>(weights));
    inputs = List.copyOf(inputs);
    externalFiles = List.copyOf(externalFiles);
  }

  /**
   * The format of most numbers, of equals the first of {@link WeightFormat}; empty if no weights.
   */
  public Optional<WeightFormat> mostly() {
    return weights.entrySet().stream()
        .max(
            Map.Entry.<WeightFormat, Long>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey(Collections.reverseOrder())))
        .map(Map.Entry::getKey);
  }

  /** The inputs for the weights of a LoRA adapter: those whose name has {@code lora} in it. */
  public List<String> loraInputs() {
    return inputs.stream().filter(ModelGraph::isAdapterInput).toList();
  }

  /** Whether an input is one for an adapter's weights. */
  public static boolean isAdapterInput(String name) {
    return name.toLowerCase(Locale.ROOT).contains("lora");
  }

  /**
   * Its formats, the commonest first, in words: {@code "q4"}, {@code "q4f16"}, {@code "int8 54 %,
   * q8 46 %"}; {@code "no weights"} when it multiplies with none.
   */
  public String precision() {
    double all = weights.values().stream().mapToLong(Long::longValue).sum();
    if (weights.size() < 2) {
      return mostly().map(this::label).orElse("no weights");
    }
    return weights.entrySet().stream()
        .sorted(Map.Entry.<WeightFormat, Long>comparingByValue().reversed())
        .map(
            entry ->
                String.format(
                    Locale.ROOT, "%s %.0f %%", label(entry.getKey()), 100 * entry.getValue() / all))
        .collect(Collectors.joining(", "));
  }

  private String label(WeightFormat format) {
    return switch (format) {
      case Q8, Q4, Q2, Q1 -> halfActivations ? format + "f16" : format.toString();
      default -> format.toString();
    };
  }
}
