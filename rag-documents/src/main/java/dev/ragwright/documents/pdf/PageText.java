package dev.ragwright.documents.pdf;

import java.util.List;

/**
 * What was found on a page.
 *
 * @param width of the page as its reader sees it
 * @param glyphs in the order of the content, without what is hidden or drawn again
 * @param letters how many glyphs were seen that are no space
 * @param unmapped how many of these nobody knows the letter of
 * @param pictureShare how much of the page pictures cover
 * @param blank whether nothing but text was painted
 * @param recognised whether the text is an invisible layer over a picture
 */
record PageText(
    float width,
    float height,
    List<Glyph> glyphs,
    int letters,
    int unmapped,
    double pictureShare,
    boolean blank,
    boolean recognised) {}
