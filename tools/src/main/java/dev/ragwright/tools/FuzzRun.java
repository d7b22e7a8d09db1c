package dev.ragwright.tools;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads inputs of one target, each on a thread that is watched: what does not end is told of and
 * left behind, and the next input has a thread of its own.
 */
final class FuzzRun {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * CPU that any input may take, and what each of its bytes may add: a second, and one for 1 MB.
   */
  private static final long NANOS = 1_000_000_000;

  private static final long NANOS_A_BYTE = 1_000;
  private static final long BYTES_A_BYTE = 4_000;
  private static final long WALL = 20; // times that: waiting is no work, but has to end
  private static final int MEASURED = 1_000; // bytes: what is said of shorter inputs is noise
  private static final int MOST_HANGS = 5;

  private final FuzzTarget target;
  private final long seed;
  private final Consumer<String> out;
  private final Map<FuzzInput.Kind, long[]> outcomes = new EnumMap<>(FuzzInput.Kind.class);
  private final Map<String, Long> faults = new LinkedHashMap<>();
  private final Map<String, Long> refusals = new LinkedHashMap<>();
  private long done;
  private long bytes;
  private double slowest; // ms a kB
  private long slowestNumber = -1;
  private double hungriest; // bytes a byte
  private long hungriestNumber = -1;

  private volatile @Nullable Worker current;

  FuzzRun(FuzzTarget target, long seed, Consumer<String> out) {
    this.target = target;
    this.seed = seed;
    this.out = out;
  }

  /** Reads the inputs from a number on, until so many are read or the time is over. */
  FuzzRun read(long from, long count, long seconds) throws InterruptedException {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    long next = from;
    for (int hangs = 0; next < from + count && hangs < MOST_HANGS; hangs++) {
      Worker worker = new Worker(next, from + count, end);
      current = worker;
      worker.start();
      while (worker.isAlive() && !worker.isStuck()) {
        worker.join(100);
      }
      if (!worker.isAlive()) {
        break;
      }
      current = null; // whatever it still does counts no longer
      next = worker.number + 1;
      synchronized (this) {
        StackTraceElement[] stack = worker.getStackTrace();
        fault(
            worker.number,
            String.format(Locale.ROOT, "takes over %,d ms", worker.allowed / 1_000_000),
            stack,
            FuzzInput.of(target, seed, worker.number));
      }
    }
    return this;
  }

  private final class Worker extends Thread {
    private volatile long number;
    private final long to;
    private final long end;
    private volatile long cpu;
    private volatile long wall;
    private volatile long allowed = Long.MAX_VALUE / WALL;

    Worker(long number, long to, long end) {
      super(null, null, "fuzz-" + target.name(), 4 << 20);
      this.number = number;
      this.to = to;
      this.end = end;
      setDaemon(true);
    }

    @Override
    public void run() {
      for (long next = number; next < to && current == this && System.nanoTime() < end; next++) {
        number = next;
        one(FuzzInput.of(target, seed, next));
      }
    }

    private void one(FuzzInput input) {
      double[] took = tried(input);
      if (current != this) {
        return;
      }
      if (input.bytes().length >= MEASURED && took[0] / input.bytes().length * 1e-3 > slowest) {
        double again = Math.min(took[0], tried(null, input)[0]); // the compiler has its share
        if (again / input.bytes().length * 1e-3 > slowest) {
          slowest = again / input.bytes().length * 1e-3;
          slowestNumber = number;
        }
      }
    }

