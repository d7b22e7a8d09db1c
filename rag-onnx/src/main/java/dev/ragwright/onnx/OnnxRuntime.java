package dev.ragwright.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.ragwright.call.RagException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The native runtime of this process, with its telemetry off.
 *
 * <p>ONNX Runtime 1.29.0 sets up its telemetry when it starts, before a program can say no, and on
 * Linux that ends the whole process where the command line is longer than it expects. The
 * environment variable {@value #NO_TELEMETRY} prevents both, but only whoever starts the process
 * can set it: so a command line that would be fatal is refused with an exception instead.
 */
final class OnnxRuntime {
  private static final String NO_TELEMETRY = "ORT_DISABLE_TELEMETRY";
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final int LONGEST = 3_900; // bytes; it was seen to end at 3,993 and not at 3,973

  private static volatile boolean checked;

  private OnnxRuntime() {}

  /**
   * The runtime's one environment.
   *
   * @throws RagException if starting it would end the process
   */
  static OrtEnvironment environment() {
    if (!checked) {
      check(COMMAND_LINE, System.getenv(NO_TELEMETRY));
      checked = true;
    }
    return Started.ENVIRONMENT;
  }

  /**
   * Refuses to start where that would be the end.
   *
   * @param setting of the environment variable
   */
  static void check(Path commandLine, @Nullable String setting) {
    if (setting != null && (setting.equals("1") || setting.equalsIgnoreCase("true"))) {
      return;
    }
    long length = length(commandLine);
    if (length > LONGEST) {
      throw new RagException(
          "ONNX Runtime would end this process: its telemetry cannot read a command line of %,d bytes, only %,d; start with the environment variable %s=1, or with a shorter command line (the class path in the variable CLASSPATH or in an @file)"
              .formatted(length, LONGEST, NO_TELEMETRY));
    }
  }

  /** 0 where there is no such file, as on other systems than Linux. */
  private static long length(Path commandLine) {
    if (!Files.isReadable(commandLine)) {
      return 0;
    }
    try {
      return Files.readAllBytes(commandLine).length;
    } catch (IOException e) {
      return 0; // then it cannot be read by the runtime either
    }
  }

  private static final class Started {
    static final OrtEnvironment ENVIRONMENT = start();

    private static OrtEnvironment start() {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      try {
        environment.setTelemetry(false);
      } catch (OrtException e) {
        throw new RagException("the telemetry of ONNX Runtime cannot be turned off", e);
      }
      return environment;
    }
  }
}
