package dev.ragwright.generators.onnx;

import dev.ragwright.call.StageDescription;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lines of quotes out of given texts. Where a quote is, is the set of all places of the texts that
 * what is written so far could end at: large before the first letter, one or two places after some.
 */
final class QuoteGrammar {
  private static final int MOST_QUOTES = 5;

  private final byte[] bytes; // of all texts, one after another
  private final int[] textOf; // (byte): the text it is of
  private final BitSet wordStarts = new BitSet(); // (byte)
  private final BitSet wordEnds = new BitSet(); // (byte): a word ends before it
  private final BitSet alive = new BitSet(); // (byte): from here on a quote can be completed
  private final BitSet spelled;

  private QuoteGrammar(List<String> texts, BitSet spelled) {
    this.spelled = spelled;
    List<QuoteWords> words = texts.stream().map(QuoteWords::new).toList();
    byte[][] parts =
        words.stream()
            .map(part -> part.text().getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    // A byte between two texts, at which no quote goes on.
    int size = Arrays.stream(parts).mapToInt(part -> part.length + 1).sum();
    this.bytes = new byte[size];
    this.textOf = new int[size];
    int place = 0;
    for (int text = 0; text < parts.length; text++) {
      System.arraycopy(parts[text], 0, bytes, place, parts[text].length);
      Arrays.fill(textOf, place, place + parts[text].length + 1, text);
      bytes[place + parts[text].length] = '"';
      markWords(words.get(text), place);
      place += parts[text].length + 1;
    }
    boolean lives = false;
    for (int i = size - 1; i >= 0; i--) {
      lives = wordEnds.get(i) || (lives && bytes[i] != '"' && spelled.get(bytes[i] & 0xFF));
      alive.set(i, lives);
    }
  }

  static Constraint constraint(List<String> texts) {
    return constraint(texts, Optional.empty());
  }

  /** Quotes, or else some words and nothing more. */
  static Constraint constraint(List<String> texts, Optional<String> orElse) {
    List<String> all = List.copyOf(texts);
    if (!canQuote(all)) {
      throw new IllegalArgumentException("nothing can be quoted: no text has a word");
    }
    StageDescription description = StageDescription.of("constraint", "quotes").with("texts", all);
    return new GrammarConstraint(
        orElse.map(words -> description.with("orElse", words)).orElse(description),
        spelled -> {
          ByteGrammar lines = new QuoteGrammar(all, spelled).lines();
          return orElse
              .map(
                  words ->
                      ByteGrammar.choice(List.of(lines, GrammarConstraint.literal(words, spelled))))
              .orElse(lines);
        });
  }

  /** Whether any of the texts has a word. */
  static boolean canQuote(List<String> texts) {
    return texts.stream().anyMatch(QuoteWords::any);
  }

  private ByteGrammar lines() {
    int[] starts = wordStarts.stream().filter(start -> follows(start)).toArray();
    ByteGrammar frame = GrammarConstraint.literal("\"\n [0123456789]", spelled);
    if (starts.length == 0 || frame.isNothing()) {
      return ByteGrammar.NOTHING;
    }
    ByteGrammar line =
        ByteGrammar.sequence(
            GrammarConstraint.literal("\"", spelled), new Span(this, starts, true));
    return ByteGrammar.sequence(
        line,
        ByteGrammar.repeat(
            ByteGrammar.sequence(GrammarConstraint.literal("\n", spelled), line),
            0,
            MOST_QUOTES - 1));
  }

  /** Whether a quote may go on with a byte. */
  private boolean follows(int place) {
    return bytes[place] != '"' && spelled.get(bytes[place] & 0xFF) && alive.get(place + 1);
  }

  /** Marks where words begin and end, by bytes from the text's first one on. */
  private void markWords(QuoteWords words, int first) {
    String text = words.text();
    int place = first;
    for (int unit = 0; unit < text.length(); unit += Character.charCount(text.codePointAt(unit))) {
      wordStarts.set(place, words.startsAt(unit));
      wordEnds.set(place, words.endsAt(unit));
      String character = Character.toString(text.codePointAt(unit));
      place += character.getBytes(StandardCharsets.UTF_8).length;
    }
    wordEnds.set(place, words.endsAt(text.length()));
  }

  /** {@code [2]}, of all texts in which a word ends at one of some places. */
  private ByteGrammar citation(int[] places) {
    return ByteGrammar.sequence(
        GrammarConstraint.literal(" [", spelled),
        ByteGrammar.choice(
            Arrays.stream(places)
                .filter(wordEnds::get)
                .map(place -> textOf[place] + 1)
                .distinct()
                .mapToObj(number -> GrammarConstraint.literal(Integer.toString(number), spelled))
                .toList()),
        GrammarConstraint.literal("]", spelled));
  }

  private ByteGrammar step(int[] places, int b) {
    int[] next = new int[places.length];
    int count = 0;
    for (int place : places) {
      if ((bytes[place] & 0xFF) == b && follows(place)) {
        next[count++] = place + 1;
      }
    }
    return count == 0 ? ByteGrammar.NOTHING : new Span(this, Arrays.copyOf(next, count), false);
  }

  /** The rest of a quote, its closing mark and its number. */
  private static final class Span extends ByteGrammar {
    private final QuoteGrammar texts;
    private final int[] places;
    private final boolean empty; // so far

    Span(QuoteGrammar texts, int[] places, boolean empty) {
      super(Arrays.hashCode(places));
      this.texts = texts;
      this.places = places;
      this.empty = empty;
    }

    @Override
    boolean canEnd() {
      return false;
    }

    @Override
    ByteGrammar derive(int b, Pool pool) {
      return b == '"' ? empty ? NOTHING : texts.citation(places) : texts.step(places, b);
    }

    @Override
    boolean isPassing() {
      return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Span span
          && texts == span.texts
          && empty == span.empty
          && Arrays.equals(places, span.places);
    }
  }
}
