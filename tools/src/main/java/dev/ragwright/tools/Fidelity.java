package dev.ragwright.tools;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.Int8Weights;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.onnx.check.ModelFidelity;
import dev.ragwright.onnx.runtime.MarkedText;
import dev.ragwright.onnx.runtime.OnnxDecoder;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import dev.ragwright.source.files.TextFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Says how faithful a variant of a model, such as a quantised one, is to another, or the same file
 * with other 8-bit weights to itself.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Fidelity -Dargs="--model DIR --reference fp32 --variant q4
 * --text FILE"}
 */
@Command(
    name = "Fidelity",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Has two variants of a local model read a text, and compares what they give. Of a language"
          + " model it is what follows each token: the mean Kullback-Leibler divergence, the share of"
          + " tokens behind which both find the same one likeliest, and the perplexities. Of an"
          + " embedder, which reads each line as a text, the cosines of vectors; of a cross-encoder"
          + " the distances of scores, and whether the order is the same. Of both, how many are the"
          + " same to the last bit.",
      "",
      "The exit code is 1 if the share of tokens is less than --min-same-top.",
      ""
    })
public final class Fidelity implements Callable<Integer> {
  /** 8-bit weights, as the command line names them. */
  enum Weights {
    needed(Int8Weights.AS_NEEDED),
    published(Int8Weights.AS_PUBLISHED),
    unsigned(Int8Weights.UNSIGNED);

    private final Int8Weights weights;

