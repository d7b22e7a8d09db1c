package dev.ragwright.document;

import dev.ragwright.call.StageDescription;
import dev.ragwright.text.Beginning;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/**
 * The chunkers of the library. All of them tokenize a text at most once, keep the white space
 * behind a passage in it (so that neighbours without overlap touch, and joined give the text back),
 * and give the same passages for the same document each time.
 */
public final class Chunkers {
  /** In the metadata of a passage of {@link #children}: where its parent starts, as a number. */
  public static final String PARENT_START = "parentStart";

  /** In the metadata of a passage of {@link #children}: where its parent ends, exclusive. */
  public static final String PARENT_END = "parentEnd";

  private static final int LONGEST_TITLE = 1_000;

  private Chunkers() {}

  /** The whole document as one passage: for texts that are short by nature. */
  public static Chunker whole() {
    return chunker(
        StageDescription.of("chunker", "whole"),
        document -> {
          TextCutter cutter =
              new TextCutter(document.text(), TokenSpans.of(new int[0], new int[0]));
          int start = cutter.skipSpace(0);
          int end = document.text().length();
          return start == end ? List.of() : List.of(Passage.of(document, start, end, List.of()));
        });
  }

  /** {@link #recursive(int, int, TokenCounter)} with {@link TokenCounter#approximate()}. */
  public static Chunker recursive(int maxTokens, int overlapTokens) {
    return recursive(maxTokens, overlapTokens, TokenCounter.approximate());
  }

  /**
   * Passages of at most {@code maxTokens} tokens, cut at the widest boundary that fits: between
   * paragraphs, else lines, else sentences, else words, else tokens. A passage repeats up to {@code
   * overlapTokens} tokens of the one before, from the start of a word; they count in its budget.
   * Only the white space at a passage's end may exceed it, with a counter that counts white space.
   *
   * @throws IllegalArgumentException if {@code maxTokens < 1} or {@code overlapTokens} is not in
   *     [0, maxTokens)
   */
  public static Chunker recursive(int maxTokens, int overlapTokens, TokenCounter counter) {
    checkBudget(maxTokens, overlapTokens);
    return chunker(
        budgeted("recursive", maxTokens, counter).with("overlapTokens", overlapTokens),
        document -> {
          TextCutter cutter = new TextCutter(document.text(), counter.spans(document.text()));
          int from = cutter.skipSpace(0);
          List<Passage> passages = new ArrayList<>();
          int start = from;
          int end = from;
          for (int next : cutter.cut(from, document.text().length(), maxTokens - overlapTokens)) {
            if (!passages.isEmpty()) {
              start = cutter.overlapping(end, overlapTokens, start + 1);
            }
            passages.add(Passage.of(document, start, next, List.of()));
            end = next;
          }
          return passages;
        });
  }

  /** {@link #markdown(int, TokenCounter)} with {@link TokenCounter#approximate()}. */
  public static Chunker markdown(int maxTokens) {
    return markdown(maxTokens, TokenCounter.approximate());
  }

  /**
   * A passage for each section, with the path of its headings; a section of more than {@code
   * maxTokens} tokens is cut as {@link #recursive} cuts, without overlap. A heading without a text
   * of its own joins the section below it. Headings are those that the document's {@linkplain
   * Places#known() reader told}, or else those of its text as Markdown: CommonMark's ATX and setext
   * headings outside code, HTML, lists and quotes; YAML and TOML front matter is text.
   *
   * <p>The budget is the text's. Headings come on top in what is searched and embedded, with half
   * as many tokens at most (16 at least): of a longer path the innermost stay, and of a longer
   * heading its beginning. So for a model that reads 512 tokens, 340 leave room for both.
   *
   * @throws IllegalArgumentException if {@code maxTokens < 1}
   */
  public static Chunker markdown(int maxTokens, TokenCounter counter) {
    checkBudget(maxTokens, 0);
    return sections(
        budgeted("markdown", maxTokens, counter),
        maxTokens,
        counter,
        (text, tokens) -> WholeBlocks.NONE);
  }

