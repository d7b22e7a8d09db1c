package dev.ragwright.retrievers.rerank;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.vectors.TokenVectors;
import java.util.List;

/** What gives the vectors of a text's tokens. */
interface TokenEncoder extends AutoCloseable {

  /** See {@link OnnxEmbedder#tokenVectors}. */
  List<TokenVectors> tokenVectors(List<String> texts, Side side, CallContext context);

  StageDescription description();

  /** What else the scale of MaxSim depends on, in words behind the model's; empty for nothing. */
  default String scale() {
    return "";
  }

  /** Whether it is the reranker's to close; else closing it does nothing. */
  default boolean isOwned() {
    return true;
  }

  /** Once, when nobody reads with it any more. */
  @Override
  void close();

  /** Somebody else's, who closes it. */
  record Borrowed(OnnxEmbedder embedder) implements TokenEncoder {
    @Override
    public List<TokenVectors> tokenVectors(List<String> texts, Side side, CallContext context) {
      return embedder.tokenVectors(texts, side, context);
    }

    @Override
    public StageDescription description() {
      return embedder.tokenDescription();
    }

    @Override
    public boolean isOwned() {
      return false;
    }

    @Override
    public void close() {}
  }
}
