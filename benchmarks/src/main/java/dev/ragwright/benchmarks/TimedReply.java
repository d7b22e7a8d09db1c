package dev.ragwright.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.generators.onnx.ChatReply;
import dev.ragwright.generators.onnx.ReplyStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * A reply, and when its text came.
 *
 * @param firstWall seconds from the call to the first piece of text, the prompt's making included
 * @param firstCpu the process' processor time in it
 * @param restCpu the processor time from then to the end
 */
record TimedReply(ChatReply reply, double firstWall, double firstCpu, double restCpu) {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  static TimedReply of(Supplier<ReplyStream> call) {
    long wall = System.nanoTime();
    long cpu = SYSTEM.getProcessCpuTime();
    try (ReplyStream stream = call.get()) {
      stream.next();
      double firstWall = (System.nanoTime() - wall) / 1e9;
      long first = SYSTEM.getProcessCpuTime();
      ChatReply reply = stream.reply();
      double restCpu = (SYSTEM.getProcessCpuTime() - first) / 1e9;
      return new TimedReply(reply, firstWall, (first - cpu) / 1e9, restCpu);
    }
  }

  /** The middle one; the mean of the two middle ones if there are as many on both sides. */
  static double median(Collection<TimedReply> replies, ToDoubleFunction<TimedReply> of) {
    double[] sorted = replies.stream().mapToDouble(of).sorted().toArray();
    return Arrays.stream(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1)
        .average()
        .orElse(Double.NaN);
  }

  /** Tokens a second from the second token on, of all replies. */
  static double decodePerSecond(Collection<TimedReply> replies) {
    long tokens = replies.stream().mapToLong(one -> one.reply.outputTokens().size() - 1).sum();
    double nanos = replies.stream().mapToDouble(one -> one.reply.decodeTime().toNanos()).sum();
    return tokens / nanos * 1e9;
  }
}
