package dev.ragwright.documents.pdf;

import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.contentstream.operator.OperatorProcessor;
import org.apache.pdfbox.contentstream.operator.markedcontent.BeginMarkedContentSequence;
import org.apache.pdfbox.contentstream.operator.markedcontent.BeginMarkedContentSequenceWithProperties;
import org.apache.pdfbox.contentstream.operator.markedcontent.EndMarkedContentSequence;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSNumber;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.graphics.PDXObject;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.pdmodel.graphics.form.PDTransparencyGroup;

/** The operators that decide what is seen: paths, clips, fills, colours, pictures, and forms. */
final class PageOperators {

  /** What an operator does with its operands. */
  private interface Action {
    void on(Canvas canvas, List<COSBase> operands) throws IOException;
  }

  private static final class Op extends OperatorProcessor {
    private final String name;
    private final Canvas canvas;
    private final Action action;

    Op(PageGlyphs page, String name, Action action) {
      super(page);
      this.name = name;
      this.canvas = page.canvas();
      this.action = action;
    }

    @Override
    public void process(Operator operator, List<COSBase> operands) throws IOException {
      action.on(canvas, operands);
    }

    @Override
    public String getName() {
      return name;
    }
  }

  private final PageGlyphs page;

  private PageOperators(PageGlyphs page) {
    this.page = page;
  }

  static void addTo(PageGlyphs page) {
    page.addOperator(new BeginMarkedContentSequence(page));
    page.addOperator(new Properties(page));
    page.addOperator(new EndMarkedContentSequence(page));
    PageOperators operators = new PageOperators(page);
    operators.addPaths();
    operators.addColours();
    operators.add("Do", (canvas, operands) -> operators.draw(operands));
    operators.add("BI", (canvas, operands) -> canvas.picture(page.matrix()));
  }

  /** Marked content whose properties are missing still ends, so it has to begin. */
  private static final class Properties extends OperatorProcessor {
    private final BeginMarkedContentSequenceWithProperties usual;
    private final PageGlyphs page;

    Properties(PageGlyphs page) {
      super(page);
      this.page = page;
      usual = new BeginMarkedContentSequenceWithProperties(page);
    }

    @Override
    public void process(Operator operator, List<COSBase> operands) throws IOException {
      int before = page.marks().depth();
      try {
        usual.process(operator, operands);
      } finally {
        if (page.marks().depth() == before) {
          page.beginMarkedContentSequence(null, null);
        }
      }
    }

    @Override
    public String getName() {
      return usual.getName();
    }
  }

  private void add(String name, Action action) {
    page.addOperator(new Op(page, name, action));
  }

  private void addPaths() {
    add("m", (canvas, in) -> points(canvas, in, 1));
    add("l", (canvas, in) -> points(canvas, in, 1));
    add("c", (canvas, in) -> points(canvas, in, 3));
    add("v", (canvas, in) -> points(canvas, in, 2));
    add("y", (canvas, in) -> points(canvas, in, 2));
    add("re", PageOperators::rectangle);
    add("W", (canvas, in) -> canvas.clip());
    add("W*", (canvas, in) -> canvas.clip());
    add("n", (canvas, in) -> canvas.path(page.matrix()));
    add("S", (canvas, in) -> canvas.stroke(page.matrix()));
    add("s", (canvas, in) -> canvas.stroke(page.matrix()));
    for (String name : List.of("f", "F", "f*", "B", "B*", "b", "b*")) {
      add(name, (canvas, in) -> canvas.fill(page.matrix(), page.isOpaque(), page.drawn()));
    }
    add("sh", (canvas, in) -> canvas.shade());
  }

  private static void points(Canvas canvas, List<COSBase> in, int count) {
    for (int i = 0; i + 1 < in.size() && i < 2 * count; i += 2) {
      canvas.line(number(in, i), number(in, i + 1));
    }
  }

  private static void rectangle(Canvas canvas, List<COSBase> in) {
    if (in.size() >= 4) {
      float x = number(in, 0);
      float y = number(in, 1);
      canvas.rectangle(x, y, x + number(in, 2), y + number(in, 3));
    }
  }

  private void addColours() {
    add("g", (canvas, in) -> fill(canvas, in, 1));
    add("rg", (canvas, in) -> fill(canvas, in, 3));
    add("k", (canvas, in) -> fill(canvas, in, 4));
    add("sc", (canvas, in) -> fill(canvas, in, canvas.paint().space()));
    add("scn", (canvas, in) -> fill(canvas, in, canvas.paint().space()));
    add(
        "cs",
        (canvas, in) ->
            canvas.set(canvas.paint().filled(in.isEmpty() ? 0 : components(in.get(0)), false)));
  }

  private static void fill(Canvas canvas, List<COSBase> in, int space) {
    boolean white = space > 0 && in.size() == space;
    for (int i = 0; white && i < space; i++) {
      white = in.get(i) instanceof COSNumber n && n.floatValue() == (space == 4 ? 0 : 1);
    }
    canvas.set(canvas.paint().filled(space, white));
  }

  /** Components of a colour space in which white is known, or 0. */
  private int components(COSBase name) throws IOException {
    COSBase space = name;
    PDResources resources = page.getResources();
    if (name instanceof COSName key && resources != null) {
      COSDictionary spaces = resources.getCOSObject().getCOSDictionary(COSName.COLORSPACE);
      COSBase own = spaces == null ? null : spaces.getDictionaryObject(key);
      space = own == null ? key : own;
    }
    if (space instanceof COSName device) {
      return switch (device.getName()) {
        case "DeviceGray", "CalGray", "G" -> 1;
        case "DeviceRGB", "CalRGB", "RGB" -> 3;
        case "DeviceCMYK", "CMYK" -> 4;
        default -> 0;
      };
    }
    if (space instanceof COSArray array && array.size() > 0) {
      String kind = array.getObject(0) instanceof COSName first ? first.getName() : "";
      boolean profile = kind.equals("ICCBased") && array.size() > 1;
      COSBase stream = profile ? array.getObject(1) : null;
      return switch (kind) {
        case "CalGray" -> 1;
        case "CalRGB" -> 3;
        default -> stream instanceof COSStream icc ? icc.getInt(COSName.N, 0) : 0;
      };
    }
    return 0;
  }

  private void draw(List<COSBase> operands) throws IOException {
    PDResources resources = page.getResources();
    if (operands.isEmpty() || !(operands.get(0) instanceof COSName name) || resources == null) {
      return;
    }
    if (resources.isImageXObject(name)) {
      COSDictionary all = resources.getCOSObject().getCOSDictionary(COSName.XOBJECT);
      COSDictionary picture = all == null ? null : all.getCOSDictionary(name);
      if (picture == null || !page.layers().hides(picture.getCOSDictionary(COSName.OC))) {
        page.canvas().picture(page.matrix());
      }
      return;
    }
    PDXObject object = resources.getXObject(name);
    if (object instanceof PDTransparencyGroup group) {
      page.showTransparencyGroup(group);
    } else if (object instanceof PDFormXObject form) {
      page.showForm(form);
    }
  }

  private static float number(List<COSBase> operands, int i) {
    return operands.get(i) instanceof COSNumber n ? n.floatValue() : 0;
  }
}
