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
  private static final String NESTED = "jar:nested:"; // in a jar of Spring Boot's

  private JarOrigin() {}

  /** The jar's path, length and time of change, and the resource; empty for what is in no file. */
  public static Optional<String> of(@Nullable URL resource) {
    String place = String.valueOf(resource);
    boolean nested = place.startsWith(NESTED);
    int start = nested ? NESTED.length() : JAR.length();
    int end = place.indexOf(nested ? "/!" : "!/");
    if ((!nested && !place.startsWith(JAR)) || end < 0) {
      return Optional.empty();
    }
    try {
      Path jar = Path.of(URI.create("file:" + place.substring(start, end)));
      return Optional.of(
          place + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar).toMillis());
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
