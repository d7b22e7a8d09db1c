package dev.ragwright.retrievers.rerank;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.runtime.FloatTensor;
import dev.ragwright.onnx.runtime.OnnxEncoder;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where in a model's output the relevance of a pair is: its only number, or the difference of two
 * classes' logits, whose sigmoid is the softmax at the relevant one.
 */
final class RelevanceHead {
  private static final Set<String> RELEVANT = Set.of("relevant", "positive", "yes", "true");
  private static final String EXPECTED =
      "a reranker: one output, or one called logits, with one number for a pair, or two with"
          + " id2label in config.json";

  private final OnnxEncoder encoder;
  private final Optional<String> label;
  private final int relevant; // among the classes
  private final int classes;

  private RelevanceHead(OnnxEncoder encoder, int classes, int relevant, Optional<String> label) {
    this.encoder = encoder;
    this.classes = classes;
    this.relevant = relevant;
    this.label = label;
  }

  /**
   * Reads one pair, since many graphs do not declare how many numbers they give.
   *
   * @param asked which label is the relevant one, where the user says it
   */
  static RelevanceHead of(
      ModelFolder folder, OnnxModel model, Tokenizer tokenizer, @Nullable String asked) {
    OnnxEncoder encoder = encoder(model, folder);
    // More tokens than there may be classes, so that numbers for tokens are not taken for a pair's.
    FloatTensor output =
        encoder.run(tokenizer.pairsWith("a a").encode("a a"), CallContext.unbounded());
    long classes = output.values().length;
    boolean forThePair =
        output.shape().stream().filter(length -> length > 1).count() <= 1 && classes <= 2;
    if (!forThePair || classes < 1) {
      throw new ModelLoadException(
          folder.toString(),
          "the outputs %s, and of %s the shape %s for one pair"
              .formatted(model.outputs(), encoder.output().name(), output.shape()),
          EXPECTED);
    }
    if (classes == 1) {
      return new RelevanceHead(encoder, 1, 0, Optional.empty());
    }
    List<String> labels = folder.labels();
    int relevant = relevant(folder, labels, asked);
    return new RelevanceHead(encoder, 2, relevant, Optional.of(labels.get(relevant)));
  }

  private static OnnxEncoder encoder(OnnxModel model, ModelFolder folder) {
    try {
      return model.classifier();
    } catch (ModelLoadException e) {
      throw new ModelLoadException(
          folder.toString(),
          "the inputs " + model.inputs() + " and the outputs " + model.outputs(),
          EXPECTED,
          e);
    }
  }

  private static int relevant(ModelFolder folder, List<String> labels, @Nullable String asked) {
    List<Integer> found =
        IntStream.range(0, labels.size())
            .filter(
                i ->
                    asked == null
                        ? RELEVANT.contains(labels.get(i).toLowerCase(Locale.ROOT))
                        : labels.get(i).equals(asked))
            .boxed()
            .toList();
    if (labels.size() != 2 || found.size() != 1) {
      throw new ModelLoadException(
          folder.toString(),
          "two classes and the labels " + labels + " in id2label of config.json",
          asked == null
              ? "two labels, one of them one of %s, or OnnxCrossEncoder.Builder.relevantLabel to be set"
                  .formatted(RELEVANT.stream().sorted().toList())
              : "two labels, one of them \"" + asked + "\", as OnnxCrossEncoder.Builder says");
    }
    return found.getFirst();
  }

  /** The label of the relevant class, where there are classes. */
  Optional<String> label() {
    return label;
  }

  /** The relevance of a pair: a logit, of any size; NaN if the model gives that. */
  double read(Tokens pair, CallContext context) {
    float[] values = encoder.run(pair, context).values();
    return classes == 1 ? values[0] : (double) values[relevant] - values[1 - relevant];
  }
}
