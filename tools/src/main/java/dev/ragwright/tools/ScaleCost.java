package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Says what so many passages take of a cluster: disk, memory, shards, nodes, hours, money.
 *
 * <p>{@code mvn -q -Pexample -Dexample=ScaleCost -Dargs="--measured docs/scale.properties"}
 */
@Command(
    name = "ScaleCost",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Extrapolates what passages take of a cluster of OpenSearch from what a few thousand took of one node:"
          + " disk, memory for vectors, shards, nodes, hours of indexing, and money when a node's price is given.",
      "",
      "Bytes of a passage are taken to stay the same; memory for vectors is by OpenSearch's formula; CPU time to index a vector to grow with the logarithm of"
          + " a shard's passages; CPU time of a search is that of small shards, so the least. Embedding is not in"
          + " it.",
      ""
    })
public final class ScaleCost implements Callable<Integer> {
  private static final double GIGA = 1e9;

  /**
   * What a vector is to have of memory, by OpenSearch's documentation of approximate search: 1.1 *
   * (4 * dimension + 8 * m) bytes, with links to m = 16 others.
   */
  private static final double MORE = 1.1;

  private static final double LINKS = 8 * 16;

  private static final long MOST_IN_SHARD = 2_000_000_000; // what Lucene can number, less a margin

  @Option(
      names = "--measured",
      required = true,
      paramLabel = "FILE",
      description = "What the benchmark EngineFootprint printed.")
  private Path measured = Path.of("");

  @Option(
      names = "--passages",
      split = ",",
      paramLabel = "N",
      description = "How many; 10000000,100000000,1000000000 unless given.")
  private List<Long> passages = List.of(10_000_000L, 100_000_000L, 1_000_000_000L);

  @Option(
      names = "--numbers",
      paramLabel = "N",
      description = "Of a vector; 384 unless given, 0 for words alone.")
  private int numbers = 384;

  @Option(
      names = "--bits",
      paramLabel = "N",
      description =
          "Of a number in memory: 32 unless given; 8, 4 or 1 where the index's mapping quantises, which keeps"
              + " the numbers on disk and adds these. OpenSearchIndex makes a mapping of 32.")
  private int bits = 32;

  @Option(
      names = "--copies",
      paramLabel = "N",
      description = "Of each shard, the first among them; 2 unless given.")
  private int copies = 2;

  @Option(
      names = "--shard",
      paramLabel = "GB",
      description = "The most that a shard is to have on disk; 30 unless given.")
  private double shard = 30;

  @Option(names = "--node-memory", paramLabel = "GB", description = "Of a node; 64 unless given.")
  private double nodeMemory = 64;

  @Option(
      names = "--node-heap",
      paramLabel = "GB",
      description =
          "Of that, what is not there for vectors: the JVM's heap and the system; 20 unless given.")
  private double nodeHeap = 20;

  @Option(
      names = "--node-cores",
      paramLabel = "N",
      description = "Of a node, as fast as the measured one's; 16 unless given.")
  private int nodeCores = 16;

  @Option(names = "--node-disk", paramLabel = "GB", description = "Of a node; 2000 unless given.")
  private double nodeDisk = 2_000;

  @Option(
      names = "--disk-used",
      paramLabel = "SHARE",
      description =
          "Of a disk, what may be full: merging writes a segment anew before the old ones go; 0.6 unless"
              + " given.")
  private double diskUsed = 0.6;

  @Option(
      names = "--queries",
      paramLabel = "N",
      description = "A second, each by words and by vectors; 10 unless given.")
  private double queries = 10;

  @Option(
      names = "--node-month",
      paramLabel = "AMOUNT",
      description = "What a node costs a month, its disk in it; no sum is printed unless given.")
  private @Nullable Double nodeMonth;

  @Option(
      names = "--price-of",
      paramLabel = "TEXT",
      description = "Whose price that is, of which day, in which currency; goes with --node-month.")
  private @Nullable String priceOf;

