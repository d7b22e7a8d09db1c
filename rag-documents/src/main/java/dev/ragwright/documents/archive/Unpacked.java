package dev.ragwright.documents.archive;

import dev.ragwright.document.DocumentReadException;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipException;

/**
 * Counts the bytes of all parts of an archive, and what is in archives within it; a part that is
 * read again counts once.
 */
final class Unpacked {
  private final long most;
  private final Map<String, Long> counted = new HashMap<>();
  private long left;

  Unpacked(long most) {
    this.most = most;
    this.left = most;
  }

  boolean isOverLimit() {
    return left < 0;
  }

  /**
   * The stream, counted and compared with a checksum at its end.
   *
   * @param crc the checksum that it should have, or -1 if it is not known
   */
  InputStream guard(InputStream in, long crc, String name) {
    return new Guarded(in, crc, name);
  }

  private final class Guarded extends FilterInputStream {
    private final CRC32 sum = new CRC32();
    private final long crc;
    private final String name;
    private long place;

    Guarded(InputStream in, long crc, String name) {
      super(in);
      this.crc = crc;
      this.name = name;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int count;
      try {
        count = super.read(bytes, from, length);
      } catch (ZipException | EOFException e) {
        throw new DocumentReadException("is damaged or cut short in " + name, e);
      }
      if (count > 0) {
        sum.update(bytes, from, count);
        count(count);
        if (left < 0) {
          throw new DocumentReadException(
              String.format(
                  Locale.ROOT,
                  "unpacks to more than %,d bytes; ReadOptions.maxBytes allows more",
                  most));
        }
      } else if (count < 0 && crc >= 0 && sum.getValue() != crc) {
        throw new DocumentReadException("is damaged in " + name + ": its checksum is another");
      }
      return count;
    }

    private void count(int more) {
      place += more;
      long before = counted.getOrDefault(name, 0L);
      if (place > before) {
        left -= place - before;
        counted.put(name, place);
      }
    }

    @Override
    public long skip(long count) throws IOException {
      return readNBytes((int) Math.min(count, 8192)).length;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
