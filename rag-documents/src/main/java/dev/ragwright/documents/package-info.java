/**
 * Readers of PDF, Office, OpenDocument, EPUB and HTML for {@link dev.ragwright.source.Folder}:
 * {@link dev.ragwright.documents.DocumentReaders}. Beside it, {@code options} is for users; {@code
 * text}, {@code pdf}, {@code office}, {@code sheet} and {@code html} are not.
 */
@NullMarked
package dev.ragwright.documents;

import org.jspecify.annotations.NullMarked;
