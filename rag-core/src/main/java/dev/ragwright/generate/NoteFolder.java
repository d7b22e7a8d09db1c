package dev.ragwright.generate;

import dev.ragwright.call.RagException;
import dev.ragwright.text.Sha;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Texts by a hash of what they were made of, a file each, in folders by the first two digits of it.
 * A file is whole or not there: it is written under another name, and moved.
 */
record NoteFolder(Path folder) {

  Optional<String> find(String key) {
    Path file = file(key);
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new RagException("cannot read the note " + file + ": " + e.getMessage(), e);
    }
  }

  void put(String key, String text) {
    Path file = file(key);
    try {
      Path parent = Files.createDirectories(file.resolveSibling(""));
      Path draft = Files.createTempFile(parent, "note", ".part");
      try {
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw new RagException("cannot write the note " + file + ": " + e.getMessage(), e);
    }
  }

  /** Of the text's units as they are: an encoding would give all halves of characters one form. */
  private Path file(String key) {
    ByteBuffer units = ByteBuffer.allocate(key.length() * Character.BYTES);
    units.asCharBuffer().put(key);
    String hash = Sha.hex(units.array());
    return folder.resolve(hash.substring(0, 2)).resolve(hash + ".txt");
  }

  /** A text as a file gives it back: on one line, and of whole characters. */
  static String written(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
