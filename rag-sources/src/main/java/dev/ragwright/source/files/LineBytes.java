package dev.ragwright.source.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of a file's lines, so that each is decoded by itself and one that is not UTF-8 is known
 * by its number; a decoder of the whole file fails as soon as it has read ahead to there.
 */
final class LineBytes implements Closeable {
  /** A few kilobytes of gzip may be a line without an end. */
  private static final int LONGEST = 1 << 26;

  private final InputStream in;
  private final byte[] read = new byte[1 << 16];
  private int at;
  private int end;
  private boolean ended;
  private boolean behindReturn;
  private byte[] line = new byte[1 << 10];
  private int length;

  LineBytes(InputStream in) {
    this.in = in;
  }

  /** Goes on to the next line; false at the end, however often, where the file is closed. */
  boolean next() throws IOException {
    length = 0;
    boolean any = false;
    while (at < end || fill()) {
      if (behindReturn && read[at] == '\n') {
        at++;
        behindReturn = false;
        continue;
      }
      behindReturn = false;
      any = true;
      int start = at;
      while (at < end && read[at] != '\n' && read[at] != '\r') {
        at++;
      }
      add(start);
      if (at < end) {
        behindReturn = read[at++] == '\r';
        return true;
      }
    }
    return any;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = ended ? 0 : Math.max(0, in.read(read, 0, read.length));
    if (end == 0 && !ended) {
      ended = true;
      in.close();
    }
    return end > 0;
  }

  private void add(int start) throws IOException {
    int more = at - start;
    if (length + more > LONGEST) {
      throw new IOException("a line has more than " + LONGEST + " bytes, which is the most");
    }
    if (line.length - length < more) {
      line = Arrays.copyOf(line, Math.max(length + more, 2 * line.length));
    }
    System.arraycopy(read, start, line, length, more);
    length += more;
  }

  /** The line, with U+FFFD in place of what is not UTF-8. */
  String text() {
    return new String(line, 0, length, StandardCharsets.UTF_8);
  }

  boolean isUtf8() {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line, 0, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
