package dev.ragwright.onnx.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What environment variables say of the hub, by the rules of huggingface_hub's {@code constants.py}
 * and {@code utils/_auth.py} (version 2.4.0).
 */
final class HubSettings {
  private static final Pattern VARIABLE = Pattern.compile("\\$(?:(\\w+)|\\{([^}]*)})");

  private final Map<String, String> environment;
  private final String home;

  HubSettings(Map<String, String> environment, String home) {
    this.environment = environment;
    this.home = home;
  }

  String endpoint() {
    return first("HF_ENDPOINT").orElse("https://huggingface.co");
  }

  Path cacheFolder() {
    return path(first("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE").orElse(hubHome() + "/hub"));
  }

  private String hubHome() {
    return first("HF_HOME")
        .orElseGet(() -> first("XDG_CACHE_HOME").orElse(home + "/.cache") + "/huggingface");
  }

  boolean offline() {
    return isTrue(first("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE").orElse(""));
  }

  boolean symlinks() {
    return !isTrue(first("HF_HUB_DISABLE_SYMLINKS").orElse(""));
  }

  /** Seconds to wait for an answer or for more of a file. */
  int timeoutSeconds() {
    return first("HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT")
        .filter(seconds -> seconds.matches("[1-9]\\d{0,5}"))
        .map(Integer::parseInt)
        .orElse(10);
  }

  /** The token to send unasked; null when there is none. */
  @Nullable String token() {
    if (isTrue(first("HF_HUB_DISABLE_IMPLICIT_TOKEN").orElse(""))) {
      return null;
    }
    return first("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
        .map(HubSettings::clean)
        .orElseGet(() -> clean(tokenFile()));
  }

  private String tokenFile() {
    Path file = path(first("HF_TOKEN_PATH").orElse(hubHome() + "/token"));
    try {
      return Files.isRegularFile(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new HubException(
          HubException.Reason.CACHE, "cannot read the token in " + file + ": " + e, e);
    }
  }

  private static @Nullable String clean(String token) {
    String clean = token.strip();
    return clean.isEmpty() ? null : clean;
  }

  private Optional<String> first(String... names) {
    for (String name : names) {
      String value = environment.get(name);
      if (value != null && !value.isEmpty()) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  private Path path(String text) {
    String expanded = text.equals("~") || text.startsWith("~/") ? home + text.substring(1) : text;
    return Path.of(
        VARIABLE
            .matcher(expanded)
            .replaceAll(
                found -> {
                  String name = found.group(1) == null ? found.group(2) : found.group(1);
                  String value = environment.getOrDefault(name, found.group());
                  return Matcher.quoteReplacement(value);
                }));
  }

  private static boolean isTrue(String value) {
    return Set.of("1", "ON", "YES", "TRUE").contains(value.toUpperCase(Locale.ROOT));
  }
}
