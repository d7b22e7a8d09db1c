package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Linear layers behind an ONNX graph that ends before them, one after another: the modules of the
 * type {@code Dense} that sentence-transformers and PyLate keep beside the encoder
 * (sentence_transformers/models/Dense.py, pylate/models/Dense.py). Immutable.
 */
public final class DenseLayers {
  private static final String WEIGHT = "linear.weight";
  private static final String BIAS = "linear.bias";

  private final List<Layer> layers;
  private final String description;

  private DenseLayers(List<Layer> layers, String description) {
    this.layers = layers;
    this.description = description;
  }

  /**
   * A layer as it is announced, before its numbers are read.
   *
   * @param config what announces it
   * @param file where {@code linear.weight} and maybe {@code linear.bias} are
   * @param in how many numbers it reads, at least 1
   * @param out how many it gives, at least 1
   * @param tanh whether it gives their hyperbolic tangents
   */
  public record Part(String config, String file, int in, int out, boolean tanh) {}

  /**
   * A layer.
   *
   * @param weights (in, out): the rows of one input lie together, so that the sums vectorize
   * @param bias (out)
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Layer(int in, int out, float[] weights, float[] bias, boolean tanh) {
    float[] of(float[] values) {
      int vectors = values.length / in;
      float[] given = new float[vectors * out];
      for (int vector = 0; vector < vectors; vector++) {
        System.arraycopy(bias, 0, given, vector * out, out);
        for (int i = 0; i < in; i++) {
          float value = values[vector * in + i];
          for (int o = 0; o < out; o++) {
            given[vector * out + o] += value * weights[i * out + o];
          }
        }
      }
      for (int i = 0; tanh && i < given.length; i++) {
        given[i] = (float) StrictMath.tanh(given[i]);
      }
      return given;
    }
  }

  /** No layers; they are in the graph, or there are none. */
  public static DenseLayers none() {
    return new DenseLayers(List.of(), "none");
  }

  /**
   * The layer of a module.
   *
   * @param module its folder in the model's, such as {@code 1_Dense}
   * @throws ModelLoadException if its {@code config.json} is missing, or announces another layer
   *     than a linear one with the activation Identity or Tanh
   */
  public static Part part(ModelFolder folder, String module) {
    String file = module + "/config.json";
    JsonNode config = folder.files().settings(file);
    String activation = config.path("activation_function").asText();
    int in = config.path("in_features").asInt();
    int out = config.path("out_features").asInt();
    // sentence-transformers puts Tanh in the place of what is not of torch.
    boolean tanh = activation.startsWith("torch.") && activation.endsWith(".Tanh");
    boolean identity = activation.startsWith("torch.") && activation.endsWith(".Identity");
    if (!(tanh || identity) || config.path("use_residual").asBoolean() || in < 1 || out < 1) {
      throw new ModelLoadException(
          folder.files().where(file),
          config.isMissingNode() ? "nothing" : config.toString(),
          "a linear layer from in_features to out_features, with the activation_function Identity"
              + " or Tanh and without use_residual");
    }
    return new Part(file, module + "/model.safetensors", in, out, tanh);
  }

  /**
   * Reads the numbers of some layers.
   *
   * @param parts in the order in which they follow one another
   * @throws ModelLoadException if one is missing, damaged, or not as it was announced
   */
  public static DenseLayers load(ModelFolder folder, List<Part> parts) {
    List<Layer> layers = new ArrayList<>();
    for (Part part : parts) {
      Layer layer = layer(folder, part);
      int given = layers.isEmpty() ? layer.in() : layers.getLast().out();
      if (layer.in() != given || layer.in() != part.in() || layer.out() != part.out()) {
        throw new ModelLoadException(
            folder.files().where(part.file()),
            String.format(
                Locale.ROOT, "linear.weight from %d to %d numbers", layer.in(), layer.out()),
            String.format(
                Locale.ROOT,
                "from %d to %d, as %s says, and the layer before it",
                part.in(),
                part.out(),
                part.config()));
      }
      layers.add(layer);
    }
    return new DenseLayers(
        layers,
        parts.stream()
            .map(part -> part.file() + " " + folder.sha256(part.file()))
            .collect(Collectors.joining(", ")));
  }

