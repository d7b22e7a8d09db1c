package dev.ragwright.guard;

import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Nothing was sent, since a {@link Redaction} refuses what was found in it. Has none of the text.
 */
public final class TextRefusedException extends RagException {
  private static final long serialVersionUID = 1L;

  private final transient SortedMap<String, Long> places;

  TextRefusedException(String stage, Map<String, Long> places) {
    super(
        "nothing was sent to %s: in its text was found %s, which Redaction.refusing(...) refuses; replacing(...) sends the rest"
            .formatted(
                stage,
                new TreeMap<>(places)
                    .entrySet().stream()
                        .map(kind -> kind.getKey() + " " + kind.getValue() + " times")
                        .collect(Collectors.joining(", "))));
    this.places = Collections.unmodifiableSortedMap(new TreeMap<>(places));
  }

  /** How many places were found, by kind; unmodifiable. */
  public SortedMap<String, Long> places() {
    return places;
  }

  /** Nothing: nobody was asked. */
  @Override
  public Usage usage() {
    return Usage.none();
  }
}
