package dev.ragwright.eval.stats;

/** Sums and the normal distribution. */
final class Numbers {
  private Numbers() {}

  static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** The unbiased variance, over {@code n - 1}; 0 for a single value. */
  static double variance(double[] values) {
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return values.length < 2 ? 0 : sum / (values.length - 1);
  }

  /**
   * The standard normal distribution's quantile, for the two-sided interval of a level: 1.96 for
   * 0.95. By Wichura's algorithm AS 241, PPND16 (Applied Statistics 37, 1988), exact to about 16
   * digits.
   */
  static double twoSidedZ(double level) {
    return normalQuantile(0.5 + level / 2);
  }

  @SuppressWarnings("FloatingPointLiteralPrecision") // the constants as they were published
  static double normalQuantile(double p) {
    double q = p - 0.5;
    if (Math.abs(q) <= 0.425) {
      double r = 0.180625 - q * q;
      return q
          * polynomial(
              r,
              3.3871328727963666080e0,
              1.3314166789178437745e+2,
              1.9715909503065514427e+3,
              1.3731693765509461125e+4,
              4.5921953931549871457e+4,
              6.7265770927008700853e+4,
              3.3430575583588128105e+4,
              2.5090809287301226727e+3)
          / polynomial(
              r,
              1,
              4.2313330701600911252e+1,
              6.8718700749205790830e+2,
              5.3941960214247511077e+3,
              2.1213794301586595867e+4,
              3.9307895800092710610e+4,
              2.8729085735721942674e+4,
              5.2264952788528545610e+3);
    }
    double r = Math.sqrt(-StrictMath.log(q < 0 ? p : 1 - p));
    double tail;
    if (r <= 5) {
      tail =
          polynomial(
                  r - 1.6,
                  1.42343711074968357734e0,
                  4.63033784615654529590e0,
                  5.76949722146069140550e0,
                  3.64784832476320460504e0,
                  1.27045825245236838258e0,
                  2.41780725177450611770e-1,
                  2.27238449892691845833e-2,
                  7.74545014278341407640e-4)
              / polynomial(
                  r - 1.6,
                  1,
                  2.05319162663775882187e0,
                  1.67638483018380384940e0,
                  6.89767334985100004550e-1,
                  1.48103976427480074590e-1,
                  1.51986665636164571966e-2,
                  5.47593808499534494600e-4,
                  1.05075007164441684324e-9);
    } else {
      tail =
          polynomial(
                  r - 5,
                  6.65790464350110377720e0,
                  5.46378491116411436990e0,
                  1.78482653991729133580e0,
                  2.96560571828504891230e-1,
                  2.65321895265761230930e-2,
                  1.24266094738807843860e-3,
                  2.71155556874348757815e-5,
                  2.01033439929228813265e-7)
              / polynomial(
                  r - 5,
                  1,
                  5.99832206555887937690e-1,
                  1.36929880922735805310e-1,
                  1.48753612908506148525e-2,
                  7.86869131145613259100e-4,
                  1.84631831751005468180e-5,
                  1.42151175831644588870e-7,
                  2.04426310338993978564e-15);
    }
    return q < 0 ? -tail : tail;
  }

  /** Lowest power first. */
  private static double polynomial(double x, double... coefficients) {
    double sum = 0;
    for (int i = coefficients.length - 1; i >= 0; i--) {
      sum = sum * x + coefficients[i];
    }
    return sum;
  }
}
