/** Reads workbooks of Excel and OpenDocument; for this module alone. */
@NullMarked
package dev.ragwright.documents.sheet;

import org.jspecify.annotations.NullMarked;
