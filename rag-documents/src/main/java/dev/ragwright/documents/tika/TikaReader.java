package dev.ragwright.documents.tika;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.html.HtmlReader;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.text.Limits;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaException;
import org.apache.tika.exception.WriteLimitReachedException;
import org.apache.tika.extractor.EmbeddedDocumentExtractor;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.parser.PasswordProvider;
import org.apache.tika.parser.microsoft.OfficeParser;
import org.apache.tika.parser.microsoft.OfficeParserConfig;
import org.apache.tika.parser.microsoft.rtf.RTFParser;
import org.apache.tika.sax.ToHTMLContentHandler;
import org.apache.tika.sax.WriteOutContentHandler;
import org.xml.sax.ContentHandler;
import org.xml.sax.SAXException;

/**
 * Reads the binary formats of Word, Excel, PowerPoint and Outlook, and RTF, by Apache Tika, as well
 * as that can: {@code Folder.of(path).readBy(new TikaReader(ReadOptions.defaults()))}. No folder
 * finds it by itself, and each document has {@code bestEffort} in its metadata, because its text
 * may be wrong where that of the other readers is not:
 *
 * <ul>
 *   <li>text that was deleted with tracking on is in the text beside what replaced it, in RTF and
 *       Word: 200 changed to 300 may be read as 200300;
 *   <li>a raised digit joins the number before it: ten to the sixth is 106;
 *   <li>some number formats of Excel are misread, such as 12.5 as 1250 % where the percent sign is
 *       in quotes; digits of dates follow the language of the JVM where it is Arabic;
 *   <li>empty cells at the end of a row are lost, hidden sheets and rows are in the text, list
 *       labels and footnotes (RTF) may be lost;
 *   <li>there are no places: neither pages nor sheets nor slides.
 * </ul>
 *
 * <p>Where it matters, save such a file in its newer format and read that. Attachments and embedded
 * files are not read; each is a problem. Of {@link ReadOptions}, {@code maxBytes}, {@code
 * maxCharacters} and the first of {@code passwords} are honoured. Needs Tika's {@code tika-core}
 * and {@code tika-parser-microsoft-module}, which this module does not bring; of the latter, leave
 * out {@code junrar}, whose licence is not free. Safe to share.
 */
public final class TikaReader implements DocumentReader {
  private static final byte[] OLE2 = {(byte) 0xD0, (byte) 0xCF, 0x11, (byte) 0xE0};
  private static final byte[] RTF = "{\\rtf".getBytes(StandardCharsets.US_ASCII);

  private final ReadOptions options;

  /** A reader with these options. */
  public TikaReader(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "tika";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> endings() {
    return List.of(".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps", ".pot", ".rtf", ".msg");
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    Limits.checkSize(Files.size(file), options.maxBytes());
    org.apache.tika.metadata.Metadata found = new org.apache.tika.metadata.Metadata();
    String page = html(file, found, name -> problems.accept(notRead(id, name)));
    String title = found.get(TikaCoreProperties.TITLE);
    Metadata metadata = Metadata.empty().with("bestEffort", true);
    if (title != null && !title.isBlank()) {
      metadata = metadata.with("title", title.strip());
    }
    Document document = HtmlReader.document(id, page, options, metadata);
    if (document.text().isBlank()) {
      throw new DocumentReadException("has no text that Tika reads");
    }
    return document;
  }

  private static ReadProblem notRead(String id, String name) {
    return ReadProblem.in(id, name, "is a file within the file, and not read");
  }

  private String html(Path file, org.apache.tika.metadata.Metadata found, Consumer<String> embedded)
      throws IOException {
    ContentHandler page = new ToHTMLContentHandler();
    try (TikaInputStream in = TikaInputStream.get(file, found)) {
      parser(file)
          .parse(
              in,
              new WriteOutContentHandler(page, options.maxCharacters()),
              found,
              context(embedded));
    } catch (EncryptedDocumentException e) {
      throw new DocumentReadException(
          "is encrypted; ReadOptions.passwords takes its password first", e);
    } catch (SAXException | TikaException | RuntimeException e) {
      if (WriteLimitReachedException.isWriteLimitReached(e)) {
        throw new DocumentReadException(Limits.tooLong(options.maxCharacters()), e);
      }
      if (e instanceof DocumentReadException refused) {
        throw refused;
      }
      throw new DocumentReadException("cannot be read by Tika: " + e.getMessage(), e);
    }
    return page.toString();
  }

  /** The parser by the file's first bytes; its name may say anything. */
  private static Parser parser(Path file) throws IOException {
    byte[] first;
    try (InputStream in = Files.newInputStream(file)) {
      first = in.readNBytes(RTF.length);
    }
    if (java.util.Arrays.equals(first, RTF)) {
      return new RTFParser();
    }
    if (first.length >= OLE2.length
        && java.util.Arrays.equals(first, 0, OLE2.length, OLE2, 0, OLE2.length)) {
      return new OfficeParser();
    }
    throw new DocumentReadException("is no file of a binary Office format, nor RTF");
  }

  private ParseContext context(Consumer<String> embedded) {
    OfficeParserConfig office = new OfficeParserConfig();
    office.setIncludeDeletedContent(false);
    office.setIncludeMoveFromContent(false);
    office.setUseSAXDocxExtractor(true); // else the two above are not looked at
    office.setExtractMacros(false);
    office.setConcatenatePhoneticRuns(false);
    ParseContext context = new ParseContext();
    context.set(OfficeParserConfig.class, office);
    context.set(Locale.class, Locale.US); // or numbers and dates follow the JVM's
    context.set(EmbeddedDocumentExtractor.class, new NotRead(embedded));
    context.set(
        PasswordProvider.class,
        of -> options.passwords().isEmpty() ? null : options.passwords().getFirst());
    return context;
  }

  /** Tells of files within the file, and reads none. */
  private record NotRead(Consumer<String> told) implements EmbeddedDocumentExtractor {
    @Override
    public boolean shouldParseEmbedded(org.apache.tika.metadata.Metadata of) {
      String name = of.get(TikaCoreProperties.RESOURCE_NAME_KEY);
      told.accept(name == null ? "unnamed" : name);
      return false;
    }

    @Override
    public void parseEmbedded(
        InputStream in,
        ContentHandler out,
        org.apache.tika.metadata.Metadata of,
        boolean outputHtml) {
      throw new IllegalStateException("nothing embedded is to be read");
    }
  }
}
