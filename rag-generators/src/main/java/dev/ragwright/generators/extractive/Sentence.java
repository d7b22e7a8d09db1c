package dev.ragwright.generators.extractive;

import dev.ragwright.document.Passage;
import dev.ragwright.generate.Evidence;
import dev.ragwright.markdown.SentenceSpan;
import dev.ragwright.text.Words;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A {@linkplain SentenceSpan sentence} of a passage.
 *
 * @param rank of its passage in the context, from 0
 * @param start in the document's text, inclusive
 * @param end exclusive
 */
record Sentence(Evidence evidence, int rank, int start, int end) {
  private static final Pattern BLANK_LINE = Pattern.compile("\\R\\h*\\R");
  private static final Pattern FENCE = Pattern.compile("\\s*\\R\\h*(?:`{3,}|~{3,}).*\\R\\s*");
  private static final Pattern HEADING = Pattern.compile("\\R\\h*#{1,6}\\h");

  /** The retrieved passage that it begins in. */
  Passage passage() {
    return evidence.at(start);
  }

  String text() {
    Passage whole = evidence.passage();
    return whole.text().substring(start - whole.start(), end - whole.start());
  }

  /** The sentence below the headings that it stands under, or else below its document's title. */
  String underHeadings() {
    List<String> headings = passage().headings();
    String above = headings.isEmpty() ? title() : String.join(" › ", headings);
    return above.isEmpty() ? text() : above + "\n" + text();
  }

  private String title() {
    return passage().metadata().get("title") instanceof String title ? title.strip() : "";
  }

  /** Whether it names or asks what others say. */
  boolean isTitleOrQuestion() {
    String text = text();
    return text.equals(title()) || Words.count(text) < 2 || text.matches("(?s).*[?？؟]");
  }

  /** Whether a later sentence stands in the same paragraph, list or table. */
  boolean isFollowedBy(Sentence next) {
    return rank == next.rank && !BLANK_LINE.matcher(upTo(next)).find();
  }

  /**
   * Whether a later sentence, list or block of code stands in the same section and this one ends in
   * a colon, or the later one is code directly below it.
   */
  boolean announces(Sentence next) {
    if (rank != next.rank) {
      return false;
    }
    String between = upTo(next);
    return FENCE.matcher(between).matches()
        || (text().matches("(?s).*[:：]") && !HEADING.matcher(between).find());
  }

  /** What stands between the two. */
  private String upTo(Sentence next) {
    Passage whole = evidence.passage();
    return whole.text().substring(end - whole.start(), next.start - whole.start());
  }

  /**
   * What parts the two in an answer: a line break where a later one is a block or item below it.
   */
  String separatorTo(Sentence next) {
    if (rank != next.rank || next.start < end) {
      return " ";
    }
    String between = upTo(next);
    boolean below = between.contains("\n") && !BLANK_LINE.matcher(between).find();
    boolean item = below && (!between.isBlank() || next.text().startsWith("|"));
    return item || announces(next) ? "\n" : " ";
  }

  static List<Sentence> of(Evidence evidence, int rank) {
    int offset = evidence.passage().start();
    return SentenceSpan.of(evidence.passage().text()).stream()
        .map(span -> new Sentence(evidence, rank, offset + span.start(), offset + span.end()))
        .toList();
  }
}
