package dev.ragwright.documents.archive;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.options.ReadOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a zip archive, such as an Office document or a book. Counts what is unpacked, so
 * that no archive gives more than {@link ReadOptions#maxBytes}, however small it is; compares each
 * part with its checksum; and writes nothing to a disk, so that names of entries lead nowhere. Not
 * safe to share.
 */
public final class Parts implements AutoCloseable {
  private final @Nullable ZipFile zip;
  private final Map<String, Part> parts = new LinkedHashMap<>();
  private final Map<String, Part> inSmallLetters = new LinkedHashMap<>();
  private final XmlParser parser;
  private final Unpacked unpacked;
  private final ReadOptions options;

  /** A part: of an archive on the disk, or unpacked out of an archive within one. */
  private record Part(String name, Opening opening) {}

  private interface Opening {
    InputStream open() throws IOException;
  }

  private Parts(@Nullable ZipFile zip, ReadOptions options, Unpacked unpacked) {
    this.zip = zip;
    this.options = options;
    this.unpacked = unpacked;
    this.parser = new XmlParser(options.maxDepth());
  }

  /**
   * Opens an archive.
   *
   * @throws DocumentReadException if it is none, is cut short, is encrypted, has two entries of one
   *     name, or is larger than the options allow
   */
  public static Parts open(Path file, ReadOptions options) throws IOException {
    Container.check(file, options.maxBytes());
    ZipFile zip = Container.open(file);
    try {
      Parts parts = new Parts(zip, options, new Unpacked(options.maxBytes()));
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        String name = entry.getName().replace('\\', '/'); // as some programs write them
        parts.add(new Part(name, () -> parts.guarded(zip, entry)));
      }
      return parts;
    } catch (DocumentReadException e) {
      zip.close();
      throw e;
    }
  }

  /**
   * Opens an archive that is a part of this one; what it unpacks counts together.
   *
   * @throws DocumentReadException as {@link #open}
   */
  public Parts within(String name) throws IOException {
    Parts inner = new Parts(null, options, unpacked);
    try (ZipInputStream zip =
        new ZipInputStream(new ByteArrayInputStream(bytes(name)), StandardCharsets.ISO_8859_1)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        byte[] bytes = unpacked.guard(zip, -1, name + "!" + entry.getName()).readAllBytes();
        inner.add(new Part(entry.getName(), () -> new ByteArrayInputStream(bytes)));
      }
    } catch (ZipException e) {
      throw new DocumentReadException("is damaged in " + name, e);
    }
    return inner;
  }

  private void add(Part part) {
    if (part.name.endsWith("/")) {
      return;
    }
    if (parts.size() == options.maxParts()) {
      throw new DocumentReadException(
          String.format(
              Locale.ROOT,
              "has more than %,d parts; ReadOptions.maxParts allows more",
              options.maxParts()));
    }
    if (parts.putIfAbsent(part.name, part) != null) {
      throw new DocumentReadException("has two parts named " + part.name + ", and should have one");
    }
    inSmallLetters.putIfAbsent(part.name.toLowerCase(Locale.ROOT), part);
  }

  /** The parts' names, in the order of the archive. */
  public List<String> names() {
    return List.copyOf(parts.keySet());
  }

  /** Whether there is such a part; small and capital letters are alike where no name is equal. */
  public boolean has(String name) {
    return find(name) != null;
  }

  private @Nullable Part find(String name) {
    Part part = parts.get(name);
    return part == null ? inSmallLetters.get(name.toLowerCase(Locale.ROOT)) : part;
  }

  /**
   * The bytes of a part, as they are unpacked.
   *
   * @throws DocumentReadException if there is no such part; from the stream, if it is damaged or
   *     the limit is reached
   */
  public InputStream stream(String name) throws IOException {
    Part part = find(name);
    if (part == null) {
      throw new DocumentReadException("has no part " + name);
    }
    return part.opening.open();
  }

  private InputStream guarded(ZipFile from, ZipEntry entry) throws IOException {
    try {
      return unpacked.guard(from.getInputStream(entry), entry.getCrc(), entry.getName());
    } catch (ZipException e) {
      throw new DocumentReadException("is damaged or encrypted in " + entry.getName(), e);
    }
  }

  /** Whether more was unpacked than is allowed, so that no other part can be read. */
  public boolean isOverLimit() {
    return unpacked.isOverLimit();
  }

  /** All bytes of a part; fails as {@link #stream}. */
  public byte[] bytes(String name) throws IOException {
    try (InputStream in = stream(name)) {
      return in.readAllBytes();
    }
  }

  /** A part's XML, element by element; fails as {@link #stream}. */
  public Xml xml(String name) throws IOException {
    return parser.open(stream(name), name);
  }

  /** A part's XML as a tree, for parts that are small; fails as {@link #stream}. */
  public Node tree(String name) throws IOException {
    try (Xml xml = xml(name)) {
      return xml.root();
    }
  }

  /** Where a part's relations lead; none if it has none. */
  public Relations relations(String part) throws IOException {
    String name = Relations.partOf(part);
    return has(name) ? Relations.read(tree(name), part) : Relations.none();
  }

  @Override
  public void close() throws IOException {
    if (zip != null) {
      zip.close();
    }
  }

  /** Whether a file begins with these bytes; for readers that look before they read. */
  static byte[] beginning(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(8);
    }
  }
}
