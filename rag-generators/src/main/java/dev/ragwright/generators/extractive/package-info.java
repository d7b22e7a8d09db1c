/**
 * Answering without a language model, by quoting: {@link
 * dev.ragwright.generators.extractive.ExtractiveGenerator} chooses whole sentences, {@link
 * dev.ragwright.generators.extractive.OnnxExtractiveReader} finds the exact words with a model for
 * that.
 */
@NullMarked
package dev.ragwright.generators.extractive;

import org.jspecify.annotations.NullMarked;
