package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.spi.ToolProvider;

/**
 * How long does a fresh process take to its first vector, beside LangChain4j with the same model
 * file?
 *
 * <p>Each time is of a process of its own, from its start to its end behind one short sentence; CPU
 * is what it has used until then, all threads together. The arms take turns; the result is the
 * median. The class path is of jars, made from folders of classes, since a cache of the JVM ({@code
 * -XX:AOTCache}, JDK 24 and later) is of jars only. The caches are filled by a run that does not
 * count.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=ColdStart}; {@code -Dargs=ROUNDS} changes how often.
 */
public final class ColdStart {
  private static final String SENTENCE = "How do I rotate the signing key?";

  private enum Arm {
    LANGCHAIN4J("LangChain4j", false),
    LANGCHAIN4J_AOT("LangChain4j, AOT cache of the JVM", true),
    PUBLISHED("Ragwright, graph as published", false),
    FUSED("Ragwright by its defaults", false),
    CACHED("Ragwright, cacheFolder", false),
    CACHED_AOT("Ragwright, cacheFolder, AOT cache of the JVM", true);

    private final String text;
    private final boolean aot;

    Arm(String text, boolean aot) {
      this.text = text;
      this.aot = aot;
    }
  }

  private record Time(double wallSeconds, double cpuSeconds) {}

  private final Path folder;
  private final String classPath;

  private ColdStart(Path folder) throws IOException {
    this.folder = folder;
    this.classPath = jars(folder);
  }

  /** Runs it. */
  public static void main(String... args) throws IOException, InterruptedException {
    if (args.length == 3) {
      embed(Arm.valueOf(args[0]), args[1].equals("bge"), Path.of(args[2]));
      return;
    }
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
    try (TemporaryFolder folder = TemporaryFolder.create("cold-start-")) {
      new ColdStart(folder.path()).run(rounds);
    }
  }

  private void run(int rounds) throws IOException, InterruptedException {
    print("A fresh process to its first vector; medians of %d processes each, in turn", rounds);
    print(
        "machine: %d processors, Java %s",
        Runtime.getRuntime().availableProcessors(), Runtime.version());
    ObjectNode json = new JsonMapper().createObjectNode().put("benchmark", "ColdStart");
    for (String model : List.of("MiniLM", "bge")) {
      List<Arm> arms = List.of(Arm.values());
      List<List<Time>> times = new ArrayList<>(); // (arm, round)
      for (Arm arm : arms) {
        start(arm, model, arm.aot ? "-XX:AOTCacheOutput=" : ""); // fills the caches
        times.add(new ArrayList<>());
      }
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < arms.size(); i++) {
          Arm arm = arms.get(i);
          times.get(i).add(start(arm, model, arm.aot ? "-XX:AOTCache=" : ""));
        }
      }
      print("");
      print("%-46s %7s %7s %11s %11s", model, "wall s", "CPU s", "wall / lc4j", "CPU / lc4j");
      Time peer = median(times.getFirst());
      for (int i = 0; i < arms.size(); i++) {
        Arm arm = arms.get(i);
        Time time = median(times.get(i));
        double cpu = time.cpuSeconds() / peer.cpuSeconds();
        print(
            "%-46s %7.2f %7.2f %11.2f %11.2f",
            arm.text,
            time.wallSeconds(),
            time.cpuSeconds(),
            time.wallSeconds() / peer.wallSeconds(),
            cpu);
        json.put(model + " " + arm.name().toLowerCase(Locale.ROOT), Math.round(cpu * 1e3) / 1e3);
      }
    }
    print("");
    print("%s", json);
  }

  private Time start(Arm arm, String model, String aot) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    if (!aot.isEmpty()) {
      command.add(aot + folder.resolve(arm + model + ".aot"));
    }
    command.addAll(List.of("-cp", classPath, ColdStart.class.getName(), arm.name(), model));
    command.add(folder.resolve("cache").toString());
    Path output = folder.resolve("output");
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int exit = process.waitFor();
    double wall = (System.nanoTime() - start) / 1e9;
    String printed = Files.readString(output, StandardCharsets.UTF_8);
    int cpu = printed.indexOf("CPU=");
    if (exit != 0 || cpu < 0) {
      throw new IOException(
          String.format(Locale.ROOT, "%s ended with %d: %s", command, exit, printed));
    }
    return new Time(wall, Double.parseDouble(printed.substring(cpu + 4).lines().findFirst().get()));
  }

  private static void embed(Arm arm, boolean bge, Path cache) {
    ended(
        arm == Arm.LANGCHAIN4J || arm == Arm.LANGCHAIN4J_AOT
            ? Peer.vector(bge)
            : Ours.vector(arm, bge, cache));
    System.exit(0);
  }

  /** A class of its own, as is {@link Ours}, so that none waits for the classes of the other. */
  private static final class Peer {
    private static float[] vector(boolean bge) {
      EmbeddingModel model =
          bge
              ? new BgeSmallEnV15QuantizedEmbeddingModel()
              : new AllMiniLmL6V2QuantizedEmbeddingModel();
      return model.embed(SENTENCE).content().vector();
    }
  }

  private static final class Ours {
    private static float[] vector(Arm arm, boolean bge, Path cache) {
      OnnxOptions.Builder options = OnnxOptions.builder().fused(arm != Arm.PUBLISHED);
      if (arm == Arm.CACHED || arm == Arm.CACHED_AOT) {
        options.cacheFolder(cache);
      }
      return OnnxEmbedder.builder(bge ? ModelFolder.bgeSmallEn() : ModelFolder.allMiniLm())
          .options(options.build())
          .build()
          .embed(List.of(SENTENCE), Side.DOCUMENT, CallContext.unbounded())
          .vectors()
          .getFirst();
    }
  }

  private static void ended(float[] vector) {
    if (vector.length != 384) {
      throw new IllegalStateException("a vector of " + vector.length);
    }
    // Not of the management beans, which would add a tenth of what is measured.
    Duration used = ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    System.out.println("\nCPU=" + used.toMillis() / 1e3);
  }

  /** This class path with each folder as a jar. */
  private static String jars(Path folder) {
    List<String> jars = new ArrayList<>();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (Files.isDirectory(Path.of(part))) {
        String jar = folder.resolve(jars.size() + ".jar").toString();
        ToolProvider.findFirst("jar")
            .orElseThrow()
            .run(System.out, System.err, "--create", "--file", jar, "-C", part, ".");
        jars.add(jar);
      } else if (Files.exists(Path.of(part))) {
        jars.add(part);
      }
    }
    return String.join(File.pathSeparator, jars);
  }

  private static Time median(List<Time> times) {
    return new Time(
        times.stream().mapToDouble(Time::wallSeconds).sorted().toArray()[times.size() / 2],
        times.stream().mapToDouble(Time::cpuSeconds).sorted().toArray()[times.size() / 2]);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, no dependency here
  private static void print(String line, Object... values) {
    System.out.println(String.format(Locale.ROOT, line, values));
  }
}
