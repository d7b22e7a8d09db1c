package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Zip;
import java.io.IOException;
import java.nio.file.Path;

/** Writes small presentations for tests. */
final class Talk {
  private static final String OFFICE = "http://schemas.openxmlformats.org/";
  private static final String TYPES = OFFICE + "officeDocument/2006/relationships/";
  private static final String NAMESPACES =
      " xmlns:p='"
          + OFFICE
          + "presentationml/2006/main' xmlns:r='"
          + OFFICE
          + "officeDocument/2006/relationships' xmlns:a='"
          + OFFICE
          + "drawingml/2006/main'"
          + " xmlns:c='"
          + OFFICE
          + "drawingml/2006/chart' xmlns:mc='"
          + OFFICE
          + "markup-compatibility/2006' xmlns:m='"
          + OFFICE
          + "officeDocument/2006/math'"
          + " xmlns:a14='http://schemas.microsoft.com/office/drawing/2010/main'";

  private final Zip zip = new Zip();
  private final StringBuilder slides = new StringBuilder();
  private final StringBuilder relations = new StringBuilder();
  private int count;

  /** A shape of paragraphs in whole units from the top left. */
  static String shape(int x, int y, int width, int height, String... paragraphs) {
    return "<p:sp><p:nvSpPr><p:cNvPr id='1' name='n'/><p:nvPr/></p:nvSpPr><p:spPr>"
        + at(x, y, width, height)
        + "</p:spPr>"
        + body(paragraphs)
        + "</p:sp>";
  }

  static String at(int x, int y, int width, int height) {
    return "<a:xfrm><a:off x='"
        + x
        + "' y='"
        + y
        + "'/><a:ext cx='"
        + width
        + "' cy='"
        + height
        + "'/></a:xfrm>";
  }

  static String placeholder(String attributes, String... paragraphs) {
    return "<p:sp><p:nvSpPr><p:cNvPr id='1' name='n'/><p:nvPr><p:ph "
        + attributes
        + "/></p:nvPr></p:nvSpPr><p:spPr/>"
        + body(paragraphs)
        + "</p:sp>";
  }

  static String body(String... paragraphs) {
    StringBuilder body = new StringBuilder("<p:txBody><a:bodyPr/>");
    for (String paragraph : paragraphs) {
      body.append(paragraph.startsWith("<") ? paragraph : p("", "", paragraph));
    }
    return body + "</p:txBody>";
  }

  /** A paragraph with a bullet and a level. */
  static String p(String attributes, String bullet, String text) {
    return "<a:p><a:pPr "
        + attributes
        + ">"
        + bullet
        + "</a:pPr><a:r><a:t>"
        + text
        + "</a:t></a:r></a:p>";
  }

  Talk slide(String shapes) {
    return slide("", shapes, "");
  }

  /** A slide with attributes, and relations as pairs of type and target. */
  Talk slide(String attributes, String shapes, String inner, String... typesAndTargets) {
    count++;
    slides
        .append("<p:sldId id='")
        .append(256 + count)
        .append("' r:id='s")
        .append(count)
        .append("'/>");
    relations.append(relation("s" + count, "slide", "slides/slide" + count + ".xml"));
    zip.with(
        "ppt/slides/slide" + count + ".xml",
        "<p:sld"
            + NAMESPACES
            + " "
            + attributes
            + "><p:cSld><p:spTree>"
            + shapes
            + "</p:spTree></p:cSld>"
            + inner
            + "</p:sld>");
    StringBuilder own = new StringBuilder();
    for (int i = 0; i < typesAndTargets.length; i += 2) {
      own.append(relation("x" + i, typesAndTargets[i], typesAndTargets[i + 1]));
    }
    zip.with("ppt/slides/_rels/slide" + count + ".xml.rels", relations(own.toString()));
    return this;
  }

  /** A slide that has no part. */
  Talk missing() {
    count++;
    slides.append("<p:sldId id='1' r:id='gone'/>");
    return this;
  }

  Talk part(String name, String root, String inside) {
    zip.with(name, "<" + root + NAMESPACES + ">" + inside + "</" + root + ">");
    return this;
  }

  Talk relationsOf(String part, String type, String target) {
    zip.with(part, relations(relation("y", type, target)));
    return this;
  }

  private static String relation(String id, String type, String target) {
    return "<Relationship Id='" + id + "' Type='" + TYPES + type + "' Target='" + target + "'/>";
  }

  private static String relations(String inside) {
    return "<Relationships xmlns='"
        + OFFICE
        + "package/2006/relationships'>"
        + inside
        + "</Relationships>";
  }

  Path in(Path folder) throws IOException {
    return zip.with(
            "_rels/.rels", relations(relation("m", "officeDocument", "ppt/presentation.xml")))
        .with("ppt/_rels/presentation.xml.rels", relations(relations.toString()))
        .with(
            "ppt/presentation.xml",
            "<p:presentation"
                + NAMESPACES
                + "><p:sldIdLst>"
                + slides
                + "</p:sldIdLst></p:presentation>")
        .in(folder, "talk.pptx");
  }
}
