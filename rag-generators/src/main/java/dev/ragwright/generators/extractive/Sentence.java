package dev.ragwright.generators.extractive;

import dev.ragwright.document.Passage;
import dev.ragwright.generate.Evidence;
import dev.ragwright.markdown.SentenceSpan;
import java.util.List;

/**
 * A {@linkplain SentenceSpan sentence} of a passage.
 *
 * @param rank of its passage in the context, from 0
 * @param start in the document's text, inclusive
 * @param end exclusive
 */
record Sentence(Evidence evidence, int rank, int start, int end) {

  /** The retrieved passage that it begins in. */
  Passage passage() {
    return evidence.at(start);
  }

  String text() {
    Passage whole = evidence.passage();
    return whole.text().substring(start - whole.start(), end - whole.start());
  }

  static List<Sentence> of(Evidence evidence, int rank) {
    int offset = evidence.passage().start();
    return SentenceSpan.of(evidence.passage().text()).stream()
        .map(span -> new Sentence(evidence, rank, offset + span.start(), offset + span.end()))
        .toList();
  }
}
