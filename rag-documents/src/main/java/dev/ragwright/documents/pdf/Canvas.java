package dev.ragwright.documents.pdf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.pdfbox.util.Matrix;

/**
 * Follows what a page paints, as far as it decides whether text is seen: clips, white fills, and
 * what lies below white text. Clips count as their bounding boxes, so that no text is taken for
 * clipped that is not.
 */
final class Canvas {
  /** Areas painted until nobody asks any more whether white text lies on one. */
  private static final int MOST_AREAS = 2000;

  private final Deque<Paint> saved = new ArrayDeque<>();
  private final List<float[]> areas = new ArrayList<>();
  private final List<Cover> covered = new ArrayList<>();
  private Paint paint = new Paint(0, 0, 0, 0, 1, false);
  private float pageArea = 1;
  private double pictures;
  private boolean painted;

  // The path, as a box in the space of the content; empty if left > right.
  private float left;
  private float bottom;
  private float right;
  private float top;
  private boolean clips;
  private int rectangles;
  private int lines;

  /** Whether nothing was painted. */
  boolean isBlank() {
    return !painted;
  }

  void begin(float left, float bottom, float right, float top) {
    saved.clear();
    areas.clear();
    covered.clear();
    pictures = 0;
    painted = false;
    pageArea = Math.max(1, (right - left) * (top - bottom));
    paint = new Paint(left, bottom, right, top, 1, false);
    endPath();
  }

  Paint paint() {
    return paint;
  }

  void set(Paint paint) {
    this.paint = paint;
  }

  void save() {
    saved.push(paint);
  }

  void restore() {
    if (!saved.isEmpty()) {
      paint = saved.pop();
    }
  }

  /** A rectangle, as two of its corners. */
  void rectangle(float x0, float y0, float x1, float y1) {
    rectangles++;
    point(x0, y0);
    point(x1, y1);
  }

  /** Any other part of a path. */
  void line(float x, float y) {
    lines++;
    point(x, y);
  }

  private void point(float x, float y) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    bottom = Math.min(bottom, y);
    top = Math.max(top, y);
  }

  /** The path will clip what comes when it is done with. */
  void clip() {
    clips = true;
  }

  void stroke(Matrix matrix) {
    painted |= left <= right;
    path(matrix);
  }

  /**
   * Fills the path.
   *
   * @param opaque whether nothing below it can be seen
   * @param drawn how many glyphs are below it
   */
  void fill(Matrix matrix, boolean opaque, int drawn) {
    painted |= left <= right;
    boolean straight = matrix.getShearX() == 0 && matrix.getShearY() == 0;
    boolean covers = opaque && straight && rectangles == 1 && lines == 0 && paint.space() > 0;
    if (covers && drawn > 0 && covered.size() < MOST_AREAS) {
      Paint seen = paint.within(box(matrix, left, bottom, right, top));
      covered.add(new Cover(seen, drawn));
    }
    if (!paint.white() && left <= right) {
      area(box(matrix, left, bottom, right, top));
    }
    path(matrix);
  }

  void path(Matrix matrix) {
    if (clips) {
      float[] none = {0, 0, -1, -1};
      paint = paint.within(left <= right ? box(matrix, left, bottom, right, top) : none);
    }
    endPath();
  }

  private void endPath() {
    left = Float.POSITIVE_INFINITY;
    bottom = Float.POSITIVE_INFINITY;
    right = Float.NEGATIVE_INFINITY;
    top = Float.NEGATIVE_INFINITY;
    clips = false;
    rectangles = 0;
    lines = 0;
  }

  /**
   * A rectangle that was filled.
   *
   * @param drawn how many glyphs are below it
   */
  record Cover(Paint box, int drawn) {}

  /** What may cover glyphs, in the order in which it was painted. */
  List<Cover> covers() {
    return covered;
  }

  /** All that the clip lets through is painted. */
  void shade() {
    area(new float[] {paint.left(), paint.bottom(), paint.right(), paint.top()});
  }

  void picture(Matrix matrix) {
    float[] box = box(matrix, 0, 0, 1, 1);
    Paint seen = paint.within(box);
    float width = seen.right() - seen.left();
    float height = seen.top() - seen.bottom();
    if (width > 0 && height > 0) {
      pictures += (double) width * height;
      area(box);
    }
  }

  private void area(float[] box) {
    painted = true;
    if (areas.size() < MOST_AREAS) {
      areas.add(box);
    }
  }

  /** How much of the page pictures cover; more than 1 where they lie on each other. */
  double pictureShare() {
    return pictures / pageArea;
  }

  /** Whether white text here surely lies on white paper. */
  boolean isPaper(float x, float y) {
    if (areas.size() == MOST_AREAS) {
      return false;
    }
    for (float[] area : areas) {
      if (x >= area[0] - 1 && y >= area[1] - 1 && x <= area[2] + 1 && y <= area[3] + 1) {
        return false;
      }
    }
    return true;
  }

  /** The bounding box of a box that a matrix turns: left, bottom, right, top. */
  static float[] box(Matrix matrix, float left, float bottom, float right, float top) {
    float a = matrix.getScaleX();
    float b = matrix.getShearY();
    float c = matrix.getShearX();
    float d = matrix.getScaleY();
    float e = matrix.getTranslateX();
    float f = matrix.getTranslateY();
    return new float[] {
      e + Math.min(a * left, a * right) + Math.min(c * bottom, c * top),
      f + Math.min(b * left, b * right) + Math.min(d * bottom, d * top),
      e + Math.max(a * left, a * right) + Math.max(c * bottom, c * top),
      f + Math.max(b * left, b * right) + Math.max(d * bottom, d * top)
    };
  }
}
