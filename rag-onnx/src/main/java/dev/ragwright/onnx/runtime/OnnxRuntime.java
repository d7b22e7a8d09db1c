package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.ragwright.call.RagException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The native runtime of this process, with its telemetry off.
 *
 * <p>ONNX Runtime 1.29.0 sets up its telemetry when it starts, before a program can say no. On
 * Linux that matches regular expressions against the process' command line, recursively, so that a
 * usual stack overflows where it is longer than some 4,000 bytes (a class path will do), and the
 * process ends without a word. So it is started on a thread with a large stack, of which only what
 * is used takes memory. Where even that would not do, an exception says how to go on; the
 * environment variable {@value #NO_TELEMETRY}, which only whoever starts the process can set,
 * prevents all of it.
 */
final class OnnxRuntime {
  private static final String NO_TELEMETRY = "ORT_DISABLE_TELEMETRY";
  private static final String NATIVE_PATH = "onnxruntime.native.path";
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final long STACK_BYTES = 256L << 20;
  private static final int LONGEST = 100_000; // bytes, with that stack

  private static volatile @Nullable OrtEnvironment environment;

  private OnnxRuntime() {}

  /**
   * The runtime's one environment.
   *
   * @throws RagException if it cannot start here, or starting it would end the process
   */
  static OrtEnvironment environment() {
    OrtEnvironment running = environment;
    return running == null ? started() : running;
  }

  private static synchronized OrtEnvironment started() {
    OrtEnvironment running = environment;
    if (running == null) {
      check(COMMAND_LINE, System.getenv(NO_TELEMETRY));
      running = start();
      environment = running;
    }
    return running;
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
          String.format(
              Locale.ROOT,
              "ONNX Runtime would end this process: its telemetry cannot read a command line of %,d bytes, only %,d; start with the environment variable %s=1, or with a shorter command line (the class path in the variable CLASSPATH or in an @file)",
              length,
              LONGEST,
              NO_TELEMETRY));
    }
  }

  /** Why there is no environment; the runtime itself says no more than which library failed. */
  private static RagException notStarted(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new RagException(
        """
        ONNX Runtime cannot start on %s %s: %s; its jar has native libraries for Linux with glibc, \
        macOS and Windows; the system properties onnxruntime.native.path and java.io.tmpdir change \
        where they are loaded from and unpacked to"""
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Objects.requireNonNullElse(root.getMessage(), root.toString())),
        cause);
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

  /**
   * Starts the runtime, if that was not done, from a native library that the cache keeps; without
   * one, or where {@value #NATIVE_PATH} is set, as {@link #environment} does.
   */
  static void startFrom(@Nullable StartCache cache) {
    if (cache != null && environment == null && System.getProperty(NATIVE_PATH) == null) {
      startUnpacked(cache);
    }
  }

  private static synchronized void startUnpacked(StartCache cache) {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String system = os.startsWith("mac") ? "osx" : os.startsWith("windows") ? "win" : "linux";
    String arch = System.getProperty("os.arch");
    String folder =
        "/ai/onnxruntime/native/" + system + "-" + (arch.equals("amd64") ? "x64" : arch) + "/";
    List<String> files =
        List.of(System.mapLibraryName("onnxruntime"), System.mapLibraryName("onnxruntime4j_jni"));
    if (environment != null
        || !OrtSession.class.getClassLoader().equals(OnnxRuntime.class.getClassLoader())) {
      return; // a library belongs to the loader of the class that loads it
    }
    Optional<Path> unpacked = cache.unpacked(OrtSession.class, folder, files);
    if (unpacked.isPresent() && isLoaded(unpacked.get(), files)) {
      System.setProperty(NATIVE_PATH, unpacked.get().toAbsolutePath().toString());
      try {
        started();
      } finally {
        System.clearProperty(NATIVE_PATH);
      }
    }
  }

  /**
   * Loads the libraries, as the runtime does again without effect. Its own class cannot be used any
   * more once that has failed, as in a folder from which nothing may be run.
   */
  private static boolean isLoaded(Path folder, List<String> files) {
    check(COMMAND_LINE, System.getenv(NO_TELEMETRY));
    FutureTask<Void> loading =
        run(
            new FutureTask<>(
                () -> {
                  for (String file : files) {
                    System.load(folder.resolve(file).toAbsolutePath().toString());
                  }
                  return null;
                }));
    if (loading.state() == Future.State.FAILED) {
      LoggerFactory.getLogger(OnnxRuntime.class)
          .warn("cannot load {}", folder, loading.exceptionNow());
      return false;
    }
    return true;
  }

  private static OrtEnvironment start() {
    FutureTask<OrtEnvironment> starting = run(new FutureTask<>(OrtEnvironment::getEnvironment));
    if (starting.state() == Future.State.FAILED) {
      throw notStarted(starting.exceptionNow());
    }
    OrtEnvironment environment = starting.resultNow();
    try {
      environment.setTelemetry(false);
    } catch (OrtException e) {
      throw new RagException("the telemetry of ONNX Runtime cannot be turned off", e);
    }
    return environment;
  }

  /** Runs it to its end, on a thread with the stack that the runtime's start needs. */
  private static <T> FutureTask<T> run(FutureTask<T> task) {
    Thread thread = new Thread(null, task, "ragwright-onnxruntime", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    join(thread);
    return task;
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // it takes milliseconds
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
