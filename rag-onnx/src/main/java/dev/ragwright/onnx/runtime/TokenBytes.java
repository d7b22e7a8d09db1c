package dev.ragwright.onnx.runtime;

import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What every token of a decoder's vocabulary spells, as bytes: exact where text is not, since a
 * token may end within a character. Read out of {@code tokenizer.json}, for byte-level BPE (GPT-2,
 * Llama 3, Qwen, SmolLM) and for SentencePiece with byte fallback (Llama 2, Gemma, T5).
 *
 * <p>Immutable, and safe to share. Holds the bytes and eight more per token.
 */
public final class TokenBytes {
  private final byte[] bytes; // of all tokens, one after another
  private final int[] starts; // (token + 1)
  private final boolean[] special; // (token)
  private final Map<String, Integer> added;
  private final SpecialNames specialNames;
  private final boolean dropsLeadingSpace;

  TokenBytes(
      byte[] bytes,
      int[] starts,
      boolean[] special,
      Map<String, Integer> added,
      boolean dropsLeadingSpace) {
    this.bytes = bytes;
    this.starts = starts;
    this.special = special;
    this.added = Map.copyOf(added);
    this.specialNames =
        new SpecialNames(
            added.entrySet().stream()
                .filter(token -> special[token.getValue()])
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet()));
    this.dropsLeadingSpace = dropsLeadingSpace;
  }

  /**
   * Reads the vocabulary of a model. Some 0.1 s for 50,000 tokens.
   *
   * @throws ModelLoadException if {@code tokenizer.json} is missing or damaged, or of a kind that
   *     does not keep all of a text (WordPiece, words), which no decoder has
   */
  public static TokenBytes load(ModelFolder folder) {
    return VocabularyJson.of(folder, VocabularyJson::read);
  }

  /**
   * The ids of tokens, by the names that {@code tokenizer.json} has for them: those in its
   * vocabulary and those added to it, special or not. What is in neither is left out. Reads the
   * whole file, each time; unmodifiable.
   *
   * @throws ModelLoadException if {@code tokenizer.json} is missing or damaged
   */
  public static Map<String, Integer> ids(ModelFolder folder, Set<String> names) {
    return VocabularyJson.of(folder, (vocabulary, in) -> vocabulary.ids(in, names));
  }

  /**
   * The names of all tokens by their ids, as {@code tokenizer.json} has them; empty for an id that
   * none has. Unmodifiable.
   *
   * @throws ModelLoadException if {@code tokenizer.json} is missing or damaged
   */
  public static List<String> names(ModelFolder folder) {
    return VocabularyJson.of(folder, VocabularyJson::names);
  }

  /** The highest id there is, plus one. A model's logits may be wider: padded to a round number. */
  public int size() {
    return starts.length - 1;
  }

  /**
   * Returns what a token spells, in a new array: of a special token its name in UTF-8; nothing for
   * an id that no token has.
   *
   * @param id not negative
   */
  public byte[] bytes(int id) {
    return id >= size() ? new byte[0] : Arrays.copyOfRange(bytes, starts[id], starts[id + 1]);
  }

  /**
   * Whether a token is a control token, which is no part of a text: the file says so, or its name
   * is of the form {@code <|user|>}. False where there is none.
   */
  public boolean special(int id) {
    return id < size() && special[id];
  }

  /**
   * The id of a token that was added to the vocabulary, special or not, by its name, such as {@code
   * <|im_end|>}; empty when there is none of that name.
   */
  public OptionalInt id(String addedToken) {
    Integer id = added.get(addedToken);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /**
   * Whether the name of a special token begins at a place of a text; true as well where the text
   * ends within such a name, which more text could complete.
   *
   * @param place from 0 to below the text's length
   */
  public boolean spellsSpecialAt(String text, int place) {
    return specialNames.beginsAt(text, place);
  }

  /**
   * Whether one space at the very beginning of what was generated is not part of the text:
   * SentencePiece writes every word with a space in front of it, the first one too.
   */
  public boolean dropsLeadingSpace() {
    return dropsLeadingSpace;
  }
}
