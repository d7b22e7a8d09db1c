package dev.ragwright.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Runs an example as a user does: in a process of its own, whose exit code and streams count. */
final class Program {
  /** Those that compute, for which the second compiler pays. */
  private static final Set<Class<?>> COMPUTING =
      Set.of(Learn.class, CompareStages.class, Winner.class);

  private Program() {}

  record Run(int exit, String out, String err) {}

  static Run run(Class<?> example, Path folder, List<String> arguments) throws Exception {
    return run(System.getProperty("java.class.path"), example, folder, arguments);
  }

  static Run run(String classPath, Class<?> example, Path folder, List<String> arguments)
      throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        builder(classPath, example, folder, arguments)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    int exit = process.waitFor();
    return new Run(exit, Files.readString(out), Files.readString(err));
  }

  /** Starts it, and leaves its streams to the caller. */
  static Process start(Class<?> example, Path folder, List<String> arguments) throws Exception {
    return builder(System.getProperty("java.class.path"), example, folder, arguments).start();
  }

  private static ProcessBuilder builder(
      String classPath, Class<?> example, Path folder, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                classPath));
    if (!COMPUTING.contains(example)) {
      command.add("-XX:TieredStopAtLevel=1"); // a short run: 4.8 s of processor time, not 7.8
    }
    command.add(example.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command).directory(folder.toFile());
  }
}
