package dev.ragwright.documents.pdf;

import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.interactive.documentnavigation.outline.PDOutlineItem;
import org.apache.pdfbox.pdmodel.interactive.documentnavigation.outline.PDOutlineNode;
import org.jspecify.annotations.Nullable;

/**
 * The bookmarks of a file, which are headings where a line of their page is the same but for white
 * space and a number before it.
 */
final class Outline {
  private static final int MOST = 100_000;
  private static final Pattern NUMBER =
      Pattern.compile("(?:chapter|appendix|part|section|kapitel|anhang)?[0-9A-Z.§]{0,12}[.:]?");

  private final IdentityHashMap<COSDictionary, Map<String, Integer>> byPage =
      new IdentityHashMap<>();
  private final Set<COSDictionary> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  Outline(PDDocument document, int maxDepth) throws IOException {
    PDOutlineNode root = document.getDocumentCatalog().getDocumentOutline();
    if (root != null) {
      add(document, root.getFirstChild(), 1, maxDepth);
    }
  }

  private void add(PDDocument document, @Nullable PDOutlineItem first, int level, int maxDepth)
      throws IOException {
    PDOutlineItem item = first;
    while (item != null && seen.size() < MOST && seen.add(item.getCOSObject())) {
      String title = item.getTitle();
      PDPage page = page(document, item);
      if (title != null && page != null && !fold(title).isEmpty()) {
        byPage
            .computeIfAbsent(page.getCOSObject(), p -> new HashMap<>())
            .putIfAbsent(fold(title), level);
      }
      if (level < maxDepth) {
        add(document, item.getFirstChild(), level + 1, maxDepth);
      }
      item = item.getNextSibling();
    }
  }

  private static @Nullable PDPage page(PDDocument document, PDOutlineItem item) {
    try {
      return item.findDestinationPage(document);
    } catch (IOException | RuntimeException e) {
      return null; // a bookmark that leads nowhere is no heading
    }
  }

  private static String fold(String text) {
    StringBuilder folded = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isWhitespace(c) && !Character.isSpaceChar(c) && !Character.isISOControl(c)) {
        folded.append(c);
      }
    }
    return folded.toString();
  }

  /** The level of the heading that a line of a page is, or 0. */
  int level(COSDictionary page, String line) {
    Map<String, Integer> titles = byPage.get(page);
    if (titles == null) {
      return 0;
    }
    String folded = fold(line);
    Integer level = titles.get(folded);
    if (level != null) {
      return level;
    }
    for (Map.Entry<String, Integer> each : titles.entrySet()) {
      String title = each.getKey();
      if (folded.endsWith(title)) {
        Matcher number = NUMBER.matcher(folded.substring(0, folded.length() - title.length()));
        if (number.matches()) {
          return each.getValue();
        }
      }
    }
    return 0;
  }
}
