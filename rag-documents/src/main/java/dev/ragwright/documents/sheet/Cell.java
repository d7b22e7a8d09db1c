package dev.ragwright.documents.sheet;

/**
 * A cell that shows something.
 *
 * @param column from 0
 * @param text as it is shown
 * @param words whether it holds text, and no number, date or truth value
 */
record Cell(int column, String text, boolean words) {}
