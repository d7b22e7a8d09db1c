package dev.ragwright.guard;

import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds what must not leave the process, for a {@link Redaction}: names, addresses, numbers of
 * accounts. One method, so a lambda will do; a service or a model that finds names may stand behind
 * it. Implementations are safe to share. What one throws stops the call whose text it was shown.
 */
@FunctionalInterface
public interface Redactor extends Stage {

  /** Returns the places to replace, in any order; they may overlap; empty for none. */
  List<Place> find(String text);

  /**
   * A place in a text, in UTF-16 units.
   *
   * @param start the first one, inclusive
   * @param end exclusive; {@code > start}
   * @param kind what stands there, in 1 to 20 letters {@code A-Z}, such as {@code EMAIL}; it stands
   *     in its place, and in the trace
   */
  record Place(int start, int end, String kind) {
    private static final Pattern KIND = Pattern.compile("[A-Z]{1,20}");

    /** Refuses what is no place, and a kind that does not fit. */
    public Place {
      if (start < 0 || end <= start) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "[%d, %d) is no place in a text", start, end));
      }
      checkKind(kind);
    }

    private static void checkKind(String kind) {
      if (!KIND.matcher(kind).matches()) {
        throw new IllegalArgumentException(
            "a kind has 1 to 20 letters A-Z, such as EMAIL, was '%s'".formatted(kind));
      }
    }
  }

  /**
   * Finds what a pattern matches; empty matches are left out.
   *
   * @throws IllegalArgumentException if the kind does not fit, as {@link Place} says
   */
  static Redactor pattern(String kind, Pattern pattern) {
    Place.checkKind(kind);
    return new Redactor() {
      @Override
      public List<Place> find(String text) {
        return pattern
            .matcher(text)
            .results()
            .filter(match -> match.end() > match.start())
            .map(match -> new Place(match.start(), match.end(), kind))
            .toList();
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("redactor", "pattern")
            .with("kind", kind)
            .with("pattern", pattern.pattern())
            .with("flags", pattern.flags());
      }
    };
  }

  /** Finds what this one finds, and what the other does. */
  default Redactor and(Redactor other) {
    Redactor first = this;
    return new Redactor() {
      @Override
      public List<Place> find(String text) {
        return Stream.concat(first.find(text).stream(), other.find(text).stream()).toList();
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("redactor", "both")
            .withParts(List.of(first.description(), other.description()));
      }
    };
  }

  @Override
  default StageDescription description() {
    return StageDescription.opaque("redactor", this);
  }

  /** This redactor under a name that its user vouches for: a changed one gets a new name. */
  default Redactor named(String name) {
    Redactor redactor = this;
    return new Redactor() {
      @Override
      public List<Place> find(String text) {
        return redactor.find(text);
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("redactor", name);
      }
    };
  }
}
