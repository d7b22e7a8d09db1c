package dev.ragwright.documents.html;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The characters of an HTML file: by its byte order mark, else by the label in its first kilobyte,
 * else as UTF-8 if it is that, else as windows-1252.
 *
 * @param text the characters, without a byte order mark
 * @param encoding what they were taken for
 * @param problem what is wrong with them, or null
 */
record HtmlBytes(String text, Charset encoding, @Nullable String problem) {
  private static final int LABEL_WITHIN = 1024; // as browsers look
  private static final Pattern LABEL =
      Pattern.compile(
          "(?i)<meta[^>]*?[\\s\"';]charset\\s*=\\s*[\"']?\\s*([^\\s\"'/>;]+)"
              + "|^<\\?xml[^>]*?\\sencoding\\s*=\\s*[\"']([^\"']+)");
  private static final Pattern COMMENT = Pattern.compile("(?s)<!--.*?-->");

  static HtmlBytes of(byte[] bytes) {
    if (begins(bytes, 0xEF, 0xBB, 0xBF)) {
      return decoded(bytes, 3, StandardCharsets.UTF_8);
    }
    if (begins(bytes, 0xFE, 0xFF)) {
      return decoded(bytes, 2, StandardCharsets.UTF_16BE);
    }
    if (begins(bytes, 0xFF, 0xFE)) {
      return decoded(bytes, 2, StandardCharsets.UTF_16LE);
    }
    String head =
        new String(bytes, 0, Math.min(bytes.length, LABEL_WITHIN), StandardCharsets.ISO_8859_1);
    Matcher label = LABEL.matcher(COMMENT.matcher(head).replaceAll(""));
    Charset encoding = null;
    while (encoding == null && label.find()) {
      encoding = WebEncodings.of(label.group(1) == null ? label.group(2) : label.group(1));
    }
    if (encoding == null) {
      encoding =
          WebEncodings.isUtf8(bytes) ? StandardCharsets.UTF_8 : Charset.forName("windows-1252");
    } else if (encoding.name().startsWith("UTF-16")) {
      encoding = StandardCharsets.UTF_8; // or the label could not have been read
    }
    return decoded(bytes, 0, encoding);
  }

  private static HtmlBytes decoded(byte[] bytes, int from, Charset encoding) {
    String text = WebEncodings.decode(bytes, from, encoding);
    long broken = text.chars().filter(c -> c == '\uFFFD').count();
    String found =
        broken == 0
            ? null
            : broken + " characters cannot be read: its bytes are not all " + encoding;
    return new HtmlBytes(text, encoding, found);
  }

  private static boolean begins(byte[] bytes, int... with) {
    for (int i = 0; i < with.length; i++) {
      if (bytes.length <= i || (bytes[i] & 0xFF) != with[i]) {
        return false;
      }
    }
    return true;
  }
}
