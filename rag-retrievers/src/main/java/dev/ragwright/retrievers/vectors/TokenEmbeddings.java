package dev.ragwright.retrievers.vectors;

import dev.ragwright.call.Usage;
import java.util.List;

/**
 * The token vectors of some texts, in their order.
 *
 * @param usage what was counted: texts and tokens read, and those cut
 */
public record TokenEmbeddings(List<QuantizedVectors> vectors, Usage usage) {
  public TokenEmbeddings {
    vectors = List.copyOf(vectors);
  }
}
