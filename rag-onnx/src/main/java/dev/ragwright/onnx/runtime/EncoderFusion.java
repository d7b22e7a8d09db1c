package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.ragwright.onnx.Int8Weights;
import dev.ragwright.onnx.Pooling;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Opens the session of an encoder: of the graph that {@link GraphFusion} makes of it, if that gives
 * the same on texts that both read, else of the graph as it is published.
 *
 * <p>What is the same: with a pooling, the vector of each text, within 1e-5 of numbers of a vector
 * of length one, or with a cosine of .999 where activations are rounded to integers; without, every
 * number that the graph gives, within 1e-5 of the largest. A norm that differs in its last bits
 * turns some of those roundings, and each of them some more in the layers behind, so that after
 * twelve layers a vector has a cosine of .9986 to what it was, about as far as rounding itself has
 * taken it from the exact one. So in such graphs the norms of the first half stay as they are:
 * .9998. Both sessions exist during the comparison only.
 */
final class EncoderFusion {
  /** Of what is done here: raise it with each change, so that nothing kept is used. */
  private static final String VERSION = "2";

  private static final String FUSED = "fused.onnx";
  private static final String WEIGHTS = "weights";
  private static final String FACTS = "facts";
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final double CLOSE = 1e-5;
  private static final double COSINE = .999;

  /** Prose of four lengths, the longest of some hundred tokens. */
  private static final List<String> PROBES =
      List.of(
          "How often is the filter changed?",
          "The keeper of the lighthouse wrote down the weather every morning, and in the evening he"
              + " read what he had written ten years before.",
          "Returns are accepted within 30 days if the product (and its packaging) is undamaged;"
              + " shipping is paid by the buyer. For goods above $1,200.50 call +44 20 7946 0958.",
          "In 1843 Ada Lovelace published notes on a machine that did not exist yet. They hold what"
              + " is often called the first program, a method to compute Bernoulli numbers, and the"
              + " remark that such an engine might compose music if the relations of sounds were"
              + " expressed in its terms. She did not think that it would originate anything: it"
              + " could do whatever we know how to order it to perform. A century later Turing took"
              + " up the objection, and answered that machines had often surprised him.");

  private final @Nullable Pooling pooling;
  private final Tokenizer tokenizer;
  private final int maxTokens;

  /**
   * @param pooling what is read of the last layer; null for all of it
   */
  EncoderFusion(@Nullable Pooling pooling, Tokenizer tokenizer, int maxTokens) {
    this.pooling = pooling;
    this.tokenizer = tokenizer;
    this.maxTokens = maxTokens;
  }

  /** A probe, with no more tokens than the model reads. */
  private Tokens probe(String text) {
    Tokens tokens = tokenizer.encode(text);
    int more = tokens.size() - maxTokens;
    return more <= 0 ? tokens : tokens.window(0, Math.max(0, tokens.textSize() - more));
  }

  /** The settings of the options, for each session anew. */
  @FunctionalInterface
  interface Settings {
    OrtSession.SessionOptions open() throws OrtException;
  }

  /**
   * @param sha256 of the published model
   * @param graph what was done, for the model's description; null where nothing was tried
   * @param rows whether there is the input {@link GraphFusion#ROWS}
   */
  record Opened(OrtSession session, String sha256, @Nullable String graph, boolean rows) {}

  private static final String AS_PUBLISHED = "as published";

  /** Where not all are joined, activations are rounded. */
  private static final Pattern NORMS = Pattern.compile(".*, (\\d+) of (?!\\1 )\\d+ norms.*");

  /** Whether what is said of a graph means that single tokens may have other roundings. */
  static boolean isPooledOnly(@Nullable String graph) {
    return graph != null && NORMS.matcher(graph).matches();
  }

  /**
   * Opens it.
   *
   * @param cache not for a model whose products saturate, as only opening it tells
   */
  Opened open(Settings settings, PublishedModel published, @Nullable StartCache cache)
      throws OrtException, IOException {
    String name = cache == null ? "" : StartCache.name("encoder", dependsOn(published));
    Optional<Path> kept = cache == null ? Optional.empty() : cache.find(name);
    if (kept.isPresent()) {
      Opened opened = open(settings, published, kept.get());
      if (opened != null) {
        return opened;
      }
      StartCache.delete(kept.get());
    }
    Path folder = temporary();
    try {
      Opened opened = prove(settings, published, folder);
      if (cache != null) {
        cache.make(name, entry -> keep(opened, published.weights(), folder, entry));
      }
      return opened;
    } finally {
      StartCache.delete(folder);
    }
  }

