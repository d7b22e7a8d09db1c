package dev.ragwright.documents.text;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.options.ReadOptions;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/** Tells the problems of a document's parts, and refuses it when too many have some. */
public final class PartProblems {
  private final String id;
  private final String parts;
  private final ReadOptions options;
  private final Consumer<ReadProblem> problems;
  private final Set<String> places = new HashSet<>();
  private long read;

  /**
   * Tells problems of one document.
   *
   * @param parts what its parts are called, such as {@code slides}
   */
  public PartProblems(
      String id, String parts, ReadOptions options, Consumer<ReadProblem> problems) {
    this.id = id;
    this.parts = parts;
    this.options = options;
    this.problems = problems;
  }

  /**
   * A part is read.
   *
   * @throws DocumentReadException if there are more than the options allow
   */
  public void next() {
    if (++read > options.maxParts()) {
      throw new DocumentReadException(
          String.format(
              Locale.ROOT,
              "has more than %,d %s; ReadOptions.maxParts allows more",
              options.maxParts(),
              parts));
    }
  }

  /** Something of a part could not be read. */
  public void in(String place, String what) {
    places.add(place);
    problems.accept(ReadProblem.in(id, place, what));
  }

  /** How many parts were read. */
  public long read() {
    return read;
  }

  /**
   * All parts are read.
   *
   * @throws DocumentReadException if the share of those with problems is above the option's
   */
  public void end() {
    if (places.size() > options.maxProblemShare() * read) {
      throw new DocumentReadException(
          String.format(
              Locale.ROOT,
              "has problems in %,d of its %,d %s; ReadOptions.maxProblemShare allows more",
              places.size(),
              read,
              parts));
    }
  }
}
