package dev.ragwright.tools;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.MarkedText;
import dev.ragwright.onnx.ModelFidelity;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxDecoder;
import dev.ragwright.onnx.Tokenizer;
import dev.ragwright.source.files.TextFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Says how faithful a variant of a model, such as a quantised one, is to another.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Fidelity -Dargs="--model DIR --reference fp32 --variant q4
 * --text FILE"}
 */
@Command(
    name = "Fidelity",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Has two variants of a local language model read a text, and compares what they say follows"
          + " each token: the mean Kullback-Leibler divergence, the share of tokens behind which both"
          + " find the same one likeliest, and the perplexities.",
      "",
      "The exit code is 1 if that share is less than --min-same-top.",
      ""
    })
public final class Fidelity implements Callable<Integer> {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The model's folder, as a model hub has it.")
  private Path model = Path.of("");

  @Option(
      names = "--reference",
      required = true,
      paramLabel = "NAME",
      description = "The variant to compare with, such as fp32.")
  private String reference = "";

  @Option(
      names = "--variant",
      required = true,
      paramLabel = "NAME",
      description = "The variant in question, such as q4.")
  private String variant = "";

  @Option(
      names = "--text",
      required = true,
      paramLabel = "FILE",
      description = "What both read, in UTF-8: of the kind that the model will read.")
  private Path text = Path.of("");

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Read the first N tokens only; ${DEFAULT-VALUE} unless given.")
  private int tokens = 2000;

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
    MarkedText whole = MarkedText.builder().text(TextFile.read(text)).build();
    ModelFolder folder = ModelFolder.of(model);
    try (Tokenizer tokenizer = Tokenizer.load(folder);
        OnnxDecoder expected = OnnxDecoder.load(folder.withVariant(reference));
        OnnxDecoder actual = OnnxDecoder.load(folder.withVariant(variant))) {
      int[] ids = tokenizer.encode(whole).toIds();
      int[] read = Arrays.copyOf(ids, Math.min(ids.length, tokens));
      System.err.printf(Locale.ROOT, "reading %d of %d tokens twice%n", read.length, ids.length);
      ModelFidelity fidelity = ModelFidelity.of(expected, actual, read, CallContext.unbounded());
      System.out.println(json ? toJson(fidelity) : variant + " of " + reference + ": " + fidelity);
      if (minimum != null) {
        fidelity.require(minimum, variant, "--min-same-top");
      }
    }
    return 0;
  }

  private String toJson(ModelFidelity fidelity) {
    return new JsonMapper()
        .createObjectNode()
        .put("reference", reference)
        .put("variant", variant)
        .put("tokens", fidelity.tokens())
        .put("meanKl", fidelity.meanKl())
        .put("sameTop", fidelity.sameTop())
        .put("referencePerplexity", fidelity.referencePerplexity())
        .put("variantPerplexity", fidelity.variantPerplexity())
        .toString();
  }
}