  /**
   * As {@link #markdown(int, TokenCounter)}, and never cut within a block of code, between fences
   * or indented, or a table of at most {@code maxBlockTokens} tokens. The paragraph, the heading or
   * the block right above it stays with it, as far as they have no more than that together, since
   * it says what the block is. What has more than {@code maxTokens} then is a passage of its own.
   *
   * <p>A larger table is cut between rows, the first of which keeps its header; larger code at
   * empty lines, else between lines; a row or line only if it alone has more than {@code
   * maxBlockTokens} tokens. Code is CommonMark's, a table that of GitHub's Markdown: a row, a row
   * of dashes with as many cells, and the lines below it up to an empty one. The readers of files
   * write both so.
   *
   * @throws IllegalArgumentException if {@code maxTokens < 1} or {@code maxBlockTokens < maxTokens}
   */
  public static Chunker markdown(int maxTokens, int maxBlockTokens, TokenCounter counter) {
    checkBudget(maxTokens, 0);
    if (maxBlockTokens < maxTokens) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "maxBlockTokens must be >= maxTokens, was %d with maxTokens %d",
              maxBlockTokens,
              maxTokens));
    }
    return sections(
        budgeted("markdown", maxTokens, counter).with("maxBlockTokens", maxBlockTokens),
        maxTokens,
        counter,
        (text, tokens) -> WholeBlocks.of(text, tokens, maxBlockTokens));
  }

  private static Chunker sections(
      StageDescription description,
      int maxTokens,
      TokenCounter counter,
      BiFunction<String, TokenSpans, WholeBlocks> whole) {
    return chunker(
        description.with("maxHeadingTokens", HeadingBudget.of(maxTokens)),
        document -> {
          TokenSpans tokens = counter.spans(document.text());
          TextCutter cutter =
              new TextCutter(document.text(), tokens, whole.apply(document.text(), tokens));
          HeadingBudget budget = new HeadingBudget(maxTokens, counter);
          List<Passage> passages = new ArrayList<>();
          for (Sections.Section section : Sections.of(document)) {
            List<String> headings = budget.within(section.headings());
            int start = cutter.skipSpace(section.start());
            int behind = cutter.skipSpace(section.end()); // the indent of the next heading
            for (int end : cutter.cut(start, behind, maxTokens)) {
              passages.add(Passage.of(document, start, end, headings));
              start = end;
            }
          }
          return passages;
        });
  }

  /**
   * Passages of {@code sentences} whole sentences, each beginning with the last {@code overlap} of
   * the one before. Sentences are those of {@link java.text.BreakIterator}; a long one stays whole.
   * No budget of tokens holds, and on Chroma's chunking evaluation passages of five sentences hold
   * less of the answers than those of a budget, for the same number of tokens (the guide has the
   * table).
   *
   * @throws IllegalArgumentException if {@code sentences < 1} or {@code overlap} is not in [0,
   *     sentences)
   */
  public static Chunker sentences(int sentences, int overlap) {
    if (sentences < 1 || overlap < 0 || overlap >= sentences) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "sentences must be >= 1 and overlap in [0, sentences), were %d and %d",
              sentences,
              overlap));
    }
    return chunker(
        StageDescription.of("chunker", "sentences")
            .with("sentences", sentences)
            .with("overlap", overlap),
        document -> {
          int[] starts = TextCutter.sentenceStarts(document.text());
          List<Passage> passages = new ArrayList<>();
          int first = 0;
          while (first < starts.length) {
            int behind = Math.min(first + sentences, starts.length);
            int end = behind < starts.length ? starts[behind] : document.text().length();
            passages.add(Passage.of(document, starts[first], end, List.of()));
            first = behind < starts.length ? behind - overlap : behind;
          }
          return passages;
        });
  }

  /** {@link #fixedWindow(int, int, TokenCounter)} with {@link TokenCounter#approximate()}. */
  public static Chunker fixedWindow(int tokens, int overlapTokens) {
    return fixedWindow(tokens, overlapTokens, TokenCounter.approximate());
  }

  /**
   * Windows of {@code tokens} tokens wherever they fall, each beginning {@code tokens -
   * overlapTokens} tokens behind the one before: what papers call fixed-size chunking.
   *
   * @throws IllegalArgumentException if {@code tokens < 1} or {@code overlapTokens} is not in [0,
   *     tokens)
   */
  public static Chunker fixedWindow(int tokens, int overlapTokens, TokenCounter counter) {
    checkBudget(tokens, overlapTokens);
    return chunker(
        budgeted("fixedWindow", tokens, counter).with("overlapTokens", overlapTokens),
        document -> {
          TokenSpans spans = counter.spans(document.text());
          TextCutter cutter = new TextCutter(document.text(), spans);
          List<Passage> passages = new ArrayList<>();
          int token = 0;
          int start = cutter.skipSpace(0);
          while (start < document.text().length()) {
            int end = cutter.startOfToken(token + tokens, start);
            passages.add(Passage.of(document, start, end, List.of()));
            if (end == document.text().length()) {
              break;
            }
            token += tokens - overlapTokens;
            start = overlapTokens == 0 ? end : cutter.startOfToken(token, start);
            token = Math.max(token, spans.firstEndingAfter(start)); // white space was passed over
          }
          return passages;
        });
  }

  /**
   * The passages of {@code parent}, each cut by {@code child}: small ones to search for, of which
   * {@code Retrievers.parents} returns the larger. The metadata of each names the place of its
   * parent under {@link #PARENT_START} and {@link #PARENT_END}. The children of a parent touch or
   * overlap and hold all of its text but white space in front; they have the headings and the
   * {@linkplain Passage#NOTE note} of the parent where that has some. A child that two parents have
   * at the same place is the first's.
   *
   * <p>A document whose metadata has one of the two keys is refused with {@link
   * IllegalArgumentException}.
   */
  public static Chunker children(Chunker parent, Chunker child) {
    return chunker(
        StageDescription.of("chunker", "children")
            .withParts(List.of(parent.description(), child.description())),
        document -> Children.of(document, parent, child));
  }

  /**
   * The passages of {@code chunker}, each with its document's title, the text under the metadata
   * key {@code title}, as its first heading: what is searched by words and by vectors then says
   * what it is about, wherever in the document it stands. A passage whose text begins with the
   * title, or whose first heading it is, stays as it is, and so do all of a document without one.
   * The title is never part of a passage's text, so it is not quoted, and takes none of its budget
   * of tokens; one of more than 1,000 characters is cut there.
   */
  public static Chunker titled(Chunker chunker) {
    return chunker(
        StageDescription.of("chunker", "titled")
            .with("maxTitleLength", LONGEST_TITLE)
            .withParts(List.of(chunker.description())),
        document ->
            document.metadata().get("title") instanceof String title && !title.isBlank()
                ? chunker.chunk(document).stream()
                    .map(
                        passage ->
                            titled(passage, Beginning.of(title.strip(), LONGEST_TITLE).strip()))
                    .toList()
                : chunker.chunk(document));
  }

  private static Passage titled(Passage passage, String title) {
    if (beginsWith(passage.text().stripLeading(), title)
        || (!passage.headings().isEmpty() && passage.headings().getFirst().equals(title))) {
      return passage;
    }
    List<String> headings = new ArrayList<>(List.of(title));
    headings.addAll(passage.headings());
    return new Passage(
        passage.id(),
        passage.documentId(),
        passage.start(),
        passage.end(),
        passage.text(),
        headings,
        passage.metadata(),
        passage.places());
  }

  /** Whether a text begins with a title, and not with a longer word. */
  private static boolean beginsWith(String text, String title) {
    return text.startsWith(title)
        && (text.length() == title.length()
            || !Character.isLetterOrDigit(text.codePointAt(title.length())));
  }

  private static void checkBudget(int maxTokens, int overlapTokens) {
    if (maxTokens < 1) {
      throw new IllegalArgumentException("maxTokens must be >= 1, was " + maxTokens);
    }
    if (overlapTokens < 0 || overlapTokens >= maxTokens) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "overlapTokens must be in [0, maxTokens), was %d with maxTokens %d",
              overlapTokens,
              maxTokens));
    }
  }

  private static StageDescription budgeted(String name, int maxTokens, TokenCounter counter) {
    return StageDescription.of("chunker", name)
        .with("maxTokens", maxTokens)
        .withParts(List.of(counter.description()));
  }

  private static Chunker chunker(StageDescription description, Chunker chunker) {
    return new Chunker() {
      @Override
      public List<Passage> chunk(Document document) {
        return chunker.chunk(document);
      }

      @Override
      public StageDescription description() {
        return description;
      }
    };
  }
}
