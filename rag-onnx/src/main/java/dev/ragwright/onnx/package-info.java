/**
 * Small models that run in this process. Read {@link dev.ragwright.onnx.ModelFolder} first (where a
 * model's files are and what they say; {@link dev.ragwright.onnx.hub.ModelHub} fetches them), then
 * {@link dev.ragwright.onnx.OnnxOptions}: the stages that run a model take both.
 *
 * <p>Everything here is safe to share by any number of threads. Tokenizers and models own native
 * memory: who opens one closes it; closing waits for running calls and refuses later ones.
 *
 * <p>Nothing here but {@link dev.ragwright.onnx.hub.ModelHub} reaches a network. Two native
 * libraries are unpacked from their jars: ONNX Runtime's (28 MB) into a temporary folder at every
 * start of a process, a tenth of a second or more, unless the system property {@code
 * onnxruntime.native.path} names a folder that has it; the tokenizers' (15 MB) once, into {@code
 * ~/.djl.ai} or the folder that {@code DJL_CACHE_DIR} names.
 */
@NullMarked
package dev.ragwright.onnx;

import org.jspecify.annotations.NullMarked;
