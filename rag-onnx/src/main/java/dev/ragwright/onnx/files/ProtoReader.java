package dev.ragwright.onnx.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Walks over the fields of a protobuf message, field by field, and skips what is not wanted. */
public final class ProtoReader {
  private static final int LONGEST_TEXT = 1 << 16;

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 13];
  private int place;
  private int filled;
  private long bufferStart;
  private int key;
  private long length; // of the field's bytes that were not taken yet

  public ProtoReader(InputStream in) {
    this.in = in;
  }

  /** How many bytes were read or skipped. */
  public long position() {
    return bufferStart + place;
  }

  /** Goes to the next field of a message that ends at {@code end}; false when there is none. */
  public boolean next(long end) throws IOException {
    if (position() >= end) {
      if (position() > end) {
        throw new IOException("a field that ends behind its message");
      }
      return false;
    }
    if (end == Long.MAX_VALUE && place == filled && !fill()) {
      return false;
    }
    key = (int) varint();
    length =
        switch (key & 7) {
          case 0 -> 0;
          case 1 -> 8;
          case 2 -> varint();
          case 5 -> 4;
          default -> throw new IOException("a field of type " + (key & 7));
        };
    if (key >>> 3 == 0 || length < 0 || length > end - position()) {
      throw new IOException(
          String.format(Locale.ROOT, "a field of %d bytes at byte %d", length, position()));
    }
    return true;
  }

  public int field() {
    return key >>> 3;
  }

  public boolean isNumber() {
    return (key & 7) == 0;
  }

  /** Where the message or text in this field ends. */
  public long end() throws IOException {
    if ((key & 7) != 2) {
      throw new IOException("a number in field " + field());
    }
    return position() + length;
  }

  public long number() throws IOException {
    if (!isNumber()) {
      throw new IOException("no number in field " + field());
    }
    return varint();
  }

  /** The field's type in the encoding: 0 a number, 1 and 5 eight and four bytes, 2 a length. */
  public int wire() {
    return key & 7;
  }

  /** The four or eight bytes of a number that is not packed into fewer. */
  public long fixed() throws IOException {
    if (wire() != 1 && wire() != 5) {
      throw new IOException("no fixed number in field " + field());
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      value |= (read() & 255L) << (8 * i);
    }
    return value;
  }

  public String text() throws IOException {
    return new String(bytes(LONGEST_TEXT), StandardCharsets.UTF_8);
  }

  /** What is in this field, if it is no longer than that. */
  public byte[] bytes(int longest) throws IOException {
    end();
    if (length > longest) {
      throw new IOException("a name of " + length + " bytes");
    }
    byte[] bytes = new byte[(int) length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = read();
    }
    return bytes;
  }

  public void skip() throws IOException {
    if (isNumber()) {
      varint();
      return;
    }
    int here = (int) Math.min(length, filled - place);
    place += here;
    if (here < length) {
      try {
        in.skipNBytes(length - here);
      } catch (EOFException e) {
        throw new EOFException("the file ends in the middle");
      }
      bufferStart += length - here;
    }
  }

  public long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = read();
      value |= (long) (next & 127) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IOException("a number of more than ten bytes");
  }

  private byte read() throws IOException {
    if (place == filled && !fill()) {
      throw new EOFException("the file ends in the middle");
    }
    return buffer[place++];
  }

  private boolean fill() throws IOException {
    bufferStart += filled;
    place = 0;
    filled = Math.max(0, in.read(buffer));
    return filled > 0;
  }
}
