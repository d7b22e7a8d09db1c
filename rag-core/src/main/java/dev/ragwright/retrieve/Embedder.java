package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import java.util.List;

/**
 * Turns texts into vectors whose dot product is their similarity. Models treat questions and
 * passages differently (a prefix, another encoder), so every call says which side its texts are on.
 *
 * <p>Implementations are safe to share; {@code EmbedderContract} of rag-testkit checks what is
 * promised here.
 */
public interface Embedder {

  /** Which side of a search a text is on. */
  enum Side {
    /** What is searched for. */
    QUERY,
    /** What is found. */
    DOCUMENT
  }

  /**
   * Returns a vector for each text, in their order, each of {@link #dimension()} and of length 1
   * (all zeros where the model gives zeros). A text's vector does not depend on the other texts of
   * the call. Texts beyond the model's limit are never cut silently: see the implementation for
   * what it does, and the usage for how many.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Embeddings embed(List<String> texts, Side side, CallContext context);

  /**
   * Returns the vectors of passages for an index, in their order, which {@link Side#QUERY queries}
   * are compared with: of the {@link Passage#searchText() search text} of each by itself, unless
   * overridden. Without {@linkplain #readsSurroundings surroundings} a vector depends on that text
   * alone: indexes and caches keep it by the text.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  default Embeddings embedPassages(List<Passage> passages, CallContext context) {
    return embed(passages.stream().map(Passage::searchText).toList(), Side.DOCUMENT, context);
  }

  /**
   * Whether {@link #embedPassages} reads a passage with what surrounds it in its document, so that
   * its vector depends on the document's other passages in the call, and on nothing else beside
   * itself. An index then hands over all passages of a document together, as far as they are added
   * one behind the other, and embeds an edited document as a whole. False unless overridden.
   */
  default boolean readsSurroundings() {
    return false;
  }

  /** How many numbers a vector has. */
  int dimension();

  /**
   * The most that a call sends, by which a {@link dev.ragwright.guard.SpendingLimit} knows what it
   * may cost: each text once, unless overridden. What wraps an embedder tells what that one does.
   */
  default Sent mostSent() {
    return Sent.once();
  }

  /**
   * Describes the embedder. An index remembers the description and refuses the vectors of another
   * embedder, so a custom embedder must override this; two embedders with equal descriptions must
   * give equal vectors.
   */
  default StageDescription description() {
    return StageDescription.opaque("embedder", this);
  }

  /**
   * Describes what makes the vectors of passages, which is what an index compares: {@link
   * #description} unless overridden, by an embedder that differs from another one in what it makes
   * of questions alone. An index of the other one is then opened with it too. What wraps an
   * embedder tells what that one does.
   */
  default StageDescription passageDescription() {
    return description();
  }

  /**
   * This embedder, with its vectors mapped by what was learnt for it. An adapter of both sides
   * makes other vectors, for an index of its own; where an {@code EmbeddingCache} has this
   * embedder's, no text is embedded again. One of questions alone opens the indexes of this
   * embedder. Closing it stays the caller's.
   *
   * @throws IllegalArgumentException if the adapter was learnt for another embedder, or this one
   *     does not say what it is
   */
  default Embedder adapted(EmbeddingAdapter adapter) {
    return new AdaptedEmbedder(this, adapter);
  }

  /** The vector of one query, however long it takes. */
  default float[] embedQuery(String text) {
    return embed(List.of(text), Side.QUERY, CallContext.unbounded()).vectors().getFirst();
  }

  /** The vector of one passage, however long it takes. */
  default float[] embedDocument(String text) {
    return embed(List.of(text), Side.DOCUMENT, CallContext.unbounded()).vectors().getFirst();
  }
}
