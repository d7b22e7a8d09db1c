package dev.ragwright.experiment;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Where attribution looks up gold evidence: the documents as their source has them, and the
 * passages that the retrievers search. The difference is what was never indexed. All arms of an
 * experiment are taken to search the same passages.
 */
public interface Corpus {

  /** The documents of the given ids as their source has them, without those it does not have. */
  Map<String, Document> documents(Set<String> ids);

  /** The passages of a document that retrievers can find, by place; empty if it has none. */
  List<Passage> passages(String documentId);

  /**
   * Returns a corpus that reads its source once for each call of {@link #documents}, however many
   * documents it asks for.
   *
   * @param source what was, or should have been, indexed
   * @param index the passages of a document that were, such as {@code index::passages}
   */
  static Corpus of(DocumentSource source, Function<String, List<Passage>> index) {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(index, "index");
    return new Corpus() {
      @Override
      public Map<String, Document> documents(Set<String> ids) {
        Map<String, Document> found = new LinkedHashMap<>();
        try (Stream<Document> all = source.documents()) {
          all.filter(document -> ids.contains(document.id()))
              .forEach(document -> found.put(document.id(), document));
        }
        return Collections.unmodifiableMap(found);
      }

      @Override
      public List<Passage> passages(String documentId) {
        return index.apply(documentId);
      }
    };
  }
}
