package dev.ragwright.guard;

import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Generation;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Puts what was replaced back into an answer. For one answer. */
final class Restoring {
  private static final Pattern MASK = Pattern.compile("«[A-Z]+\\d+»");

  private final Supplier<Map<String, String>> originals;

  /**
   * Of masks.
   *
   * @param originals what they stand for; asked when there is something of the answer
   */
  Restoring(Supplier<Map<String, String>> originals) {
    this.originals = originals;
  }

  /** What masks of a text stand for; escaped where it is JSON, in whose strings they stand. */
  private Map<String, String> known(CharSequence text) {
    Map<String, String> known = originals.get();
    if (known.isEmpty() || JsonText.of(text) != JsonText.WHOLE) {
      return known;
    }
    return known.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> JsonText.escaped(entry.getValue())));
  }

  private static String text(String text, Map<String, String> known) {
    return MASK.matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(known.getOrDefault(found.group(), found.group())));
  }

  /** The same answer, whose citations are for the same words. */
  Generation generation(Generation made) {
    Map<String, String> known = known(made.text());
    if (known.isEmpty() || made.abstention().isPresent()) {
      return made;
    }
    List<Citation> citations =
        made.citations().stream().map(citation -> moved(citation, made.text(), known)).toList();
    return made.withText(text(made.text(), known), citations);
  }

  private static Citation moved(Citation citation, String text, Map<String, String> known) {
    return new Citation(
        citation.passageId(),
        citation.documentId(),
        citation.start(),
        citation.end(),
        citation.quote(),
        citation.headings(),
        citation.location(),
        moved(citation.answerStart(), text, known),
        moved(citation.answerEnd(), text, known),
        citation.quoted());
  }

  /** Where a place of the text is afterwards; one in a mask is at its end. */
  private static int moved(int place, String text, Map<String, String> known) {
    int shift = 0;
    Matcher mask = MASK.matcher(text);
    while (mask.find() && mask.start() < place) {
      String original = known.get(mask.group());
      if (original == null) {
        continue;
      }
      shift += original.length() - (Math.min(place, mask.end()) - mask.start());
    }
    return place + shift;
  }

  /** The pieces, where none ends within a mask; what is JSON, in one. */
  Stream<String> pieces(Stream<String> pieces) {
    int traits = Spliterator.ORDERED | Spliterator.NONNULL;
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(new Whole(pieces.iterator()), traits), false);
  }

  private final class Whole implements Iterator<String> {
    private final Iterator<String> pieces;
    private final StringBuilder kept = new StringBuilder(); // what may begin a mask, or be JSON
    private boolean maybeJson = true;
    private int looked; // how much of it was looked at; twice as much then, so that it costs little
    private String next = "";

    Whole(Iterator<String> pieces) {
      this.pieces = pieces;
    }

    @Override
    public boolean hasNext() {
      while (next.isEmpty() && pieces.hasNext()) {
        kept.append(pieces.next());
        take(certain(), originals.get());
      }
      if (next.isEmpty()) {
        take(kept.length(), maybeJson ? known(kept) : originals.get());
      }
      return !next.isEmpty();
    }

    private int certain() {
      if (maybeJson && kept.length() >= 2 * looked) {
        looked = kept.length();
        maybeJson = JsonText.of(kept) != JsonText.NONE;
      }
      if (maybeJson) {
        return 0;
      }
      int longest = originals.get().keySet().stream().mapToInt(String::length).max().orElse(0);
      int open = kept.lastIndexOf("«");
      boolean maybe = open >= 0 && kept.indexOf("»", open) < 0 && kept.length() - open < longest;
      return maybe ? open : kept.length();
    }

    private void take(int end, Map<String, String> known) {
      next = text(kept.substring(0, end), known);
      kept.delete(0, end);
    }

    @Override
    public String next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      String piece = next;
      next = "";
      return piece;
    }
  }
}
