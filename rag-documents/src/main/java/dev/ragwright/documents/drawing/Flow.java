package dev.ragwright.documents.drawing;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.Inline;
import dev.ragwright.documents.text.Inline.Shift;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The text of one paragraph, and what hangs on it: notes, and boxes and charts to write behind. */
public final class Flow {
  /** Characters that Unicode keeps for such uses within a program. */
  private static final char MARK = '\ufdd0';

  private static final char END = '\ufdd1';
  private static final Pattern MARKS = Pattern.compile(MARK + "[^" + END + "]*" + END);
  private static final Pattern ENDS = Pattern.compile("[" + MARK + END + "]");

  private final Inline text = new Inline();
  private final List<String> notes = new ArrayList<>();
  private final List<Node> objects = new ArrayList<>();
  private final Unseen hidden;
  private boolean inHidden;
  private boolean anyHidden;

  /** Hidden text is left out, or marked. */
  public Flow(Unseen hidden) {
    this.hidden = hidden;
  }

  /** Adds text as it is seen. */
  public void add(String more, Shift shift, boolean isHidden) {
    if (more.isEmpty()) {
      return;
    }
    if (isHidden) {
      anyHidden = true;
      if (hidden == Unseen.LEAVE_OUT) {
        return;
      }
    }
    if (isHidden != inHidden) {
      text.add(isHidden ? "[hidden: " : "]");
      inHidden = isHidden;
    }
    text.add(more, shift);
  }

  /** Says whether what is added from now on is struck out. */
  public void struck(boolean out) {
    text.struck(out);
  }

  /** Adds text that stands on the line and is seen. */
  public void add(String more) {
    add(more, Shift.NONE, false);
  }

  /**
   * Adds a note, which is written behind the paragraph.
   *
   * @param marked whether its place is marked in the text, if the paragraph has several
   */
  public void note(String label, String note, boolean marked) {
    if (marked) {
      text.add(MARK + "[note " + label + "]" + END);
    }
    notes.add("[note " + label + ": " + note + "]");
  }

  /** A box, chart or diagram, which is written behind the paragraph. */
  public void object(Node object) {
    objects.add(object);
  }

  /**
   * The text; nothing is added to it any more. A mark only says which of several notes belongs
   * where, so a single note that follows its paragraph needs none, and sentences stay whole.
   *
   * @param apart whether notes do not follow the text directly
   */
  public String text(boolean apart) {
    if (inHidden) {
      text.add("]");
      inHidden = false;
    }
    String marked = text.text();
    return notes.isEmpty()
        ? marked
        : (apart || notes.size() > 1 ? ENDS : MARKS).matcher(marked).replaceAll("");
  }

  /** Whether no text that is written was added. */
  public boolean isBlank() {
    return text.isBlank();
  }

  /** Whether it had hidden text. */
  public boolean anyHidden() {
    return anyHidden;
  }

  /** The notes. */
  public List<String> notes() {
    return notes;
  }

  /** The boxes, charts and diagrams. */
  public List<Node> objects() {
    return objects;
  }
}
