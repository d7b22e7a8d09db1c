package dev.ragwright.documents.open;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.OfficePackage;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.options.ReadOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** An OpenDocument file: its styles, its content, and what could not be read of it. */
public final class OpenFile {
  private static final String CONTENT = "content.xml";

  private final Parts parts;
  private final ReadOptions options;
  private final OpenStyles styles = new OpenStyles();
  private final Consumer<String> problems;
  private final Map<String, String> controls = new HashMap<>();
  private int pictures;

  /**
   * Opens a document.
   *
   * @throws DocumentReadException if it is encrypted, or no document of OpenDocument
   */
  public OpenFile(Parts parts, ReadOptions options, Consumer<String> problems) throws IOException {
    this.parts = parts;
    this.options = options;
    this.problems = problems;
    refuseEncrypted();
    if (!parts.has(CONTENT)) {
      throw new DocumentReadException("has no part content.xml, which files of its kind have");
    }
    if (parts.has("styles.xml")) {
      Node root = parts.tree("styles.xml");
      for (String group : new String[] {"office:styles", "office:automatic-styles"}) {
        Node node = root.child(group);
        if (node != null) {
          styles.add(node);
        }
      }
    }
  }

  private void refuseEncrypted() throws IOException {
    String manifest = "META-INF/manifest.xml";
    // Looked for as bytes: manifests of old files are no XML with namespaces, and are read by all.
    if (parts.has("encrypted-package")
        || (parts.has(manifest)
            && new String(parts.bytes(manifest), StandardCharsets.ISO_8859_1)
                .contains("encryption-data"))) {
      throw new DocumentReadException(
          "is encrypted with a password, which this reader cannot open; save it without one");
    }
  }

  /**
   * Goes to the begin of the body of a kind, past the styles, which are read.
   *
   * @param kind such as {@code text}
   * @throws DocumentReadException if the document is of another kind
   */
  public void find(Xml xml, String kind) {
    while (xml.nextStart()) {
      switch (xml.name()) {
        case "office:automatic-styles", "office:styles" -> styles.add(xml.node());
        case "office:body" -> {
          if (!xml.nextStart() || !xml.local().equals(kind)) {
            throw another(xml.isStart() ? xml.local() : "nothing");
          }
          return;
        }
        default -> {
          if (xml.depth() > 1) {
            xml.skip();
          }
        }
      }
    }
    throw new DocumentReadException("has no body in " + CONTENT);
  }

  private static DocumentReadException another(String kind) {
    return new DocumentReadException(
        switch (kind) {
          case "text" -> "holds a text: its name should end in .odt";
          case "spreadsheet" -> "holds a workbook: its name should end in .ods";
          case "presentation" -> "holds slides: its name should end in .odp";
          default -> String.format(Locale.ROOT, "holds no document of its kind, but %s", kind);
        });
  }

  /** The content, from its beginning. */
  public Xml content() throws IOException {
    return parts.xml(CONTENT);
  }

  /** The document's title, if it has one. */
  public Metadata metadata() throws IOException {
    Node meta = parts.has("meta.xml") ? parts.tree("meta.xml").child("office:meta") : null;
    return OfficePackage.title(meta == null ? null : meta.child("dc:title"));
  }

  /** Its parts. */
  public Parts parts() {
    return parts;
  }

  /** How it is read. */
  public ReadOptions options() {
    return options;
  }

  /** Its styles. */
  public OpenStyles styles() {
    return styles;
  }

  /** Something of it could not be read. */
  public void problem(String what) {
    problems.accept(what);
  }

  /** Reads what the fields of forms hold, before the text that shows them. */
  void forms(Node forms) {
    for (Node node : forms.children()) {
      String id = node.attribute("form:id", node.attribute("xml:id", ""));
      String label = node.attribute("form:label", "");
      boolean ticked =
          node.attribute("form:current-state", node.attribute("form:state", "")).equals("checked");
      controls.put(
          id,
          switch (node.name()) {
            case "form:checkbox", "form:radio" -> ((ticked ? "☒ " : "☐ ") + label).strip();
            case "form:password", "form:hidden" -> "";
            default -> node.attribute("form:current-value", node.attribute("form:value", label));
          });
      forms(node);
    }
  }

  /** What a field of a form shows; empty if it is not known. */
  String control(String id) {
    return controls.getOrDefault(id, "");
  }

  void picture() {
    pictures++;
  }

  /** How many pictures were met. */
  public int pictures() {
    return pictures;
  }
}
