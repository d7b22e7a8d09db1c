package dev.ragwright.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.ObjectName;

/**
 * What this process holds on to, after the collector and the C library have given back what is
 * free. NaN is what this system does not tell: all but heap, classes and threads come from Linux'
 * {@code /proc}.
 *
 * @param heap megabytes of objects that are reachable
 * @param outside megabytes of memory that no file stands behind, outside of Java's heap: native
 *     memory, stacks, classes, compiled code
 * @param compiled megabytes of that which are classes and compiled code
 * @param resident megabytes of the process in memory, files and all of Java's heap included
 * @param mapped how many parts its address space has
 * @param handles how many files, sockets and pipes are open
 * @param threads how many of the system's threads there are
 * @param classes how many classes are loaded
 * @param temporary how many files lie in the folder for temporary ones
 */
record ProcessState(
    double heap,
    double outside,
    double compiled,
    double resident,
    double mapped,
    double handles,
    double threads,
    double classes,
    double temporary) {
  private static final double MEGABYTE = 1 << 20;
  private static final Path SELF = Path.of("/proc/self");
  private static final Pattern RANGE =
      Pattern.compile("\\[0x(?<from>[0-9a-f]{8,16}), (0x[0-9a-f]+, )?0x(?<to>[0-9a-f]{8,16})\\)");
  private static final Pattern MAPPING =
      Pattern.compile("(?<from>[0-9a-f]+)-(?<to>[0-9a-f]+) [-r][-w].*");
  private static final Pattern SIZE = Pattern.compile("(?<name>\\w+): +(?<kilobytes>\\d+) kB");

  static ProcessState now() {
    // Twice: what the first finds unreachable may have a cleaner, which frees more.
    System.gc();
    System.gc();
    diagnostic("systemTrimNativeHeap");
    double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEGABYTE;
    double compiled =
        ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getCommitted() / MEGABYTE;
    int classes = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
    long[] memory = memory();
    return new ProcessState(
        heap,
        memory[0] < 0 ? Double.NaN : memory[0] / 1024.,
        compiled,
        memory[0] < 0 ? Double.NaN : memory[1] / 1024.,
        memory[0] < 0 ? Double.NaN : memory[2],
        entries(SELF.resolve("fd")),
        Files.isDirectory(SELF)
            ? entries(SELF.resolve("task"))
            : ManagementFactory.getThreadMXBean().getThreadCount(),
        classes,
        entries(Path.of(System.getProperty("java.io.tmpdir"))));
  }

  /**
   * Kilobytes without a file outside of the heap, kilobytes in memory, and the number of mappings;
   * negative where it is not known where the heap is.
   */
  private static long[] memory() {
    long from = Long.MAX_VALUE;
    long to = 0;
    Matcher heap = RANGE.matcher(diagnostic("gcHeapInfo"));
    while (heap.find()) {
      from = Math.min(from, Long.parseUnsignedLong(heap.group("from"), 16));
      to = Math.max(to, Long.parseUnsignedLong(heap.group("to"), 16));
    }
    Path maps = SELF.resolve("smaps");
    if (to == 0 || !Files.isReadable(maps)) {
      return new long[] {-1, -1, -1};
    }
    long outside = 0;
    long resident = 0;
    long mapped = 0;
    boolean inHeap = false;
    try (Stream<String> lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
      for (String line : (Iterable<String>) lines::iterator) {
        Matcher mapping = MAPPING.matcher(line);
        Matcher size = SIZE.matcher(line);
        if (mapping.matches()) {
          long start = Long.parseUnsignedLong(mapping.group("from"), 16);
          inHeap = start >= from && start < to;
          mapped++;
        } else if (size.matches()) {
          long kilobytes = Long.parseLong(size.group("kilobytes"));
          switch (size.group("name")) {
            case "Anonymous" -> outside += inHeap ? 0 : kilobytes;
            case "Rss" -> resident += kilobytes;
            default -> {}
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(maps + " cannot be read", e);
    }
    return new long[] {outside, resident, mapped};
  }

  private static double entries(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Double.NaN;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.count();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be read", e);
    }
  }

  /** What a command of {@code jcmd} says; empty where there is none. */
  private static String diagnostic(String command) {
    try {
      return (String)
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"), command, null, null);
    } catch (JMException | JMRuntimeException e) {
      return "";
    }
  }
}
