/** Reads PDF files, on PDFBox; for this module alone. */
@NullMarked
package dev.ragwright.documents.pdf;

import org.jspecify.annotations.NullMarked;
