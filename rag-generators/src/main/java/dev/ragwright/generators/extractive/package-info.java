/**
 * Answering without a language model: {@link
 * dev.ragwright.generators.extractive.ExtractiveGenerator} quotes, it does not write.
 */
@NullMarked
package dev.ragwright.generators.extractive;

import org.jspecify.annotations.NullMarked;
