package dev.ragwright.documents.pdf;

import dev.ragwright.document.DocumentReadException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Set;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.filter.FlateFilterDecoderStream;

/**
 * Refuses content that unpacks to more than allowed, before PDFBox unpacks it into memory. Streams
 * so small that they cannot become large are not looked at; nor are others than content, such as
 * fonts. Not safe to share.
 */
final class ContentLimits {
  /** What a single stream may have, whatever is allowed for all of them: PDFBox holds it whole. */
  private static final long LARGEST = 256L << 20;

  /** The most that deflate makes of a byte. */
  private static final long DEFLATE = 1032;

  private final long maxBytes;
  private final Set<COSBase> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private long total;

  ContentLimits(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Looks at a stream, or at all of an array, for the first time that it is drawn. */
  void check(COSBase content) throws IOException {
    if (content instanceof COSArray array) {
      for (int i = 0; i < array.size(); i++) {
        if (array.getObject(i) instanceof COSStream stream) {
          check(stream);
        }
      }
    } else if (content instanceof COSStream stream && seen.add(stream)) {
      long raw = stream.getLength();
      boolean small = raw * DEFLATE <= Math.min(LARGEST, maxBytes - total);
      boolean packed = COSName.FLATE_DECODE.equals(filter(stream)) && !small;
      total += packed ? unpacked(stream) : raw;
      if (total > maxBytes) {
        throw tooLarge("content", maxBytes, "; ReadOptions.maxBytes allows more");
      }
    }
  }

  private static COSBase filter(COSStream stream) {
    COSBase filters = stream.getFilters();
    return filters instanceof COSArray array && array.size() == 1 ? array.getObject(0) : filters;
  }

  private long unpacked(COSStream stream) throws IOException {
    long most = Math.min(LARGEST, maxBytes - total);
    byte[] buffer = new byte[1 << 16];
    long count = 0;
    try (InputStream in = new FlateFilterDecoderStream(stream.createRawInputStream())) {
      for (int read = in.read(buffer); read > 0 && count <= most; read = in.read(buffer)) {
        count += read;
      }
    }
    if (count > LARGEST) {
      throw tooLarge("a content stream", LARGEST, "");
    }
    return count;
  }

  private static DocumentReadException tooLarge(String what, long bytes, String mend) {
    return new DocumentReadException(
        String.format(
            Locale.ROOT, "has %s that unpacks to more than %,d bytes%s", what, bytes, mend));
  }
}
