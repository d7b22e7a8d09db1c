package dev.ragwright.experiment;

import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The passages that a run has met, each once, with the digests of their content: looking up a
 * passage costs a comparison, where digesting it anew in each arm would cost more than the metrics.
 */
final class Passages {
  private record Known(Passage passage, String digest) {}

  private final Map<String, Known> known = new LinkedHashMap<>();

  /** The digest of a passage's content; another content under the same id is digested each time. */
  String digest(Passage passage) {
    Known first = known.get(passage.id());
    if (first == null) {
      first = new Known(passage, Digest.start().add(passage).end());
      known.put(passage.id(), first);
    }
    return first.passage().equals(passage) ? first.digest() : Digest.start().add(passage).end();
  }

  /** The ids of the hits in their order, as the one string object that each of them has here. */
  List<String> ids(List<Hit> hits) {
    return hits.stream()
        .map(
            hit -> {
              digest(hit.passage());
              return Objects.requireNonNull(known.get(hit.passage().id())).passage().id();
            })
        .toList();
  }

  Map<String, Passage> all() {
    Map<String, Passage> all = new LinkedHashMap<>();
    known.forEach((id, entry) -> all.put(id, entry.passage()));
    return Collections.unmodifiableMap(all);
  }
}
