package dev.ragwright.eval.answer;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * See {@link Groundedness#embedding}. For one answer and one thread: it remembers what it embedded,
 * since most of an answer's sentences are held against the same passages.
 */
final class SentenceAlignment implements Groundedness.Support {
  private final Embedder embedder;
  private final Map<String, Read> known = new HashMap<>();

  SentenceAlignment(Embedder embedder) {
    this.embedder = embedder;
  }

  /** What there is of a sentence. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Read(float[] vector, Set<String> words) {}

  @Override
  public Groundedness.Weighted of(String sentence, List<String> passages, CallContext context) {
    List<String> words = Words.telling(sentence);
    if (words.isEmpty()) {
      return new Groundedness.Weighted(0, 0);
    }
    Set<String> given = new LinkedHashSet<>();
    for (String passage : passages) {
      Sentences.of(passage).forEach(span -> given.add(passage.substring(span.start(), span.end())));
    }
    embed(sentence, given, context);
    Read claim = read(sentence);
    Set<String> anywhere = new HashSet<>();
    double likeness = 0;
    double together = 0;
    for (String candidate : given) {
      Read read = read(candidate);
      likeness = Math.max(likeness, Embeddings.dot(claim.vector(), read.vector()));
      together = Math.max(together, share(words, read.words()));
      anywhere.addAll(read.words());
    }
    double support =
        Math.min(1, likeness) / 2 + together / 4 + share(words, anywhere) / 4; // sums may exceed 1
    return new Groundedness.Weighted(support, words.size());
  }

  private void embed(String sentence, Set<String> given, CallContext context) {
    Set<String> missing = new LinkedHashSet<>(given);
    missing.add(sentence);
    missing.removeAll(known.keySet());
    if (missing.isEmpty()) {
      return;
    }
    List<String> texts = List.copyOf(missing);
    List<float[]> vectors = embedder.embed(texts, Embedder.Side.DOCUMENT, context).vectors();
    if (vectors.size() != texts.size()) {
      throw new RagException(
          String.format(
              Locale.ROOT,
              "the embedder gave %d vectors for %d texts",
              vectors.size(),
              texts.size()));
    }
    for (int i = 0; i < texts.size(); i++) {
      known.put(texts.get(i), new Read(vectors.get(i), Set.copyOf(Words.of(texts.get(i)))));
    }
  }

  private Read read(String sentence) {
    return Objects.requireNonNull(known.get(sentence), sentence);
  }

  private static double share(List<String> words, Set<String> among) {
    return (double) Words.found(words, among) / words.size();
  }
}
