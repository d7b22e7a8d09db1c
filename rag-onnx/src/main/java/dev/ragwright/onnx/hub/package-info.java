/**
 * Models from Hugging Face's hub: read {@link dev.ragwright.onnx.hub.ModelHub} first. Nothing else
 * here reaches a network.
 */
@NullMarked
package dev.ragwright.onnx.hub;

import org.jspecify.annotations.NullMarked;
