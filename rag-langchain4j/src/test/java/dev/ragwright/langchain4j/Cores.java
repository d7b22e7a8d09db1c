package dev.ragwright.langchain4j;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What the langchain4j-core that tests run on has, which may be older than that compiled against.
 */
final class Cores {
  private Cores() {}

  /** Skips a test of what came with {@code 1.minor}. */
  static void assumeAtLeast(int minor) {
    String version = CoreVersion.read().orElseThrow();
    assumeTrue(
        Integer.parseInt(version.split("\\.", -1)[1]) >= minor,
        () -> "langchain4j-core " + version + " is older than 1." + minor);
  }
}
