package dev.ragwright.documents.sheet;

import org.jspecify.annotations.Nullable;

/**
 * A formula's result as a workbook would store it.
 *
 * @param type the type as cells have it, such as {@code n} for a number
 * @param text the number, text or error, as cells have it
 * @param why why there is none, or null
 */
record Result(String type, String text, @Nullable String why) {
  static Result none(String why) {
    return new Result("", "", why);
  }
}
