package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Relations;
import dev.ragwright.documents.options.ReadOptions;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the texts of a Word document share: its styles, lists, notes and comments. */
final class WordFile {
  private final Parts parts;
  private final ReadOptions options;
  private final Consumer<String> problems;
  private final Relations relations;
  private final Styles styles;
  private final Numbering numbering;
  private final Map<String, Node> footnotes;
  private final Map<String, Node> endnotes;
  private final Map<String, Node> comments;
  private final String footnoteForm;
  private final String endnoteForm;
  private int footnoteCount;
  private int endnoteCount;
  private int pictures;
  private int unknownSymbols;

  WordFile(Parts parts, String main, ReadOptions options, Consumer<String> problems)
      throws IOException {
    this.parts = parts;
    this.options = options;
    this.problems = problems;
    relations = parts.relations(main);
    styles = Styles.of(root("styles"));
    numbering = new Numbering(root("numbering"), styles);
    footnotes = byId(root("footnotes"), "w:footnote");
    endnotes = byId(root("endnotes"), "w:endnote");
    comments = byId(root("comments"), "w:comment");
    Node settings = root("settings");
    footnoteForm = form(settings, "w:footnotePr", "decimal");
    endnoteForm = form(settings, "w:endnotePr", "lowerRoman");
  }

  private static String form(@Nullable Node settings, String kind, String otherwise) {
    Node notes = settings == null ? null : settings.child(kind);
    return Styles.value(notes, "w:numFmt", otherwise);
  }

  private @Nullable Node root(String type) throws IOException {
    String part = relations.ofType(type);
    return part == null || !parts.has(part) ? null : parts.tree(part);
  }

  private static Map<String, Node> byId(@Nullable Node root, String name) {
    Map<String, Node> byId = new HashMap<>();
    if (root != null) {
      for (Node node : root.children(name)) {
        byId.putIfAbsent(node.attribute("w:id", ""), node);
      }
    }
    return byId;
  }

  Parts parts() {
    return parts;
  }

  ReadOptions options() {
    return options;
  }

  Relations relations() {
    return relations;
  }

  Styles styles() {
    return styles;
  }

  Numbering numbering() {
    return numbering;
  }

  /** A footnote or endnote; null if there is none of this id. */
  @Nullable Node note(String id, boolean atEnd) {
    return (atEnd ? endnotes : footnotes).get(id);
  }

  /** The number of the next footnote or endnote as it is shown. */
  String nextNote(boolean atEnd) {
    return atEnd
        ? Numerals.show(++endnoteCount, endnoteForm)
        : Numerals.show(++footnoteCount, footnoteForm);
  }

  @Nullable Node comment(String id) {
    return comments.get(id);
  }

  /** A part of the document could not be read. */
  void problem(String what) {
    problems.accept(what);
  }

  void picture() {
    pictures++;
  }

  int pictures() {
    return pictures;
  }

  void unknownSymbol() {
    unknownSymbols++;
  }

  int unknownSymbols() {
    return unknownSymbols;
  }
}
