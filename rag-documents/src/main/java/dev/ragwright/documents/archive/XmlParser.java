package dev.ragwright.documents.archive;

import java.io.IOException;
import java.io.InputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;

/**
 * Opens XML by the JDK's own parser, whatever other is on the class path, so that the same bytes
 * give the same text. It reads no document type and no entity of one, and fetches nothing.
 */
final class XmlParser {
  private final XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
  private final Names names = new Names();
  private final int maxDepth;

  XmlParser(int maxDepth) {
    this.maxDepth = maxDepth;
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, false);
    factory.setProperty("jdk.xml.maxElementDepth", "0"); // maxDepth is the limit, on every JDK
    factory.setProperty("jdk.xml.maxGeneralEntitySizeLimit", "0"); // it counts &#8364; as well
    factory.setProperty("jdk.xml.totalEntitySizeLimit", "0");
    factory.setProperty("jdk.xml.elementAttributeLimit", "10000"); // JDK 21's, where newer have 200
    factory.setXMLReporter((message, type, info, place) -> {}); // it would print to System.err
    factory.setXMLResolver((publicId, systemId, base, namespace) -> InputStream.nullInputStream());
  }

  Xml open(InputStream in, String part) throws IOException {
    try {
      return new Xml(
          factory.createXMLStreamReader(Decoder.decode(in, part)), in, names, part, maxDepth);
    } catch (XMLStreamException e) {
      in.close();
      throw Xml.malformed(part, e);
    }
  }
}
