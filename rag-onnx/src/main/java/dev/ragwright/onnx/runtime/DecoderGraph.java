package dev.ragwright.onnx.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which of a decoder's inputs and outputs are what. Bound by what the graph declares, its names,
 * types and axes, and never by the family of the model; the settings beside the graph only fill
 * axes that it leaves open.
 *
 * @param ids the tokens to read, (1, token)
 * @param mask ones for all tokens read so far and now, or null
 * @param positions the places of the tokens to read, or null
 * @param branch whether something was read before, or null
 * @param keep how many of the last positions to give logits of, 0 for all, or null
 * @param cache of what was read and written, in the graph's order
 * @param source what it is told of a source that an encoder read; null where there is no such thing
 */
record DecoderGraph(
    Input ids,
    @Nullable Input mask,
    @Nullable Input positions,
    @Nullable Input branch,
    @Nullable Input keep,
    List<CacheTensor> cache,
    @Nullable SourceInputs source,
    OnnxJavaType logitsType) {

  static final String LOGITS = "logits";
  static final String HIDDEN = "encoder_hidden_states";

  /** What an encoder gives, and a decoder takes as {@link #HIDDEN}. */
  static final String ENCODED = "last_hidden_state";

  private static final String KNOWN =
      "inputs among [input_ids, attention_mask, position_ids, use_cache_branch,"
          + " num_logits_to_keep, encoder_hidden_states, encoder_attention_mask], and past_... with"
          + " an output present_... of the same name; inputs for LoRA weights with the option"
          + " loraAdapter";

  /** An input of whole numbers. */
  record Input(String name, OnnxJavaType type, int axes) {}

  /**
   * How a decoder is told of a source.
   *
   * @param hidden how wide each token's numbers of the encoder are, -1 where the graph leaves it
   *     open; null where they are no input
   * @param mask ones for all tokens of the source, or null
   * @param cache of the source, the same at each step, as inputs, and as outputs of a graph that
   *     begins; in the graph's order
   */
  record SourceInputs(@Nullable Long hidden, @Nullable Input mask, List<CacheTensor> cache) {}

  static DecoderGraph of(OnnxModel model, ModelFolder folder) {
    Map<String, TensorInfo> inputs = tensors(model.inputInfo());
    Map<String, TensorInfo> outputs = tensors(model.outputInfo());
    TensorInfo logits = outputs.get(LOGITS);
    if (logits == null || !isFloat(logits.type)) {
      throw refused(
          model,
          "the outputs " + model.outputs(),
          "an output logits of type FLOAT or FLOAT16"
              + (outputs.containsKey(ENCODED) ? "; " + DecoderModels.WITH_ENCODER : ""));
    }
    Input ids = whole(model, inputs, "input_ids");
    if (ids == null) {
      throw refused(model, "the inputs " + model.inputs(), "an input input_ids of whole numbers");
    }
    Input mask = whole(model, inputs, "attention_mask");
    Input positions = whole(model, inputs, "position_ids");
    Input keep = whole(model, inputs, "num_logits_to_keep");
    TensorInfo branch = inputs.remove("use_cache_branch");
    List<CacheTensor> ofSource = cache(folder, inputs, outputs, true);
    List<CacheTensor> cache = cache(folder, inputs, outputs, false);
    TensorInfo hidden = inputs.remove(HIDDEN);
    Input sourceMask = whole(model, inputs, "encoder_attention_mask");
    inputs.keySet().removeIf(model::feeds);
    if (!inputs.isEmpty()) {
      throw refused(model, "the inputs " + inputs.keySet(), KNOWN);
    }
    boolean source = hidden != null || !ofSource.isEmpty();
    if (cache.isEmpty() && !source) {
      throw refused(model, "a graph without a cache of keys and values", KNOWN);
    }
    return new DecoderGraph(
        ids,
        mask,
        positions,
        branch == null
            ? null
            : new Input("use_cache_branch", branch.type, branch.getShape().length),
        keep,
        cache,
        source ? new SourceInputs(width(hidden), sourceMask, ofSource) : null,
        logits.type);
  }

  /** What an encoder reads, as a decoder without a cache does, and how wide what it gives is. */
  static DecoderGraph ofEncoder(OnnxModel model) {
    Map<String, TensorInfo> inputs = tensors(model.inputInfo());
    TensorInfo hidden = tensors(model.outputInfo()).get(ENCODED);
    if (hidden == null) {
      throw refused(model, "the outputs " + model.outputs(), "an output " + ENCODED);
    }
    Input ids = whole(model, inputs, "input_ids");
    Input mask = whole(model, inputs, "attention_mask");
    if (ids == null || !inputs.isEmpty()) {
      throw refused(model, "the inputs " + model.inputs(), "input_ids, and attention_mask or none");
    }
    SourceInputs given = new SourceInputs(width(hidden), null, List.of());
    return new DecoderGraph(ids, mask, null, null, null, List.of(), given, hidden.type);
  }

  private static @Nullable Long width(@Nullable TensorInfo hidden) {
    long[] shape = hidden == null ? new long[0] : hidden.getShape();
    return shape.length == 0 ? null : Long.valueOf(shape[shape.length - 1]);
  }

  /** Whether what was read can be taken back. */
  boolean rewindable() {
    return cache.stream().allMatch(CacheTensor::hasTokens);
  }

  long bytesPerToken() {
    return cache.stream().mapToLong(CacheTensor::bytesPerToken).sum();
  }

  /** Takes what is kept between runs out of the inputs: of the source, or of the rest. */
  private static List<CacheTensor> cache(
      ModelFolder folder,
      Map<String, TensorInfo> inputs,
      Map<String, TensorInfo> outputs,
      boolean ofSource) {
    List<CacheTensor> cache = new ArrayList<>();
    for (String past : List.copyOf(inputs.keySet())) {
      String present = past.replaceFirst("^past(_key_values)?", "present");
      boolean isOfSource = past.contains(".encoder.");
      if (!present.equals(past)
          && isOfSource == ofSource
          && (ofSource || outputs.containsKey(present))) {
        cache.add(tensor(folder, past, present, Objects.requireNonNull(inputs.remove(past))));
      }
    }
    return cache;
  }

  private static CacheTensor tensor(
      ModelFolder folder, String past, String present, TensorInfo info) {
    long[] shape = info.getShape();
    String[] names = info.getDimensionNames();
    List<Integer> open = new ArrayList<>();
    int tokens = -1;
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] < 0) {
        open.add(axis);
        String name = names[axis].toLowerCase(Locale.ROOT);
        if (tokens < 0
            && (name.contains("past") || name.contains("sequence") || name.contains("length"))) {
          tokens = axis;
        }
      }
    }
    if (tokens < 0 && open.size() > 1) {
      tokens = open.get(1); // nameless: the first is the batch
    }
    List<Long> sized = new ArrayList<>();
    for (int axis = 0; axis < shape.length; axis++) {
      boolean batch = !open.isEmpty() && axis == open.getFirst();
      if (axis == tokens) {
        sized.add(0L);
      } else if (shape[axis] >= 0) {
        sized.add(shape[axis]);
      } else {
        sized.add(batch ? 1L : configured(folder, past, axis < tokens));
      }
    }
    return new CacheTensor(past, present, info.type, List.copyOf(sized), tokens);
  }

  /** An axis that the graph leaves open and the settings name. */
  private static long configured(ModelFolder folder, String past, boolean heads) {
    JsonNode config = folder.files().settings("config.json");
    long attentionHeads =
        first(config, "num_attention_heads", "n_head", "num_heads", "decoder_attention_heads");
    long value = heads ? first(config, "num_key_value_heads") : first(config, "head_dim", "d_kv");
    if (value == 0 && attentionHeads > 0) {
      value =
          heads
              ? attentionHeads
              : first(config, "hidden_size", "n_embd", "d_model") / attentionHeads;
    }
    if (value == 0) {
      throw new ModelLoadException(
          folder.files().where("config.json"),
          "no " + (heads ? "num_key_value_heads" : "head_dim"),
          "the size of an axis that the graph leaves open in " + past);
    }
    return value;
  }

  private static long first(JsonNode config, String... names) {
    for (String name : names) {
      if (config.path(name).canConvertToLong()) {
        return config.path(name).asLong();
      }
    }
    return 0;
  }

  private static @Nullable Input whole(
      OnnxModel model, Map<String, TensorInfo> inputs, String name) {
    TensorInfo info = inputs.remove(name);
    if (info == null) {
      return null;
    }
    if (info.type != OnnxJavaType.INT64 && info.type != OnnxJavaType.INT32) {
      throw refused(
          model, "the input " + name + " of type " + info.type, "type INT64 or INT32 for it");
    }
    return new Input(name, info.type, info.getShape().length);
  }

  private static boolean isFloat(OnnxJavaType type) {
    return type == OnnxJavaType.FLOAT || type == OnnxJavaType.FLOAT16;
  }

  private static Map<String, TensorInfo> tensors(List<NodeInfo> nodes) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    for (NodeInfo node : nodes) {
      if (node.getInfo() instanceof TensorInfo tensor) {
        tensors.put(node.getName(), tensor);
      }
    }
    return tensors;
  }

  private static ModelLoadException refused(OnnxModel model, String found, String expected) {
    return new ModelLoadException(model.file(), found, expected);
  }
}
