package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.Inline;
import dev.ragwright.documents.text.Inline.Shift;
import java.util.ArrayList;
import java.util.List;

/** The text of one paragraph, and what hangs on it: notes, and boxes and charts to write behind. */
final class Flow {
  private final Inline text = new Inline();
  private final List<String> notes = new ArrayList<>();
  private final List<Node> objects = new ArrayList<>();
  private final Unseen hidden;
  private boolean inHidden;
  private boolean anyHidden;

  /** Hidden text is left out, or marked. */
  Flow(Unseen hidden) {
    this.hidden = hidden;
  }

  /** Adds text as it is seen. */
  void add(String more, Shift shift, boolean isHidden) {
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

  void add(String more) {
    add(more, Shift.NONE, false);
  }

  void note(String note) {
    notes.add(note);
  }

  /** A box, chart or diagram, which is written behind the paragraph. */
  void object(Node object) {
    objects.add(object);
  }

  /** The text; nothing is added to it any more. */
  String text() {
    if (inHidden) {
      text.add("]");
      inHidden = false;
    }
    return text.text();
  }

  boolean isBlank() {
    return text.isBlank();
  }

  /** Whether it had hidden text. */
  boolean anyHidden() {
    return anyHidden;
  }

  List<String> notes() {
    return notes;
  }

  List<Node> objects() {
    return objects;
  }
}
