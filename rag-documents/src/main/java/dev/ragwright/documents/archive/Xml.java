package dev.ragwright.documents.archive;

import dev.ragwright.document.DocumentReadException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.Location;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * The XML of a part, element by element, so that a part may be larger than the memory. Every
 * failure is a {@link DocumentReadException} that names the part. Not safe to share.
 */
public final class Xml implements AutoCloseable {
  private final XMLStreamReader reader;
  private final InputStream in;
  private final Names names;
  private final String part;
  private final int maxDepth;
  private int depth;
  private int event;

  Xml(XMLStreamReader reader, InputStream in, Names names, String part, int maxDepth) {
    this.reader = reader;
    this.in = in;
    this.names = names;
    this.part = part;
    this.maxDepth = maxDepth;
    this.event = reader.getEventType();
  }

  /** Goes on to the next begin or end of an element or text; false behind the last one. */
  public boolean next() {
    try {
      while (event != XMLStreamConstants.END_DOCUMENT) {
        event = reader.next();
        if (event == XMLStreamConstants.START_ELEMENT) {
          if (++depth > maxDepth) {
            throw tooDeep();
          }
          return true;
        } else if (event == XMLStreamConstants.END_ELEMENT) {
          depth--;
          return true;
        } else if (isText()) {
          return true;
        } else if (event == XMLStreamConstants.ENTITY_REFERENCE) {
          throw new DocumentReadException(
              "uses an entity in " + part + ", which no document of its kind may");
        }
      }
      return false;
    } catch (XMLStreamException e) {
      throw malformed(part, e);
    } catch (DocumentReadException e) {
      throw e;
    } catch (RuntimeException e) { // the parser's own, on what is not well-formed
      throw new DocumentReadException("is not well-formed XML in " + part, e);
    }
  }

  private DocumentReadException tooDeep() {
    return new DocumentReadException(
        String.format(
            Locale.ROOT,
            "has more than %,d elements in each other in %s; ReadOptions.maxDepth allows more",
            maxDepth,
            part));
  }

  /** The parser's message is in the language of the machine, so it is only the cause. */
  static DocumentReadException malformed(String part, XMLStreamException e) {
    Location at = e.getLocation();
    String where =
        at == null || at.getLineNumber() < 1
            ? ""
            : String.format(
                Locale.ROOT, " (line %d, column %d)", at.getLineNumber(), at.getColumnNumber());
    return new DocumentReadException("is not well-formed XML in " + part + where, e);
  }

  /** Goes to the next begin of an element, however deep; false if there is none. */
  public boolean nextStart() {
    while (next()) {
      if (isStart()) {
        return true;
      }
    }
    return false;
  }

  /** Goes to the next begin of an element of this local name; false if there is none. */
  public boolean find(String local) {
    while (nextStart()) {
      if (is(local)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Goes to the next begin of an element that is directly in the one at this depth, past what is in
   * between; false at the end of that one.
   */
  public boolean nextIn(int parent) {
    while (next()) {
      if (isStart() && depth == parent + 1) {
        return true;
      }
      if (depth < parent) {
        return false;
      }
    }
    return false;
  }

  /** How many elements are open, with this one if it begins here. */
  public int depth() {
    return depth;
  }

  /** Whether an element begins here. */
  public boolean isStart() {
    return event == XMLStreamConstants.START_ELEMENT;
  }

  /** Whether an element ends here. */
  public boolean isEnd() {
    return event == XMLStreamConstants.END_ELEMENT;
  }

  /** Whether text is here; one text may come in several pieces. */
  public boolean isText() {
    return event == XMLStreamConstants.CHARACTERS
        || event == XMLStreamConstants.CDATA
        || event == XMLStreamConstants.SPACE;
  }

  /** The local name of the element that begins or ends here. */
  public String local() {
    return reader.getLocalName();
  }

  /** Whether the element that begins or ends here has this local name. */
  public boolean is(String local) {
    return reader.getLocalName().equals(local);
  }

  /** The name, with its prefix, of the element that begins or ends here. */
  public String name() {
    return names.name(notNull(reader.getNamespaceURI()), reader.getLocalName());
  }

  /** The value of the attribute of this local name, of any namespace, or null. */
  public @Nullable String attribute(String local) {
    return reader.getAttributeValue(null, local);
  }

  /** The value of the attribute of this local name, or another where there is none. */
  public String attribute(String local, String otherwise) {
    String value = attribute(local);
    return value == null ? otherwise : value;
  }

  /** Adds the text that is here. */
  public void addTextTo(StringBuilder out) {
    out.append(reader.getTextCharacters(), reader.getTextStart(), reader.getTextLength());
  }

  /** All text of the element that begins here, up to its end, which is then here. */
  public String text() {
    StringBuilder text = new StringBuilder();
    int inside = depth;
    while (next() && depth >= inside) {
      if (isText()) {
        addTextTo(text);
      }
    }
    return text.toString();
  }

  /** Goes past the element that begins here, to its end. */
  public void skip() {
    int inside = depth;
    boolean more = true;
    while (more) {
      more = next() && depth >= inside;
    }
  }

  /** The whole part as a tree. */
  Node root() {
    if (!nextStart()) {
      throw new DocumentReadException("has no XML in " + part);
    }
    Node root = node();
    boolean more = true;
    while (more) { // so that the part's end is checked too
      more = next();
    }
    return root;
  }

  /** The element that begins here as a tree; its end is then here. */
  public Node node() {
    Node node = Node.element(name(), attributes());
    boolean alternatives = node.is("mc:AlternateContent");
    boolean chosen = false;
    StringBuilder text = new StringBuilder();
    while (next() && !isEnd()) {
      if (isText()) {
        addTextTo(text);
      } else if (alternatives) {
        boolean shown = !chosen && isShown();
        Node branch = node();
        if (shown) {
          chosen = true;
          node.addAll(branch.children());
        }
      } else {
        endText(text, node);
        Node child = node();
        if (child.is("mc:AlternateContent")) {
          node.addAll(child.children());
        } else {
          node.add(child);
        }
      }
    }
    if (!alternatives) {
      endText(text, node);
    }
    return node;
  }

  private static void endText(StringBuilder text, Node node) {
    if (!text.isEmpty()) {
      node.add(Node.text(text.toString()));
      text.setLength(0);
    }
  }

  /** Whether the branch of alternative contents that begins here is one that readers understand. */
  private boolean isShown() {
    if (!is("Choice")) {
      return true;
    }
    for (String prefix : List.of(attribute("Requires", "").strip().split("\\s+"))) {
      if (!prefix.isEmpty() && !Names.understood(notNull(reader.getNamespaceURI(prefix)))) {
        return false;
      }
    }
    return true;
  }

  private String[] attributes() {
    String[] all = new String[2 * reader.getAttributeCount()];
    for (int i = 0; i < reader.getAttributeCount(); i++) {
      String namespace = notNull(reader.getAttributeNamespace(i));
      all[2 * i] = names.name(namespace, reader.getAttributeLocalName(i));
      all[2 * i + 1] = reader.getAttributeValue(i);
    }
    return all;
  }

  private static String notNull(@Nullable String text) {
    return text == null ? "" : text;
  }

  @Override
  public void close() throws IOException {
    try {
      reader.close();
    } catch (XMLStreamException e) {
      throw malformed(part, e);
    } finally {
      in.close();
    }
  }
}
