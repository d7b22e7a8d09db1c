package dev.ragwright.documents.html;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.text.Limits;
import dev.ragwright.documents.text.TextWriter;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;

/** Reads HTML pages as browsers do. */
public final class HtmlReader implements DocumentReader {
  private static final Pattern TITLE_PARTS = Pattern.compile("(?: [-\u2013\u2014|\u00b7]|:) ");

  private final ReadOptions options;

  /** A reader with these options. */
  public HtmlReader(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "html";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> endings() {
    return List.of(".html", ".htm", ".xhtml");
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    Limits.checkSize(Files.size(file), options.maxBytes());
    HtmlBytes bytes = HtmlBytes.of(Files.readAllBytes(file));
    if (bytes.text().startsWith("%PDF-") || bytes.text().indexOf('\0') >= 0) {
      throw new DocumentReadException("is no HTML page: it does not hold text");
    }
    if (bytes.problem() != null) {
      problems.accept(ReadProblem.in(id, "", bytes.problem()));
    }
    org.jsoup.nodes.Document page = Jsoup.parse(bytes.text());
    String title = page.title().strip();
    TextWriter out = new TextWriter(id, options);
    boolean hasText = page.body().hasText();
    boolean hasPictures = page.selectFirst("img, svg, canvas") != null;
    write(page, out, options, titles(title));
    if (out.length() == 0) {
      String shown = hasText ? " but navigation" : hasPictures ? "; it shows pictures" : "";
      problems.accept(ReadProblem.in(id, "", "has no text" + shown));
    }
    return out.document(id, title.isEmpty() ? Metadata.empty() : Metadata.of("title", title));
  }

  /**
   * What the page's heading may be, by its title: all of it, or the part beside the site's name.
   */
  private static Set<String> titles(String title) {
    Set<String> titles = new HashSet<>(List.of(TITLE_PARTS.split(HtmlText.folded(title))));
    titles.add(HtmlText.folded(title));
    titles.remove("");
    return titles;
  }

  /** A document of a page that another program made of a file: all of it is text. */
  public static Document document(String id, String html, ReadOptions options, Metadata metadata) {
    TextWriter out = new TextWriter(id, options);
    new HtmlText(out, options).write(Jsoup.parse(html).body());
    return out.document(id, metadata);
  }

  /** Writes a page without what the options leave out. */
  static void write(
      org.jsoup.nodes.Document page, TextWriter out, ReadOptions options, Set<String> titles) {
    options.leftOut().forEach(selector -> page.select(selector).remove());
    if (!options.boilerplate()) {
      Boilerplate.removeFrom(page);
    }
    new HtmlText(out, options).titled(titles).write(page.body());
  }
}
