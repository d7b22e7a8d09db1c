package dev.ragwright.documents.office;

import dev.ragwright.documents.text.Blocks;
import dev.ragwright.documents.text.Inline;
import dev.ragwright.documents.text.Inline.Shift;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jspecify.annotations.Nullable;

/** Writes a small page of HTML that stands in another document. */
final class HtmlChunk {
  private final Blocks out;
  private Inline text = new Inline();

  private HtmlChunk(Blocks out) {
    this.out = out;
  }

  static void write(byte[] bytes, Blocks out) throws IOException {
    Document page = Jsoup.parse(new ByteArrayInputStream(bytes), null, "");
    HtmlChunk chunk = new HtmlChunk(out);
    chunk.inside(page.body(), Shift.NONE);
    chunk.flush(null);
  }

  private void inside(Element element, Shift shift) {
    for (Node node : element.childNodes()) {
      if (node instanceof TextNode words) {
        text.add(words.getWholeText().replaceAll("[ \\t\\r\\n\\f]+", " "), shift);
      } else if (node instanceof Element child) {
        element(child, shift);
      }
    }
  }

  private void element(Element element, Shift shift) {
    switch (element.normalName()) {
      case "script", "style", "template", "head", "del", "svg" -> {}
      case "br" -> text.add("\n");
      case "sup" -> inside(element, Shift.RAISED);
      case "sub" -> inside(element, Shift.LOWERED);
      case "table" -> {
        flush(null);
        table(element);
      }
      default -> {
        if (element.hasAttr("hidden")) {
          return;
        }
        boolean block = element.isBlock();
        if (block) {
          flush(null);
        }
        inside(element, shift);
        if (block) {
          flush(element);
        }
      }
    }
  }

  private void table(Element table) {
    List<List<String>> rows = new ArrayList<>();
    for (Element row : table.select("tr")) {
      rows.add(row.select("> td, > th").stream().map(Element::text).toList());
    }
    if (!rows.isEmpty()) {
      out.table(rows, !table.select("th").isEmpty());
    }
  }

  private void flush(@Nullable Element of) {
    String words = text.text().strip();
    text = new Inline();
    String name = of == null ? "" : of.normalName();
    if (name.matches("h[1-6]")) {
      out.heading(name.charAt(1) - '0', words);
    } else if (name.equals("li")) {
      out.item(0, "-", words);
    } else {
      out.paragraph(words);
    }
  }
}
