package dev.ragwright.documents.pdf;

import dev.ragwright.text.LetterCase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds running titles and page numbers: outermost rows that are the same on at least three pages
 * at the same height. Their numbers have to be the same, or to grow with the page; so the last row
 * of a table is none, though it may differ in its numbers alone. Another outermost row at that very
 * height is one too if its words stand elsewhere in the document, as those of a running title that
 * changes from chapter to chapter do.
 */
final class Furniture {
  private static final int FEWEST_PAGES = 3;
  private static final int DEEPEST = 3;
  private static final float NEAR = 4;
  private static final int LONGEST = 100;
  private static final Pattern CHAPTER = Pattern.compile("^(?:chapter|kapitel|appendix|part)");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
  private static final Pattern ROMAN = Pattern.compile("[ivxlc]{1,8}|[IVXLC]{1,8}");

  private record Edge(int page, int depth, boolean top, float y, Row row, List<Long> numbers) {}

  private final TreeSet<String> titles = new TreeSet<>();
  private final Map<String, List<Edge>> edges = new HashMap<>();
  private final List<Edge> all = new ArrayList<>();

  /** Looks at a page's outermost rows. */
  void look(int page, List<Row> rows) {
    for (int i = 1; i + 1 < rows.size(); i++) {
      String words = letters(rows.get(i).text());
      if (!words.isEmpty() && words.length() < LONGEST) {
        titles.add(words);
      }
    }
    for (int i = 0; i < Math.min(DEEPEST, rows.size()); i++) {
      add(page, i, true, rows.get(i));
      add(page, i, false, rows.get(rows.size() - 1 - i));
    }
  }

  private void add(int page, int depth, boolean top, Row row) {
    String text = row.text();
    List<Long> numbers = new ArrayList<>();
    String key = ROMAN.matcher(text).matches() ? "#" : NUMBER.matcher(text).replaceAll("#");
    if (key.equals("#") && !Character.isDigit(text.charAt(0))) {
      numbers.add((long) roman(text));
    } else {
      Matcher found = NUMBER.matcher(text);
      while (found.find()) {
        numbers.add(Long.parseLong(found.group()));
      }
    }
    Edge edge = new Edge(page, depth, top, row.y(), row, numbers);
    edges.computeIfAbsent(key, k -> new ArrayList<>()).add(edge);
    all.add(edge);
  }

  private static int roman(String text) {
    int sum = 0;
    int last = 0;
    for (int i = text.length() - 1; i >= 0; i--) {
      int value =
          switch (Character.toLowerCase(text.charAt(i))) {
            case 'i' -> 1;
            case 'v' -> 5;
            case 'x' -> 10;
            case 'l' -> 50;
            default -> 100;
          };
      sum += value < last ? -value : value;
      last = Math.max(last, value);
    }
    return sum;
  }

  private static String letters(String text) {
    StringBuilder letters = new StringBuilder();
    text.codePoints().filter(Character::isLetter).forEach(letters::appendCodePoint);
    return CHAPTER.matcher(LetterCase.lower(letters.toString())).replaceFirst("");
  }

  /** Adds outermost rows at a height where others are repeated, if their words are elsewhere. */
  private void addTitles(Set<Edge> repeated) {
    Set<Long> heights = new HashSet<>();
    repeated.forEach(edge -> heights.add(height(edge)));
    for (Edge edge : all) {
      if (edge.depth() == 0 && heights.contains(height(edge)) && isTitle(edge.row())) {
        repeated.add(edge);
      }
    }
  }

  private static long height(Edge edge) {
    return 2L * Math.round(edge.y()) + (edge.top() ? 1 : 0);
  }

  private boolean isTitle(Row row) {
    for (Row.Cell cell : row.cells()) {
      String words = letters(cell.text());
      String found = titles.ceiling(words);
      if (found == null || !found.startsWith(words)) {
        return false;
      }
    }
    return true;
  }

  /** The chunks that are furniture, by identity. */
  Set<Chunk> chunks() {
    Set<Edge> repeated = Collections.newSetFromMap(new IdentityHashMap<>());
    for (List<Edge> alike : edges.values()) {
      if (alike.size() >= FEWEST_PAGES) {
        repeated(alike, repeated);
      }
    }
    addTitles(repeated);
    Set<Chunk> chunks = Collections.newSetFromMap(new IdentityHashMap<>());
    Map<Long, Integer> reached = new HashMap<>();
    for (Edge edge : all) { // of each page from the outermost row
      long side = 2L * edge.page() + (edge.top() ? 1 : 0);
      if (repeated.contains(edge) && reached.getOrDefault(side, 0) == edge.depth()) {
        reached.put(side, edge.depth() + 1);
        chunks.addAll(edge.row().chunks());
      }
    }
    return chunks;
  }

  private static void repeated(List<Edge> alike, Set<Edge> repeated) {
    Map<String, List<Edge>> groups = new HashMap<>();
    for (Edge edge : alike) {
      for (String signature : signatures(edge)) {
        groups.computeIfAbsent(signature, k -> new ArrayList<>()).add(edge);
      }
    }
    for (List<Edge> group : groups.values()) {
      List<Edge> sorted = new ArrayList<>(group);
      sorted.sort((a, b) -> Float.compare(a.y(), b.y()));
      int from = 0;
      for (int i = 1; i <= sorted.size(); i++) {
        if (i == sorted.size() || sorted.get(i).y() - sorted.get(i - 1).y() > NEAR) {
          List<Edge> near = sorted.subList(from, i);
          if (near.stream().mapToInt(Edge::page).distinct().count() >= FEWEST_PAGES) {
            repeated.addAll(near);
          }
          from = i;
        }
      }
    }
  }

  /** All ways to take each number for a fixed one or for one that grows with the page. */
  private static List<String> signatures(Edge edge) {
    List<String> signatures = new ArrayList<>();
    int numbers = edge.numbers().size();
    int ways = numbers > 4 ? 1 : 1 << numbers;
    for (int way = 0; way < ways; way++) {
      StringBuilder signature = new StringBuilder(edge.top() ? "top" : "bottom");
      for (int i = 0; i < numbers; i++) {
        boolean grows = (way >> i & 1) == 1;
        long number = edge.numbers().get(i);
        signature.append(grows ? " page+" + (number - edge.page()) : " " + number);
      }
      signatures.add(signature.toString());
    }
    return signatures;
  }
}