  /**
   * The layers that a sentence-transformers model has behind its pooling, before their numbers are
   * read; none where it names no modules.
   *
   * @throws ModelLoadException if there is a module that would change a sentence's vector otherwise
   */
  static List<Part> behindPooling(ModelFolder folder, SentenceModules modules) {
    List<Part> parts = new ArrayList<>();
    String before = "";
    for (SentenceModules.Module module : modules.behind()) {
      String kind = module.kind();
      boolean isFirst = before.isEmpty();
      if (kind.equals("Dense") && (before.equals("Pooling") || before.equals("Dense"))) {
        requireOfSentence(folder, module.config());
        parts.add(part(folder, module.path()));
      } else if (kind.equals("Normalize") && !isFirst) {
        requireOfSentence(folder, module.config());
      } else if (!(kind.equals("Pooling") ? isFirst : kind.equals("Dropout") && !isFirst)) {
        throw new ModelLoadException(
            folder.files().where(SentenceModules.FILE),
            "the module %s behind %s".formatted(module.type(), isFirst ? "the encoder" : before),
            "Pooling, then Dense or none, then Normalize or none"
                + (kind.equals("Dense") ? "; LateInteraction.load takes models of PyLate" : ""));
      }
      before = kind.equals("Dropout") ? before : kind;
    }
    return parts;
  }

  /**
   * Reads the numbers of layers behind pooling.
   *
   * @param width how many numbers pooling gives
   * @throws ModelLoadException if they cannot be read, or do not fit
   */
  static DenseLayers behindPooling(ModelFolder folder, List<Part> parts, int width) {
    if (parts.isEmpty()) {
      return none();
    }
    if (parts.getFirst().in() != width) {
      throw new ModelLoadException(
          folder.files().where(parts.getFirst().config()),
          String.format(Locale.ROOT, "a layer that reads %d numbers", parts.getFirst().in()),
          width + ", as many as pooling gives");
    }
    return load(folder, parts);
  }

  private static void requireOfSentence(ModelFolder folder, String config) {
    for (String setting : List.of("module_input_name", "module_output_name")) {
      JsonNode name = folder.files().settings(config).path(setting);
      if (name.isTextual() && !name.asText().equals("sentence_embedding")) {
        throw new ModelLoadException(
            folder.files().where(config), setting + " " + name, "sentence_embedding");
      }
    }
  }

  private static Layer layer(ModelFolder folder, Part part) {
    FloatTensor weight = // (out, in)
        Safetensors.tensor(folder, part.file(), WEIGHT)
            .orElseThrow(
                () ->
                    new ModelLoadException(
                        folder.files().where(part.file()),
                        "no file with linear.weight",
                        "it there; pytorch_model.bin, which can run code, is not read: save the"
                            + " model anew"));
    int[] axes = axes(folder, part.file(), weight);
    int out = axes[0];
    int in = axes[1];
    float[] weights = new float[in * out];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        weights[i * out + o] = weight.values()[o * in + i];
      }
    }
    float[] bias =
        Safetensors.tensor(folder, part.file(), BIAS)
            .map(FloatTensor::values)
            .orElse(new float[out]);
    if (bias.length != out) {
      throw new ModelLoadException(
          folder.files().where(part.file()),
          String.format(Locale.ROOT, "linear.bias of %d numbers", bias.length),
          String.format(Locale.ROOT, "%d, as many as linear.weight gives", out));
    }
    return new Layer(in, out, weights, bias, part.tanh());
  }

  private static int[] axes(ModelFolder folder, String file, FloatTensor weight) {
    List<Long> shape = weight.shape();
    if (shape.size() != 2 || weight.values().length == 0) {
      throw new ModelLoadException(
          folder.files().where(file), "linear.weight of the shape " + shape, "[out, in]");
    }
    return shape.stream().mapToInt(Math::toIntExact).toArray();
  }

  /**
   * The layer in a file that no configuration announces, by its {@code linear.weight}; empty when
   * there is no such tensor. Its activation is Identity.
   *
   * @param file such as {@code model.safetensors} of a checkpoint of ColBERT
   * @throws ModelLoadException if it is damaged
   */
  public static List<Part> partsOf(ModelFolder folder, String file) {
    return Safetensors.tensor(folder, file, WEIGHT)
        .map(weight -> axes(folder, file, weight))
        .map(axes -> List.of(new Part(file, file, axes[1], axes[0], false)))
        .orElse(List.of());
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return layers.isEmpty();
  }

  /** What becomes of vectors, one after another; the given array where there is no layer. */
  public float[] of(float[] values) {
    float[] given = values;
    for (Layer layer : layers) {
      given = layer.of(given);
    }
    return given;
  }

  /** How many numbers a vector has that is made of so many. */
  public int width(int given) {
    return layers.isEmpty() ? given : layers.getLast().out();
  }

  /** Files and digests, or {@code none}. */
  @Override
  public String toString() {
    return description;
  }
}
