package dev.ragwright.documents.archive;

import java.io.IOException;
import java.nio.file.Path;

/** Writes small OpenDocument files for tests. */
public final class OpenZip {
  private static final String OASIS = "urn:oasis:names:tc:opendocument:xmlns:";

  /** The namespaces that parts declare. */
  public static final String NAMESPACES = namespaces();

  private final Zip zip = new Zip();
  private String automatic = "";
  private String common = "";

  private static String namespaces() {
    StringBuilder all = new StringBuilder();
    for (String name :
        new String[] {
          "office", "text", "table", "style", "presentation", "chart", "form", "meta"
        }) {
      all.append(" xmlns:").append(name).append("='").append(OASIS).append(name).append(":1.0'");
    }
    return all
        + " xmlns:draw='"
        + OASIS
        + "drawing:1.0' xmlns:svg='"
        + OASIS
        + "svg-compatible:1.0' xmlns:fo='"
        + OASIS
        + "xsl-fo-compatible:1.0' xmlns:xlink='http://www.w3.org/1999/xlink' xmlns:dc="
        + "'http://purl.org/dc/elements/1.1/' xmlns:math='http://www.w3.org/1998/Math/MathML'"
        + " xmlns:loext='urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0'";
  }

  /** Styles of the content. */
  public OpenZip automatic(String xml) {
    automatic = xml;
    return this;
  }

  /** Styles of the document, and its master pages. */
  public OpenZip common(String xml) {
    common = xml;
    return this;
  }

  /** Another part. */
  public OpenZip part(String name, String root, String inside) {
    zip.with(name, "<" + root + NAMESPACES + ">" + inside + "</" + root + ">");
    return this;
  }

  /** Writes the file with a body of a kind. */
  public Path in(Path folder, String name, String kind, String body) throws IOException {
    return part(
            "content.xml",
            "office:document-content",
            "<office:automatic-styles>"
                + automatic
                + "</office:automatic-styles><office:body><office:"
                + kind
                + ">"
                + body
                + "</office:"
                + kind
                + "></office:body>")
        .part("styles.xml", "office:document-styles", common)
        .zip
        .in(folder, name);
  }
}
