package dev.ragwright.generate;

import dev.ragwright.document.Passage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** One line for each of some passages: the document's title, where it has one, and the headings. */
final class Titles {
  private static final String TITLE = "title";
  private static final Pattern SPACES = Pattern.compile("\\s+");

  private Titles() {}

  /** The metadata value {@code title}, in which readers of documents put it. */
  static Optional<String> ofDocument(Passage passage) {
    return passage.metadata().get(TITLE) instanceof String title && !title.isBlank()
        ? Optional.of(title)
        : Optional.empty();
  }

  /** The lines of some passages, each once, but not those that one of others has too. */
  static List<String> of(List<Passage> passages, List<Passage> others) {
    Set<String> lines = new LinkedHashSet<>();
    passages.forEach(passage -> line(passage).ifPresent(lines::add));
    others.forEach(passage -> line(passage).ifPresent(lines::remove));
    return List.copyOf(lines);
  }

  private static Optional<String> line(Passage passage) {
    List<String> parts = new ArrayList<>();
    ofDocument(passage).filter(title -> !passage.headings().contains(title)).ifPresent(parts::add);
    parts.addAll(passage.headings());
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(SPACES.matcher(String.join(" › ", parts).strip()).replaceAll(" "));
  }
}
