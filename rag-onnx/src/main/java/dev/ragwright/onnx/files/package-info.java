/**
 * How files of models are read. For Ragwright's own modules: it is exported to them alone, and
 * changes with them.
 */
@NullMarked
package dev.ragwright.onnx.files;

import org.jspecify.annotations.NullMarked;
