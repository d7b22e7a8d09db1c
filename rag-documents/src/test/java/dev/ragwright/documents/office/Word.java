package dev.ragwright.documents.office;

import dev.ragwright.documents.archive.Zip;
import java.io.IOException;
import java.nio.file.Path;

/** Writes small Word documents for tests. */
final class Word {
  private static final String OFFICE = "http://schemas.openxmlformats.org/";
  private static final String TYPES = OFFICE + "officeDocument/2006/relationships/";
  private static final String NAMESPACES =
      " xmlns:w='"
          + OFFICE
          + "wordprocessingml/2006/main' xmlns:r='"
          + OFFICE
          + "officeDocument/2006/relationships' xmlns:m='"
          + OFFICE
          + "officeDocument/2006/math'"
          + " xmlns:a='"
          + OFFICE
          + "drawingml/2006/main' xmlns:c='"
          + OFFICE
          + "drawingml/2006/chart' xmlns:dgm='"
          + OFFICE
          + "drawingml/2006/diagram'"
          + " xmlns:pic='"
          + OFFICE
          + "drawingml/2006/picture' xmlns:v='urn:schemas-microsoft-com:vml'";

  private final Zip zip = new Zip();
  private final StringBuilder relations = new StringBuilder();
  private final String body;
  private boolean strict;

  Word(String body) {
    this.body = body;
  }

  /** A paragraph of one run. */
  static String p(String text) {
    return "<w:p>" + r(text) + "</w:p>";
  }

  /** A paragraph with properties. */
  static String p(String properties, String inside) {
    return "<w:p><w:pPr>" + properties + "</w:pPr>" + inside + "</w:p>";
  }

  static String r(String text) {
    return "<w:r><w:t xml:space='preserve'>" + text + "</w:t></w:r>";
  }

  /** A run with properties. */
  static String r(String properties, String text) {
    return "<w:r><w:rPr>"
        + properties
        + "</w:rPr><w:t xml:space='preserve'>"
        + text
        + "</w:t></w:r>";
  }

  /** A paragraph in a list. */
  static String item(int list, int level, String text) {
    return p(
        "<w:numPr><w:ilvl w:val='" + level + "'/><w:numId w:val='" + list + "'/></w:numPr>",
        r(text));
  }

  static String table(String... rows) {
    return "<w:tbl>" + String.join("", rows) + "</w:tbl>";
  }

  static String row(String... cells) {
    return "<w:tr>" + String.join("", cells) + "</w:tr>";
  }

  static String cell(String properties, String blocks) {
    return "<w:tc><w:tcPr>" + properties + "</w:tcPr>" + blocks + "</w:tc>";
  }

  /** A part that the document leads to by its type. */
  Word part(String type, String root, String inside) {
    return part(
        type, type + ".xml", "<" + root + NAMESPACES + ">" + inside + "</" + root + ">", type);
  }

  Word part(String type, String target, String xml, String id) {
    relations
        .append("<Relationship Id='")
        .append(id)
        .append("' Type='")
        .append(TYPES)
        .append(type)
        .append("' Target='")
        .append(target)
        .append("'/>");
    zip.with("word/" + target, xml);
    return this;
  }

  Word bytes(String type, String target, byte[] bytes, String id) {
    part(type, target, "", id);
    zip.with("word/" + target, bytes);
    return this;
  }

  Word strict() {
    strict = true;
    return this;
  }

  private static String relations(String inside) {
    return "<Relationships xmlns='"
        + OFFICE
        + "package/2006/relationships'>"
        + inside
        + "</Relationships>";
  }

  private Zip zip() {
    String main = "<w:document" + NAMESPACES + "><w:body>" + body + "</w:body></w:document>";
    String package_ =
        relations(
            "<Relationship Id='m' Type='" + TYPES + "officeDocument' Target='word/document.xml'/>");
    if (strict) {
      String purl = "http://purl.oclc.org/ooxml/";
      main = main.replace(OFFICE + "wordprocessingml/2006/main", purl + "wordprocessingml/main");
      package_ = package_.replace(TYPES, purl + "officeDocument/relationships/");
    }
    return zip.with("_rels/.rels", package_)
        .with("word/document.xml", main)
        .with("word/_rels/document.xml.rels", relations(relations.toString()));
  }

  byte[] bytes() throws IOException {
    return zip().bytes();
  }

  Path in(Path folder) throws IOException {
    return zip().in(folder, "text.docx");
  }
}