  @Option(names = "--json", description = "Print one line of JSON for each number of passages.")
  private boolean json;

  private ScaleCost() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new ScaleCost(), args);
  }

  @Override
  public Integer call() throws IOException {
    check();
    Measured known = Measured.read(measured);
    List<Sized> all = passages.stream().map(count -> sized(count, known)).toList();
    if (json) {
      all.forEach(one -> System.out.println(one.json()));
      return 0;
    }
    line(
        "From %,d passages of %s, measured on %s (%s); %d numbers of %d bits, %d copies, nodes of %.0f GB,"
            + " %d cores and %.0f GB of disk, %.0f queries a second.",
        known.passages,
        known.set,
        known.date,
        measured,
        numbers,
        bits,
        copies,
        nodeMemory,
        nodeCores,
        nodeDisk,
        queries);
    line("");
    line(
        "| passages | disk, one copy | disk, all | memory for vectors | shards | nodes | because of | hours to index |"
            + " cores busy with queries |%s",
        nodeMonth == null ? "" : " a month |");
    line(
        "| ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |%s",
        nodeMonth == null ? "" : " ---: |");
    for (Sized one : all) {
      line(
          "| %,d | %s | %s | %s | %,d | %,d | %s | %,.1f | %,.1f |%s",
          one.passages,
          bytes(one.diskOfOne),
          bytes(one.disk),
          bytes(one.memory),
          one.shards,
          one.nodes,
          one.because,
          one.hours,
          one.cores,
          one.month == null ? "" : String.format(Locale.ROOT, " %,.0f |", one.month));
    }
    if (priceOf != null) {
      line("");
      line("A node costs %,.2f a month: %s.", nodeMonth, priceOf);
    }
    return 0;
  }

  private void check() {
    if (!List.of(32, 8, 4, 1).contains(bits)) {
      throw new IllegalArgumentException("--bits must be 32, 8, 4 or 1, was " + bits);
    }
    if (numbers < 0 || copies < 1 || nodeCores < 1 || !(queries >= 0)) {
      throw new IllegalArgumentException(
          "--numbers and --queries must be >= 0, --copies and --node-cores >= 1");
    }
    if (passages.stream().anyMatch(count -> count < 1)) {
      throw new IllegalArgumentException("--passages must be >= 1, was " + passages);
    }
    if (!(shard > 0) || !(nodeDisk > 0) || !(nodeHeap >= 0) || !(nodeMemory > nodeHeap)) {
      throw new IllegalArgumentException(
          "--shard and --node-disk must be above 0, and --node-memory above --node-heap");
    }
    if (!(diskUsed > 0 && diskUsed <= 1)) {
      throw new IllegalArgumentException("--disk-used must be in (0, 1], was " + diskUsed);
    }
    if ((nodeMonth == null) != (priceOf == null)) {
      throw new IllegalArgumentException(
          "--node-month and --price-of go together: a price has a source and a day");
    }
  }

  private Sized sized(long count, Measured known) {
    double quantised = bits == 32 ? 0 : numbers * bits / 8.0;
    double vector =
        numbers == 0 ? 0 : numbers * known.bytesOfNumber + known.bytesOfVector + quantised;
    double diskOfOne = count * (known.bytesOfWords + vector);
    double disk = diskOfOne * copies;
    double inMemory = numbers == 0 ? 0 : MORE * (numbers * bits / 8.0 + LINKS);
    double memory = count * inMemory * copies;
    long shards =
        (long)
            Math.max(
                Math.ceil(diskOfOne / (shard * GIGA)), Math.ceil((double) count / MOST_IN_SHARD));
    double inShard = Math.max(2, (double) count / shards);
    double deeper = Math.max(1, StrictMath.log(inShard) / StrictMath.log((double) known.passages));
    double cores = queries * shards * (known.cpuOfBm25 + (numbers == 0 ? 0 : known.cpuOfKnn));
    double byDisk = Math.ceil(disk / (nodeDisk * diskUsed * GIGA));
    double byMemory = Math.ceil(memory / ((nodeMemory - nodeHeap) * GIGA));
    double byQueries = Math.ceil(cores / nodeCores);
    long nodes = (long) Math.max(Math.max(byDisk, byMemory), Math.max(byQueries, copies));
    String because =
        nodes == byMemory
            ? "memory"
            : nodes == byDisk ? "disk" : nodes == byQueries ? "queries" : "copies";
    // The time of a vector is of so many numbers as were measured, and goes with them.
    double ofVector = known.cpuOfVector * numbers / Measured.NUMBERS * deeper;
    double seconds = count * (double) copies * (known.cpuOfWords + ofVector);
    double hours = seconds / 3_600 / (nodes * nodeCores);
    Double month = nodeMonth == null ? null : nodes * nodeMonth;
    return new Sized(count, diskOfOne, disk, memory, shards, nodes, because, hours, cores, month);
  }

  /** What so many passages take; memory and disk in bytes. */
  private record Sized(
      long passages,
      double diskOfOne,
      double disk,
      double memory,
      long shards,
      long nodes,
      String because,
      double hours,
      double cores,
      @Nullable Double month) {
    ObjectNode json() {
      ObjectNode json = Cli.JSON.createObjectNode();
      json.put("passages", passages).put("diskOfOneCopy", Math.round(diskOfOne));
      json.put("disk", Math.round(disk)).put("memory", Math.round(memory));
      json.put("shards", shards).put("nodes", nodes).put("because", because);
      json.put("hoursToIndex", hours).put("coresOfQueries", cores);
      if (month != null) {
        json.put("month", month);
      }
      return json;
    }
  }

  /** What was measured. */
  private record Measured(
      String set,
      String date,
      long passages,
      double bytesOfWords,
      double bytesOfNumber,
      double bytesOfVector,
      double cpuOfWords,
      double cpuOfVector,
      double cpuOfBm25,
      double cpuOfKnn) {
    /** Of the vectors whose time was measured. */
    static final int NUMBERS = 384;

    static Measured read(Path file) throws IOException {
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        properties.load(reader);
      }
      long passages = (long) number(properties, "passages", file);
      if (passages < 2) {
        throw new IllegalArgumentException(file + ": passages must be >= 2, was " + passages);
      }
      return new Measured(
          text(properties, "set", file),
          text(properties, "date", file),
          passages,
          number(properties, "words.bytes", file),
          number(properties, "number.bytes", file),
          number(properties, "vector.bytes", file),
          number(properties, "words.cpu", file),
          number(properties, "vector.cpu", file),
          number(properties, "bm25.cpu", file),
          number(properties, "knn.cpu", file));
    }

    private static String text(Properties properties, String key, Path file) {
      String value = properties.getProperty(key);
      if (value == null) {
        throw new IllegalArgumentException(
            "%s has no '%s'; the benchmark EngineFootprint prints all of it".formatted(file, key));
      }
      return value.strip();
    }

    private static double number(Properties properties, String key, Path file) {
      String value = text(properties, key, file);
      try {
        double number = Double.parseDouble(value);
        if (number >= 0 && Double.isFinite(number)) {
          return number;
        }
      } catch (NumberFormatException e) {
        // told below
      }
      throw new IllegalArgumentException(
          "%s: %s must be a number >= 0, was '%s'".formatted(file, key, value));
    }
  }

  private static String bytes(double bytes) {
    return bytes >= 1_000 * GIGA
        ? String.format(Locale.ROOT, "%,.1f TB", bytes / GIGA / 1_000)
        : String.format(Locale.ROOT, "%,.1f GB", bytes / GIGA);
  }

  @SuppressWarnings("AnnotateFormatMethod") // as in CostProjection
  private static void line(String format, @Nullable Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
