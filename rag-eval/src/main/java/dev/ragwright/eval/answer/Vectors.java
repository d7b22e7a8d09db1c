package dev.ragwright.eval.answer;

/** The likeness of vectors of length 1. */
final class Vectors {
  private Vectors() {}

  static double dot(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += (double) one[i] * other[i];
    }
    return sum;
  }
}
