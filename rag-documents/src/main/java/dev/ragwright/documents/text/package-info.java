/** How readers of all kinds write text; for this module alone. */
@NullMarked
package dev.ragwright.documents.text;

import org.jspecify.annotations.NullMarked;
