package dev.ragwright.tools;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.call.RagException;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** What the tools share: one readable message for a failure, and an exit code that says so. */
final class Cli {
  /** Lucene tells which vector instructions it found; kept here, or the setting would be lost. */
  private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

  static {
    LUCENE.setLevel(Level.WARNING);
  }

  static final ObjectMapper JSON = new ObjectMapper();

  private Cli() {}

  /** Runs a recipe, which leaves its failures to whoever runs it. A tool does not fail here. */
  static void run(Method main, String... arguments) throws IllegalAccessException {
    try {
      main.invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception failure) {
        System.err.println(message(failure));
        System.exit(1);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Parses the arguments and runs; exits with 2 for wrong arguments, 1 for a failure. */
  static void run(Callable<Integer> command, String... args) {
    CommandLine commandLine =
        new CommandLine(command)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .registerConverter(Path.class, Cli::path)
            .setParameterExceptionHandler(
                (e, arguments) -> {
                  System.err.println(e.getMessage() + "; --help tells what is allowed");
                  return 2;
                })
            .setExecutionExceptionHandler(
                (e, parsed, result) -> {
                  System.err.println(message(e));
                  return 1;
                });
    int exit = commandLine.execute(args);
    if (exit != 0) {
      System.exit(exit);
    }
  }

  /** An empty name would be the working directory, which "." says. */
  private static Path path(String name) {
    if (name.isBlank()) {
      throw new CommandLine.TypeConversionException("it names no file or folder");
    }
    return Path.of(name);
  }

  /** What a person can use: the text of a failure that was meant for one, else its type too. */
  private static String message(Exception e) {
    Throwable cause = e instanceof DocumentReadException && e.getCause() != null ? e.getCause() : e;
    if (cause instanceof NoSuchFileException missing) {
      return "error: there is no file " + missing.getFile();
    }
    return e instanceof RagException || e instanceof IllegalArgumentException
        ? "error: " + e.getMessage()
        : "error: " + e;
  }

  /**
   * For before the long work rather than after it.
   *
   * @param file what the option names; null where it is not given
   * @throws IllegalArgumentException if the file could not be written
   */
  static void checkWritable(String option, @Nullable Path file) {
    if (file == null) {
      return;
    }
    Path parent = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file) || parent == null || !Files.isWritable(parent)) {
      throw new IllegalArgumentException(
          "%s %s cannot be written: no folder that may be written to, or a folder"
              .formatted(option, file));
    }
  }

  /**
   * Before the work that a file is to hold, which must not take another's place.
   *
   * @throws IllegalArgumentException naming the option, if there is such a file, or none can be
   *     written
   */
  static void checkNew(String option, @Nullable Path file) {
    if (file != null && Files.exists(file)) {
      throw new IllegalArgumentException(
          "%s %s: it is there already; give another name, or delete it".formatted(option, file));
    }
    checkWritable(option, file);
  }

  /**
   * Vectors that are kept in the file of an option, or in memory where there is none.
   *
   * @throws IllegalArgumentException if the file is in use, or no file of vectors
   */
  static EmbeddingCache vectors(String option, @Nullable Path file) {
    try {
      return file == null ? EmbeddingCache.inMemory() : EmbeddingCache.open(file);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
    }
  }

  /** At most so many of them, drawn by a seed, in their own order. */
  static <T> List<T> sample(Collection<T> all, int most, long seed) {
    List<T> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(seed));
    Set<T> drawn = new HashSet<>(shuffled.subList(0, Math.min(most, shuffled.size())));
    return all.stream().filter(drawn::contains).toList();
  }

  /**
   * The values of an option, unless one stands twice: the second would be lost.
   *
   * @throws IllegalArgumentException if one does
   */
  static <T> List<T> distinct(String option, List<T> values) {
    Set<T> seen = new HashSet<>();
    for (T value : values) {
      if (!seen.add(value)) {
        throw new IllegalArgumentException("%s: \"%s\" is given twice".formatted(option, value));
      }
    }
    return values;
  }

  static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
