package dev.ragwright.foreign;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

  private static final Set<String> HEADERS =
      Set.of("authorization", "api-key", "x-api-key", "x-goog-api-key");

  /** Whose second group is the key. */
  private static final List<Pattern> LOOKS =
      List.of(
          Pattern.compile("(" + NO_HEADER + ")(\".*\")", Pattern.DOTALL),
          Pattern.compile("(\\bBearer\\s+)([^\\s\"',;}]+)", Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "([?&](?:key|api[-_]?key|token|access_token)=)([^&\\s\"']+)",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "(api[-_ ]?key\\b[^:=]{0,20}[:=]\\s*[\"']?)((?=\\S*\\d)[^\\s\"',;}]{8,})",
              Pattern.CASE_INSENSITIVE),
          Pattern.compile(
              "()(\\b(?:sk|gsk|xai|hf|pplx|nvapi|r8)[-_][A-Za-z0-9_-]{8,}|\\bAIza[A-Za-z0-9_-]{20,})"));

  private Secrets() {}

  /** The keys among the headers of a request. */
  public static List<String> of(Map<String, List<String>> headers) {
    List<String> secrets = new ArrayList<>();
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      if (!HEADERS.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        continue;
      }
      for (String value : header.getValue()) {
        String key = value.replaceFirst("(?i)^(Bearer|Basic|Token)\\s+", "").strip();
        if (key.length() >= SHORTEST) {
          secrets.add(key);
        }
      }
    }
    return secrets;
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
