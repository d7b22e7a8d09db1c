package dev.ragwright.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.Pooling;
import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rewritten graphs beside the published ones: the same numbers, or not rewritten. */
@Timeout(120)
class EncoderFusionTest {
  private static final OnnxOptions PLAIN = OnnxOptions.builder().fused(false).build();
  private static final List<String> TEXTS =
      List.of(
          "",
          "a",
          "How do I rotate the signing key?",
          "Zürich, naïve café; 漢字 and 😀",
          "The filter of the small pump has to be replaced every 400 hours. ".repeat(5),
          "word ".repeat(200));

  @TempDir Path folder;

  @Test
  void bgeSmallEnGivesTheSameFirstRow() {
    Read plain = read(ModelFolder.bgeSmallEn(), PLAIN, Pooling.CLS);
    Read fused = read(ModelFolder.bgeSmallEn(), OnnxOptions.defaults(), Pooling.CLS);
    assertThat(plain.graph()).isNull();
    assertThat(fused.graph()).isEqualTo("12 attentions, 12 of 25 norms, one row");
    for (int text = 0; text < TEXTS.size(); text++) {
      assertThat(cosine(plain.first(text), fused.first(text))).isGreaterThanOrEqualTo(.999);
      assertThat(fused.shapes().get(text)).containsExactly(1L, 1L, 384L);
    }
  }

  @Test
  void allMiniLmGivesTheSameMean() {
    Read plain = read(ModelFolder.allMiniLm(), PLAIN, Pooling.MEAN);
    Read fused = read(ModelFolder.allMiniLm(), OnnxOptions.defaults(), Pooling.MEAN);
    assertThat(fused.graph()).isEqualTo("6 attentions, 6 of 13 norms");
    for (int text = 0; text < TEXTS.size(); text++) {
      assertThat(cosine(plain.mean(text), fused.mean(text))).isGreaterThanOrEqualTo(.999);
    }
  }

  @Test
  void whatIsReadAsAWholeIsTheSameToTheLastBit() {
    Read plain = read(ModelFolder.bgeSmallEn(), PLAIN, null);
    Read fused = read(ModelFolder.bgeSmallEn(), OnnxOptions.defaults(), null);
    assertThat(fused.graph()).isEqualTo("12 attentions");
    for (int text = 0; text < TEXTS.size(); text++) {
      assertThat(fused.values().get(text)).containsExactly(plain.values().get(text));
    }
  }

  @Test
  void allRowsAreThereWhenAllAreAskedFor() {
    float[] all =
        OnnxModel.loadWithTokenizer(
            ModelFolder.bgeSmallEn(),
            OnnxOptions.defaults(),
            Pooling.CLS,
            (model, tokenizer) -> {
              try (model;
                  tokenizer) {
                Tokens tokens = tokenizer.encode(TEXTS.get(2));
                FloatTensor given = model.tokenEncoder().run(tokens, CallContext.unbounded());
                assertThat(given.shape()).containsExactly(1L, (long) tokens.size(), 384L);
                assertThat(model.inputs()).hasSize(3);
                return given.values();
              }
            });
    float[] first = read(ModelFolder.bgeSmallEn(), OnnxOptions.defaults(), Pooling.CLS).first(2);
    float[] firstOfAll = Arrays.copyOf(all, first.length);
    assertThat(cosine(firstOfAll, first)).isGreaterThan(.999);
  }

  /** Ways in which a graph of one attention is written. */
  enum Written {
    AS_BERT,
    WITHOUT_MASK,
    KEYS_TURNED_LATER,
    UNKNOWN_HEADS,
    NOT_OVER_THE_TOKENS,
    READ_TWICE,
    OTHER_ORDER,
    WITH_A_BIAS_OF_PLACES
  }

  @ParameterizedTest
  @EnumSource(Written.class)
  void attentionIsFoundByWhatItDoes(Written written) throws IOException {
    ModelFolder model = TinyGraph.folder(folder, attention(written, 3));
    Read plain = read(model, PLAIN, Pooling.MEAN);
    Read fused = read(model, OnnxOptions.defaults(), Pooling.MEAN);
    assertThat(fused.graph())
        .isEqualTo(
            switch (written) {
              case AS_BERT, WITHOUT_MASK, WITH_A_BIAS_OF_PLACES -> "1 attentions, 1 of 1 norms";
              case KEYS_TURNED_LATER -> fused.graph(); // whichever the runtime makes of it
              case UNKNOWN_HEADS -> "1 attentions, 1 of 1 norms";
              case NOT_OVER_THE_TOKENS, READ_TWICE, OTHER_ORDER -> "as published";
            });
    for (int text = 0; text < TEXTS.size(); text++) {
      assertClose(plain.values().get(text), fused.values().get(text));
    }
  }

