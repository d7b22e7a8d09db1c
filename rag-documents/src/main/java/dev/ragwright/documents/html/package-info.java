/** Reads HTML, and EPUB, whose chapters are HTML; for this module alone. */
@NullMarked
package dev.ragwright.documents.html;

import org.jspecify.annotations.NullMarked;
