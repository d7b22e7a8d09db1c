package dev.ragwright;

import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Generation.FinishReason;
import java.util.List;

/** How a question ended: answered or abstained from. Failures are exceptions. */
public sealed interface Outcome {

  /**
   * The question was answered.
   *
   * @param citations what the text rests on; unmodifiable
   * @param finishReason why the generator stopped: unless it is {@link FinishReason#STOP}, the text
   *     may be a part of an answer
   */
  record Answered(String text, List<Citation> citations, FinishReason finishReason)
      implements Outcome {
    /** Copies the citations. */
    public Answered {
      citations = List.copyOf(citations);
    }
  }

  /**
   * The question was not answered, on purpose.
   *
   * @param detail what was found and what would have been enough, for people
   */
  record Abstained(Abstention.Reason reason, String detail) implements Outcome {}
}
