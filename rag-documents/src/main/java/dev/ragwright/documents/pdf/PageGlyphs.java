package dev.ragwright.documents.pdf;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.options.ReadOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.pdfbox.contentstream.PDFStreamEngine;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.contentstream.operator.state.Concatenate;
import org.apache.pdfbox.contentstream.operator.state.Restore;
import org.apache.pdfbox.contentstream.operator.state.Save;
import org.apache.pdfbox.contentstream.operator.state.SetGraphicsStateParameters;
import org.apache.pdfbox.contentstream.operator.state.SetMatrix;
import org.apache.pdfbox.contentstream.operator.text.BeginText;
import org.apache.pdfbox.contentstream.operator.text.EndText;
import org.apache.pdfbox.contentstream.operator.text.MoveText;
import org.apache.pdfbox.contentstream.operator.text.MoveTextSetLeading;
import org.apache.pdfbox.contentstream.operator.text.NextLine;
import org.apache.pdfbox.contentstream.operator.text.SetCharSpacing;
import org.apache.pdfbox.contentstream.operator.text.SetFontAndSize;
import org.apache.pdfbox.contentstream.operator.text.SetTextHorizontalScaling;
import org.apache.pdfbox.contentstream.operator.text.SetTextLeading;
import org.apache.pdfbox.contentstream.operator.text.SetTextRenderingMode;
import org.apache.pdfbox.contentstream.operator.text.SetTextRise;
import org.apache.pdfbox.contentstream.operator.text.SetWordSpacing;
import org.apache.pdfbox.contentstream.operator.text.ShowText;
import org.apache.pdfbox.contentstream.operator.text.ShowTextAdjusted;
import org.apache.pdfbox.contentstream.operator.text.ShowTextLine;
import org.apache.pdfbox.contentstream.operator.text.ShowTextLineAndSpace;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.graphics.blend.BlendMode;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.pdmodel.graphics.form.PDTransparencyGroup;
import org.apache.pdfbox.pdmodel.graphics.state.PDGraphicsState;
import org.apache.pdfbox.pdmodel.graphics.state.PDTextState;
import org.apache.pdfbox.pdmodel.graphics.state.RenderingMode;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotation;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;
import org.apache.pdfbox.util.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * Collects the glyphs of pages, one after the other, each with its place and whether it is seen, in
 * one pass over a page's content. Not safe to share.
 */
final class PageGlyphs extends PDFStreamEngine {
  /** Forms in each other; a form that draws itself goes on without end. */
  private static final int DEEPEST = 40;

  private static final int DEEPEST_STATE = 10_000;
  private static final int MOST_FAILURES = 1000;

  private final Letters letters = new Letters();
  private final Layers layers;
  private final Marks marks;
  private final ContentLimits limits;
  private final int mostGlyphs;
  private final Canvas canvas = new Canvas();
  private List<Glyph> glyphs = new ArrayList<>();
  private List<Glyph> invisible = new ArrayList<>();
  private Drawn drawn = new Drawn();
  private PageFrame frame = new PageFrame(new PDRectangle(), 0);
  private float[] centres = new float[1 << 12]; // x and y of each of the glyphs
  private int counted;
  private int unmapped;
  private int depth;
  private int failed;
  private String failure = "";
  private COSBase owner = COSName.PAGE;

  PageGlyphs(Layers layers, ReadOptions options) {
    this.layers = layers;
    limits = new ContentLimits(options.maxBytes());
    mostGlyphs = options.maxCharacters();
    marks = new Marks(layers);
    addOperator(new BeginText(this));
    addOperator(new Concatenate(this));
    addOperator(new EndText(this));
    addOperator(new SetGraphicsStateParameters(this));
    addOperator(new Save(this));
    addOperator(new Restore(this));
    addOperator(new NextLine(this));
    addOperator(new SetCharSpacing(this));
    addOperator(new MoveText(this));
    addOperator(new MoveTextSetLeading(this));
    addOperator(new SetFontAndSize(this));
    addOperator(new ShowText(this));
    addOperator(new ShowTextAdjusted(this));
    addOperator(new SetTextLeading(this));
    addOperator(new SetMatrix(this));
    addOperator(new SetTextRenderingMode(this));
    addOperator(new SetTextRise(this));
    addOperator(new SetWordSpacing(this));
    addOperator(new SetTextHorizontalScaling(this));
    addOperator(new ShowTextLine(this));
    addOperator(new ShowTextLineAndSpace(this));
    PageOperators.addTo(this);
  }

