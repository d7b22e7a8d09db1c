/**
 * How files of models are read. Not exported: it is for the packages of this module, and changes
 * with them.
 */
@NullMarked
package dev.ragwright.onnx.files;

import org.jspecify.annotations.NullMarked;
