/**
 * Models that run: sessions, tokenizers, decoders and the settings of sentence models. For
 * Ragwright's own modules: it is exported to them alone, and changes with them.
 */
@NullMarked
package dev.ragwright.onnx.runtime;

import org.jspecify.annotations.NullMarked;
