package dev.ragwright.testkit;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds passages in memory: the score is the number of the query's distinct words that a passage
 * has, in its headings or its text, and what has none is not found. Upper and lower case are the
 * same. Immutable and safe to share.
 */
public final class FakeRetriever implements Retriever {
  private final List<Passage> passages;

  private FakeRetriever(List<Passage> passages) {
    this.passages = List.copyOf(passages);
  }

  /** A retriever over these passages. */
  public static FakeRetriever of(List<Passage> passages) {
    return new FakeRetriever(passages);
  }

  /** A retriever over these texts, with the ids {@code p1}, {@code p2} and so on. */
  public static FakeRetriever of(String... texts) {
    List<Passage> passages = new ArrayList<>();
    for (String text : texts) {
      passages.add(Passage.of("p" + (passages.size() + 1), text));
    }
    return new FakeRetriever(passages);
  }

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    Set<String> wanted = Set.copyOf(Words.of(request.query().text()));
    List<Hit> hits = new ArrayList<>();
    for (Passage passage : passages) {
      context.throwIfStopped();
      if (request.filter().test(passage)) {
        Set<String> words = Set.copyOf(Words.of(passage.searchText()));
        long shared = wanted.stream().filter(words::contains).count();
        if (shared > 0) {
          hits.add(new Hit(passage, shared, "fake"));
        }
      }
    }
    return Retrieval.ranked(hits, request.topK(), Usage.none());
  }

  /** Names what it searches by a digest, so two over different passages differ. */
  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "fake")
        .with("passages", Integer.toHexString(passages.hashCode()));
  }
}
