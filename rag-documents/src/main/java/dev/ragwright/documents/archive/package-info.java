/** Opens archives of XML parts within limits; for this module alone. */
@NullMarked
package dev.ragwright.documents.archive;

import org.jspecify.annotations.NullMarked;