  /** Reads a page, with what forms and notes show on it. */
  PageText read(PDPage page) throws IOException {
    glyphs = new ArrayList<>();
    invisible = new ArrayList<>();
    drawn = new Drawn();
    PDRectangle box = page.getCropBox();
    frame = new PageFrame(box, Math.floorMod(page.getRotation(), 360) / 90);
    counted = 0;
    unmapped = 0;
    depth = 0;
    owner = page.getCOSObject();
    marks.clear();
    canvas.begin(
        box.getLowerLeftX(), box.getLowerLeftY(), box.getUpperRightX(), box.getUpperRightY());
    failed = 0;
    failure = "";
    COSBase content = page.getCOSObject().getDictionaryObject(COSName.CONTENTS);
    if (content != null) {
      limits.check(content);
    }
    processPage(page);
    Annotations.show(page, this);
    uncover();
    boolean recognised =
        !invisible.isEmpty()
            && invisible.size() > 3 * counted
            && canvas.pictureShare() > (counted == 0 ? 0 : 0.5);
    if (recognised) {
      invisible.forEach(glyph -> glyphs.add(glyph.hidden(false)));
    } else {
      glyphs.addAll(invisible);
    }
    return new PageText(
        glyphs,
        recognised ? counted + invisible.size() : counted,
        unmapped,
        canvas.pictureShare(),
        canvas.isBlank(),
        recognised,
        failed,
        failure);
  }

  Canvas canvas() {
    return canvas;
  }

  Marks marks() {
    return marks;
  }

  Layers layers() {
    return layers;
  }

  /** Whether a fill lets nothing be seen through it. */
  boolean isOpaque() {
    PDGraphicsState state = getGraphicsState();
    return state.getNonStrokeAlphaConstant() == 1
        && state.getSoftMask() == null
        && BlendMode.NORMAL.equals(state.getBlendMode())
        && !marks.hidden();
  }

  int drawn() {
    return glyphs.size();
  }

  /** Moves glyphs that were painted over to what is not seen. */
  private void uncover() {
    if (canvas.covers().isEmpty()) {
      return;
    }
    List<Glyph> all = glyphs;
    glyphs = new ArrayList<>(all.size());
    for (int i = 0; i < all.size(); i++) {
      float x = centres[2 * i];
      float y = centres[2 * i + 1];
      boolean covered = false;
      for (Canvas.Cover cover : canvas.covers()) {
        covered |= i < cover.drawn() && cover.box().shows(x, y);
      }
      if (!covered) {
        glyphs.add(all.get(i));
      } else {
        invisible.add(all.get(i).hidden(true));
        counted -= all.get(i).isSpace() ? 0 : 1;
      }
    }
  }

  Matrix matrix() {
    return getGraphicsState().getCurrentTransformationMatrix();
  }

  /** PDFBox goes on behind what it cannot draw, so that is counted here. */
  @Override
  protected void operatorException(Operator operator, List<COSBase> operands, IOException exception)
      throws IOException {
    failed++;
    failure = failure.isEmpty() ? PdfFiles.said(exception) : failure;
    if (failed > MOST_FAILURES) {
      throw exception;
    }
  }

  @Override
  public void saveGraphicsState() {
    if (getGraphicsStackSize() > DEEPEST_STATE) {
      throw new DocumentReadException(
          "has more than " + DEEPEST_STATE + " graphics states in each other on a page");
    }
    super.saveGraphicsState();
    canvas.save();
  }

  @Override
  public void restoreGraphicsState() {
    super.restoreGraphicsState();
    canvas.restore();
  }

