/**
 * From ranked passages to an answer's text: the {@link dev.ragwright.generate.ContextAssembler}
 * decides what a generator reads, a {@link dev.ragwright.generate.PromptTemplate} makes the prompt
 * of a language model, the {@link dev.ragwright.generate.Generator} writes or quotes, and {@link
 * dev.ragwright.generate.Citation}s say what it used. Values are immutable, stages safe to share.
 */
@NullMarked
package dev.ragwright.generate;

import org.jspecify.annotations.NullMarked;
