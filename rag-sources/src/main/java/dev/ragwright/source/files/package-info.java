/**
 * Text files as this project reads all of them: see {@link dev.ragwright.source.files.TextFile}.
 * Exported to {@code rag-eval} alone.
 */
@NullMarked
package dev.ragwright.source.files;

import org.jspecify.annotations.NullMarked;
