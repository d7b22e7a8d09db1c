package dev.ragwright.retrievers.rerank;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.runtime.DenseLayers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds the linear layers that make a token's vector of an encoder's output, where the ONNX graph
 * ends before them: PyLate's modules of the type {@code Dense} (pylate/models/Dense.py), else the
 * {@code linear.weight} of a checkpoint of ColBERT's own (colbert/modeling/hf_colbert.py).
 */
final class Projection {
  private Projection() {}

  /**
   * What is to be done with a graph's output. A graph that has projected gives as many numbers as
   * the last layer, and one that has not as many as the first reads.
   *
   * @param width how many numbers the graph gives for a token
   * @param output what it calls them
   * @throws ModelLoadException if the layers do not fit the graph, or cannot be read
   */
  static DenseLayers of(ModelFolder folder, ColBertSettings settings, int width, String output) {
    String given =
        String.format(Locale.ROOT, "the output %s with %d numbers for a token", output, width);
    List<DenseLayers.Part> parts = parts(folder);
    if (parts.isEmpty()) {
      if (settings.dimension().orElse(width) != width) {
        throw new ModelLoadException(
            folder.toString(),
            given + ", and no projection beside the graph",
            String.format(
                Locale.ROOT,
                "%d, as %s says, or 1_Dense/model.safetensors, or linear.weight in model.safetensors",
                settings.dimension().getAsInt(),
                settings.file()));
      }
      return DenseLayers.none();
    }
    DenseLayers.Part first = parts.getFirst();
    int out = parts.getLast().out();
    if (width == first.in() && width == out) {
      throw new ModelLoadException(
          folder.toString(),
          given,
          String.format(
              Locale.ROOT,
              "a projection to another number than %d: of this one nobody can tell whether the graph has done it",
              out));
    }
    if (width == out) {
      return DenseLayers.none();
    }
    if (width != first.in()) {
      throw new ModelLoadException(
          folder.toString(),
          given,
          String.format(
              Locale.ROOT,
              "%d, which %s projects, or %d, with the projection in the graph",
              first.in(),
              first.config(),
              out));
    }
    return DenseLayers.load(folder, parts);
  }

  private static List<DenseLayers.Part> parts(ModelFolder folder) {
    List<String> modules = new ArrayList<>();
    for (JsonNode module : ColBertSettings.json(folder, "modules.json")) {
      if (module.path("type").asText().endsWith("Dense")) {
        modules.add(module.path("path").asText());
      }
    }
    if (modules.isEmpty() && folder.text("1_Dense/config.json").isPresent()) {
      modules.add("1_Dense");
    }
    return modules.isEmpty()
        ? DenseLayers.partsOf(folder, "model.safetensors")
        : modules.stream().map(module -> DenseLayers.part(folder, module)).toList();
  }
}
