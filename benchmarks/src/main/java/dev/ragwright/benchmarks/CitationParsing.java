package dev.ragwright.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.text.Thoughts;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What does it cost to read the output of a model that cannot stop, character by character, and how
 * much is that beside another build?
 *
 * <p>Each text has the same number of characters, and is read as that of a chat model is: thoughts
 * taken off, then citations. Both builds read it in turn in one JVM, each by class loaders of its
 * own; the figures are medians of the thread's CPU over the rounds.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=CitationParsing -Dargs="CLASSES"} with the folder {@code
 * rag-core/target/classes} of the other build, such as of {@code git worktree add /tmp/before
 * COMMIT}; {@code "CLASSES LENGTH ROUNDS"} takes others than 32,000 characters and 3. Without
 * arguments there is no other build, and a megabyte of each text is read.
 */
public final class CitationParsing {
  private static final Map<String, String> TEXTS = texts();

  private CitationParsing() {}

  private static Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("spaces", " ");
    texts.put("line breaks", "\n");
    for (String part :
        List.of("[1]", "a[1]", "[1]'", "_[1]", "It flows [1]. ", ".[", ".-", "* .", "`.")) {
      texts.put(part, part);
    }
    return texts;
  }

  /** Reads an output and returns how long its text is; loaded once for each build. */
  public static final class Reading implements ToLongFunction<String> {
    private final Context context =
        new Context(
            List.of(
                Evidence.of(Passage.of("rhine", "The Rhine rises in the Alps. It flows north."), 2),
                Evidence.of(Passage.of("facts", "Rivers flow into seas."), 1)),
            30,
            List.of());

    /** For the class loader. */
    public Reading() {}

    @Override
    public long applyAsLong(String output) {
      Thoughts thoughts = new Thoughts("");
      CitedText text = CitedText.of(context, PromptTemplate.grounded());
      for (int i = 0; i < output.length(); i++) {
        text.append(thoughts.append(output.substring(i, i + 1)));
      }
      text.append(thoughts.end());
      text.end();
      return text.generation(FinishReason.LENGTH, Usage.none()).text().length();
    }
  }

  /** Takes the other build's classes, the length and the rounds. */
  public static void main(String... args) throws Exception {
    int length = args.length > 1 ? Integer.parseInt(args[1]) : args.length > 0 ? 32_000 : 1_000_000;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
    ToLongFunction<String> now = new Reading();
    ToLongFunction<String> before = args.length > 0 ? reading(Path.of(args[0])) : null;
    System.out.printf(
        Locale.ROOT,
        "%,d characters, CPU seconds, medians of %d rounds, Java %s%n%-16s %10s %10s %10s%n",
        length,
        rounds,
        Runtime.version(),
        "",
        "this",
        before == null ? "" : "other",
        before == null ? "" : "other/this");
    for (Map.Entry<String, String> text : TEXTS.entrySet()) {
      String output = text.getValue().repeat(length / text.getValue().length());
      double[] ours = new double[rounds];
      double[] theirs = new double[rounds];
      for (int round = -1; round < rounds; round++) { // one to warm up
        double mine = seconds(now, output);
        double other = before == null ? 0 : seconds(before, output);
        if (round >= 0) {
          ours[round] = mine;
          theirs[round] = other;
        }
      }
      double mine = median(ours);
      double other = median(theirs);
      System.out.println(
          String.format(Locale.ROOT, "%-16s %10.3f", text.getKey(), mine)
              + (before == null
                  ? ""
                  : String.format(Locale.ROOT, " %10.3f %9.1fx", other, other / mine)));
    }
  }

  /** The other build's, with all else as it is here. */
  @SuppressWarnings("unchecked")
  private static ToLongFunction<String> reading(Path classes) throws Exception {
    List<URL> path = new ArrayList<>(List.of(url(classes)));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      path.add(url(Path.of(entry)));
    }
    ClassLoader loader =
        new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    return (ToLongFunction<String>)
        loader.loadClass(Reading.class.getName()).getConstructor().newInstance();
  }

  private static URL url(Path path) throws MalformedURLException {
    return path.toUri().toURL();
  }

  private static double seconds(ToLongFunction<String> reading, String output) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    if (reading.applyAsLong(output) < 0) {
      throw new AssertionError();
    }
    return (threads.getCurrentThreadCpuTime() - start) / 1e9;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
