package dev.ragwright.foreign;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps keys out of what is said of failures: a service may repeat the one that it refuses, and the
 * JDK quotes a header that it cannot send. Those that a watched client has sent are known; others
 * by how they look, or where they stand.
 */
public final class Secrets {
  /** How the JDK begins to say that it cannot send a header. */
  public static final String NO_HEADER = "invalid header value: ";

  private static final String MASK = "(not shown)";
  private static final int SHORTEST = 8; // what is shorter may be a word like any other
  private static final int DEEPEST = 16; // causes of causes

  /** What names of headers and of a query's values have in them that are keys, or signed by one. */
  private static final String NAME =
      "auth(?!or(?!i[sz]))|key|token|secret|passw|credential|cookie|signature|\\bsig\\b";

  private static final Pattern NAMES = Pattern.compile(NAME, Pattern.CASE_INSENSITIVE);

  /** What stands before a key in a header. */
  private static final Pattern SCHEME = Pattern.compile("^[A-Za-z][A-Za-z0-9-]*\\s+");

  /** Whose second group is the key. */
  private static final List<Pattern> LOOKS =
      List.of(
          Pattern.compile("(" + NO_HEADER + ")(\".*\")", Pattern.DOTALL),
          Pattern.compile("(\\bBearer\\s+)([^\\s\"',;}]+)", Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "([?&](?=[^=&\\s]*(?:" + NAME + "))[^=&\\s]{1,64}=)([^&\\s\"']+)",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "((?:api|subscription)[-_ ]?key\\b[^:=]{0,20}[:=]\\s*[\"']?)((?=\\S*\\d)[^\\s\"',;}]{8,})",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "()(\\b(?:sk|gsk|xai|hf|pplx|nvapi|r8)[-_][A-Za-z0-9_-]{8,}|\\bAIza[A-Za-z0-9_-]{20,})"));

  private Secrets() {}

  /**
   * The keys of a request: in its headers, in the query and before the host of its address, as far
   * as they have a name that keys have; the longest first, since one may be part of another.
   */
  public static List<String> of(URI address, Map<String, List<String>> headers) {
    Set<String> secrets = new LinkedHashSet<>();
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      if (NAMES.matcher(header.getKey()).find()) {
        header.getValue().forEach(value -> add(secrets, SCHEME.matcher(value).replaceFirst("")));
      }
    }
    String query = address.getRawQuery() == null ? "" : address.getRawQuery();
    for (String part : query.split("&", -1)) {
      int is = part.indexOf('=');
      if (is > 0 && NAMES.matcher(part.substring(0, is)).find()) {
        addDecoded(secrets, part.substring(is + 1));
      }
    }
    String user = address.getRawUserInfo();
    if (user != null) {
      addDecoded(secrets, user.substring(user.indexOf(':') + 1));
    }
    return secrets.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
  }

  private static void addDecoded(Set<String> secrets, String value) {
    add(secrets, value);
    try {
      add(secrets, URLDecoder.decode(value, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      // A query may have a % that stands for itself.
    }
  }

  private static void add(Set<String> secrets, String value) {
    String secret = value.strip();
    if (secret.length() >= SHORTEST) {
      secrets.add(secret);
    }
  }

  /** The text without keys. */
  public static String hidden(String text, List<String> secrets) {
    String hidden = text;
    for (String secret : secrets) {
      hidden = hidden.replace(secret, MASK);
    }
    for (Pattern looks : LOOKS) {
      hidden = looks.matcher(hidden).replaceAll("$1" + MASK);
    }
    return hidden;
  }

  /** The failure; where it or a cause of it says a key, one like it that does not. */
  public static Throwable hidden(Throwable thrown, List<String> secrets) {
    return isTold(thrown, secrets, 0) ? new Hidden(thrown, secrets, 0) : thrown;
  }

  private static boolean isTold(@Nullable Throwable thrown, List<String> secrets, int depth) {
    if (thrown == null || depth > DEEPEST) {
      return false;
    }
    String message = String.valueOf(thrown.getMessage());
    if (!hidden(message, secrets).equals(message)
        || isTold(thrown.getCause(), secrets, depth + 1)) {
      return true;
    }
    for (Throwable suppressed : thrown.getSuppressed()) {
      if (isTold(suppressed, secrets, depth + 1)) {
        return true;
      }
    }
    return false;
  }

  /** Stands for a failure whose text has a key in it, and says of which type that is. */
  private static final class Hidden extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Hidden(Throwable thrown, List<String> secrets, int depth) {
      super(
          hidden(thrown.toString(), secrets),
          thrown.getCause() == null || depth > DEEPEST
              ? null
              : new Hidden(thrown.getCause(), secrets, depth + 1));
      setStackTrace(thrown.getStackTrace());
      for (Throwable suppressed : thrown.getSuppressed()) {
        if (depth <= DEEPEST) {
          addSuppressed(new Hidden(suppressed, secrets, depth + 1));
        }
      }
    }
  }
}
