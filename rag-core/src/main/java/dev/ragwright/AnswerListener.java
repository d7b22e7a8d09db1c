package dev.ragwright;

import dev.ragwright.call.CallContext;
import dev.ragwright.generate.Conversation;
import dev.ragwright.retrieve.Filter;
import java.util.Optional;

/**
 * Is told of each answer and abstention of a pipeline, with what was asked; of a question that
 * failed or was cancelled only a {@link dev.ragwright.trace.TraceListener} learns. Safe to share.
 */
@FunctionalInterface
public interface AnswerListener {

  /**
   * A question has its answer. Called on the thread of the question, before whoever asked has the
   * answer (of a stream, when its last piece is read): be quick. What this throws is logged and
   * otherwise ignored, an error of the virtual machine excepted.
   */
  void answered(Asked asked, Answer answer);

  /**
   * What was asked, to ask another pipeline the same.
   *
   * @param question in the words of whoever asked
   * @param filter that came with the question; the pipeline's own is not in it
   * @param conversation that the question followed; empty without one
   */
  record Asked(String question, Filter filter, Optional<Conversation> conversation) {

    /** Returns what a pipeline answers to the same, with the errors of {@link RagPipeline#ask}. */
    public Answer of(RagPipeline pipeline, CallContext context) {
      return conversation.map(pipeline::in).orElse(pipeline).ask(question, filter, context);
    }
  }
}
