package dev.ragwright.retrievers.vectors;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Embedder.Side;
import java.util.List;

/** Makes the token vectors of texts, for what compares them by MaxSim. Safe to share. */
public interface TokenReader {

  /**
   * Reads texts; of one that is longer than the model reads, the beginning.
   *
   * @throws IllegalStateException if it is closed
   */
  TokenEmbeddings read(List<String> texts, Side side, CallContext context);

  /** All that the vectors depend on. */
  StageDescription description();

  /** What the scores of MaxSim are measured by. */
  String scoreSource();
}
