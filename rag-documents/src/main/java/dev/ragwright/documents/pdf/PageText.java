package dev.ragwright.documents.pdf;

import java.util.List;

/**
 * What was found on a page.
 *
 * @param glyphs in the order of the content, without what is hidden or drawn again
 * @param letters how many glyphs were seen that are no space
 * @param unmapped how many of these nobody knows the letter of
 * @param pictureShare how much of the page pictures cover
 * @param blank whether nothing but text was painted
 * @param recognised whether the text is an invisible layer over a picture
 * @param failed how many operators of the content could not be followed
 * @param failure what the first of them said
 */
record PageText(
    List<Glyph> glyphs,
    int letters,
    int unmapped,
    double pictureShare,
    boolean blank,
    boolean recognised,
    int failed,
    String failure) {}
