package dev.ragwright.documents.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes archives for tests. */
public final class Zip {
  private final Map<String, byte[]> parts = new LinkedHashMap<>();

  /** Adds a part. */
  public Zip with(String name, String text) {
    return with(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a part. */
  public Zip with(String name, byte[] bytes) {
    parts.put(name, bytes);
    return this;
  }

  /** The archive's bytes. */
  public byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> part : parts.entrySet()) {
        ZipEntry entry = new ZipEntry(part.getKey());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(part.getValue());
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** Writes the archive into a folder. */
  public Path in(Path folder, String name) throws IOException {
    return Files.write(folder.resolve(name), bytes());
  }
}
