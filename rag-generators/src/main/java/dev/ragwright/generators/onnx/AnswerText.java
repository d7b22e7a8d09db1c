package dev.ragwright.generators.onnx;

import dev.ragwright.call.Usage;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import java.util.List;

/** What a model's reply comes to as an answer, as it comes. For one reply. */
interface AnswerText {
  /** Reads on, and returns what is certain by now of the answer and was not returned before. */
  String append(String piece);

  /** The rest; empty the second time. */
  String end();

  /** The whole, after its end. */
  Generation generation(FinishReason reason, Usage usage);

  /** Free text with markers. */
  static AnswerText of(CitedText text) {
    return new AnswerText() {
      @Override
      public String append(String piece) {
        return text.append(piece);
      }

      @Override
      public String end() {
        return text.end();
      }

      @Override
      public Generation generation(FinishReason reason, Usage usage) {
        return text.generation(reason, usage);
      }
    };
  }

  /** What a constraint gave a form: brackets in it are its own. */
  static AnswerText verbatim() {
    return new AnswerText() {
      private final StringBuilder text = new StringBuilder();

      @Override
      public String append(String piece) {
        text.append(piece);
        return piece;
      }

      @Override
      public String end() {
        return "";
      }

      @Override
      public Generation generation(FinishReason reason, Usage usage) {
        return Generation.of(text.toString(), List.of(), reason, usage);
      }
    };
  }
}
