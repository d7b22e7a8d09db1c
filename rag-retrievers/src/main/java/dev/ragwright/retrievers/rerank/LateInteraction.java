package dev.ragwright.retrievers.rerank;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.embedding.TokenVectors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Ranks by late interaction: each token of the question looks for the passage's token that is most
 * like it, and the score is the sum of these cosines (MaxSim). Khattab and Zaharia, "ColBERT:
 * Efficient and Effective Passage Search via Contextualized Late Interaction over BERT" (SIGIR
 * 2020). A passage is read alone, so its vectors are kept for other questions.
 *
 * <p>ColBERT's encoder was trained for this; an ordinary embedding model was trained for the one
 * vector of a text, and what its tokens' vectors are worth differs from model to model and set to
 * set. Measure before you use it; Search of the examples prints what it is worth on a set. An
 * encoder that was trained for it works as well, but without query augmentation and without markers
 * of question and passage other than the embedder's prefixes.
 *
 * <p>Vectors of passages are held in a byte a number; what that moves is far below the differences
 * of scores. Of a passage longer than the model, the beginning is read, and the rest is counted in
 * the usage. The tokens of prefixes and special tokens do not take part.
 *
 * <p>Safe to share. Belongs to its embedder, which is what to close, and works until then.
 */
public final class LateInteraction implements Reranker {
  private static final String SOURCE = "late-interaction";
  private static final long DEFAULT_CACHE = 256L << 20;
  private static final int AT_ONCE = 32; // passages whose exact vectors are in memory

  private final OnnxEmbedder embedder;
  private final VectorCache cache;

  private LateInteraction(OnnxEmbedder embedder, long cacheBytes) {
    this.embedder = embedder;
    this.cache = new VectorCache(cacheBytes);
  }

  /** With the encoder of an embedder, and 256 MiB for vectors of passages. */
  public static LateInteraction of(OnnxEmbedder embedder) {
    return of(embedder, DEFAULT_CACHE);
  }

  /**
   * With the encoder of an embedder.
   *
   * @param cacheBytes how much memory the vectors of passages may take between calls, about; a
   *     passage of 200 tokens takes 80 kB at 384 dimensions; 0 keeps nothing. The longest unused go
   *     first.
   * @throws IllegalArgumentException if {@code cacheBytes < 0}
   */
  public static LateInteraction of(OnnxEmbedder embedder, long cacheBytes) {
    if (cacheBytes < 0) {
      throw new IllegalArgumentException("cacheBytes must be >= 0, was " + cacheBytes);
    }
    return new LateInteraction(embedder, cacheBytes);
  }

  /**
   * {@inheritDoc} A score is from minus to plus the number of the question's tokens. Counts pairs
   * and windows scored, texts and tokens embedded, and what was cut; a passage of the cache is not
   * embedded.
   *
   * @throws dev.ragwright.call.RagException if the runtime fails
   * @throws IllegalStateException if the embedder is closed
   */
  @Override
  public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
    context.throwIfStopped();
    List<Hit> given = List.copyOf(hits);
    if (given.isEmpty()) {
      return Retrieval.of(List.of(), Usage.none());
    }
    Counts counts = new Counts();
    TokenVectors question =
        counts.of(embedder.tokenVectors(List.of(query.text()), Side.QUERY, context)).getFirst();
    List<Hit> scored = new ArrayList<>();
    for (int from = 0; from < given.size(); from += AT_ONCE) {
      List<Hit> some = given.subList(from, Math.min(from + AT_ONCE, given.size()));
      Map<String, QuantizedVectors> vectors = vectors(some, counts, context);
      for (Hit hit : some) {
        context.throwIfStopped();
        String text = hit.passage().searchText();
        double score = Objects.requireNonNull(vectors.get(text)).maxSim(question);
        scored.add(new Hit(hit.passage(), score, SOURCE));
      }
    }
    return Retrieval.ranked(scored, topK, counts.usage(given.size()));
  }

  private Map<String, QuantizedVectors> vectors(
      List<Hit> hits, Counts counts, CallContext context) {
    Map<String, QuantizedVectors> vectors = new HashMap<>();
    Set<String> missing = new LinkedHashSet<>();
    for (Hit hit : hits) {
      String text = hit.passage().searchText();
      QuantizedVectors known = cache.get(text);
      if (known == null) {
        missing.add(text);
      } else {
        vectors.put(text, known);
      }
    }
    List<String> texts = List.copyOf(missing);
    List<TokenVectors> read = counts.of(embedder.tokenVectors(texts, Side.DOCUMENT, context));
    for (int i = 0; i < read.size(); i++) {
      QuantizedVectors quantized = QuantizedVectors.of(read.get(i));
      vectors.put(texts.get(i), quantized);
      cache.put(texts.get(i), quantized);
    }
    return vectors;
  }

  /** About how many bytes the vectors of passages take now. */
  long cachedBytes() {
    return cache.bytes();
  }

  /** The embedder; the cache changes nothing. */
  @Override
  public StageDescription description() {
    return StageDescription.of("reranker", SOURCE).withParts(List.of(embedder.description()));
  }

  /** What was read in one call. */
  private static final class Counts {
    private long texts;
    private long tokens;
    private long cutTexts;
    private long cutTokens;

    List<TokenVectors> of(List<TokenVectors> read) {
      for (TokenVectors vectors : read) {
        texts++;
        tokens += vectors.read();
        cutTexts += vectors.cut() > 0 ? 1 : 0;
        cutTokens += vectors.cut();
      }
      return read;
    }

    Usage usage(int pairs) {
      return Usage.of(Usage.SCORED_PAIRS, pairs)
          .with(Usage.SCORED_WINDOWS, pairs)
          .with(Usage.EMBEDDED_TEXTS, texts)
          .with(Usage.EMBEDDED_TOKENS, tokens)
          .with(Usage.TRUNCATED_TEXTS, cutTexts)
          .with(Usage.TRUNCATED_TOKENS, cutTokens);
    }
  }
}
