/**
 * Readers of PDF, Office, OpenDocument, EPUB and HTML for {@link dev.ragwright.source.Folder}:
 * {@link dev.ragwright.documents.DocumentReaders}. Beside it, {@code options} and {@code tika} are
 * for users; the other packages are not.
 */
@NullMarked
package dev.ragwright.documents;

import org.jspecify.annotations.NullMarked;
