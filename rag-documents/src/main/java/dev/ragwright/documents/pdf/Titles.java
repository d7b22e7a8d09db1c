package dev.ragwright.documents.pdf;

import java.io.IOException;
import java.io.InputStream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.PDMetadata;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** A file's title, as its properties tell it, or else its metadata in XMP. */
final class Titles {
  private static final String DC = "http://purl.org/dc/elements/1.1/";
  private static final String RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
  private static final int LONGEST = 1 << 20;

  private Titles() {}

  /** The title, or the empty text. */
  static String of(PDDocument document) {
    String title = document.getDocumentInformation().getTitle();
    String words = title == null ? "" : clean(title);
    return words.isEmpty() ? inXmp(document) : words;
  }

  private static String clean(String title) {
    StringBuilder clean = new StringBuilder(title.length());
    title
        .codePoints()
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(clean::appendCodePoint);
    return clean.toString().strip();
  }

  private static String inXmp(PDDocument document) {
    PDMetadata metadata = document.getDocumentCatalog().getMetadata();
    if (metadata == null) {
      return "";
    }
    try (InputStream in = metadata.exportXMPMetadata()) {
      byte[] bytes = in.readNBytes(LONGEST);
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setNamespaceAware(true);
      factory.setExpandEntityReferences(false);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new DefaultHandler());
      NodeList titles =
          builder
              .parse(new java.io.ByteArrayInputStream(bytes))
              .getElementsByTagNameNS(DC, "title");
      for (int i = 0; i < titles.getLength(); i++) {
        NodeList items = ((Element) titles.item(i)).getElementsByTagNameNS(RDF, "li");
        String words = items.getLength() == 0 ? "" : clean(items.item(0).getTextContent());
        if (!words.isEmpty()) {
          return words;
        }
      }
      return "";
    } catch (IOException | SAXException | ParserConfigurationException | RuntimeException e) {
      return ""; // metadata that cannot be read are none
    }
  }
}
