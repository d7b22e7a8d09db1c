package dev.ragwright.documents.open;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.drawing.Flow;
import dev.ragwright.documents.drawing.SymbolFonts;
import dev.ragwright.documents.open.OpenStyles.Look;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.text.LetterCase;

/** Reads what is in paragraphs of OpenDocument: of fields what is stored, of notes their marks. */
final class OpenInline {
  private final OpenFile file;
  private final OpenBlocks blocks;
  private final Flow flow;
  private final boolean heading;
  private boolean space = true;

  /**
   * A reader of one paragraph.
   *
   * @param heading whether it is one: then marks of notes are left out
   */
  OpenInline(OpenFile file, OpenBlocks blocks, Flow flow, boolean heading) {
    this.file = file;
    this.blocks = blocks;
    this.flow = flow;
    this.heading = heading;
  }

  /** Reads all of a paragraph. */
  void paragraph(Node paragraph) {
    String style = paragraph.attribute("text:style-name", "");
    inside(paragraph, file.styles().over(Look.PLAIN, "paragraph", style));
  }

  private void inside(Node node, Look look) {
    for (Node child : node.children()) {
      node(child, look);
    }
  }

  private void node(Node node, Look look) {
    switch (node.name()) {
      case "" -> text(node.text(), look);
      case "text:s" -> {
        add(" ".repeat(Math.max(1, Math.min(1000, node.number("text:c", 1)))), look);
        space = false;
      }
      case "text:tab" -> add("\t", look);
      case "text:line-break" -> {
        add("\n", look);
        space = true;
      }
      case "text:span" ->
          inside(node, file.styles().over(look, "text", node.attribute("text:style-name", "")));
      case "text:note" -> note(node, look);
      case "office:annotation" -> comment(node);
      case "text:ruby" -> ruby(node, look);
      case "text:hidden-text" -> {
        boolean hidden = !node.attribute("text:is-hidden", "false").equals("false");
        inside(node, hidden ? look.asHidden() : look);
      }
      case "loext:content-control" -> {
        if (node.attribute("loext:showing-place-holder", "false").equals("false")) {
          inside(node, look);
        }
      }
      case "text:number",
          "text:script",
          "text:tracked-changes",
          "office:annotation-end",
          "text:ruby-text" -> {}
      default -> {
        if (node.is("draw:control")) {
          add(file.control(node.attribute("draw:control", "")), look);
          space = false;
        } else if (node.name().startsWith("draw:")) {
          flow.object(node);
        } else {
          inside(node, look);
        }
      }
    }
  }

  private void text(String text, Look look) {
    StringBuilder folded = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean white = c == ' ' || c == '\t' || c == '\n' || c == '\r';
      if (!white) {
        folded.append(shown(c, look.font()));
      } else if (!space) {
        folded.append(' ');
      }
      space = white;
    }
    String words = folded.toString().replace("\u00ad", "");
    add(
        switch (look.letters()) {
          case "uppercase" -> LetterCase.upper(words);
          case "lowercase" -> LetterCase.lower(words);
          case "capitalize" -> capitalized(words);
          default -> words;
        },
        look);
  }

  private static String shown(char c, String font) {
    boolean special = SymbolFonts.isPrivate(c) && !Character.isSurrogate(c);
    String known = special ? SymbolFonts.show(font, c) : null;
    return known == null ? String.valueOf(c) : known;
  }

  private static String capitalized(String text) {
    StringBuilder words = new StringBuilder(text);
    for (int i = 0; i < words.length(); i++) {
      boolean begins = i == 0 || !Character.isLetterOrDigit(words.charAt(i - 1));
      words.setCharAt(i, begins ? Character.toUpperCase(words.charAt(i)) : words.charAt(i));
    }
    return words.toString();
  }

  private void add(String text, Look look) {
    if (!text.isEmpty()) {
      flow.struck(look.struck());
      flow.add(text, look.shift(), look.hidden());
      flow.struck(false);
    }
  }

  private void note(Node note, Look look) {
    if (look.hidden() && file.options().hidden() == Unseen.LEAVE_OUT) {
      return;
    }
    Node citation = note.child("text:note-citation");
    Node body = note.child("text:note-body");
    String label = citation == null ? "" : citation.text().strip();
    if (body != null) {
      flow.note(label, blocks.textOf(body), !heading);
      space = false;
    }
  }

  private void comment(Node comment) {
    if (file.options().comments() == Unseen.MARK) {
      String text = OpenBlocks.comment(comment, blocks);
      flow.add((space ? "" : " ") + "[comment: " + text + "] ");
      space = true;
    }
  }

  private void ruby(Node ruby, Look look) {
    Node base = ruby.child("text:ruby-base");
    Node above = ruby.child("text:ruby-text");
    if (base != null) {
      inside(base, look);
    }
    if (above != null) {
      add("(" + above.text().strip() + ")", look);
    }
  }
}
