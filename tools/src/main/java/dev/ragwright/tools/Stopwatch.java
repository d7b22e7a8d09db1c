package dev.ragwright.tools;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Time by the clock and by the processors, from its making to {@link #stop}. */
final class Stopwatch {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private double seconds = -System.nanoTime() / 1e9;
  private double cpuSeconds = -SYSTEM.getProcessCpuTime() / 1e9;

  void stop() {
    seconds += System.nanoTime() / 1e9;
    cpuSeconds += SYSTEM.getProcessCpuTime() / 1e9;
  }

  double seconds() {
    return seconds;
  }

  double cpuSeconds() {
    return cpuSeconds;
  }

  /** To three digits behind the point. */
  static double rounded(double value) {
    return Math.rint(value * 1000) / 1000;
  }
}
