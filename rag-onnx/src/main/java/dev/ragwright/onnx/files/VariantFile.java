package dev.ragwright.onnx.files;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.onnx.ModelVariant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A file among a model's files that holds a graph of its own, told by the names alone.
 *
 * @param name see {@link ModelVariant#name()}
 * @param file the graph, or the decoder of two
 * @param encoder the encoder's file, if there is one
 */
public record VariantFile(String name, String file, Optional<String> encoder) {
  /** Of a model that does not generate, the first of these is taken. */
  public static final List<String> PREFERRED =
      List.of("onnx/model_quantized.onnx", "onnx/model.onnx", "model_quantized.onnx", "model.onnx");

  /** What is said of half precision, behind the name of a file. */
  public static final String HALF =
      " in half precision, which a processor has to convert at each use: 122 ms a token where fp32"
          + " takes 29 (SmolLM2-135M's shape, one core)";

  /** Whether this processor computes with halves. */
  public static final boolean ARM =
      System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).matches("aarch64|arm64");

  private static final String GRAPH = "model";
  private static final String DECODER = "decoder_model_merged";
  public static final String ENCODER = "encoder_model";

  /** A decoder's graph for the first step of a text, and the one for the others. */
  private static final String FIRST = "decoder_model";

  private static final String WITH_PAST = "decoder_with_past_model";
  private static final Map<String, String> SPOKEN = Map.of("", "fp32", "quantized", "q8");

  /**
   * The variants in {@code onnx/} and in the root, by name; of two of one name that in {@code
   * onnx/}. Where no file is called as exports are, any {@code .onnx} file is a variant.
   *
   * @param files the paths of all files, of which others are ignored
   */
  public static List<VariantFile> among(Collection<String> files) {
    List<String> graphs =
        new TreeSet<>(files)
            .stream()
                .filter(file -> file.endsWith(".onnx"))
                .filter(file -> folder(file).isEmpty() || folder(file).equals("onnx/"))
                .sorted((a, b) -> Boolean.compare(folder(a).isEmpty(), folder(b).isEmpty()))
                .toList();
    Map<String, VariantFile> found = new LinkedHashMap<>();
    for (String base : List.of(DECODER, GRAPH, FIRST)) {
      Set<String> suffixes =
          graphs.stream()
              .flatMap(graph -> suffix(graph, base).stream())
              .collect(Collectors.toSet());
      for (String graph : graphs) {
        suffix(graph, base)
            .map(suffix -> name(suffix, base, suffixes))
            .ifPresent(
                name ->
                    found.putIfAbsent(
                        name, new VariantFile(name, graph, encoder(graph, base, files))));
      }
      if (!found.isEmpty()) {
        break;
      }
    }
    if (found.isEmpty()) {
      graphs.forEach(graph -> found.putIfAbsent(stem(graph), alone(stem(graph), graph)));
    }
    List<VariantFile> sorted = new ArrayList<>(found.values());
    sorted.sort((a, b) -> a.name().compareTo(b.name()));
    return sorted;
  }

  /**
   * The word of transformers.js, else what is behind the base; but the whole stem where the word of
   * another file is just that.
   */
  private static String name(String suffix, String base, Set<String> suffixes) {
    String word = SPOKEN.get(suffix);
    if (word != null) {
      return word;
    }
    boolean taken = suffixes.stream().anyMatch(other -> suffix.equals(SPOKEN.get(other)));
    return taken ? base + "_" + suffix : suffix;
  }

  /** What a file is called as a variant, wherever it is. */
  public static VariantFile named(String file, Collection<String> files) {
    return among(files).stream()
        .filter(variant -> variant.file().equals(file))
        .findFirst()
        .orElseGet(() -> new VariantFile(stem(file), file, encoder(file, files)));
  }

  /** The encoder of a decoder that is called as one. */
  private static Optional<String> encoder(String file, Collection<String> files) {
    return Stream.of(DECODER, FIRST)
        .filter(base -> suffix(file, base).isPresent())
        .findFirst()
        .flatMap(base -> encoder(file, base, files));
  }

  private static VariantFile alone(String name, String file) {
    return new VariantFile(name, file, Optional.empty());
  }

  private static Optional<String> suffix(String graph, String base) {
    String stem = stem(graph);
    if (stem.equals(base)) {
      return Optional.of("");
    }
    return stem.startsWith(base + "_")
        ? Optional.of(stem.substring(base.length() + 1))
        : Optional.empty();
  }

  private static Optional<String> encoder(String graph, String base, Collection<String> files) {
    String encoder = folder(graph) + ENCODER + stem(graph).substring(base.length()) + ".onnx";
    return !base.equals(GRAPH) && files.contains(encoder) ? Optional.of(encoder) : Optional.empty();
  }

  /** Where the other graph of a decoder is, if this is the one for the first step. */
  public Optional<String> withPast() {
    return suffix(file, DECODER).isPresent() || suffix(file, FIRST).isEmpty()
        ? Optional.empty()
        : Optional.of(folder(file) + WITH_PAST + stem(file).substring(FIRST.length()) + ".onnx");
  }

  private static String stem(String file) {
    return file.substring(folder(file).length(), file.length() - ".onnx".length());
  }

  /** The folder of a file with its slash, or nothing. */
  public static String folder(String file) {
    return file.substring(0, file.lastIndexOf('/') + 1);
  }

  /**
   * Whether a file holds weights of a graph: it lies beside it, and its name begins as its does.
   */
  public static boolean belongs(String file, String graph) {
    return file.startsWith(graph) && file.indexOf('/', graph.length()) < 0;
  }

  /**
   * How good a variant is by its name alone, before anything was downloaded; smaller is better.
   * What {@code q8} holds is seen afterwards.
   */
  public static int rankByName(String name) {
    return switch (name) {
      case "q4" -> 0;
      case "q4f16" -> ARM ? 2 : 1;
      case "fp32" -> ARM ? 1 : 2;
      case "q8" -> 3;
      case "int8", "uint8", "bnb4", "q2", "q2f16", "q1", "q1f16" -> 5;
      case "fp16" -> 6;
      default -> 4;
    };
  }

  /** Whether a {@code config.json} is of a model that writes text, as its class's name says. */
  public static boolean generates(JsonNode config) {
    for (JsonNode architecture : config.path("architectures")) {
      if (architecture.asText().matches(".*(ForCausalLM|LMHeadModel|ForConditionalGeneration)")) {
        return true;
      }
    }
    return false;
  }
}
