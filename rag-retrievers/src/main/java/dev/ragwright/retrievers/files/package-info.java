/**
 * Text files as this project reads all of them: see {@link
 * dev.ragwright.retrievers.files.TextFile}. Exported to {@code rag-eval} alone.
 */
@NullMarked
package dev.ragwright.retrievers.files;

import org.jspecify.annotations.NullMarked;
