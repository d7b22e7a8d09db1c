package dev.ragwright.onnx.files;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What identifies a resource of a jar without reading it. */
public final class JarOrigin {
  private static final String JAR = "jar:file:";

  private JarOrigin() {}

  /** The jar's path, length and time of change, and the resource; empty for what is in no file. */
  public static Optional<String> of(@Nullable URL resource) {
    String place = String.valueOf(resource);
    int end = place.indexOf("!/");
    if (!place.startsWith(JAR) || end < 0) {
      return Optional.empty();
    }
    try {
      Path jar = Path.of(URI.create(place.substring(JAR.length() - "file:".length(), end)));
      return Optional.of(
          place + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar).toMillis());
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
