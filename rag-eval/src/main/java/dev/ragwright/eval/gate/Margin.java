package dev.ragwright.eval.gate;

/**
 * How much worse than a baseline still counts as not worse.
 *
 * @param width in the metric's own unit: 0.01 of nDCG; above 0, since no number of questions can
 *     show that two systems do not differ at all
 */
public record Margin(double width) {
  /** Refuses what is not above 0 and finite. */
  public Margin {
    if (!(width > 0 && width < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("a margin must be above 0 and finite, was " + width);
    }
  }
}
