/** Old formats, read by Apache Tika; needs its {@code tika-parser-microsoft-module}. */
@NullMarked
package dev.ragwright.documents.tika;

import org.jspecify.annotations.NullMarked;
