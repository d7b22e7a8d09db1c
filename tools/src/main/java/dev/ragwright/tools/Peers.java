package dev.ragwright.tools;

import dev.langchain4j.data.document.DocumentParser;
import dev.langchain4j.data.document.parser.apache.pdfbox.ApachePdfBoxDocumentParser;
import dev.langchain4j.data.document.parser.apache.poi.ApachePoiDocumentParser;
import dev.langchain4j.data.document.parser.apache.tika.ApacheTikaDocumentParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.poi.extractor.ExtractorFactory;
import org.apache.poi.extractor.POITextExtractor;
import org.apache.tika.Tika;
import org.apache.tika.exception.TikaException;

/** What other libraries read of a file, as they are when nothing is set. */
final class Peers {

  /** Reads a file. */
  interface Peer {
    /** The text; empty where the library reads no such files. */
    String text(Path file) throws IOException;
  }

  private Peers() {}

  /** All of them, by their names for people. */
  static Map<String, Peer> all() {
    Map<String, Peer> peers = new LinkedHashMap<>();
    peers.put("PDFBox", file -> isPdf(file) ? pdfBox(file) : "");
    peers.put("POI", file -> isPdf(file) ? "" : poi(file));
    peers.put("Tika", Peers::tika);
    peers.put(
        "LC4j PDFBox", file -> isPdf(file) ? parsed(new ApachePdfBoxDocumentParser(), file) : "");
    peers.put("LC4j POI", file -> isPdf(file) ? "" : parsed(new ApachePoiDocumentParser(), file));
    peers.put("LC4j Tika", file -> parsed(new ApacheTikaDocumentParser(), file));
    return peers;
  }

  private static boolean isPdf(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".pdf");
  }

  private static String pdfBox(Path file) throws IOException {
    try (PDDocument document = Loader.loadPDF(file.toFile())) {
      return new PDFTextStripper().getText(document);
    }
  }

  private static String poi(Path file) throws IOException {
    try (POITextExtractor extractor = ExtractorFactory.createExtractor(file.toFile())) {
      return extractor.getText();
    }
  }

  private static String tika(Path file) throws IOException {
    try {
      return new Tika().parseToString(file);
    } catch (TikaException e) {
      throw new IOException(e);
    }
  }

  private static String parsed(DocumentParser parser, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return parser.parse(in).text();
    }
  }
}
