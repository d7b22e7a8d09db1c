package dev.ragwright.tools;

import java.util.List;
import java.util.Set;

/**
 * What {@link Fuzz} attacks.
 *
 * @param seeds valid inputs
 * @param pieces of what its inputs are made of
 * @param brackets what may nest: what opens, a bar, what closes
 * @param documented what it may throw at a wrong input, and what is a kind of these
 * @param memory bytes that it may allocate for any input, however short
 * @param reading reads an input
 */
record FuzzTarget(
    String name,
    List<byte[]> seeds,
    List<String> pieces,
    List<String> brackets,
    Set<Class<? extends Exception>> documented,
    long memory,
    Reading reading) {
  /** What is attacked. */
  @FunctionalInterface
  interface Reading {
    /** Reads an input, and fails where it is read otherwise than it may be. */
    void read(byte[] input) throws Exception;
  }

  boolean documents(Throwable failure) {
    return documented.stream().anyMatch(type -> type.isInstance(failure));
  }
}
