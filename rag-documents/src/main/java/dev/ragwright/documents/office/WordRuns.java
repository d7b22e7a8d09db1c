package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.drawing.Equation;
import dev.ragwright.documents.drawing.Flow;
import dev.ragwright.documents.drawing.SymbolFonts;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.CellText;
import dev.ragwright.documents.text.Inline.Shift;
import dev.ragwright.text.LetterCase;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is in Word's paragraphs: runs, with tracked changes accepted, and of fields the stored
 * result. A field may go over several paragraphs, so one reader reads all of a text.
 */
final class WordRuns {
  /** Where in a field a run is: only what stands in the result is shown. */
  private enum Field {
    INSTRUCTION,
    RESULT,
    SUPPRESSED
  }

  private static final int LEAST_RAISED = 3;

  private final WordFile file;
  private final WordBody body;
  private final Deque<Field> fields = new ArrayDeque<>();

  WordRuns(WordFile file, WordBody body) {
    this.file = file;
    this.body = body;
  }

  /** Whether a field has begun and has not ended. */
  boolean inField() {
    return !fields.isEmpty();
  }

  /**
   * Reads a paragraph.
   *
   * @param style the paragraph's style
   * @param heading whether it is one: then marks of notes are left out
   */
  void paragraph(Node paragraph, String style, boolean heading, Flow flow) {
    for (Node child : paragraph.children()) {
      inline(child, style, heading, flow);
    }
  }

  private void inline(Node node, String style, boolean heading, Flow flow) {
    switch (node.name()) {
      case "w:r" -> run(node, style, heading, flow);
      case "w:del", "w:moveFrom", "" -> {}
      case "w:sdt" -> {
        Node content = node.child("w:sdtContent");
        boolean prompt = node.path("w:sdtPr", "w:showingPlcHdr") != null;
        if (content != null && !prompt) {
          paragraph(content, style, heading, flow);
        }
      }
      case "m:oMath", "m:oMathPara" -> {
        if (isShown()) {
          flow.add(Equation.text(node));
        }
      }
      default -> {
        if (!node.name().endsWith("Pr")) {
          paragraph(node, style, heading, flow);
        }
      }
    }
  }

  private boolean isShown() {
    for (Field field : fields) {
      if (field != Field.RESULT) {
        return false;
      }
    }
    return true;
  }

  private void run(Node run, String style, boolean heading, Flow flow) {
    Node properties = run.child("w:rPr");
    Look look = new Look(properties, style);
    boolean ownMark = false;
    for (Node child : run.children()) {
      switch (child.name()) {
        case "w:fldChar" -> field(child, look, flow);
        case "w:footnoteReference", "w:endnoteReference" -> {
          ownMark = Styles.isOn(child.attribute("w:customMarkFollows", "0"));
          String mark = ownMark ? run.text().strip() : "";
          note(child, child.is("w:endnoteReference"), mark, look, heading, flow);
        }
        case "w:commentReference" -> comment(child, look, flow);
        case "w:drawing", "w:pict", "w:object" -> {
          if (isShown() && (!look.hidden || file.options().hidden() == Unseen.MARK)) {
            flow.object(child);
          }
        }
        case "w:ruby" -> ruby(child, style, heading, flow);
        default -> {
          String text = text(child, look);
          if (isShown() && !ownMark) {
            flow.struck(look.struck);
            flow.add(text, look.shift, look.hidden);
            flow.struck(false);
          }
        }
      }
    }
  }

  /** How a run looks. */
  private final class Look {
    final boolean hidden;
    final boolean capitals;
    final boolean struck;
    final Shift shift;
    final String font;

    Look(@Nullable Node properties, String style) {
      Styles styles = file.styles();
      hidden = styles.isOn("w:vanish", properties, style);
      struck =
          styles.isOn("w:strike", properties, style) || styles.isOn("w:dstrike", properties, style);
      capitals = styles.isOn("w:caps", properties, style);
      Node align = styles.property("w:vertAlign", properties, style);
      shift =
          switch (align == null ? "" : align.attribute("w:val", "")) {
            case "superscript" -> Shift.RAISED;
            case "subscript" -> Shift.LOWERED;
            default -> raised(styles.property("w:position", properties, style));
          };
      Node fonts = styles.property("w:rFonts", properties, style);
      font = fonts == null ? "" : fonts.attribute("w:ascii", fonts.attribute("w:hAnsi", ""));
    }
  }

