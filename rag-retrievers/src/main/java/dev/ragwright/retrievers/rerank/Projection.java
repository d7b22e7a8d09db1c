package dev.ragwright.retrievers.rerank;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.onnx.FloatTensor;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import java.util.ArrayList;
import java.util.List;

/**
 * The linear layers that make a token's vector of an encoder's output, where the ONNX graph ends
 * before them: PyLate's modules of the type {@code Dense} (pylate/models/Dense.py), else the {@code
 * linear.weight} of a checkpoint of ColBERT's own (colbert/modeling/hf_colbert.py). Immutable.
 */
final class Projection {
  private static final String WEIGHT = "linear.weight";
  private static final String BIAS = "linear.bias";

  private final List<Layer> layers;
  private final String description;

  private Projection(List<Layer> layers, String description) {
    this.layers = layers;
    this.description = description;
  }

  /**
   * A layer.
   *
   * @param weights (in, out): the rows of one input lie together, so that the sums vectorize
   * @param bias (out)
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Layer(int in, int out, float[] weights, float[] bias) {
    float[] of(float[] values) {
      int tokens = values.length / in;
      float[] given = new float[tokens * out];
      for (int token = 0; token < tokens; token++) {
        System.arraycopy(bias, 0, given, token * out, out);
        for (int i = 0; i < in; i++) {
          float value = values[token * in + i];
          for (int o = 0; o < out; o++) {
            given[token * out + o] += value * weights[i * out + o];
          }
        }
      }
      return given;
    }
  }

  /**
   * A layer as it is announced.
   *
   * @param config what announces it
   * @param file where its numbers are
   */
  private record Part(String config, String file, int in, int out) {}

  /**
   * What is to be done with a graph's output. A graph that has projected gives as many numbers as
   * the last layer, and one that has not as many as the first reads.
   *
   * @param width how many numbers the graph gives for a token
   * @param output what it calls them
   * @throws ModelLoadException if the layers do not fit the graph, or cannot be read
   */
  static Projection of(ModelFolder folder, ColBertSettings settings, int width, String output) {
    String given = "the output %s with %d numbers for a token".formatted(output, width);
    List<Part> parts = parts(folder);
    if (parts.isEmpty()) {
      if (settings.dimension().orElse(width) != width) {
        throw new ModelLoadException(
            folder.toString(),
            given + ", and no projection beside the graph",
            "%d, as %s says, or 1_Dense/model.safetensors, or linear.weight in model.safetensors"
                .formatted(settings.dimension().getAsInt(), settings.file()));
      }
      return new Projection(List.of(), "in the graph");
    }
    Part first = parts.getFirst();
    int out = parts.getLast().out();
    if (width == first.in() && width == out) {
      throw new ModelLoadException(
          folder.toString(),
          given,
          "a projection to another number than %d: of this one nobody can tell whether the graph has done it"
              .formatted(out));
    }
    if (width == out) {
      return new Projection(List.of(), "in the graph");
    }
    if (width != first.in()) {
      throw new ModelLoadException(
          folder.toString(),
          given,
          "%d, which %s projects, or %d, with the projection in the graph"
              .formatted(first.in(), first.config(), out));
    }
    return loaded(folder, parts);
  }

  private static List<Part> parts(ModelFolder folder) {
    List<String> modules = new ArrayList<>();
    for (JsonNode module : ColBertSettings.json(folder, "modules.json")) {
      if (module.path("type").asText().endsWith("Dense")) {
        modules.add(module.path("path").asText());
      }
    }
    if (modules.isEmpty() && folder.text("1_Dense/config.json").isPresent()) {
      modules.add("1_Dense");
    }
    if (!modules.isEmpty()) {
      return modules.stream().map(module -> part(folder, module)).toList();
    }
    String checkpoint = "model.safetensors";
    return folder
        .tensor(checkpoint, WEIGHT)
        .map(weight -> axes(folder, checkpoint, weight))
        .map(axes -> List.of(new Part(checkpoint, checkpoint, axes[1], axes[0])))
        .orElse(List.of());
  }

  private static Part part(ModelFolder folder, String module) {
    String file = module + "/config.json";
    JsonNode config = ColBertSettings.json(folder, file);
    String activation = config.path("activation_function").asText("Identity");
    int in = config.path("in_features").asInt();
    int out = config.path("out_features").asInt();
    if (!activation.endsWith("Identity")
        || config.path("use_residual").asBoolean()
        || in < 1
        || out < 1) {
      throw new ModelLoadException(
          folder + ", " + file,
          config.toString(),
          "a linear layer from in_features to out_features, with the activation_function Identity"
              + " and without use_residual");
    }
    return new Part(file, module + "/model.safetensors", in, out);
  }

  private static Projection loaded(ModelFolder folder, List<Part> parts) {
    List<Layer> layers = new ArrayList<>();
    List<String> files = new ArrayList<>();
    for (Part part : parts) {
      Layer layer = layer(folder, part);
      int given = layers.isEmpty() ? layer.in() : layers.getLast().out();
      if (layer.in() != given || layer.in() != part.in() || layer.out() != part.out()) {
        throw new ModelLoadException(
            folder + ", " + part.file(),
            "linear.weight from %d to %d numbers".formatted(layer.in(), layer.out()),
            "from %d to %d, as %s says, and the layer before it"
                .formatted(part.in(), part.out(), part.config()));
      }
      layers.add(layer);
      files.add(part.file() + " " + folder.sha256(part.file()));
    }
    return new Projection(layers, String.join(", ", files));
  }

  private static Layer layer(ModelFolder folder, Part part) {
    FloatTensor weight = // (out, in)
        folder
            .tensor(part.file(), WEIGHT)
            .orElseThrow(
                () ->
                    new ModelLoadException(
                        folder + ", " + part.file(),
                        "no file with linear.weight",
                        "PyLate's layout; pytorch_model.bin, which can run code, is not read: save"
                            + " the model anew"));
    int[] axes = axes(folder, part.file(), weight);
    int out = axes[0];
    int in = axes[1];
    float[] weights = new float[in * out];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        weights[i * out + o] = weight.values()[o * in + i];
      }
    }
    float[] bias = folder.tensor(part.file(), BIAS).map(FloatTensor::values).orElse(new float[out]);
    if (bias.length != out) {
      throw new ModelLoadException(
          folder + ", " + part.file(),
          "linear.bias of %d numbers".formatted(bias.length),
          "%d, as many as linear.weight gives".formatted(out));
    }
    return new Layer(in, out, weights, bias);
  }

  private static int[] axes(ModelFolder folder, String file, FloatTensor weight) {
    List<Long> shape = weight.shape();
    if (shape.size() != 2 || weight.values().length == 0) {
      throw new ModelLoadException(
          folder + ", " + file, "linear.weight of the shape " + shape, "[out, in]");
    }
    return shape.stream().mapToInt(Math::toIntExact).toArray();
  }

  /** The vectors of tokens, one after another; the given ones where there is nothing to do. */
  float[] of(float[] values) {
    float[] projected = values;
    for (Layer layer : layers) {
      projected = layer.of(projected);
    }
    return projected;
  }

  /** How many numbers a vector has that is made of so many. */
  int width(int given) {
    return layers.isEmpty() ? given : layers.getLast().out();
  }

  /** Files and digests, or that it is in the graph. */
  @Override
  public String toString() {
    return description;
  }
}