  @Test
  void tokensThatAreNotAttendedStayHidden() throws IOException {
    ModelFolder model = TinyGraph.folder(folder, attention(Written.AS_BERT, 3));
    float[] plain = expanded(model, PLAIN);
    assertClose(plain, expanded(model, OnnxOptions.defaults()));
    // The first row does not see the last two.
    float[] alone = read(model, PLAIN, null).values().get(1);
    assertThat(plain[0]).isCloseTo(alone[0], within(1e-5f));
  }

  @Test
  void wherePartOfATextCannotBeProvenTheGraphStaysAsItIs() throws IOException {
    // A model that cannot read even the shortest probe: its places end at two.
    ModelFolder model = TinyGraph.folder(folder, attention(Written.WITH_A_BIAS_OF_PLACES, 3, 2));
    try (OnnxModel loaded = loaded(model)) {
      assertThat(loaded.description().parameters()).containsEntry("graph", "as published");
    }
  }

  @Test
  void leavesNothingInTheTemporaryFolder() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    ModelFolder model = TinyGraph.folder(folder, attention(Written.AS_BERT, 3));
    List<Path> before = fusions(temporary);
    loaded(model).close();
    assertThat(fusions(temporary)).isSubsetOf(before);
  }

  private static List<Path> fusions(Path temporary) throws IOException {
    try (var files = Files.list(temporary)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("ragwright-fusion-"))
          .toList();
    }
  }

  private static OnnxModel loaded(ModelFolder folder) {
    return OnnxModel.loadWithTokenizer(
        folder,
        OnnxOptions.defaults(),
        Pooling.MEAN,
        (model, tokenizer) -> {
          tokenizer.close();
          return model;
        });
  }

  private static float[] expanded(ModelFolder folder, OnnxOptions options) {
    return OnnxModel.loadWithTokenizer(
        folder,
        options,
        (model, tokenizer) -> {
          try (model;
              tokenizer) {
            Tokens tokens = tokenizer.encode("a");
            return model
                .tokenEncoder()
                .run(tokens.expandedTo(tokens.size() + 2, 3, false), CallContext.unbounded())
                .values();
          }
        });
  }

  private record Read(@Nullable String graph, List<float[]> values, List<List<Long>> shapes) {
    float[] first(int text) {
      int width = Math.toIntExact(shapes.get(text).getLast());
      return Arrays.copyOf(values.get(text), width);
    }

    float[] mean(int text) {
      int width = Math.toIntExact(shapes.get(text).getLast());
      float[] mean = new float[width];
      for (int i = 0; i < values.get(text).length; i++) {
        mean[i % width] += values.get(text)[i];
      }
      return mean;
    }
  }

  private static Read read(ModelFolder folder, OnnxOptions options, @Nullable Pooling pooling) {
    return OnnxModel.loadWithTokenizer(
        folder,
        options,
        pooling,
        (model, tokenizer) -> {
          try (model;
              tokenizer) {
            OnnxEncoder encoder = model.tokenEncoder();
            List<FloatTensor> read =
                TEXTS.stream()
                    .map(tokenizer::encode)
                    .map(
                        tokens ->
                            pooling == Pooling.CLS
                                ? encoder.runFirst(tokens, CallContext.unbounded())
                                : encoder.run(tokens, CallContext.unbounded()))
                    .toList();
            return new Read(
                model.description().parameters().get("graph"),
                read.stream().map(FloatTensor::values).toList(),
                read.stream().map(FloatTensor::shape).toList());
          }
        });
  }

  private static void assertClose(float[] expected, float[] given) {
    assertThat(given).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(given[i]).isCloseTo(expected[i], within(2e-5f));
    }
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      squaresA += (double) a[i] * a[i];
      squaresB += (double) b[i] * b[i];
    }
    return dot / Math.sqrt(squaresA * squaresB);
  }

  private static byte[] attention(Written written, int heads) {
    return attention(written, heads, 512);
  }

  /** One layer of attention with a residual and a norm, of 4 numbers a head. */
  private static byte[] attention(Written written, int heads, int places) {
    int size = 4;
    int width = heads * size;
    Random random = new Random(7);
    OnnxGraph graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch", "token")
            .input("attention_mask", OnnxGraph.INT64, "batch", "token")
            .floats("words", random(random, 16 * width), 16, width)
            .floats("gamma", random(random, width), width)
            .floats("beta", random(random, width), width)
            .floats("one", new float[] {1})
            .floats("hidden_ones", new float[] {-10000})
            .floats("scale", new float[] {2})
            .longs("axes", new long[] {1, 2}, 2)
            .longs(
                "heads", new long[] {0, 0, written == Written.UNKNOWN_HEADS ? -1 : heads, size}, 4)
            .longs("whole", new long[] {0, 0, width}, 3)
            .node("Gather", List.of("words", "input_ids"), List.of("x"));
    for (String part : List.of("q", "k", "v")) {
      graph
          .floats("w" + part, random(random, width * width), width, width)
          .floats("b" + part, random(random, width), width)
          .node("MatMul", List.of("x", "w" + part), List.of("p" + part))
          .node("Add", List.of("p" + part, "b" + part), List.of(part))
          .node("Reshape", List.of(part, "heads"), List.of("r" + part));
    }
    graph.node(
        "Transpose", List.of("rq"), List.of("tq"), OnnxGraph.attribute("perm", turn(0, 2, 1, 3)));
    if (written == Written.KEYS_TURNED_LATER) {
      graph
          .node(
              "Transpose",
              List.of("rk"),
              List.of("hk"),
              OnnxGraph.attribute("perm", turn(0, 2, 1, 3)))
          .node(
              "Transpose",
              List.of("hk"),
              List.of("tk"),
              OnnxGraph.attribute("perm", turn(0, 1, 3, 2)));
    } else {
      graph.node(
          "Transpose", List.of("rk"), List.of("tk"), OnnxGraph.attribute("perm", turn(0, 2, 3, 1)));
    }
    graph
        .node(
            "Transpose",
            List.of("rv"),
            List.of("tv"),
            OnnxGraph.attribute("perm", turn(0, 2, 1, 3)))
        .node("MatMul", List.of("tq", "tk"), List.of("qk"))
        .node("Div", List.of("qk", "scale"), List.of("scaled"));
    String scores = "scaled";
    if (written != Written.WITHOUT_MASK) {
      graph
          .node("Unsqueeze", List.of("attention_mask", "axes"), List.of("mask4"))
          .node(
              "Cast",
              List.of("mask4"),
              List.of("maskf"),
              OnnxGraph.attribute("to", OnnxGraph.FLOAT))
          .node("Sub", List.of("one", "maskf"), List.of("hidden_"))
          .node("Mul", List.of("hidden_", "hidden_ones"), List.of("mask"))
          .node("Add", List.of(scores, "mask"), List.of("masked"));
      scores = "masked";
    }
    if (written == Written.WITH_A_BIAS_OF_PLACES) {
      graph
          .floats("near", random(random, places), places)
          .longs("zero", new long[] {0}, 1)
          .longs("last", new long[] {3}, 1)
          .node("Shape", List.of("input_ids"), List.of("sizes"))
          .longs("second", new long[] {1}, 1)
          .node("Gather", List.of("sizes", "second"), List.of("count"))
          .longs("only", new long[] {0}, 1)
          .node("Slice", List.of("near", "zero", "count", "only"), List.of("here"))
          .longs("infront", new long[] {0, 1, 2}, 3)
          .node("Unsqueeze", List.of("here", "infront"), List.of("bias"))
          .node("Add", List.of("mask", "bias"), List.of("both"))
          .node("Add", List.of("scaled", "both"), List.of("biased"));
      scores = "biased";
    }
    graph
        .node(
            "Softmax",
            List.of(scores),
            List.of("weights"),
            OnnxGraph.attribute("axis", written == Written.NOT_OVER_THE_TOKENS ? 2 : 3))
        .node("MatMul", List.of("weights", "tv"), List.of("context"))
        .node(
            "Transpose",
            List.of("context"),
            List.of("back"),
            OnnxGraph.attribute(
                "perm", written == Written.OTHER_ORDER ? turn(0, 2, 3, 1) : turn(0, 2, 1, 3)))
        .node("Reshape", List.of("back", "whole"), List.of("joined"))
        .floats("wo", random(random, width * width), width, width)
        .node("MatMul", List.of("joined", "wo"), List.of("projected"))
        .node("Add", List.of("projected", "x"), List.of("sum"))
        .node(
            "LayerNormalization",
            List.of("sum", "gamma", "beta"),
            List.of("last_hidden_state"),
            OnnxGraph.attribute("axis", -1))
        .output("last_hidden_state", OnnxGraph.FLOAT, "batch", "token", String.valueOf(width));
    if (written == Written.READ_TWICE) {
      graph.output("weights", OnnxGraph.FLOAT, "batch", "head", "token", "other");
    }
    return graph.toBytes();
  }

  private static long[] turn(long... axes) {
    return axes;
  }

  private static float[] random(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() / 2;
    }
    return values;
  }
}
