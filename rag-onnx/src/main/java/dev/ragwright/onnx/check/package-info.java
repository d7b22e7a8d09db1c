/** Models that check texts and models: entailment, and what a variant of a model lost. */
@NullMarked
package dev.ragwright.onnx.check;

import org.jspecify.annotations.NullMarked;
