package dev.ragwright.benchmarks;

import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * What does the pipeline itself take of a question, beside its stages?
 *
 * <p>Its stages are scripted and give what was made before, so nearly all that is measured is the
 * walk: calls, records, the trace. The context is assembled as ever, of one passage, and is in the
 * figure. CPU time of the asking thread, the median and the least of {@value #ROUNDS} rounds of
 * {@value #QUESTIONS} questions, after as many to warm up; builds take turns, round by round.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=PipelineOverhead}; {@code -Dargs=path} puts beside it
 * the rag-core of another build, as a jar or a folder of classes.
 */
public final class PipelineOverhead {
  private static final int QUESTIONS = 2_000;
  private static final int ROUNDS = 60;

  private PipelineOverhead() {}

  /** Takes the path of another build's rag-core, or nothing. */
  public static void main(String... args)
      throws ReflectiveOperationException, MalformedURLException {
    Map<String, List<IntToLongFunction>> builds = new LinkedHashMap<>();
    builds.put("this build", workloads(PipelineOverhead.class.getClassLoader()));
    if (args.length > 0 && !args[0].isBlank()) {
      Path other = Path.of(args[0]);
      if (!Files.exists(other)) {
        throw new IllegalArgumentException("there is no rag-core at " + other);
      }
      builds.put("other build", workloads(loader(other)));
    }
    List<String> shapes = List.of("retrieve, context, generate, check", "all stages");
    System.out.printf(
        Locale.ROOT,
        "CPU of a question with scripted stages, %,d rounds of %,d; Java %s%n",
        ROUNDS,
        QUESTIONS,
        Runtime.version());
    for (int shape = 0; shape < shapes.size(); shape++) {
      Map<String, double[]> micros = measured(builds, shape);
      for (Map.Entry<String, double[]> build : micros.entrySet()) {
        double[] sorted = build.getValue();
        System.out.printf(
            Locale.ROOT,
            "%-36s %-12s median %5.2f us, least %5.2f us%n",
            shapes.get(shape),
            build.getKey(),
            sorted[sorted.length / 2],
            sorted[0]);
      }
    }
  }

  private static Map<String, double[]> measured(
      Map<String, List<IntToLongFunction>> builds, int shape) {
    Map<String, double[]> micros = new LinkedHashMap<>();
    builds.keySet().forEach(build -> micros.put(build, new double[ROUNDS]));
    for (int round = -ROUNDS; round < ROUNDS; round++) {
      for (Map.Entry<String, List<IntToLongFunction>> build : builds.entrySet()) {
        long nanos = build.getValue().get(shape).applyAsLong(QUESTIONS);
        if (round >= 0) {
          Objects.requireNonNull(micros.get(build.getKey()))[round] = nanos / 1e3 / QUESTIONS;
        }
      }
    }
    micros.values().forEach(Arrays::sort);
    return micros;
  }

  /** Classes of the other build, and this workload compiled against them: nothing of this build. */
  private static ClassLoader loader(Path other) throws MalformedURLException {
    List<URL> urls = new ArrayList<>(List.of(other.toUri().toURL()));
    for (String entry :
        System.getProperty("java.class.path").split(System.getProperty("path.separator"), -1)) {
      URI uri = Path.of(entry).toUri();
      if (!uri.getPath().contains("rag-")) {
        urls.add(uri.toURL());
      }
    }
    return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }

  @SuppressWarnings("unchecked")
  private static List<IntToLongFunction> workloads(ClassLoader loader)
      throws ReflectiveOperationException {
    Class<?> workload = Class.forName(Workload.class.getName(), true, loader);
    return (List<IntToLongFunction>) workload.getMethod("all").invoke(null);
  }

  /** Made once in each build; what both know is what Java knows. */
  public static final class Workload {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private Workload() {}

    /** Each asks so many questions and returns the nanoseconds of CPU that this took. */
    public static List<IntToLongFunction> all() {
      Usage none = Usage.none();
      List<Hit> hits =
          IntStream.range(0, 50)
              .mapToObj(i -> new Hit(Passage.of("p" + i, "words of " + i), 50 - i, "scripted"))
              .toList();
      Retrieval found = Retrieval.of(hits, none);
      Generation written = Generation.of("words", List.of(), Generation.FinishReason.STOP, none);
      EvidenceGate.Verdict enough = new EvidenceGate.Verdict(true, "enough", none);
      RagPipeline plain =
          RagPipeline.builder()
              .retriever(((Retriever) (request, context) -> found).named("scripted"))
              .generator(((Generator) (request, context) -> written).named("scripted"))
              .topK(1)
              .build();
      RagPipeline all =
          plain.with(
              r ->
                  r.expander(
                          ((QueryExpander)
                                  (question, context) -> Expansion.of(List.of(Query.of("other"))))
                              .named("scripted"))
                      .reranker(
                          ((Reranker) (query, some, topK, context) -> found).named("scripted"), 50)
                      .gate(
                          ((EvidenceGate) (question, some, context) -> enough).named("scripted")));
      return List.of(questions -> asked(plain, questions), questions -> asked(all, questions));
    }

    private static long asked(RagPipeline rag, int questions) {
      long start = THREADS.getCurrentThreadCpuTime();
      int words = 0;
      for (int i = 0; i < questions; i++) {
        Answer answer = rag.ask("question");
        words += answer.text().length() + answer.trace().stages().size();
      }
      if (words == 0) {
        throw new IllegalStateException("nothing was answered");
      }
      return THREADS.getCurrentThreadCpuTime() - start;
    }
  }
}
