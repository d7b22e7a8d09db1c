package dev.ragwright.documents.options;

import java.io.IOException;

/**
 * Reads the text of a picture: an engine of the caller's, asked for pages that have no text. Has to
 * be safe to share, and to give the same text for the same picture.
 */
@FunctionalInterface
public interface Ocr {
  /**
   * Reads a picture.
   *
   * @param png a page as it is seen, as a PNG file
   * @return its text, in lines; empty if there is none
   * @throws IOException if it cannot be read; the page is then a problem, and the rest goes on
   */
  String text(byte[] png) throws IOException;
}
