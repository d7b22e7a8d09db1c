package dev.ragwright.experiment.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** What stands in the page instead of being loaded by it. */
final class Inlined {
  private static final String WEB_JAR = "META-INF/maven/org.webjars.npm/chart.js/pom.properties";

  private Inlined() {}

  /** A file of this package. */
  static String own(String name) {
    try (InputStream in = Inlined.class.getResourceAsStream(name)) {
      return text(in, name);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }

  /** Chart.js, from its WebJar, of the version that is on the class path. */
  static String chartLibrary() {
    // The map is not in the page, and a browser would ask for it.
    return webJar("dist/chart.umd.min.js").replaceFirst("\n?//# sourceMappingURL=\\S+\\s*$", "\n");
  }

  /** What has to be told wherever Chart.js is copied to. */
  static String chartLicense() {
    return webJar("LICENSE.md");
  }

  private static String webJar(String name) {
    String path = "META-INF/resources/webjars/chart.js/" + chartLibraryVersion() + "/" + name;
    try (InputStream in = Inlined.class.getClassLoader().getResourceAsStream(path)) {
      return text(in, path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  private static String chartLibraryVersion() {
    Properties properties = new Properties();
    try (InputStream in = Inlined.class.getClassLoader().getResourceAsStream(WEB_JAR)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + WEB_JAR, e);
    }
    String version = properties.getProperty("version");
    if (version == null) {
      throw new IllegalStateException(
          WEB_JAR + " is not on the class path; reports need org.webjars.npm:chart.js");
    }
    return version;
  }

  /** A script's name in a content security policy. */
  static String policyHash(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String text(@Nullable InputStream in, String name) throws IOException {
    if (in == null) {
      throw new IllegalStateException(name + " is not on the class path");
    }
    return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
  }
}
