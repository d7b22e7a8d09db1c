package dev.ragwright.documents.pdf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSString;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotation;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;

/**
 * What lies on a page besides its content: values of form fields and typewritten notes are part of
 * what a reader sees, and go where they are; notes that open by a click are comments.
 */
final class Annotations {
  private static final int HIDDEN = 2;
  private static final int NO_VIEW = 32;

  private Annotations() {}

  /** Shows a page's fields, typewritten notes and stamps. */
  static void show(PDPage page, PageGlyphs glyphs) throws IOException {
    for (PDAnnotation annotation : page.getAnnotations()) {
      COSDictionary dictionary = annotation.getCOSObject();
      String kind = String.valueOf(annotation.getSubtype());
      boolean hidden =
          (annotation.getAnnotationFlags() & (HIDDEN | NO_VIEW)) != 0
              || glyphs.layers().hides(dictionary.getCOSDictionary(COSName.OC));
      if (hidden || kind.equals("Popup") || kind.equals("Link") || kind.equals("Text")) {
        continue;
      }
      PDAppearanceStream appearance = annotation.getNormalAppearanceStream();
      if (appearance != null) {
        glyphs.showAnnotation(annotation);
      } else if (kind.equals("Widget") || kind.equals("FreeText")) {
        String text = kind.equals("Widget") ? value(dictionary) : contents(dictionary);
        PDRectangle at = annotation.getRectangle();
        if (!text.isEmpty() && at != null) {
          glyphs.write(text, at, size(dictionary), new Mark(dictionary, 0, false));
        }
      }
    }
  }

  /** The comments on a page, in their order. */
  static List<String> comments(PDPage page) throws IOException {
    List<String> comments = new ArrayList<>();
    for (PDAnnotation annotation : page.getAnnotations()) {
      String kind = String.valueOf(annotation.getSubtype());
      boolean comment =
          switch (kind) {
            case "Text", "Highlight", "Underline", "StrikeOut", "Squiggly", "Caret" -> true;
            default -> false;
          };
      String text = comment ? contents(annotation.getCOSObject()).strip() : "";
      if (!text.isEmpty()) {
        comments.add(text);
      }
    }
    return comments;
  }

  private static String contents(COSDictionary annotation) {
    String contents = annotation.getString(COSName.CONTENTS);
    return contents == null ? "" : contents.replace("\r\n", "\n").replace('\r', '\n');
  }

  /** The value of a field that nobody has drawn; a button has none that a reader sees. */
  private static String value(COSDictionary widget) {
    String type = null;
    COSBase value = null;
    COSDictionary field = widget;
    for (int i = 0; field != null && i < 30; i++) {
      type = type == null ? field.getNameAsString(COSName.FT) : type;
      value = value == null ? field.getDictionaryObject(COSName.V) : value;
      field = field.getCOSDictionary(COSName.PARENT);
    }
    boolean shown = "Tx".equals(type) || "Ch".equals(type);
    return shown && value instanceof COSString text ? text.getString() : "";
  }

  private static float size(COSDictionary widget) {
    String look = widget.getString(COSName.DA);
    String[] words = look == null ? new String[0] : look.strip().split("\\s+", -1);
    for (int i = 1; i < words.length; i++) {
      if (words[i].equals("Tf")) {
        try {
          float size = Float.parseFloat(words[i - 1]);
          return size > 0 && size < 200 ? size : 10;
        } catch (NumberFormatException e) {
          return 10;
        }
      }
    }
    return 10;
  }
}