  private static Path temporary() throws IOException {
    try {
      return Files.createTempDirectory("ragwright-fusion-");
    } catch (IOException e) {
      throw new IOException(
          "rewriting its graph needs a temporary folder; the system property java.io.tmpdir changes"
              + " where, and OnnxOptions.fused(false) runs the graph as it is: "
              + e.getMessage(),
          e);
    }
  }

  /** All that the graph and its proof depend on; the processor by what the system says of it. */
  private List<String> dependsOn(PublishedModel published) throws IOException {
    List<String> all = new ArrayList<>();
    all.add(VERSION);
    all.add(OnnxModel.runtime());
    all.add(String.valueOf(pooling));
    all.add(published.setting().name());
    all.add(published.identity());
    all.add(System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    all.add(String.valueOf(System.getenv("PROCESSOR_IDENTIFIER"))); // Windows has this one
    if (Files.isReadable(PROCESSORS)) {
      try (BufferedReader lines = Files.newBufferedReader(PROCESSORS)) {
        for (String line = lines.readLine(); // of the first processor
            line != null && !line.isEmpty();
            line = lines.readLine()) {
          String name = line.split("\t", 2)[0];
          if (List.of("flags", "Features", "model name", "CPU part").contains(name)) {
            all.add(line);
          }
        }
      }
    }
    all.add(tokenizer.description().parameters().toString());
    all.add(String.valueOf(maxTokens));
    return all;
  }

  private static void keep(Opened opened, Int8Weights weights, Path folder, Path entry)
      throws IOException {
    Files.writeString(
        entry.resolve(FACTS),
        String.join(
            "\n", opened.sha256(), opened.graph(), String.valueOf(opened.rows()), weights.name()));
    if (!AS_PUBLISHED.equals(opened.graph())) {
      for (String file : List.of(FUSED, WEIGHTS)) {
        Files.copy(folder.resolve(file), entry.resolve(file));
      }
    }
  }

  /** What was kept, or null if it cannot be used. */
  private static @Nullable Opened open(Settings settings, PublishedModel published, Path kept)
      throws OrtException, IOException {
    List<String> facts = Files.readAllLines(kept.resolve(FACTS));
    String graph = facts.get(1);
    published.setWeights(Int8Weights.valueOf(facts.get(3)));
    try (OrtSession.SessionOptions running = settings.open()) {
      if (graph.equals(AS_PUBLISHED)) {
        return new Opened(published.open(running), facts.get(0), graph, false);
      }
      running.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      String file = kept.resolve(FUSED).toString();
      return new Opened(
          OnnxRuntime.environment().createSession(file, running),
          facts.get(0),
          graph,
          Boolean.parseBoolean(facts.get(2)));
    } catch (OrtException e) {
      if (graph.equals(AS_PUBLISHED)) {
        throw e;
      }
      return null;
    }
  }

  private Opened prove(Settings settings, PublishedModel published, Path folder)
      throws OrtException, IOException {
    String sha256 = published.sha256();
    Path optimised = folder.resolve("optimised.onnx");
    OrtSession plain;
    try (OrtSession.SessionOptions saving = settings.open()) {
      saving.setOptimizedModelFilePath(optimised.toString());
      saving.addConfigEntry("session.optimized_model_external_initializers_file_name", WEIGHTS);
      saving.addConfigEntry(
          "session.optimized_model_external_initializers_min_size_in_bytes", "1024");
      plain = published.open(saving);
    }
    try {
      if (!OnnxEncoder.INPUTS.containsAll(plain.getInputNames())) {
        return new Opened(plain, sha256, AS_PUBLISHED, false);
      }
      GraphFusion exact = new GraphFusion(EditableModel.read(optimised));
      int attentions = exact.attentions(pooling == null);
      if (attentions == 0) {
        return new Opened(plain, sha256, AS_PUBLISHED, false);
      }
      boolean quantised = exact.isQuantised();
      String done = attentions + " attentions";
      byte[] small = exact.toBytes();
      if (pooling != null || !quantised) {
        boolean rows = pooling == Pooling.CLS && exact.firstRow();
        int norms = exact.norms();
        int joined = quantised ? norms / 2 : norms;
        exact.norms(norms - joined);
        String more =
            String.format(
                Locale.ROOT, "%s, %d of %d norms%s", done, joined, norms, rows ? ", one row" : "");
        Opened opened =
            proven(
                settings,
                folder,
                exact.toBytes(),
                plain,
                quantised,
                new Opened(plain, sha256, more, rows));
        if (opened != null) {
          return opened;
        }
      }
      Opened opened =
          proven(settings, folder, small, plain, quantised, new Opened(plain, sha256, done, false));
      return opened == null ? new Opened(plain, sha256, AS_PUBLISHED, false) : opened;
    } catch (OrtException | IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  private @Nullable Opened proven(
      Settings settings,
      Path folder,
      byte[] graph,
      OrtSession plain,
      boolean quantised,
      Opened wanted)
      throws OrtException, IOException {
    Path file = Files.write(folder.resolve(FUSED), graph);
    OrtSession fused;
    try (OrtSession.SessionOptions running = settings.open()) {
      running.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      fused = OnnxRuntime.environment().createSession(file.toString(), running);
    } catch (OrtException e) {
      return null;
    }
    boolean same = false;
    try {
      same = same(plain, fused, wanted.rows(), quantised);
    } finally {
      (same ? plain : fused).close();
    }
    return same ? new Opened(fused, wanted.sha256(), wanted.graph(), wanted.rows()) : null;
  }

  private boolean same(OrtSession plain, OrtSession fused, boolean rows, boolean quantised) {
    try {
      for (String text : PROBES) {
        Tokens probe = probe(text);
        Map<String, FloatTensor> expected = run(plain, probe, false);
        Map<String, FloatTensor> given = run(fused, probe, rows);
        for (Map.Entry<String, FloatTensor> output : expected.entrySet()) {
          FloatTensor other = given.get(output.getKey());
          if (other == null || !same(output.getValue(), other, quantised)) {
            return false;
          }
        }
      }
      return true;
    } catch (OrtException e) {
      return false; // such as a shape that does not fit
    }
  }

  private boolean same(FloatTensor expected, FloatTensor given, boolean quantised) {
    if (pooling == null || expected.shape().size() != 3) {
      return expected.shape().equals(given.shape())
          && within(expected.values(), given.values(), largest(expected.values()));
    }
    int width = Math.toIntExact(expected.shape().getLast());
    double[] a = pooled(expected.values(), width);
    double[] b = pooled(given.values(), width);
    double ab = 0; // of doubles: Embeddings.dot is of what embedders give
    double aa = 0;
    double bb = 0;
    double largest = 0;
    for (int i = 0; i < width; i++) {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return quantised ? ab / Math.sqrt(aa * bb) >= COSINE : largest / Math.sqrt(aa) <= CLOSE;
  }

  private double[] pooled(float[] values, int width) {
    int rows = pooling == Pooling.MEAN ? values.length / width : 1;
    double[] pooled = new double[width];
    for (int i = 0; i < rows * width; i++) {
      pooled[i % width] += values[i] / (double) rows;
    }
    return pooled;
  }

  private static float largest(float[] values) {
    float largest = 1;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static boolean within(float[] expected, float[] given, float scale) {
    for (int i = 0; i < expected.length; i++) {
      // Not a number is not within anything.
      if (!(Math.abs(expected[i] - given[i]) <= CLOSE * scale)) {
        return false;
      }
    }
    return true;
  }

  private static Map<String, FloatTensor> run(OrtSession session, Tokens tokens, boolean rows)
      throws OrtException {
    Map<String, OnnxTensor> bound = new HashMap<>();
    try {
      long[] shape = {1, tokens.size()};
      for (String input : session.getInputNames()) {
        long[] values = new long[tokens.size()];
        switch (input) {
          case OnnxEncoder.IDS -> System.arraycopy(tokens.ids(), 0, values, 0, values.length);
          case OnnxEncoder.TYPES -> System.arraycopy(tokens.typeIds(), 0, values, 0, values.length);
          case OnnxEncoder.MASK -> Arrays.fill(values, 1);
          default -> values = new long[] {rows ? 1 : values.length};
        }
        bound.put(
            input,
            OnnxTensor.createTensor(
                OnnxRuntime.environment(),
                LongBuffer.wrap(values),
                input.equals(GraphFusion.ROWS) ? new long[] {1} : shape));
      }
      Map<String, FloatTensor> given = new HashMap<>();
      try (OrtSession.Result result = session.run(bound)) {
        for (Map.Entry<String, ai.onnxruntime.OnnxValue> output : result) {
          if (output.getValue() instanceof OnnxTensor tensor
              && tensor.getInfo().type == OnnxJavaType.FLOAT) {
            given.put(output.getKey(), OnnxModel.numbers(tensor));
          }
        }
      }
      return given;
    } finally {
      bound.values().forEach(OnnxTensor::close);
    }
  }
}
