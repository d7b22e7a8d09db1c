package dev.ragwright.documents.pdf;

import java.util.Objects;
import org.apache.pdfbox.cos.COSBase;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of marked content that the structure tree may refer to, or an artifact.
 *
 * @param owner the page or form whose content it is in
 * @param id its number there, or -1
 * @param artifact whether it is no part of the text, such as a running title
 */
record Mark(COSBase owner, int id, boolean artifact) {

  /** Whether two glyphs' marks are of one element. */
  static boolean same(@Nullable Mark a, @Nullable Mark b) {
    return Objects.equals(a, b);
  }
}
