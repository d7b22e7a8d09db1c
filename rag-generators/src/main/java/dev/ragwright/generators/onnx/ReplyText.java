package dev.ragwright.generators.onnx;

import dev.ragwright.onnx.runtime.TokenBytes;
import dev.ragwright.text.Thoughts;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The text of a reply out of its tokens, as far as it is certain. For one reply. */
final class ReplyText {
  private final TokenBytes tokens;
  private final Utf8Text characters = new Utf8Text();
  private final @Nullable Thoughts thoughts; // null where the text is taken as it is
  private final StopTexts stops;
  private final StringBuilder text = new StringBuilder();
  private boolean begun;

  /**
   * Starts with nothing.
   *
   * @param prompt what the tokens follow
   */
  ReplyText(TokenBytes tokens, String prompt, DecodingOptions options) {
    this.tokens = tokens;
    this.thoughts = options.constraint().isPresent() ? null : new Thoughts(prompt);
    this.stops = new StopTexts(options.stop());
  }

  /** Takes the next token in, and returns what is certain by now and was not returned before. */
  String append(int token) {
    byte[] bytes = tokens.bytes(token);
    if (tokens.special(token) && !Thoughts.isMark(new String(bytes, StandardCharsets.UTF_8))) {
      return "";
    }
    return pass(characters.append(bytes));
  }

  /** Whether a text that ends the reply was found. */
  boolean stopped() {
    return stops.found();
  }

  /** The rest. */
  String end() {
    String rest = pass(characters.end());
    String last = thoughts == null ? "" : stops.append(thoughts.end());
    last += stops.end();
    text.append(last);
    return rest + last;
  }

  private String pass(String characters) {
    if (thoughts == null) {
      String certain = stops.append(characters);
      text.append(certain);
      return certain;
    }
    String piece = characters;
    if (!begun && !piece.isEmpty()) {
      begun = true;
      piece = tokens.dropsLeadingSpace() && piece.startsWith(" ") ? piece.substring(1) : piece;
    }
    String certain = stops.append(thoughts.append(piece));
    text.append(certain);
    return certain;
  }

  /** All that was returned. */
  String text() {
    return text.toString();
  }

  Optional<String> thinking() {
    String thought = thoughts == null ? "" : thoughts.thinking();
    return thought.isEmpty() ? Optional.empty() : Optional.of(thought);
  }
}