    private double[] tried(FuzzInput input) {
      Throwable[] failure = new Throwable[1];
      double[] took = tried(failure, input);
      if (current != this) {
        return took;
      }
      synchronized (FuzzRun.this) {
        done++;
        bytes += input.bytes().length;
        long most = target.memory() + BYTES_A_BYTE * input.bytes().length;
        Throwable thrown = failure[0];
        int outcome = thrown == null ? 0 : 1;
        if (thrown != null && !target.documents(thrown)) {
          outcome = 2;
          fault(number, String.valueOf(thrown), thrown.getStackTrace(), input);
        } else if (took[0] > allowed) {
          outcome = 2;
          fault(
              number,
              String.format(Locale.ROOT, "takes %,.0f ms", took[0] / 1e6),
              new StackTraceElement[0],
              input);
        } else if (took[1] > most) {
          outcome = 2;
          fault(
              number,
              String.format(Locale.ROOT, "allocates %,.0f MB", took[1] / 1e6),
              new StackTraceElement[0],
              input);
        } else if (thrown != null) {
          refusals.merge(thrown.getClass().getSimpleName(), 1L, Long::sum);
        }
        outcomes.computeIfAbsent(input.kind(), k -> new long[3])[outcome]++;
        if (input.bytes().length >= MEASURED && took[1] / input.bytes().length > hungriest) {
          hungriest = took[1] / input.bytes().length;
          hungriestNumber = number;
        }
      }
      return took;
    }

    /** CPU in nanoseconds, and what was allocated. */
    @SuppressWarnings("PMD.AvoidCatchingThrowable")
    private double[] tried(Throwable @Nullable [] failure, FuzzInput input) {
      long memory = THREADS.getCurrentThreadAllocatedBytes();
      long start = THREADS.getCurrentThreadCpuTime();
      cpu = start;
      wall = System.nanoTime();
      allowed = NANOS + NANOS_A_BYTE * input.bytes().length;
      try {
        target.reading().read(input.bytes());
      } catch (Throwable e) { // an error is what is looked for
        if (failure != null) {
          failure[0] = e;
        }
      }
      double[] took = {
        THREADS.getCurrentThreadCpuTime() - start, THREADS.getCurrentThreadAllocatedBytes() - memory
      };
      wall = Long.MAX_VALUE;
      return took;
    }

    boolean isStuck() {
      long began = wall;
      return began != Long.MAX_VALUE
          && began != 0
          && (THREADS.getThreadCpuTime(threadId()) - cpu > 2 * allowed
              || System.nanoTime() - began > WALL * allowed);
    }
  }

  private void fault(long number, String what, StackTraceElement[] stack, FuzzInput input) {
    List<String> where = new ArrayList<>();
    for (StackTraceElement frame : stack) {
      if (frame.getClassName().startsWith("dev.ragwright.")
          && !frame.getClassName().contains(".Fuzz")
          && where.size() < 3) {
        where.add(frame.getFileName() + ":" + frame.getLineNumber());
      }
    }
    String kind = what.replaceAll("(?s)[:\\d].*", "") + " at " + where;
    if (faults.merge(kind, 1L, Long::sum) == 1) {
      String shown = what.length() > 300 ? what.substring(0, 300) + "..." : what;
      out.accept(
          String.format(
              Locale.ROOT,
              "FAULT %s:%d:%d (%s, %d bytes): %s at %s",
              target.name(),
              seed,
              number,
              input.kind(),
              input.bytes().length,
              shown,
              where));
      Arrays.stream(stack).limit(6).forEach(frame -> out.accept("    " + frame));
    }
  }

  /** How many were read. */
  long done() {
    return done;
  }

  /** How many were faults, by what they are. */
  Map<String, Long> faults() {
    return faults;
  }

  /** How many were read, refused and faults, by how they are made. */
  Map<FuzzInput.Kind, long[]> outcomes() {
    return outcomes;
  }

  /** What came of it, in a line. */
  String line(double seconds) {
    long read = outcomes.values().stream().mapToLong(o -> o[0]).sum();
    long refused = outcomes.values().stream().mapToLong(o -> o[1]).sum();
    return String.format(
        Locale.ROOT,
        "%-14s %,10d inputs %,9.1f MB %6.0f s %,10d read %,10d refused %4d kinds of faults;"
            + " most %.2f ms and %,.0f kB a kB (numbers %d, %d)",
        target.name(),
        done,
        bytes / 1e6,
        seconds,
        read,
        refused,
        faults.size(),
        slowest,
        hungriest,
        slowestNumber,
        hungriestNumber);
  }
}
