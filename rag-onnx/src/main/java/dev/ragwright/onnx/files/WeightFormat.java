package dev.ragwright.onnx.files;

import java.util.Locale;

/** How a graph keeps the numbers of the matrices that it multiplies with. */
public enum WeightFormat {
  /** Single precision: what everything else is compared with. */
  FP32,
  /** Half precision, which no processor here computes in: it is converted at each use. */
  FP16,
  /** As {@link #FP16}, with the exponent of single precision. */
  BF16,
  /** 8 bits and a scale for each block of, mostly, 32 numbers. */
  Q8,
  /** 4 bits and a scale for each block. */
  Q4,
  /** 2 bits and a scale for each block. */
  Q2,
  /** 1 bit and a scale for each block. */
  Q1,
  /** 4 bits of the two formats of bitsandbytes, NF4 and FP4. */
  BNB4,
  /** 8 bits and a scale for a whole matrix or column; activations are scaled run by run. */
  INT8,
  /** Anything else. */
  OTHER;

  /** In lower case, as file names have it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
