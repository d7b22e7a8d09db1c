package dev.ragwright.document;

import dev.ragwright.text.SentenceBreaks;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Cuts a text that was tokenized once. Every boundary stands before a visible character, so the
 * white space behind a piece belongs to it. Any stretch is measured by two binary searches in the
 * token places, which makes a cut linear in the text but for a logarithm; counting each attempt
 * with the tokenizer, as splitters commonly do, reads the text many times over.
 */
final class TextCutter {
  private final String text;
  private final TokenSpans tokens;
  private final WholeBlocks whole;
  private final int[][] levels = new int[4][]; // (level, boundary): found when first needed

  TextCutter(String text, TokenSpans tokens) {
    this(text, tokens, WholeBlocks.NONE);
  }

  /** Does not cut within the blocks; one of more than the budget is a piece of its own. */
  TextCutter(String text, TokenSpans tokens, WholeBlocks whole) {
    this.text = text;
    this.tokens = tokens;
    this.whole = whole;
  }

  /** The ends of pieces of at most {@code budget} tokens that cover {@code [start, end)}. */
  int[] cut(int start, int end, int budget) {
    if (start >= end) {
      return new int[0];
    }
    IntStream.Builder ends = IntStream.builder();
    if (cut(start, end, budget, 0, ends) < end) {
      ends.add(end);
    }
    return ends.build().toArray();
  }

  /**
   * Adds the ends of all pieces but the last, and returns where the last begins: it stays open, so
   * that what follows at the level above may still join it. A part that no piece can hold is cut at
   * the next level together with what stands before it in the open piece, so that a title or a
   * short first paragraph is not left alone. Nothing joins a block that stays whole beyond the
   * budget: what is returned is then its end.
   */
  private int cut(int start, int end, int budget, int level, IntStream.Builder ends) {
    if (tokens.count(start, end) <= budget) {
      return start;
    }
    if (level == levels.length) {
      return cutAtTokens(start, end, budget, ends);
    }
    int[] boundaries = boundaries(level);
    int next = Arrays.binarySearch(boundaries, start + 1);
    next = next < 0 ? -next - 1 : next;
    int open = start;
    int fits = start;
    while (fits < end) {
      int candidate = next < boundaries.length && boundaries[next] < end ? boundaries[next] : end;
      next++;
      if (tokens.count(open, candidate) > budget) {
        if (fits > open && tokens.count(fits, candidate) <= budget) {
          ends.add(fits);
          open = fits;
        } else if (whole.has(fits, candidate)) {
          if (fits > open) {
            ends.add(fits);
          }
          ends.add(candidate);
          open = candidate;
        } else {
          open = cut(open, candidate, budget, level + 1, ends);
        }
      }
      fits = candidate;
    }
    return open;
  }

  private int cutAtTokens(int start, int end, int budget, IntStream.Builder ends) {
    int open = start;
    while (tokens.count(open, end) > budget) {
      int first = tokens.firstEndingAfter(open);
      int behind = startOfToken(first + budget, open);
      for (int fewer = budget - 1; fewer > 0 && tokens.count(open, behind) > budget; fewer--) {
        behind = startOfToken(first + fewer, open); // white space that counts as tokens joined it
      }
      if (behind >= end) {
        break;
      }
      ends.add(behind);
      open = behind;
    }
    return open;
  }

  /** Where a token begins, on a visible character behind {@code after}; the text's end at most. */
  int startOfToken(int token, int after) {
    int place = token < tokens.size() ? tokens.start(token) : text.length();
    if (place <= after) {
      place = text.offsetByCodePoints(after, 1);
    }
    if (place < text.length()
        && Character.isLowSurrogate(text.charAt(place))
        && Character.isHighSurrogate(text.charAt(place - 1))) {
      place++;
    }
    return skipSpace(place);
  }

  /** The earliest start of a word at most {@code budget} tokens before {@code place}. */
  int overlapping(int place, int budget, int from) {
    if (budget == 0 || place <= from) {
      return place;
    }
    int[] words = boundaries(3);
    int found = Arrays.binarySearch(words, place);
    int earliest = place;
    for (int i = (found < 0 ? -found - 1 : found) - 1; i >= 0 && words[i] >= from; i--) {
      if (tokens.count(words[i], place) > budget) {
        break;
      }
      earliest = words[i];
    }
    return earliest;
  }

  /** The first visible character at a place or behind it; the text's end when there is none. */
  int skipSpace(int place) {
    return skipSpace(text, place);
  }

  private int[] boundaries(int level) {
    if (levels[level] == null) {
      levels[level] =
          whole.outside(
              switch (level) {
                case 0 -> afterLineBreaks(2);
                case 1 -> afterLineBreaks(1);
                case 2 -> sentenceStarts(text);
                default -> wordStarts();
              });
    }
    return levels[level];
  }

  /** Starts of what follows at least {@code breaks} line feeds with nothing visible between. */
  private int[] afterLineBreaks(int breaks) {
    IntStream.Builder starts = IntStream.builder();
    int seen = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\n') {
        seen++;
      } else if (!isSpace(text, i)) {
        if (seen >= breaks) {
          starts.add(i);
        }
        seen = 0;
      }
    }
    return starts.build().toArray();
  }

  private int[] wordStarts() {
    IntStream.Builder starts = IntStream.builder();
    boolean space = true;
    for (int i = 0; i < text.length(); i++) {
      boolean isSpace = isSpace(text, i);
      if (space && !isSpace) {
        starts.add(i);
      }
      space = isSpace;
    }
    return starts.build().toArray();
  }

  /**
   * Where sentences begin, by the rules of Unicode Standard Annex 29 as the JDK has them, but none
   * begins with the mark that ends the one before: the JDK cuts there in front of {@code ".\n\n#"}.
   */
  static int[] sentenceStarts(String text) {
    IntStream.Builder starts = IntStream.builder();
    int last = -1;
    for (int at :
        IntStream.concat(IntStream.of(0), IntStream.of(SentenceBreaks.of(text))).toArray()) {
      int start = skipSpace(text, at);
      if (start < text.length() && start > last && !isEndMark(text, start)) {
        starts.add(start);
        last = start;
      }
    }
    return starts.build().toArray();
  }

  private static boolean isEndMark(String text, int place) {
    return place > 0 && ".!?".indexOf(text.charAt(place)) >= 0 && !isSpace(text, place - 1);
  }

  static int skipSpace(String text, int place) {
    while (place < text.length() && isSpace(text, place)) {
      place++;
    }
    return place;
  }

  /** White space is within the basic plane, so single units tell. */
  private static boolean isSpace(String text, int place) {
    char unit = text.charAt(place);
    return Character.isWhitespace(unit) || Character.isSpaceChar(unit);
  }
}
