/** Language models on this machine, as ONNX files: chat templates and constrained output. */
@NullMarked
package dev.ragwright.generators.onnx;

import org.jspecify.annotations.NullMarked;
