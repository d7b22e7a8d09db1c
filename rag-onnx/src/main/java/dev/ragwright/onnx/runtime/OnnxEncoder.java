package dev.ragwright.onnx.runtime;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.Pooling;
import java.util.List;

/**
 * Reads one text, or one pair of texts, at a time with an {@link OnnxModel}, and gives one or more
 * of its outputs. One a run: the activations of most int8 models are scaled over the whole run, so
 * that neighbours, and the padding that they need, would change a text's numbers.
 *
 * <p>Immutable and safe to share; belongs to its model, which is what to close.
 */
public final class OnnxEncoder {
  static final String IDS = "input_ids";
  static final String MASK = "attention_mask";
  static final String TYPES = "token_type_ids";
  static final List<String> INPUTS = List.of(IDS, MASK, TYPES);

  private final OnnxModel model;
  private final List<String> inputs;
  private final List<GraphTensor> outputs;

  OnnxEncoder(OnnxModel model, List<String> inputs, List<GraphTensor> outputs) {
    this.model = model;
    this.inputs = inputs;
    this.outputs = List.copyOf(outputs);
  }

  /** The output that {@link #run} gives: the first that was asked for. */
  public GraphTensor output() {
    return outputs.getFirst();
  }

  /** The outputs that {@link #runAll} gives, in the order that was asked for; unmodifiable. */
  public List<GraphTensor> outputs() {
    return outputs;
  }

  /**
   * Returns the output for one text or pair; its first axis, the batch, is 1. Waits while all of
   * the model's workers are busy, in the order of the callers.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled, before or during
   *     the run
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed, likewise
   * @throws dev.ragwright.call.RagException if the runtime fails, such as on more tokens than the
   *     model has places for
   * @throws IllegalStateException if the model is closed
   */
  public FloatTensor run(Tokens tokens, CallContext context) {
    return model.run(inputs, List.of(output().name()), false, tokens, context).getFirst();
  }

  /**
   * As {@link #run}, for whoever reads the first row only, that of the first token: others may be
   * missing, where the model was {@linkplain OnnxModel#loadWithTokenizer(ModelFolder, OnnxOptions,
   * Pooling, java.util.function.BiFunction) loaded} for {@link Pooling#CLS}.
   */
  public FloatTensor runFirst(Tokens tokens, CallContext context) {
    return model.run(inputs, List.of(output().name()), true, tokens, context).getFirst();
  }

  /**
   * As {@link #run}, and returns all of {@link #outputs()}, in their order, of a single run;
   * unmodifiable.
   */
  public List<FloatTensor> runAll(Tokens tokens, CallContext context) {
    return model.run(
        inputs, outputs.stream().map(GraphTensor::name).toList(), false, tokens, context);
  }
}
