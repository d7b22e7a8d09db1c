package dev.ragwright.documents.html;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Relations;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.text.TextWriter;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jspecify.annotations.Nullable;

/**
 * Reads EPUB books: the chapters in the order of the spine, each as a web page, under the heading
 * that it has, or else the one that the table of contents gives it. The table itself is left out.
 */
public final class EpubReader implements DocumentReader {
  private static final String CONTAINER = "META-INF/container.xml";
  private static final String ENCRYPTION = "META-INF/encryption.xml";
  private static final Set<String> CHAPTERS = Set.of("application/xhtml+xml", "text/html");

  /** XML closes any element like this, and HTML none but those that never have content. */
  private static final Pattern CLOSED =
      Pattern.compile(
          "<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\\b)([a-zA-Z][\\w:.-]*)((?:\\s[^<>]*)?)/>");

  private final ReadOptions options;

  /** A reader with these options. */
  public EpubReader(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "epub";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> endings() {
    return List.of(".epub");
  }

  /** A file of the book, as its manifest names it. */
  private record Item(String path, String type, String properties) {}

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    try (Parts parts = Parts.open(file, options)) {
      String opf = packageOf(parts);
      Node book = parts.tree(opf);
      Map<String, Item> manifest = manifest(book, opf);
      Map<String, String> contents = contents(parts, manifest);
      Set<String> locked = locked(parts);
      TextWriter out = new TextWriter(id, options);
      Set<String> seen = new HashSet<>();
      int read = 0;
      for (Node itemref : book.all("opf:itemref")) {
        Item item = manifest.get(itemref.attribute("idref", ""));
        if (item == null || item.properties.contains("nav") || !CHAPTERS.contains(item.type)) {
          continue;
        }
        if (!seen.add(item.path)) {
          continue; // no book may have a file twice, and a small one could have it a million times
        }
        String problem = chapter(parts, item, contents.get(item.path), locked, out);
        if (problem == null) {
          read++;
        } else {
          problems.accept(ReadProblem.in(id, item.path, problem));
        }
      }
      if (read == 0) {
        throw new DocumentReadException("has no chapter that can be read");
      }
      Node title = book.path("opf:metadata", "dc:title");
      String words = title == null ? "" : title.text().strip();
      return out.document(id, words.isEmpty() ? Metadata.empty() : Metadata.of("title", words));
    }
  }

  private static String packageOf(Parts parts) throws IOException {
    if (!parts.has(CONTAINER)) {
      throw new DocumentReadException("is no EPUB book: it has no " + CONTAINER);
    }
    for (Node root : parts.tree(CONTAINER).all("container:rootfile")) {
      String path = root.attribute("full-path", "");
      if (parts.has(path)) {
        return path;
      }
    }
    throw new DocumentReadException("is no EPUB book: " + CONTAINER + " leads to no package");
  }

  private static Map<String, Item> manifest(Node book, String opf) {
    Map<String, Item> items = new HashMap<>();
    for (Node item : book.all("opf:item")) {
      items.put(
          item.attribute("id", ""),
          new Item(
              Relations.resolve(opf, item.attribute("href", "")),
              item.attribute("media-type", "").toLowerCase(Locale.ROOT),
              item.attribute("properties", "")));
    }
    return items;
  }

  /** What the table of contents calls each file: of EPUB 3, else of EPUB 2. */
  private static Map<String, String> contents(Parts parts, Map<String, Item> manifest)
      throws IOException {
    Map<String, String> titles = new HashMap<>();
    for (Item item : manifest.values()) {
      if (item.properties.contains("nav") && parts.has(item.path)) {
        var page = page(parts.bytes(item.path));
        for (var link : page.select("nav a[href]")) {
          titles.putIfAbsent(Relations.resolve(item.path, link.attr("href")), link.text().strip());
        }
      }
    }
    for (Item item : manifest.values()) {
      if (item.type.equals("application/x-dtbncx+xml") && parts.has(item.path)) {
        for (Node point : parts.tree(item.path).all("ncx:navPoint")) {
          Node label = point.path("ncx:navLabel", "ncx:text");
          Node content = point.child("ncx:content");
          if (label != null && content != null) {
            titles.putIfAbsent(
                Relations.resolve(item.path, content.attribute("src", "")), label.text().strip());
          }
        }
      }
    }
    return titles;
  }

  /** The files that are encrypted; fonts often are, in a way that anybody undoes. */
  private static Set<String> locked(Parts parts) throws IOException {
    if (!parts.has(ENCRYPTION)) {
      return Set.of();
    }
    return parts.tree(ENCRYPTION).all("_:CipherReference").stream()
        .map(reference -> Relations.resolve("package.opf", reference.attribute("URI", "")))
        .collect(Collectors.toSet());
  }

  private @Nullable String chapter(
      Parts parts, Item item, @Nullable String title, Set<String> locked, TextWriter out)
      throws IOException {
    if (locked.contains(item.path)) {
      return "is encrypted; only who sold the book can open it";
    }
    if (!parts.has(item.path)) {
      return "is missing in the book";
    }
    var page = page(parts.bytes(item.path));
    if (page.body().text().isBlank()) {
      return page.select("img, image").isEmpty() ? null : "has no text; it shows pictures";
    }
    if (title != null && page.select("h1, h2, h3, h4, h5, h6").isEmpty()) {
      out.heading(1, title);
    }
    HtmlReader.write(page, out, options, Set.of());
    return null;
  }

  private static org.jsoup.nodes.Document page(byte[] bytes) {
    String text = HtmlBytes.of(bytes).text();
    return Jsoup.parse(CLOSED.matcher(text).replaceAll("<$1$2></$1>"));
  }
}
