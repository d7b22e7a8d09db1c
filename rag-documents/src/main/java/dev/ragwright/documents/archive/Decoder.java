package dev.ragwright.documents.archive;

import dev.ragwright.document.DocumentReadException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decodes the characters of XML by its first bytes and its declaration, as the parser would: which
 * prints to {@code System.err} what it cannot decode, and here it is only an exception.
 */
final class Decoder {
  private static final Pattern DECLARED =
      Pattern.compile("^<\\?xml[^>]*\\sencoding\\s*=\\s*[\"']([A-Za-z0-9._-]+)[\"']");
  private static final int LOOK = 200;

  private Decoder() {}

  static Reader decode(InputStream in, String part) throws IOException {
    PushbackInputStream bytes = new PushbackInputStream(in, LOOK);
    byte[] first = bytes.readNBytes(LOOK);
    int mark = mark(first);
    bytes.unread(first, mark, first.length - mark);
    return new InputStreamReader(
        bytes,
        charset(first, part)
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  /** How long the byte order mark is. */
  private static int mark(byte[] first) {
    if (begins(first, 0xef, 0xbb, 0xbf)) {
      return 3;
    }
    return begins(first, 0xfe, 0xff) || begins(first, 0xff, 0xfe) ? 2 : 0;
  }

  private static Charset charset(byte[] first, String part) {
    if (begins(first, 0xfe, 0xff) || begins(first, 0, '<')) {
      return StandardCharsets.UTF_16BE;
    } else if (begins(first, 0xff, 0xfe) || begins(first, '<', 0)) {
      return StandardCharsets.UTF_16LE;
    }
    Matcher declared = DECLARED.matcher(new String(first, StandardCharsets.ISO_8859_1));
    if (mark(first) == 3 || !declared.find()) {
      return StandardCharsets.UTF_8;
    }
    try {
      Charset named = Charset.forName(declared.group(1));
      return named.name().startsWith("UTF-16") ? StandardCharsets.UTF_8 : named;
    } catch (IllegalArgumentException e) {
      throw new DocumentReadException(
          "has an encoding that is not known in " + part + ": " + declared.group(1), e);
    }
  }

  private static boolean begins(byte[] bytes, int... with) {
    for (int i = 0; i < with.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xff) != with[i]) {
        return false;
      }
    }
    return true;
  }
}
