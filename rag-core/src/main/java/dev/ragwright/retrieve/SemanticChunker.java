package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Cuts where the subject changes, as an embedding model sees it: between two sentences whose
 * neighbourhoods are least alike. It embeds every sentence once, which costs as much as embedding
 * the passages again.
 *
 * <p>A passage has whole sentences, and ends where the embedding drops most among the places that
 * leave it more than half of the budget. The drop at a place is one minus the cosine between the
 * sums of the vectors of three sentences before and behind it. The idea is Kamradt's ("5 Levels of
 * Text Splitting", 2024), who cuts at all drops beyond a percentile, whatever lengths this gives;
 * here a budget holds.
 *
 * <p>On Chroma's chunking evaluation it is not told apart from {@link Chunkers#recursive} of the
 * same budget, at many times its cost (the guide has the table): measure it on your documents
 * before you take it.
 *
 * <p>Immutable, and safe to share if the embedder is. It does not own the embedder.
 */
public final class SemanticChunker implements Chunker {
  private static final int NEIGHBOURHOOD = 3; // sentences

  private final Embedder embedder;
  private final int maxTokens;
  private final TokenCounter counter;
  private final Chunker sentences;

  private SemanticChunker(Embedder embedder, int maxTokens, TokenCounter counter) {
    this.embedder = Objects.requireNonNull(embedder, "embedder");
    this.maxTokens = maxTokens;
    this.counter = counter;
    sentences =
        Chunkers.children(Chunkers.sentences(1, 0), Chunkers.recursive(maxTokens, 0, counter));
  }

  /**
   * A chunker of passages of at most {@code maxTokens} tokens; a longer sentence is cut as {@link
   * Chunkers#recursive} cuts, and only the white space at a passage's end may exceed the budget.
   *
   * @throws IllegalArgumentException if {@code maxTokens < 1}
   */
  public static SemanticChunker of(Embedder embedder, int maxTokens, TokenCounter counter) {
    return new SemanticChunker(embedder, maxTokens, counter);
  }

  @Override
  public List<Passage> chunk(Document document) {
    List<Passage> pieces =
        sentences.chunk(Document.of(document.id(), document.text())); // their places alone count
    if (pieces.isEmpty()) {
      return List.of();
    }
    TokenSpans tokens = counter.spans(document.text());
    double[] alike = alike(pieces);
    List<Passage> passages = new ArrayList<>();
    int first = 0;
    while (first < pieces.size()) {
      int behind = end(pieces, first, tokens, alike);
      int start = pieces.get(first).start();
      passages.add(Passage.of(document, start, pieces.get(behind - 1).end(), List.of()));
      first = behind;
    }
    return passages;
  }

  /** The piece behind the last of a passage that begins with {@code first}. */
  private int end(List<Passage> pieces, int first, TokenSpans tokens, double[] alike) {
    int start = pieces.get(first).start();
    int best = first + 1;
    boolean beyondHalf = false;
    for (int behind = first + 1; behind < pieces.size(); behind++) {
      int size = tokens.count(start, pieces.get(behind - 1).end());
      if (size > maxTokens) {
        return best;
      }
      // The longest up to half of the budget, behind that the least alike, the last of several.
      if (!beyondHalf || alike[behind] <= alike[best]) {
        best = behind;
      }
      beyondHalf = size > maxTokens / 2;
    }
    return tokens.count(start, pieces.getLast().end()) > maxTokens ? best : pieces.size();
  }

  /** The cosine between the sentences before a place and those behind it. */
  private double[] alike(List<Passage> pieces) {
    List<float[]> vectors =
        embedder
            .embed(
                pieces.stream().map(Passage::text).toList(),
                Embedder.Side.DOCUMENT,
                CallContext.unbounded())
            .vectors();
    double[] alike = new double[pieces.size() + 1];
    for (int place = 1; place < pieces.size(); place++) {
      float[] before = sum(vectors.subList(Math.max(0, place - NEIGHBOURHOOD), place));
      float[] behind = sum(vectors.subList(place, Math.min(pieces.size(), place + NEIGHBOURHOOD)));
      double lengths =
          Math.sqrt(Embeddings.dot(before, before)) * Math.sqrt(Embeddings.dot(behind, behind));
      alike[place] = lengths > 0 ? Embeddings.dot(before, behind) / lengths : 0;
    }
    return alike;
  }

  private float[] sum(List<float[]> vectors) {
    float[] sum = new float[embedder.dimension()];
    for (float[] vector : vectors) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += vector[i];
      }
    }
    return sum;
  }

  /** Made anew each time, as the embedder's is. */
  @Override
  public StageDescription description() {
    return StageDescription.of("chunker", "semantic")
        .with("maxTokens", maxTokens)
        .with("neighbourhood", NEIGHBOURHOOD)
        .withParts(List.of(embedder.description(), counter.description()));
  }
}
