package dev.ragwright.testmodels;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The folders of this project as a test finds them, whether Maven or an editor runs it: the
 * repository is the nearest folder above the working directory that has {@code .mvn}.
 */
public final class Repository {
  private Repository() {}

  /**
   * Returns the repository's folder, absolute.
   *
   * @throws IllegalStateException if the working directory is in no repository
   */
  public static Path root() {
    return above(Path.of(""));
  }

  static Path above(Path folder) {
    Path start = folder.toAbsolutePath().normalize();
    for (@Nullable Path at = start; at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve(".mvn")) && Files.isRegularFile(at.resolve("pom.xml"))) {
        return at;
      }
    }
    throw new IllegalStateException(
        "no folder above "
            + start
            + " has .mvn and pom.xml; run tests with a working directory in the repository");
  }

  /**
   * Returns a path in {@code ../shared}, the folder of data sets and models beside the repository,
   * which is not on every machine: the path may lead to nothing.
   *
   * @param path such as {@code data/adi} or {@code models/SmolLM2-135M-Instruct}
   */
  public static Path shared(String path) {
    return root().resolveSibling("shared").resolve(path);
  }

  /** Returns the same path, but skips the running test, and says so, if nothing is there. */
  public static Path sharedOrSkip(String path) {
    Path there = shared(path);
    assumeTrue(Files.exists(there), () -> "skipped: there is no " + there);
    return there;
  }
}
