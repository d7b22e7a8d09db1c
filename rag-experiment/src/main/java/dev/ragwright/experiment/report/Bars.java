package dev.ragwright.experiment.report;

import dev.ragwright.eval.stats.Estimate;
import java.util.Locale;
import org.jsoup.nodes.Element;

/** Small drawings in cells, of boxes alone: their numbers stand beside them. */
final class Bars {
  private Bars() {}

  /** An estimate and its interval on an axis from {@code -reach} to {@code +reach}. */
  static void interval(Element cell, Estimate estimate, double reach, boolean clear) {
    Element plot = plot(cell, "forest");
    plot.appendElement("span").addClass("zero");
    double low = at(estimate.interval().low(), reach);
    double high = at(estimate.interval().high(), reach);
    plot.appendElement("span")
        .addClass(clear ? "range clear" : "range")
        .attr("style", String.format(Locale.ROOT, "left:%.2f%%;width:%.2f%%", low, high - low));
    plot.appendElement("span")
        .addClass(clear ? "dot clear" : "dot")
        .attr("style", String.format(Locale.ROOT, "left:%.2f%%", at(estimate.value(), reach)));
  }

  private static double at(double value, double reach) {
    return reach == 0 ? 50 : 50 + 50 * Math.max(-1, Math.min(1, value / reach));
  }

  static Element stack(Element cell) {
    return plot(cell, "stack");
  }

  /** A part of a stack, as wide as its share of the longest. */
  static void part(Element stack, String css, double share) {
    if (share > 0) {
      stack
          .appendElement("span")
          .addClass(css)
          .attr("style", String.format(Locale.ROOT, "width:%.2f%%", 100 * share));
    }
  }

  private static Element plot(Element cell, String css) {
    return cell.addClass("drawing").appendElement("div").addClass(css).attr("aria-hidden", "true");
  }
}
