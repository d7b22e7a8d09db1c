package dev.ragwright.eval.names;

import dev.ragwright.text.NearestName;
import java.util.List;

/** The error for a metric's name that does not exist. */
public final class UnknownMetric {
  private UnknownMetric() {}

  /**
   * Returns the error, which names all that there are and the {@linkplain NearestName nearest}.
   *
   * @param all at least one
   */
  public static IllegalArgumentException named(String name, List<String> all) {
    return new IllegalArgumentException(
        "there is no metric \"%s\"; the nearest is \"%s\"; there are %s"
            .formatted(name, NearestName.of(name, all), String.join(", ", all)));
  }
}
