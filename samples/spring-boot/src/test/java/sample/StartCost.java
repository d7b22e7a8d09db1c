package sample;

import dev.ragwright.spring.boot.RagwrightAutoConfiguration;
import dev.ragwright.spring.boot.RagwrightHealthAutoConfiguration;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/**
 * Prints the CPU time from the start of a process until the application is ready, for one without
 * Ragwright and for some with it, their index in place: the median of starts that take turns.
 */
public final class StartCost {
  private static final int ROUNDS = 5;

  private StartCost() {}

  @EnableAutoConfiguration(
      exclude = {RagwrightAutoConfiguration.class, RagwrightHealthAutoConfiguration.class})
  static class Empty {}

  public static void main(String[] args) throws Exception {
    if (args.length > 0) {
      start(args);
      return;
    }
    Path folder = Files.createTempDirectory("start-cost");
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    kinds.put("without", List.of("empty"));
    kinds.put("bm25", settings(folder, "words", "ragwright.retriever=bm25"));
    kinds.put("hybrid", settings(folder, "vectors", "ragwright.retriever=hybrid"));
    for (List<String> kind : kinds.values()) {
      List<String> first = new ArrayList<>(kind);
      first.add("--ragwright.documents.sync-at-start=true");
      child(kind.size() > 1 ? first : kind);
    }
    Map<String, List<Long>> millis = new LinkedHashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (Map.Entry<String, List<String>> kind : kinds.entrySet()) {
        millis.computeIfAbsent(kind.getKey(), key -> new ArrayList<>()).add(child(kind.getValue()));
      }
    }
    long without = median(millis.get("without"));
    millis.forEach(
        (kind, all) ->
            System.out.printf(
                Locale.ROOT,
                "%-16s %5d ms of CPU, %+5d (%s)%n",
                kind,
                median(all),
                median(all) - without,
                all));
  }

  private static List<String> settings(Path folder, String index, String retriever) {
    return List.of(
        "whole",
        "--" + retriever,
        "--ragwright.index.directory=" + folder.resolve(index),
        "--ragwright.documents.folder=" + Path.of("../documents").toAbsolutePath());
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static long child(List<String> args) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                StartCost.class.getName()));
    command.addAll(args);
    Path out = Files.createTempFile("start", ".log");
    new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(out.toFile())
        .start()
        .waitFor();
    String said = Files.readString(out);
    return said.lines()
        .filter(line -> line.startsWith("CPU "))
        .map(line -> Long.parseLong(line.substring(4)))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(said));
  }

  private static void start(String[] args) {
    List<String> settings = new ArrayList<>(List.of(args).subList(1, args.length));
    settings.add("--spring.config.location=optional:file:" + File.separator + "none/");
    settings.add("--server.port=0");
    Class<?> application = args[0].equals("empty") ? Empty.class : Application.class;
    try (var context = SpringApplication.run(application, settings.toArray(String[]::new))) {
      com.sun.management.OperatingSystemMXBean system =
          (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      System.out.println("CPU " + system.getProcessCpuTime() / 1_000_000);
    }
  }
}