    Weights(Int8Weights weights) {
      this.weights = weights;
    }
  }

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR|embedder:DIR|embedder:bge|embedder:minilm|cross-encoder:DIR",
      description = "The model's folder, as a model hub has it; a language model's without a word.")
  private String model = "";

  @Option(
      names = "--reference",
      paramLabel = "NAME",
      description =
          "The variant to compare with, such as fp32; the one that is taken where none is"
              + " named, unless given.")
  private @Nullable String reference;

  @Option(
      names = "--variant",
      paramLabel = "NAME",
      description = "The variant in question, such as q4; that one too, unless given.")
  private @Nullable String variant;

  @Option(
      names = "--reference-int8",
      paramLabel = "needed|published|unsigned",
      description =
          "With which 8-bit weights the reference runs: those that this processor"
              + " multiplies exactly (${DEFAULT-VALUE}), as they are in the file, or unsigned.")
  private Weights referenceInt8 = Weights.needed;

  @Option(
      names = "--variant-int8",
      paramLabel = "needed|published|unsigned",
      description = "With which 8-bit weights the variant runs; ${DEFAULT-VALUE} unless given.")
  private Weights variantInt8 = Weights.needed;

  @Option(
      names = "--text",
      required = true,
      paramLabel = "FILE",
      description = "What both read, in UTF-8: of the kind that the model will read.")
  private Path text = Path.of("");

  @Option(
      names = "--query",
      paramLabel = "TEXT",
      description = "The question that a cross-encoder reads with each line; needed there.")
  private @Nullable String query;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "A language model reads the first N tokens only; 2000 unless given.")
  private @Nullable Integer tokens;

  @Option(
      names = "--min-same-top",
      paramLabel = "SHARE",
      description = "Refuse the variant below this share, from 0 to 1; nothing is, unless given.")
  private @Nullable Double minimum;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  private Fidelity() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Fidelity(), args);
  }

  @Override
  public Integer call() {
    if (minimum != null && !(minimum >= 0 && minimum <= 1)) {
      throw new IllegalArgumentException("--min-same-top must be from 0 to 1, was " + minimum);
    }
    Side expected = new Side(reference, referenceInt8);
    Side given = new Side(variant, variantInt8);
    if (expected.equals(given)) {
      throw new IllegalArgumentException(
          "the reference and the variant are the same; --variant or --variant-int8 sets another");
    }
    if (tokens != null && tokens < 2) {
      throw new IllegalArgumentException(
          "--tokens must be at least 2, one to read and one to predict, was " + tokens);
    }
    if (model.isBlank()) {
      throw new IllegalArgumentException("--model names no folder");
    }
    String[] parts = model.split(":", 2);
    boolean reads = parts[0].equals("embedder") || parts[0].equals("cross-encoder");
    if (!reads || parts.length < 2) {
      decode(ModelFolder.of(Path.of(model)), expected, given);
      return 0;
    }
    if (parts[1].isBlank()) {
      throw new IllegalArgumentException(
          "--model: \"%s\" names no folder behind its colon".formatted(model));
    }
    refuse("--tokens", tokens);
    refuse("--min-same-top", minimum);
    refuse("--json", json ? json : null);
    ModelFolder folder =
        switch (model) {
          case "embedder:bge" -> ModelFolder.bgeSmallEn();
          case "embedder:minilm" -> ModelFolder.allMiniLm();
          default -> ModelFolder.of(Path.of(parts[1]));
        };
    if (parts[0].equals("embedder")) {
      refuseQuery();
    }
    List<String> lines =
        TextFile.read(text).lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    String said =
        parts[0].equals("embedder")
            ? EncoderFidelity.ofEmbedders(expected.embedder(folder), given.embedder(folder), lines)
            : EncoderFidelity.ofCrossEncoders(
                expected.crossEncoder(folder), given.crossEncoder(folder), question(), lines);
    System.out.println(given + " of " + expected + ": " + said);
    return 0;
  }

  private void refuse(String option, @Nullable Object given) {
    if (given != null) {
      throw new IllegalArgumentException(option + " is for language models only");
    }
  }

  private String question() {
    if (query == null) {
      throw new IllegalArgumentException("--query is needed: what a cross-encoder is asked");
    }
    return query;
  }

  /** One of the two that are compared. */
  private record Side(@Nullable String variant, Weights weights) {
    ModelFolder of(ModelFolder folder) {
      return variant == null ? folder : folder.withVariant(variant);
    }

    OnnxOptions.Builder options() {
      return OnnxOptions.builder().int8Weights(weights.weights);
    }

    OnnxEmbedder embedder(ModelFolder folder) {
      return OnnxEmbedder.builder(of(folder)).options(options().build()).build();
    }

    OnnxCrossEncoder crossEncoder(ModelFolder folder) {
      return OnnxCrossEncoder.builder(of(folder))
          .options(options().build())
          .whenTooLong(TooLong.CUT)
          .build();
    }

    OnnxDecoder decoder(ModelFolder folder) {
      int threads = Runtime.getRuntime().availableProcessors();
      return OnnxDecoder.load(of(folder), options().intraOpThreads(threads).build());
    }

    /** Such as {@code q4}. */
    @Override
    public String toString() {
      String named = variant == null ? "the model" : variant;
      return weights == Weights.needed ? named : named + " (8-bit weights " + weights + ")";
    }
  }

  private void decode(ModelFolder folder, Side expected, Side given) {
    refuseQuery();
    MarkedText whole = MarkedText.builder().text(TextFile.read(text)).build();
    try (Tokenizer tokenizer = Tokenizer.load(folder);
        OnnxDecoder one = expected.decoder(folder);
        OnnxDecoder other = given.decoder(folder)) {
      int[] ids = tokenizer.encode(whole).toIds();
      int[] read = Arrays.copyOf(ids, Math.min(ids.length, tokens == null ? 2000 : tokens));
      System.err.printf(Locale.ROOT, "reading %d of %d tokens twice%n", read.length, ids.length);
      ModelFidelity fidelity = ModelFidelity.of(one, other, read, CallContext.unbounded());
      System.out.println(json ? toJson(fidelity) : given + " of " + expected + ": " + fidelity);
      if (minimum != null) {
        fidelity.require(minimum, given.toString(), "--min-same-top");
      }
    }
  }

  private void refuseQuery() {
    if (query != null) {
      throw new IllegalArgumentException("--query is for cross-encoders only");
    }
  }

  private String toJson(ModelFidelity fidelity) {
    return new JsonMapper()
        .createObjectNode()
        .put("reference", reference)
        .put("referenceInt8", referenceInt8.name())
        .put("variant", variant)
        .put("variantInt8", variantInt8.name())
        .put("tokens", fidelity.tokens())
        .put("meanKl", fidelity.meanKl())
        .put("sameTop", fidelity.sameTop())
        .put("referencePerplexity", fidelity.referencePerplexity())
        .put("variantPerplexity", fidelity.variantPerplexity())
        .toString();
  }
}
