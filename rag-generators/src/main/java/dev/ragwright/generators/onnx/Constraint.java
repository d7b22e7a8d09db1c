package dev.ragwright.generators.onnx;

import dev.ragwright.call.StageDescription;
import java.util.List;

/**
 * What a model may write, enforced while it writes: of each next token only those are allowed with
 * which the whole can still become valid. Every output that ends where it {@linkplain State#canEnd
 * can} is valid; one that is cut off by a limit is the beginning of a valid one.
 *
 * <p>Immutable, and safe to share.
 *
 * <pre>{@code
 * Constraint.State state = constraint.start(vocabulary);
 * while (true) {
 *   // of the logits only those whose bit is set in state.allowed(), and, if state.canEnd(), those
 *   // of the tokens that end a turn
 *   int token = sample();
 *   if (isEnd(token)) break;
 *   state = state.accept(token);
 * }
 * }</pre>
 */
public interface Constraint {

  /** What is allowed, completely enough to tell two constraints apart. */
  StageDescription description();

  /**
   * The state before the first token.
   *
   * @param vocabulary the model's
   * @throws IllegalArgumentException if the model's tokens cannot spell anything that is allowed
   */
  State start(Vocabulary vocabulary);

  /** How far an output is. Immutable, and safe to share: keep one to come back to it. */
  interface State {
    /**
     * The tokens that may be next: token {@code t} is bit {@code t % 64} of element {@code t / 64}.
     * Special tokens are never among them, those that end a turn neither: they are allowed where
     * the output {@link #canEnd}. In place: for reading only.
     */
    long[] allowed();

    /** Whether a token may be next. */
    default boolean allows(int token) {
      long[] allowed = allowed();
      return token >= 0 && token >> 6 < allowed.length && (allowed[token >> 6] >> token & 1) != 0;
    }

    /** Whether the output is valid as it is. It has to end where nothing else is allowed. */
    boolean canEnd();

    /**
     * The state after a token.
     *
     * @throws IllegalArgumentException if it is not allowed
     */
    State accept(int token);
  }

  /**
   * One of some labels, exactly.
   *
   * @param labels at least one, none empty
   * @throws IllegalArgumentException if there is none, or one is empty
   */
  static Constraint oneOf(List<String> labels) {
    return LabelGrammar.constraint(labels);
  }

  /**
   * JSON that a schema describes: objects with their properties in the schema's order and no others
   * (those that are not {@code required} may be left out), {@code string} with {@code minLength}
   * and {@code maxLength}, {@code number} and {@code integer} of up to 15 digits on either side of
   * the point, {@code boolean}, {@code null}, {@code array} with {@code minItems} and {@code
   * maxItems}, {@code enum}, {@code const}, {@code anyOf}, and {@code $ref} to {@code #/$defs/} or
   * {@code #/definitions/}, recursive ones too. There is at most one space, behind a comma or a
   * colon.
   *
   * @throws IllegalArgumentException if it is no JSON, or uses anything else of JSON Schema
   */
  static Constraint jsonSchema(String schema) {
    return JsonSchemaGrammar.constraint(schema);
  }

  /**
   * Quotes only: one to five lines of the form {@code "exact words" [2]}, where the words are a
   * part of the text of that number, from the beginning of a word to the end of one, with nothing
   * changed. No quote contains {@code "}, so that where one ends is never in doubt; from a text
   * with such marks, what stands between them can be quoted.
   *
   * @param texts what may be quoted, numbered from 1
   * @throws IllegalArgumentException if no text has a word
   */
  static Constraint quotes(List<String> texts) {
    return QuoteGrammar.constraint(texts);
  }
}