  @Override
  public void beginMarkedContentSequence(
      @Nullable COSName tag, @Nullable COSDictionary properties) {
    marks.begin(tag, properties, owner);
  }

  @Override
  public void endMarkedContentSequence() {
    marks.end();
  }

  @Override
  public void showForm(PDFormXObject form) throws IOException {
    inside(form, () -> super.showForm(form));
  }

  @Override
  public void showTransparencyGroup(PDTransparencyGroup form) throws IOException {
    inside(form, () -> super.showTransparencyGroup(form));
  }

  @Override
  protected void processAnnotation(PDAnnotation annotation, PDAppearanceStream appearance)
      throws IOException {
    marks.begin(new Mark(annotation.getCOSObject(), 0, false), false);
    COSBase outer = owner;
    Paint paint = canvas.paint();
    int open = marks.depth();
    owner = appearance.getCOSObject();
    super.processAnnotation(annotation, appearance);
    owner = outer;
    canvas.set(paint);
    marks.close(open);
    marks.end();
  }

  private interface Content {
    void show() throws IOException;
  }

  private void inside(PDFormXObject form, Content content) throws IOException {
    if (depth >= DEEPEST) {
      return;
    }
    limits.check(form.getCOSObject());
    depth++;
    COSBase outer = owner;
    Paint paint = canvas.paint();
    int open = marks.depth();
    owner = form.getCOSObject();
    marks.begin(null, layers.hides(form.getCOSObject().getCOSDictionary(COSName.OC)));
    PDRectangle clip = form.getBBox();
    if (clip != null) {
      Matrix matrix = form.getMatrix().multiply(matrix());
      canvas.set(paint.within(corners(matrix, clip)));
    }
    try {
      content.show();
    } finally {
      marks.close(open);
      canvas.set(paint);
      owner = outer;
      depth--;
    }
  }

  private static float[] corners(Matrix matrix, PDRectangle box) {
    return Canvas.box(
        matrix,
        box.getLowerLeftX(),
        box.getLowerLeftY(),
        box.getUpperRightX(),
        box.getUpperRightY());
  }

  /** Shows a string; the matrix is worked out once for it, not for each glyph as PDFBox does. */
  @Override
  protected void showText(byte[] string) throws IOException {
    PDGraphicsState state = getGraphicsState();
    PDTextState text = state.getTextState();
    PDFont pdfFont = text.getFont();
    if (pdfFont == null) {
      return;
    }
    Letters.Font font = letters.of(pdfFont);
    Matrix matrix = state.getTextMatrix().multiply(state.getCurrentTransformationMatrix());
    Pen pen = new Pen(font, text, matrix);
    boolean unseen = isUnseen(state, text.getRenderingMode());
    if (font.oneByte) {
      for (byte code : string) {
        show(pen, code & 0xFF, 1, unseen);
      }
    } else {
      ByteArrayInputStream in = new ByteArrayInputStream(string);
      while (in.available() > 0) {
        int before = in.available();
        int code = font.font.readCode(in);
        show(pen, code, before - in.available(), unseen);
      }
    }
    state.getTextMatrix().translate(font.vertical ? 0 : pen.moved, font.vertical ? pen.moved : 0);
  }

  private boolean isUnseen(PDGraphicsState state, RenderingMode mode) {
    return marks.hidden()
        || mode == RenderingMode.NEITHER
        || mode == RenderingMode.NEITHER_CLIP
        || (mode.isFill() && !mode.isStroke() && state.getNonStrokeAlphaConstant() == 0);
  }

  /** Where a string's next glyph is drawn. */
  private static final class Pen {
    final Letters.Font font;
    final float size;
    final float scaling;
    final float charSpacing;
    final float wordSpacing;
    final float rise;
    final Matrix matrix;
    float moved;

    Pen(Letters.Font font, PDTextState text, Matrix matrix) {
      this.font = font;
      this.matrix = matrix;
      size = text.getFontSize();
      scaling = text.getHorizontalScaling() / 100;
      charSpacing = text.getCharacterSpacing();
      wordSpacing = text.getWordSpacing();
      rise = text.getRise();
    }
  }

