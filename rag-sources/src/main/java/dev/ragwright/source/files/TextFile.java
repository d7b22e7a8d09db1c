package dev.ragwright.source.files;

import dev.ragwright.document.DocumentReadException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;

/**
 * Reads text files in one way: UTF-8, without the byte order mark that may stand at the beginning,
 * unpacked where they are gzip-compressed. Lines end with a line feed, a carriage return, or both,
 * the last one also with the file. A pointer of Git LFS in place of a file is refused.
 */
public final class TextFile {
  private static final String MARK = "\uFEFF";
  private static final String LFS = "version https://git-lfs.github.com/spec/";
  private static final int LFS_BYTES = 1024; // a pointer is shorter, by its specification
  private static final int BUFFER = 1 << 16;
  private static final int MOST_UNPACKED = 1 << 28; // a few kilobytes of gzip may be all there is

  private TextFile() {}

  /**
   * The lines that are not blank; lazy, to be closed.
   *
   * @throws DocumentReadException at once if the file cannot be opened; from the stream if it
   *     cannot be read on or a line is not UTF-8, naming the line
   */
  public static Stream<TextLine> lines(Path file) {
    return linesAsTheyAre(file).map(TextLine::whole);
  }

  /** {@link #lines}, in which a line that is not UTF-8 has U+FFFD in place of what is broken. */
  public static Stream<TextLine> linesAsTheyAre(Path file) {
    LineBytes bytes = new LineBytes(opened(file));
    AbstractSpliterator<TextLine> lines =
        new AbstractSpliterator<>(Long.MAX_VALUE, AbstractSpliterator.ORDERED) {
          private int number;

          @Override
          public boolean tryAdvance(Consumer<? super TextLine> action) {
            try {
              while (bytes.next()) {
                TextLine line = line(file, ++number, bytes);
                if (!line.text().isBlank()) {
                  action.accept(line);
                  return true;
                }
              }
              return false;
            } catch (IOException e) {
              throw new DocumentReadException(
                  file + " after line " + number + ": cannot be read on: " + e.getMessage(), e);
            }
          }
        };
    return StreamSupport.stream(lines, false).onClose(() -> close(bytes));
  }

  private static TextLine line(Path file, int number, LineBytes bytes) {
    String text = bytes.text();
    boolean broken = text.indexOf('\uFFFD') >= 0 && !bytes.isUtf8();
    return new TextLine(file, number, number == 1 ? withoutMark(text) : text, broken);
  }

  /** Hands over the lines that are not blank, as {@link #lines} has them. */
  public static void forEachLine(Path file, Consumer<TextLine> action) {
    try (Stream<TextLine> lines = lines(file)) {
      lines.forEach(action);
    }
  }

  /**
   * All of a file.
   *
   * @throws DocumentReadException if it cannot be read or is not UTF-8
   */
  public static String read(Path file) {
    try {
      return text(file);
    } catch (CharacterCodingException e) {
      throw new DocumentReadException(file + " is not UTF-8", e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * All of a file, for callers with errors of their own.
   *
   * @throws CharacterCodingException if it is not UTF-8
   * @throws LfsPointerException if it is a pointer of Git LFS
   */
  public static String text(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file); // at once: most files are small
    refusePointer(bytes);
    if (isPacked(file, bytes)) {
      bytes = unpacked(bytes);
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) { // in the file, or in place of what is broken
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
    return withoutMark(text);
  }

  private static byte[] unpacked(byte[] bytes) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes), BUFFER)) {
      byte[] read = in.readNBytes(MOST_UNPACKED);
      if (in.read() >= 0) {
        throw new IOException(
            "it unpacks to more than %s bytes, which is the most; unpack it"
                .formatted(MOST_UNPACKED));
      }
      return read;
    }
  }

  /**
   * Refuses a pointer of Git LFS, in files of any kind.
   *
   * @param size the file's, in bytes
   * @throws LfsPointerException if it is one
   */
  public static void refusePointer(Path file, long size) throws IOException {
    if (size >= LFS_BYTES) {
      return; // most files need not be opened for it
    }
    try (InputStream in = Files.newInputStream(file)) {
      refusePointer(in.readNBytes(LFS_BYTES));
    }
  }

  private static void refusePointer(byte[] first) throws IOException {
    if (first.length < LFS_BYTES
        && first.length > LFS.length()
        && isLfsPointer(new String(first, StandardCharsets.ISO_8859_1))) {
      throw new LfsPointerException();
    }
  }

  private static boolean isPacked(Path file, byte[] first) throws IOException {
    if (first.length > 1 && first[0] == 0x1F && first[1] == (byte) 0x8B) {
      return true;
    }
    if (String.valueOf(file.getFileName()).endsWith(".gz")) {
      throw new IOException("its name ends in .gz, and it is not gzip-compressed");
    }
    return false;
  }

  private static String withoutMark(String text) {
    return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
  }

  private static InputStream opened(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DocumentReadException(
          Files.exists(file) ? file + " is not a file" : "there is no file " + file);
    }
    try {
      return open(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static DocumentReadException unreadable(Path file, IOException e) {
    String what = e instanceof LfsPointerException ? " " : " cannot be read: ";
    return new DocumentReadException(file + what + e.getMessage(), e);
  }

  private static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      in.mark(LFS_BYTES);
      byte[] first = in.readNBytes(LFS_BYTES);
      in.reset();
      refusePointer(first);
      if (isPacked(file, first)) {
        return new GZIPInputStream(in, BUFFER);
      }
      return in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static boolean isLfsPointer(String first) {
    return first.startsWith(LFS) && first.contains("\noid sha256:");
  }

  private static void close(LineBytes bytes) {
    try {
      bytes.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
