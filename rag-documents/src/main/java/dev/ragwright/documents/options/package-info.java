/** What a caller may choose about reading documents. */
@NullMarked
package dev.ragwright.documents.options;

import org.jspecify.annotations.NullMarked;
