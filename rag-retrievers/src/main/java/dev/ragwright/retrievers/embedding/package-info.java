/**
 * Embedders: texts to vectors. {@link dev.ragwright.retrievers.embedding.OnnxEmbedder} computes
 * them in this process.
 *
 * <p>Embedders are safe to share by any number of threads. One that owns a model is closed by
 * whoever opened it.
 */
@NullMarked
package dev.ragwright.retrievers.embedding;

import org.jspecify.annotations.NullMarked;
