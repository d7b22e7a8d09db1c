/** Reads charts, diagrams and drawn text of Office documents; for this module alone. */
@NullMarked
package dev.ragwright.documents.drawing;

import org.jspecify.annotations.NullMarked;
