package dev.ragwright.onnx.runtime;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.ObjectName;

/** The C library's memory, of which freed parts stay with the process. */
final class NativeHeap {
  /** Below, there is less to gain than what it takes to ask for it: some 10 MB, once. */
  private static final long WORTH_IT = 32 << 20;

  private NativeHeap() {}

  /**
   * Gives back to the system what is free in it, after as much was read into it: the runtime reads
   * a model's file into copies that it frees, as much as the file itself again. HotSpot on Linux
   * does it, by the command {@code System.trim_native_heap} of {@code jcmd}; elsewhere nothing
   * happens.
   */
  static void trimAfter(long bytes) {
    if (bytes < WORTH_IT) {
      return;
    }
    try {
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "systemTrimNativeHeap",
              null,
              null);
    } catch (JMException | JMRuntimeException e) {
      // There is no such command here.
    }
  }
}
