package dev.ragwright.documents.archive;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.text.Limits;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Tells what a file is that should be a zip archive. */
final class Container {
  /** The first bytes of the container that old Office programs write. */
  private static final byte[] OLE = HexFormat.of().parseHex("d0cf11e0a1b11ae1");

  private Container() {}

  /** Refuses what is no zip archive, with what it is. */
  static void check(Path file, long maxBytes) throws IOException {
    long size = Files.size(file);
    if (size == 0) {
      throw new DocumentReadException("is empty: it has no bytes");
    }
    Limits.checkSize(size, maxBytes);
    byte[] first = Parts.beginning(file);
    if (Arrays.equals(first, OLE)) {
      throw new DocumentReadException(
          holds(file, "EncryptedPackage")
              ? "is encrypted with a password, which this reader cannot open; save it without one"
              : "is an old binary Office file; save it in the form that its name says");
    }
  }

  /** Whether the file has a name in UTF-16, as directories of that container have. */
  private static boolean holds(Path file, String name) throws IOException {
    byte[] sought = name.getBytes(StandardCharsets.UTF_16LE);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      int found = 0; // no letter but the first repeats the name's beginning
      for (int b = in.read(); b >= 0; b = in.read()) {
        byte at = (byte) b;
        found = at == sought[found] ? found + 1 : at == sought[0] ? 1 : 0;
        if (found == sought.length) {
          return true;
        }
      }
      return false;
    }
  }

  static ZipFile open(Path file) throws IOException {
    try {
      return new ZipFile(file.toFile(), StandardCharsets.UTF_8);
    } catch (ZipException | EOFException e) {
      return openOtherwise(file, e);
    }
  }

  /** Names of entries may be in any encoding; those that are sought are in ASCII. */
  private static ZipFile openOtherwise(Path file, IOException first) throws IOException {
    try {
      return new ZipFile(file.toFile(), StandardCharsets.ISO_8859_1);
    } catch (ZipException | EOFException e) {
      e.addSuppressed(first);
      byte[] begin = Parts.beginning(file);
      boolean zip = begin.length > 1 && begin[0] == 'P' && begin[1] == 'K';
      throw new DocumentReadException(
          zip
              ? "is cut short or damaged: its zip archive cannot be opened"
              : "is no zip archive, which files of its kind are",
          e);
    }
  }
}
