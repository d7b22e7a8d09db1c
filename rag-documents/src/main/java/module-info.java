/** Readers of PDF, Office, OpenDocument, EPUB and HTML. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic")
module dev.ragwright.documents {
  requires transitive dev.ragwright.source;
  requires static transitive org.jspecify;
  requires java.desktop;
  requires java.xml;
  requires org.apache.fontbox;
  requires org.apache.pdfbox;
  requires org.apache.pdfbox.io;
  requires org.jsoup;
  requires static org.apache.poi.poi; // for formulas without a stored result
  requires static org.apache.tika.core; // for dev.ragwright.documents.tika alone
  requires static org.apache.tika.parser.microsoft;

  exports dev.ragwright.documents;
  exports dev.ragwright.documents.options;
  exports dev.ragwright.documents.tika;

  provides dev.ragwright.source.DocumentReader.Provider with
      dev.ragwright.documents.DocumentReaders;
}
