package dev.ragwright.onnx;

/**
 * What becomes of 8-bit weights whose products the processor does not compute exactly.
 *
 * <p>Without VNNI, as on most x86 processors of before 2020, ONNX Runtime adds two products of
 * unsigned activations and signed weights in 16 bits, which saturate where a weight has more than 7
 * bits ({@code |w| > 64}): silently, and by so much that a decoder writes nonsense. The same
 * weights as unsigned numbers, with the zero point moved along, have the same products in exact
 * arithmetic, and get them.
 */
public enum Int8Weights {
  /**
   * As they are in the file where the products are exact, which is tried once in each process; else
   * unsigned. An operator that has no other way is refused when the model is loaded. The default.
   */
  AS_NEEDED,
  /** Unsigned wherever that is exact, also where the file would be; to compare the two. */
  UNSIGNED,
  /** As they are in the file, whatever comes of it. */
  AS_PUBLISHED
}
