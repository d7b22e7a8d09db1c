package dev.ragwright.onnx.check;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.Entailment;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.runtime.OnnxEncoder;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.TokenLimit;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Entailment by a cross-encoder in this process: a sequence-classification model for natural
 * language inference, exported to ONNX. Which of its outputs says entailment is read from {@code
 * id2label} of {@code config.json}, since models differ; two classes and three are both known.
 *
 * <p>The probability is the softmax of the outputs at the one for entailment; {@link #entails} asks
 * for more than one half, so more than for all else together. A premise that is too long for the
 * model is read in windows that overlap by a quarter, and the most that any window says counts: a
 * claim that rests on two distant places is not seen. A claim is never cut: one that leaves no room
 * for a premise is an error.
 *
 * <p>Each pair is one run, so its number does not depend on other pairs. Safe to share. Owns its
 * model and its tokenizer: close it when done; that waits for running calls and refuses later ones.
 */
public final class OnnxEntailment implements Entailment, AutoCloseable {
  private static final String ENTAILMENT = "entailment";

  private final OnnxModel model;
  private final Tokenizer tokenizer;
  private final OnnxEncoder encoder;
  private final int labels;
  private final int entailment; // among the labels
  private final int maxTokens;

  private OnnxEntailment(ModelFolder folder, OnnxModel model, Tokenizer tokenizer) {
    List<String> found = folder.labels();
    this.labels = found.size();
    this.entailment = entailment(folder, found);
    this.maxTokens =
        TokenLimit.of(folder)
            .orElseThrow(
                () ->
                    new ModelLoadException(
                        folder.toString(),
                        "no model_max_length or max_position_embeddings",
                        "one of them, in tokenizer_config.json or config.json"));
    this.model = model;
    this.tokenizer = tokenizer;
    this.encoder = model.classifier();
  }

  /**
   * The model in a folder in the Hugging Face layout.
   *
   * @throws ModelLoadException if a file is missing or damaged; if none of the model's labels is
   *     {@code entailment}, naming those that there are
   */
  public static OnnxEntailment load(Path folder) {
    return load(ModelFolder.of(folder), OnnxOptions.defaults());
  }

  /** As {@link #load(Path)}, with the threads that it may use. */
  public static OnnxEntailment load(ModelFolder folder, OnnxOptions options) {
    return OnnxModel.loadWithTokenizer(
        folder, options, (model, tokenizer) -> new OnnxEntailment(folder, model, tokenizer));
  }

  private static int entailment(ModelFolder folder, List<String> labels) {
    List<String> lowered = labels.stream().map(label -> label.toLowerCase(Locale.ROOT)).toList();
    int place = lowered.indexOf(ENTAILMENT);
    if (place < 0 || labels.size() < 2 || place != lowered.lastIndexOf(ENTAILMENT)) {
      throw new ModelLoadException(
          folder.toString(),
          "the labels " + labels + " in id2label of config.json",
          "a model for natural language inference, with one label \"entailment\" beside others");
    }
    return place;
  }

  /** Whether the probability is above one half. */
  @Override
  public boolean entails(String premise, String hypothesis, CallContext context) {
    return probability(premise, hypothesis, context) > 0.5;
  }

  /**
   * Returns how likely the model thinks it, from 0 to 1, that the premise entails the hypothesis.
   *
   * @throws RagException if the hypothesis leaves no room for a premise, or the runtime fails
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   * @throws IllegalStateException if it is closed
   */
  @Override
  public double probability(String premise, String hypothesis, CallContext context) {
    context.throwIfStopped();
    Tokens pair =
        Tokenizer.within(
            premise.length() + hypothesis.length(),
            context,
            () -> tokenizer.encodePair(premise, hypothesis));
    int room = maxTokens - (pair.size() - pair.textSize());
    if (room < 1 && pair.size() > maxTokens) {
      throw new RagException(
          String.format(
              Locale.ROOT,
              "the hypothesis has %d tokens with the special ones, and %s reads %d: no premise fits",
              pair.size() - pair.textSize(),
              model.name(),
              maxTokens));
    }
    double most = 0;
    for (Tokens window : room < 1 ? List.of(pair) : pair.windows(room, room / 4)) {
      most = Math.max(most, read(window, context));
    }
    return most;
  }

  private double read(Tokens pair, CallContext context) {
    float[] logits = encoder.run(pair, context).values();
    if (logits.length != labels) {
      throw new RagException(
          String.format(
              Locale.ROOT,
              "the model %s gave %d numbers for a pair, and its config.json has %d labels",
              model.name(),
              logits.length,
              labels));
    }
    double others = 0;
    for (int i = 0; i < labels; i++) {
      others += i == entailment ? 0 : StrictMath.exp((double) logits[i] - logits[entailment]);
    }
    if (Double.isNaN(others)) {
      throw new RagException("the model %s gave what is not a number".formatted(model.name()));
    }
    return 1 / (1 + others);
  }

  /** What its numbers depend on: the digests of the model and the tokenizer, and the runtime. */
  public StageDescription description() {
    return StageDescription.of("entailment", model.name())
        .with(model.description().parameters())
        .with(tokenizer.description().parameters())
        .with("maxTokens", maxTokens);
  }

  /** Waits for running calls, refuses later ones, and frees the native memory. Idempotent. */
  @Override
  public void close() {
    try (tokenizer) {
      model.close();
    }
  }
}
