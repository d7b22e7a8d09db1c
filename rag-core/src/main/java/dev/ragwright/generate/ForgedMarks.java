package dev.ragwright.generate;

import java.text.Normalizer;
import java.util.Locale;

/**
 * What looks like a mark of {@link PromptTemplate#documents} in a text of somebody else's: to who
 * sees it, or to a tokenizer that folds letters. So characters that are not seen are passed over,
 * and wide, small and mathematical forms are read as the plain ones (NFKC). Linear in the text.
 */
final class ForgedMarks {
  private static final String WORD = "document";
  private static final String UNSEEN = "\u115f\u1160\u3164\uffa0"; // fillers, which are letters

  private ForgedMarks() {}

  /** The text, in which the beginnings of such marks are escaped as in XML. */
  static String escaped(String text) {
    StringBuilder escaped = null;
    int taken = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isOpening(text.charAt(i)) && beginsMark(text, i + 1)) {
        escaped = escaped == null ? new StringBuilder() : escaped;
        escaped.append(text, taken, i).append("&lt;");
        taken = i + 1;
      }
    }
    return escaped == null ? text : escaped.append(text, taken, text.length()).toString();
  }

  private static boolean isOpening(char unit) {
    return unit == '<' || unit == '\ufe64' || unit == '\uff1c';
  }

  /** Whether a slash, or none, and the word follow, with white space before either. */
  private static boolean beginsMark(String text, int from) {
    int matched = 0;
    boolean slash = false;
    for (int i = from; i < text.length() && matched < WORD.length(); ) {
      int character = text.codePointAt(i);
      i += Character.charCount(character);
      if (isUnseen(character) || (matched == 0 && isSpace(character))) {
        continue;
      }
      String plain =
          character < 0x80
              ? Character.toString(Character.toLowerCase(character))
              : Normalizer.normalize(Character.toString(character), Normalizer.Form.NFKC)
                  .toLowerCase(Locale.ROOT);
      if (matched == 0 && !slash && plain.equals("/")) {
        slash = true;
      } else if (WORD.startsWith(plain, matched)) {
        matched += plain.length();
      } else {
        return false;
      }
    }
    return matched == WORD.length();
  }

  private static boolean isSpace(int character) {
    return Character.isWhitespace(character) || Character.isSpaceChar(character);
  }

  private static boolean isUnseen(int character) {
    int type = Character.getType(character);
    return type == Character.FORMAT
        || type == Character.NON_SPACING_MARK
        || UNSEEN.indexOf(character) >= 0;
  }
}
