package dev.ragwright.benchmarks;

import dev.ragwright.document.DocumentSource;
import java.util.List;

/** What {@link Migrate} has both libraries do: index documents, and find those for a question. */
interface MigrateJob {
  /** Indexes them, and returns how many passages they were cut into. */
  int index(DocumentSource documents);

  /** The documents of the best {@code topK} passages, best first; some may stand twice. */
  List<String> find(String question, int topK);
}
