package dev.ragwright.onnx.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarOriginTest {
  @TempDir Path folder;

  /** Of a protocol that only the class loader of Spring Boot's jars knows. */
  private static URL url(String place) throws IOException {
    return URL.of(
        URI.create("jar:" + place),
        new URLStreamHandler() {
          @Override
          protected void parseURL(URL url, String text, int start, int limit) {
            setURL(url, "jar", "", -1, null, null, text.substring(start, limit), null, null);
          }

          @Override
          protected URLConnection openConnection(URL url) throws IOException {
            throw new IOException("not opened");
          }
        });
  }

  @Test
  void aResourceIsKnownByItsJar() throws IOException {
    Path jar = Files.writeString(folder.resolve("a b.jar"), "12345");
    String place = jar.toUri().toString();
    assertThat(JarOrigin.of(url(place + "!/model.onnx")))
        .get()
        .asString()
        .contains("a%20b.jar!/model.onnx 5 ");
  }

  @Test
  void aJarInAJarIsKnownByTheOuterOne() throws IOException {
    Path jar = Files.writeString(folder.resolve("a b.jar"), "12345");
    String place = jar.toUri().toString().replaceFirst("^file:(//)?", "nested:");
    assertThat(JarOrigin.of(url(place + "/!BOOT-INF/lib/m.jar!/model.onnx")))
        .get()
        .asString()
        .contains("/!BOOT-INF/lib/m.jar!/model.onnx 5 ");
  }

  @Test
  void whatIsInNoFileHasNoOrigin() throws IOException {
    assertThat(JarOrigin.of(null)).isEmpty();
    assertThat(JarOrigin.of(folder.toUri().toURL())).isEmpty();
    assertThat(JarOrigin.of(url("file:/none.jar!/x"))).isEmpty();
  }
}
