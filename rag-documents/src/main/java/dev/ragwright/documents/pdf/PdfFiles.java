package dev.ragwright.documents.pdf;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.options.ReadOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.io.RandomAccessReadBufferedFile;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;

/** Opens PDF files, or says why it cannot. */
final class PdfFiles {
  private static final int HEAD = 1024;
  private static final int TAIL = 4096; // more than the 1,024 that programs look at
  private static final long IN_MEMORY = 64L << 20;

  private PdfFiles() {}

  static PDDocument open(Path file, ReadOptions options) throws IOException {
    check(file, options);
    List<String> passwords = new ArrayList<>();
    passwords.add("");
    passwords.addAll(options.passwords());
    for (String password : passwords) {
      try {
        return load(file, password, options);
      } catch (InvalidPasswordException e) { // the next one may do
      } catch (IOException | RuntimeException e) {
        if (!Files.isReadable(file)) {
          throw e;
        }
        throw new DocumentReadException("is a damaged PDF file: " + said(e), e);
      }
    }
    throw new DocumentReadException(
        options.passwords().isEmpty()
            ? "is encrypted; ReadOptions.passwords takes its password"
            : "is encrypted, and none of the passwords of ReadOptions.passwords opens it");
  }

  private static PDDocument load(Path file, String password, ReadOptions options)
      throws IOException {
    MemoryUsageSetting memory =
        MemoryUsageSetting.setupMixed(
            Math.min(IN_MEMORY, options.maxBytes()), Math.max(4096, options.maxBytes()));
    RandomAccessReadBufferedFile bytes = new RandomAccessReadBufferedFile(file);
    try {
      return Loader.loadPDF(bytes, password, memory.streamCache);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      bytes.close();
      throw e;
    }
  }

  private static void check(Path file, ReadOptions options) throws IOException {
    long size = Files.size(file);
    if (size == 0) {
      throw new DocumentReadException("is empty: it has no bytes");
    }
    if (size > options.maxBytes()) {
      throw new DocumentReadException(
          String.format(
              Locale.ROOT,
              "has %,d bytes, more than %,d; ReadOptions.maxBytes allows more",
              size,
              options.maxBytes()));
    }
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD);
    }
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (!text.contains("%PDF-")) {
      throw new DocumentReadException("is no PDF file: " + kind(text));
    }
  }

  /**
   * Whether the mark is missing that each PDF file ends with. PDFBox reads on without it and says
   * nothing: what came behind is lost, and what hid a layer or a form may be among that.
   */
  static boolean isCutShort(Path file) throws IOException {
    try (SeekableByteChannel bytes = Files.newByteChannel(file)) {
      ByteBuffer end = ByteBuffer.allocate((int) Math.min(bytes.size(), TAIL));
      bytes.position(bytes.size() - end.capacity());
      while (end.hasRemaining() && bytes.read(end) >= 0) {
        // until it is there
      }
      return !new String(end.array(), StandardCharsets.ISO_8859_1).contains("%%EOF");
    }
  }

  private static String kind(String head) {
    if (head.startsWith("PK\u0003\u0004")) {
      return "it is a zip archive, as Office files are";
    }
    if (head.startsWith("\u00D0\u00CF\u0011\u00E0")) {
      return "it is an old Office file";
    }
    String start = head.stripLeading().toLowerCase(Locale.ROOT);
    if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
      return "it is an HTML page";
    }
    return "it does not have %PDF- among its first bytes";
  }

  /** What went wrong, in one line. */
  static String said(Throwable e) {
    String message = e.getMessage();
    String text = message == null ? e.getClass().getSimpleName() : message;
    String line = text.lines().findFirst().orElse("").strip();
    return line.length() > 200 ? line.substring(0, 200) + "..." : line;
  }
}
