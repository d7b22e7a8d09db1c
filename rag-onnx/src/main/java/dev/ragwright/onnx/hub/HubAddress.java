package dev.ragwright.onnx.hub;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.IDN;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses as servers send them in headers. Many hold what RFC 3986 wants escaped ({@code |} in
 * signatures, spaces and letters in names), which {@link URI} refuses and Python's clients escape;
 * so does this. What is escaped already stays so.
 */
final class HubAddress {
  /** RFC 3986, appendix B. */
  private static final Pattern PARTS =
      Pattern.compile(
          "(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\\?([^#]*))?(?:#.*)?",
          Pattern.DOTALL);

  private static final String SEGMENT =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@";

  private HubAddress() {}

  /**
   * Where a reference leads, without its fragment.
   *
   * @param reference absolute, or relative in any of its forms, as {@code HttpClient} gives a
   *     header: its bytes as characters
   * @throws IllegalArgumentException if it is no address for all that
   */
  static URI resolve(URI base, String reference) {
    Matcher parts = PARTS.matcher(decoded(reference.strip()));
    if (!parts.matches()) {
      throw new IllegalArgumentException(reference);
    }
    String scheme = parts.group(1) == null ? "" : parts.group(1) + ":";
    String authority = parts.group(2) == null ? "" : "//" + host(parts.group(2));
    String path = escaped(parts.group(3), SEGMENT + "/");
    String query = parts.group(4) == null ? "" : "?" + escaped(parts.group(4), SEGMENT + "/?");
    if (scheme.isEmpty() && authority.isEmpty() && path.isEmpty()) {
      path = base.getRawPath(); // URI.resolve would drop the last name of it
      query = query.isEmpty() && base.getRawQuery() != null ? "?" + base.getRawQuery() : query;
    }
    return base.resolve(URI.create(scheme + authority + path + query));
  }

  /** Text of its bytes, which are UTF-8 as browsers and Python take them, or else are Latin. */
  private static String decoded(String header) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(header.getBytes(ISO_8859_1))).toString();
    } catch (CharacterCodingException e) {
      return header;
    }
  }

  private static String host(String authority) {
    int start = authority.lastIndexOf('@') + 1;
    return authority.substring(0, start) + IDN.toASCII(authority.substring(start));
  }

  private static String escaped(String text, String allowed) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      boolean isEscape =
          c == '%' && text.substring(i, Math.min(i + 3, text.length())).matches("%[0-9A-Fa-f]{2}");
      if (isEscape || allowed.indexOf(c) >= 0) {
        escaped.appendCodePoint(c);
      } else {
        for (byte b : Character.toString(c).getBytes(UTF_8)) {
          escaped.append(String.format(Locale.ROOT, "%%%02X", b));
        }
      }
      i += Character.charCount(c);
    }
    return escaped.toString();
  }
}
