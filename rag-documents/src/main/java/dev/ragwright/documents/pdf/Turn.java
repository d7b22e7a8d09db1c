package dev.ragwright.documents.pdf;

/** Frames for lines that do not run to the right: the page turned so that they do. */
final class Turn {
  private Turn() {}

  /** A direction, with y downwards, in whole degrees in [0, 360); nearly straight is straight. */
  static int of(float dx, float dy) {
    if (Math.abs(dy) < 0.05f * dx) {
      return 0;
    }
    int degrees = Math.floorMod(Math.round((float) Math.toDegrees(StrictMath.atan2(dy, dx))), 360);
    int quarter = (degrees + 45) / 90 * 90;
    return Math.abs(degrees - quarter) <= 3 ? quarter % 360 : degrees;
  }

  static float x(int turn, float x, float y) {
    return switch (turn) {
      case 0 -> x;
      case 90 -> y;
      case 180 -> -x;
      case 270 -> -y;
      default -> cos(turn) * x + sin(turn) * y;
    };
  }

  static float y(int turn, float x, float y) {
    return switch (turn) {
      case 0 -> y;
      case 90 -> -x;
      case 180 -> -y;
      case 270 -> x;
      default -> cos(turn) * y - sin(turn) * x;
    };
  }

  private static float cos(int turn) {
    return (float) StrictMath.cos(StrictMath.toRadians(turn));
  }

  private static float sin(int turn) {
    return (float) StrictMath.sin(StrictMath.toRadians(turn));
  }
}
