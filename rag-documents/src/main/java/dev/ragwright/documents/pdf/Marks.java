package dev.ragwright.documents.pdf;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.jspecify.annotations.Nullable;

/** The marked content that is open while a page is read, the outermost first. */
final class Marks {
  private static final COSName OC = COSName.getPDFName("OC");

  /** What is open; {@code actual} is what its glyphs stand for, until the first is shown. */
  private static final class Open {
    final @Nullable Mark mark;
    final boolean hidden;
    final @Nullable Open replaced;
    @Nullable String actual;

    Open(@Nullable Mark mark, boolean hidden, @Nullable Open replaced, @Nullable String actual) {
      this.mark = mark;
      this.hidden = hidden;
      this.replaced = actual == null ? replaced : this;
      this.actual = actual;
    }
  }

  private final Layers layers;
  private final Deque<Open> open = new ArrayDeque<>();

  Marks(Layers layers) {
    this.layers = layers;
  }

  void clear() {
    open.clear();
  }

  void begin(@Nullable COSName tag, @Nullable COSDictionary properties, COSBase owner) {
    Open outer = open.peek();
    Mark mark = outer == null ? null : outer.mark;
    boolean hidden = outer != null && outer.hidden;
    String actual = null;
    if (COSName.ARTIFACT.equals(tag)) {
      mark = new Mark(owner, -1, true);
    } else if (OC.equals(tag)) {
      hidden |= layers.hides(properties);
    } else if (properties != null && properties.getInt(COSName.MCID, -1) >= 0) {
      mark = new Mark(owner, properties.getInt(COSName.MCID), false);
    }
    if (properties != null) {
      actual = properties.getString(COSName.ACTUAL_TEXT);
    }
    open.push(new Open(mark, hidden, outer == null ? null : outer.replaced, actual));
  }

  /** Something that is no marked content, but belongs to a layer or to the structure tree. */
  void begin(@Nullable Mark mark, boolean hidden) {
    Open outer = open.peek();
    open.push(
        new Open(
            mark != null || outer == null ? mark : outer.mark,
            hidden || (outer != null && outer.hidden),
            outer == null ? null : outer.replaced,
            null));
  }

  void end() {
    open.poll();
  }

  int depth() {
    return open.size();
  }

  /** Closes what a form left open. */
  void close(int depth) {
    while (open.size() > depth) {
      open.pop();
    }
  }

  @Nullable Mark mark() {
    Open top = open.peek();
    return top == null ? null : top.mark;
  }

  boolean hidden() {
    Open top = open.peek();
    return top != null && top.hidden;
  }

  /** What a glyph stands for where the file says so: all of it at the first, then nothing. */
  String text(String glyph) {
    Open top = open.peek();
    Open replaced = top == null ? null : top.replaced;
    if (replaced == null || replaced.actual == null) {
      return glyph;
    }
    String actual = replaced.actual;
    replaced.actual = "";
    return actual.strip();
  }
}