  /** Programs also raise by a distance, in half points; less than this only aligns. */
  private static Shift raised(@Nullable Node position) {
    int by = position == null ? 0 : position.number("w:val", 0);
    return by >= LEAST_RAISED ? Shift.RAISED : by <= -LEAST_RAISED ? Shift.LOWERED : Shift.NONE;
  }

  private String text(Node node, Look look) {
    return switch (node.name()) {
      case "w:t" -> {
        String text = SymbolFonts.isOne(look.font) ? symbols(node.text(), look.font) : node.text();
        yield look.capitals ? LetterCase.upper(text) : text;
      }
      case "w:tab", "w:ptab" -> "\t";
      case "w:br", "w:cr" -> "\n";
      case "w:noBreakHyphen" -> "\u2011";
      case "w:sym" -> symbol(node.attribute("w:font", ""), code(node.attribute("w:char", "")));
      default -> "";
    };
  }

  private static int code(String hexadecimal) {
    try {
      return Integer.parseInt(hexadecimal.strip(), 16) & 0x1fffff;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private String symbols(String text, String font) {
    StringBuilder shown = new StringBuilder();
    text.codePoints().forEach(c -> shown.append(c < ' ' ? " " : symbol(font, c)));
    return shown.toString();
  }

  private String symbol(String font, int code) {
    String shown =
        code < 0 || code > Character.MAX_CODE_POINT ? null : SymbolFonts.show(font, code);
    if (shown == null && code > 0xff && code < 0x10000 && !SymbolFonts.isPrivate(code)) {
      return Character.toString(code); // a character of another font, in a run of this one
    }
    if (shown == null) {
      file.unknownSymbol();
      return "\ufffd";
    }
    return shown;
  }

  private void field(Node mark, Look look, Flow flow) {
    switch (mark.attribute("w:fldCharType", "")) {
      case "begin" -> {
        String form = formField(mark);
        if (form != null && isShown()) {
          flow.add(form, look.shift, look.hidden);
        }
        fields.push(form == null ? Field.INSTRUCTION : Field.SUPPRESSED);
      }
      case "separate" -> {
        if (fields.peek() == Field.INSTRUCTION) {
          fields.pop();
          fields.push(Field.RESULT);
        }
      }
      default -> fields.poll();
    }
  }

  /** What a form's field shows that has no result: a box to tick, or what was chosen of a list. */
  private static @Nullable String formField(Node mark) {
    Node box = mark.path("w:ffData", "w:checkBox");
    if (box != null) {
      Node ticked = box.child("w:checked");
      Node state = ticked == null ? box.child("w:default") : ticked;
      return state != null && Styles.isOn(state.attribute("w:val", "1")) ? "☒" : "☐";
    }
    Node list = mark.path("w:ffData", "w:ddList");
    if (list == null) {
      return null;
    }
    Node result = list.child("w:result");
    int chosen = (result == null ? list : result).number("w:val", 0);
    var entries = list.children("w:listEntry");
    return chosen >= 0 && chosen < entries.size() ? entries.get(chosen).attribute("w:val", "") : "";
  }

  private void note(
      Node mark, boolean atEnd, String ownMark, Look look, boolean heading, Flow flow) {
    Node note = file.note(mark.attribute("w:id", ""), atEnd);
    if (!isShown() || (look.hidden && file.options().hidden() == Unseen.LEAVE_OUT)) {
      return;
    }
    String label = ownMark.isEmpty() ? file.nextNote(atEnd) : ownMark;
    String text = note == null ? "" : inside(note);
    if (text.isEmpty()) {
      file.problem("the text of note " + label + " is missing");
    } else {
      flow.note(label, text, !heading);
    }
  }

  private void comment(Node mark, Look look, Flow flow) {
    Node comment = file.comment(mark.attribute("w:id", ""));
    if (comment != null && file.options().comments() == Unseen.MARK && isShown() && !look.hidden) {
      flow.add(" [comment: " + inside(comment) + "]");
    }
  }

  private String inside(Node blocks) {
    CellText text = new CellText();
    body.inside(blocks, text);
    text.notes().forEach(text::paragraph);
    return text.text().strip();
  }

  /** Signs beside a word that say how it is spoken stand in brackets behind it. */
  private void ruby(Node ruby, String style, boolean heading, Flow flow) {
    Node base = ruby.child("w:rubyBase");
    Node above = ruby.child("w:rt");
    if (base != null) {
      paragraph(base, style, heading, flow);
    }
    if (above != null) {
      flow.add("(");
      paragraph(above, style, heading, flow);
      flow.add(")");
    }
  }
}
