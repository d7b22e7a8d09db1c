package dev.ragwright.documents;

import dev.ragwright.documents.archive.Zip;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Changes files at random: bytes of the whole, or, in an archive, what is in its parts, so that
 * what reads the parts is reached and not only what opens the archive.
 */
final class Mutation {
  private static final String[] VALUES = {
    "-1",
    "0",
    "1",
    "65536",
    "2147483647",
    "4294967296",
    "1e999",
    "NaN",
    "",
    "A1",
    "XFD1048576",
    "rId999",
    "\u00ff",
    "#REF!",
    "%s",
    "../../x"
  };

  private final Random random;

  Mutation(long seed) {
    random = new Random(seed);
  }

  /** A changed copy. */
  byte[] of(byte[] file) throws IOException {
    boolean archive = file.length > 4 && file[0] == 'P' && file[1] == 'K';
    return archive && random.nextInt(8) > 0 ? ofParts(file) : ofBytes(file);
  }

  private byte[] ofBytes(byte[] file) {
    byte[] changed = file.clone();
    switch (random.nextInt(4)) {
      case 0 -> {
        return Arrays.copyOf(changed, random.nextInt(changed.length + 1)); // cut short
      }
      case 1 -> {
        return spliced(changed);
      }
      default -> {
        for (int i = 1 + random.nextInt(8); i > 0 && changed.length > 0; i--) {
          changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
      }
    }
    return changed;
  }

  /** A stretch of it is doubled, or taken out. */
  private byte[] spliced(byte[] file) {
    int start = random.nextInt(file.length + 1);
    int end = start + random.nextInt(Math.min(400, file.length - start) + 1);
    boolean doubled = random.nextBoolean();
    byte[] changed = new byte[file.length + (doubled ? 1 : -1) * (end - start)];
    System.arraycopy(file, 0, changed, 0, doubled ? end : start);
    System.arraycopy(
        file,
        doubled ? start : end,
        changed,
        doubled ? end : start,
        changed.length - (doubled ? end : start));
    return changed;
  }

  private byte[] ofParts(byte[] file) throws IOException {
    List<String> names = new ArrayList<>();
    List<byte[]> parts = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        names.add(entry.getName());
        parts.add(zip.readAllBytes());
      }
    }
    for (int i = 1 + random.nextInt(3); i > 0 && !parts.isEmpty(); i--) {
      int part = random.nextInt(parts.size());
      switch (random.nextInt(10)) {
        case 0 -> {
          parts.remove(part);
          names.remove(part);
        }
        case 1 -> parts.set(part, ofBytes(parts.get(part)));
        default -> parts.set(part, ofMarkup(parts.get(part)));
      }
    }
    Zip changed = new Zip();
    for (int i = 0; i < parts.size(); i++) {
      changed.with(names.get(i), parts.get(i));
    }
    return changed.bytes();
  }

  /** Doubles, moves, takes out or nests elements, and gives attributes other values. */
  byte[] ofMarkup(byte[] part) {
    String xml = new String(part, StandardCharsets.UTF_8);
    int tag = xml.indexOf('<', xml.isEmpty() ? 0 : random.nextInt(xml.length()));
    if (tag < 0) {
      return ofBytes(part);
    }
    int close = xml.indexOf('>', tag);
    if (close < 0) {
      return ofBytes(part);
    }
    String element = xml.substring(tag, close + 1);
    String changed =
        switch (random.nextInt(5)) {
          case 0 -> xml.substring(0, close + 1) + element + xml.substring(close + 1);
          case 1 -> xml.substring(0, tag) + xml.substring(close + 1);
          case 2 ->
              xml.substring(0, tag) + element.repeat(1 + random.nextInt(700)) + xml.substring(tag);
          default -> xml.substring(0, tag) + withValue(element) + xml.substring(close + 1);
        };
    return changed.getBytes(StandardCharsets.UTF_8);
  }

  private String withValue(String element) {
    int quote = element.indexOf('"', random.nextInt(element.length()));
    int end = quote < 0 ? -1 : element.indexOf('"', quote + 1);
    return end < 0
        ? element
        : element.substring(0, quote + 1)
            + VALUES[random.nextInt(VALUES.length)]
            + element.substring(end);
  }
}
