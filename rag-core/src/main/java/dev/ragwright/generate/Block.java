package dev.ragwright.generate;

import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import java.util.ArrayList;
import java.util.List;

/** Evidence in the making: a stretch of a document and the retrieved passages that it is from. */
final class Block {
  private Passage passage;
  private double score;
  private final List<Passage> retrieved;
  private int tokens;

  /**
   * A stretch of one or more retrieved passages.
   *
   * @param retrieved best first; the first names the stretch
   */
  Block(int start, int end, double score, List<Passage> retrieved) {
    this.retrieved = new ArrayList<>(retrieved);
    this.score = score;
    Passage whole = retrieved.getFirst();
    passage =
        named(
            whole,
            start,
            whole.text().substring(start - whole.start(), end - whole.start()),
            whole.places());
  }

  private static Passage named(Passage name, int start, String text, Places places) {
    return new Passage(
        name.id(),
        name.documentId(),
        start,
        start + text.length(),
        text,
        name.headings(),
        name.metadata(),
        places.within(start, start + text.length()));
  }

  Passage passage() {
    return passage;
  }

  int tokens() {
    return tokens;
  }

  void count(TokenCounter counter) {
    tokens = counter.count(passage.text());
  }

  /** Whether nothing stands between the two, or they overlap. */
  boolean touches(Block other) {
    return passage.documentId().equals(other.passage.documentId())
        && passage.start() <= other.passage.end()
        && other.passage.start() <= passage.end();
  }

  /** Takes in a block of better hits, whose name and headings the whole then bears. */
  void merge(Block better) {
    boolean first = passage.start() <= better.passage.start();
    Passage left = first ? passage : better.passage;
    Passage right = first ? better.passage : passage;
    String text =
        right.end() <= left.end()
            ? left.text()
            : left.text() + right.text().substring(left.end() - right.start());
    passage = named(better.passage, left.start(), text, left.places().and(right.places()));
    score = better.score;
    retrieved.removeAll(better.retrieved);
    retrieved.addAll(0, better.retrieved);
  }

  /**
   * Keeps the beginning that fits, and tells whether there is one. The beginning is counted again,
   * since a part of a word may have more tokens alone than it had in the word.
   */
  boolean cut(TokenCounter counter, int budget) {
    String text = passage.text();
    TokenSpans spans = counter.spans(text);
    int end = 0;
    int fits = Math.min(budget, spans.size());
    for (tokens = budget + 1; tokens > budget && fits > 0; fits--) {
      end = spans.end(fits - 1);
      if (end > 0
          && end < text.length()
          && Character.isSurrogatePair(text.charAt(end - 1), text.charAt(end))) {
        end--;
      }
      tokens = counter.count(text.substring(0, end));
    }
    if (end == 0 || tokens > budget) {
      return false;
    }
    passage = named(passage, passage.start(), text.substring(0, end), passage.places());
    return true;
  }

  Evidence evidence() {
    return new Evidence(passage, score, retrieved);
  }
}
