/** Reads texts and slides of Office and OpenDocument; for this module alone. */
@NullMarked
package dev.ragwright.documents.office;

import org.jspecify.annotations.NullMarked;