  private void show(Pen pen, int code, int bytes, boolean unseen) throws IOException {
    Letters.Letter letter = pen.font.of(code);
    float spacing = pen.charSpacing + (bytes == 1 && code == ' ' ? pen.wordSpacing : 0);
    boolean vertical = pen.font.vertical;
    Matrix m = pen.matrix;
    float along = vertical ? 0 : pen.moved;
    float across = pen.rise + (vertical ? pen.moved : 0);
    float x = m.getTranslateX() + along * m.getScaleX() + across * m.getShearX();
    float y = m.getTranslateY() + along * m.getShearY() + across * m.getScaleY();
    float ahead = letter.advance() * pen.size * (vertical ? 1 : pen.scaling);
    float sign = vertical ? -1 : Math.signum(pen.size * pen.scaling);
    float dx = sign * (vertical ? m.getShearX() : m.getScaleX());
    float dy = sign * (vertical ? m.getScaleY() : m.getShearY());
    float size = pen.font.em * Math.abs(pen.size) * length(m.getShearX(), m.getScaleY());
    float width = Math.abs(ahead) * length(dx, dy);
    glyph(letter, x, y, dx, dy, width, size, pen.font.fixed, unseen);
    pen.moved += vertical ? -ahead + spacing : ahead + spacing * pen.scaling;
  }

  /** The same on every machine, as {@code Math.hypot} need not be. */
  private static float length(float x, float y) {
    return (float) Math.sqrt((double) x * x + (double) y * y);
  }

  /** A glyph at a place in the page's own space, whose line runs along (dx, dy). */
  private void glyph(
      Letters.Letter letter,
      float x,
      float y,
      float dx,
      float dy,
      float width,
      float size,
      boolean fixed,
      boolean unseen) {
    String text = marks.text(letter.text());
    float length = Math.max(1e-6f, length(dx, dy));
    float ux = dx / length;
    float uy = dy / length;
    float centreX = x + ux * width / 2 - uy * size / 3;
    float centreY = y + uy * width / 2 + ux * size / 3;
    Paint paint = canvas.paint();
    boolean hidden =
        unseen
            || size < 0.01f
            || !paint.shows(centreX, centreY)
            || (paint.white() && canvas.isPaper(centreX, centreY));
    Glyph glyph = frame.placed(text, x, y, ux, uy, width, size, fixed, hidden, marks.mark());
    if (glyphs.size() + invisible.size() > mostGlyphs) {
      throw new DocumentReadException(
          String.format(
              Locale.ROOT,
              "has more than %,d glyphs on a page; ReadOptions.maxCharacters allows more",
              mostGlyphs));
    }
    if (hidden) {
      invisible.add(glyph);
    } else if (glyph.isSpace() || !drawn.again(glyph)) {
      if (2 * glyphs.size() + 2 > centres.length) {
        centres = Arrays.copyOf(centres, 2 * centres.length);
      }
      centres[2 * glyphs.size()] = centreX;
      centres[2 * glyphs.size() + 1] = centreY;
      glyphs.add(glyph);
      if (!glyph.isSpace()) {
        counted++;
        unmapped += letter.mapped() ? 0 : 1;
      }
    }
  }

  /** Text that a form field holds and nobody has drawn, in a box of the page's own space. */
  void write(String text, PDRectangle at, float size, Mark mark) {
    marks.begin(mark, false);
    float x = at.getLowerLeftX() + 2;
    float y = at.getUpperRightY() - Math.min(at.getHeight() / 2 + size / 3, size * 1.2f);
    for (String line : text.lines().toList()) {
      float at1 = x;
      for (int i = 0; i < line.length(); i = line.offsetByCodePoints(i, 1)) {
        String letter = new String(Character.toChars(line.codePointAt(i)));
        float width = size * 0.5f;
        glyph(new Letters.Letter(letter, 0.5f, true), at1, y, 1, 0, width, size, false, false);
        at1 += width;
      }
      y -= size * 1.2f;
    }
    marks.end();
  }
}
