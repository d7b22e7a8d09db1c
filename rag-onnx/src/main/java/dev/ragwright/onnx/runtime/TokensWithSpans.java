package dev.ragwright.onnx.runtime;

import dev.ragwright.document.TokenSpans;

/**
 * A text as a model reads it, with the place of each of its own tokens.
 *
 * @param spans one for each of {@code tokens.textSize()}, in UTF-16 units of the text
 */
public record TokensWithSpans(Tokens tokens, TokenSpans spans) {}
