package dev.ragwright.documents.drawing;

/**
 * Where a shape stands, in the units of the file.
 *
 * @param known whether the file says it
 */
public record Box(double x, double y, double width, double height, boolean known) {
  /** A shape of which the file does not say where it stands. */
  public static final Box UNKNOWN = new Box(0, 0, 0, 0, false);

  double right() {
    return x + width;
  }

  double bottom() {
    return y + height;
  }

  /** The least box around both. */
  public Box and(Box other) {
    if (!known || !other.known) {
      return known ? this : other;
    }
    double left = Math.min(x, other.x);
    double top = Math.min(y, other.y);
    return new Box(
        left,
        top,
        Math.max(right(), other.right()) - left,
        Math.max(bottom(), other.bottom()) - top,
        true);
  }
}
