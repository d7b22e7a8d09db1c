package dev.ragwright.generate;

import dev.ragwright.call.StageDescription;
import java.util.List;
import java.util.Optional;

/**
 * Makes the messages that ask a language model to answer a request. One method, so a lambda will
 * do:
 *
 * {@snippet :
 * PromptTemplate brief = request -> List.of(
 *     ChatMessage.system("Answer in five words."),
 *     ChatMessage.user(PromptTemplate.documents(request.context()) + request.question().text()));
 * }
 *
 * <p>A prompt is put together by code, so retrieved text is never read as a template. Messages that
 * end with the question share all that stands before it with other questions to the same documents,
 * which a generator may then read once. Implementations are immutable and safe to share.
 */
@FunctionalInterface
public interface PromptTemplate {

  /** Returns the messages for the model: the last one is a user's, and none is empty. */
  List<ChatMessage> messages(GenerationRequest request);

  /**
   * The words that the model is asked to reply with, and nothing else, when the documents do not
   * answer the question. A reply that begins with them is an {@linkplain Abstention.Reason#DECLINED
   * abstention}. Empty when the model is not asked to.
   */
  default Optional<String> abstention() {
    return Optional.empty();
  }

  /**
   * Whether it reads no more of a context than {@link Generator#readsTextOnly} says; false unless
   * overridden.
   */
  default boolean readsTextOnly() {
    return false;
  }

  /** Describes the template. */
  default StageDescription description() {
    return StageDescription.opaque("prompt", this);
  }

  /** This template under a name that its user vouches for: a changed one gets a new name. */
  default PromptTemplate named(String name) {
    PromptTemplate template = this;
    return new PromptTemplate() {
      @Override
      public List<ChatMessage> messages(GenerationRequest request) {
        return template.messages(request);
      }

      @Override
      public Optional<String> abstention() {
        return template.abstention();
      }

      @Override
      public boolean readsTextOnly() {
        return template.readsTextOnly();
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("prompt", name);
      }
    };
  }

  /**
   * Asks for an answer from the documents alone, with citations such as {@code [1]}, in the
   * question's language, and for {@code NO_ANSWER} where the documents have none. A system message
   * with the instructions, then a user's with the {@linkplain #documents documents}, {@linkplain
   * #earlier earlier} turns where there are some and, last, the question.
   */
  static PromptTemplate grounded() {
    return GroundedPrompt.STANDARD;
  }

  /**
   * As {@link #grounded()}, with instructions of your own.
   *
   * @param instructions should ask for citations such as {@code [1]} if any are wanted
   * @param abstention the words to decline with; they have to stand in the instructions
   * @throws IllegalArgumentException if the instructions are blank, or do not hold the words, or
   *     the words are blank
   */
  static PromptTemplate grounded(String instructions, String abstention) {
    return new GroundedPrompt(instructions, abstention);
  }

  /**
   * The evidence as a prompt's text, numbered from 1 as {@link CitedText} reads the numbers, in the
   * context's order; ends with an empty line; empty when there is no evidence.
   *
   * <pre>
   * &lt;document 1&gt;
   * Rivers › Rhine
   * The Rhine rises in the Alps.
   * &lt;/document 1&gt;
   * </pre>
   *
   * <p>Behind them stand the {@linkplain Context#titles() titles} of passages that are left out, if
   * there are any, between the marks {@code <documents not shown>}.
   *
   * <p>The first line has the passage's headings, without those that its text has anyway. These
   * marks stand nowhere else: in what was retrieved, the {@code <} of anything that begins like one
   * is escaped as in XML. Only the prompt's copy is changed: citations quote the evidence itself.
   */
  static String documents(Context context) {
    return GroundedPrompt.documents(context);
  }

  /**
   * The {@linkplain Context#history turns before} as a prompt's text, the oldest first, as {@code
   * Earlier question: ...} and {@code Answer: ...}; ends with an empty line; empty when there are
   * none. A turn that was not answered is not in it. What looks like a document's mark is escaped
   * as in {@link #documents}.
   */
  static String earlier(Context context) {
    return GroundedPrompt.earlier(context);
  }
}
