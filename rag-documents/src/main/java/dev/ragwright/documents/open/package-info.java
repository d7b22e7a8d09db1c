/** Reads texts and slides of OpenDocument, and what its workbooks share; for this module alone. */
@NullMarked
package dev.ragwright.documents.open;

import org.jspecify.annotations.NullMarked;
