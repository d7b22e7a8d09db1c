package dev.ragwright.documents.pdf;

import java.util.List;

/** Rows in a font of one width, each letter in its place. */
final class CodeText {
  private CodeText() {}

  static String of(List<Row> rows) {
    float left = Float.POSITIVE_INFINITY;
    float widths = 0;
    int letters = 0;
    for (Row row : rows) {
      left = Math.min(left, row.x0());
      for (Chunk chunk : row.chunks()) {
        widths += chunk.x1() - chunk.x0();
        letters += chunk.text().length();
      }
    }
    float width = Math.max(0.1f, widths / Math.max(1, letters));
    StringBuilder out = new StringBuilder();
    float pitch = Float.POSITIVE_INFINITY;
    for (int i = 1; i < rows.size(); i++) {
      pitch = Math.min(pitch, rows.get(i).y() - rows.get(i - 1).y());
    }
    for (int i = 0; i < rows.size(); i++) {
      if (i > 0) {
        boolean blank = rows.get(i).y() - rows.get(i - 1).y() > 1.8f * pitch;
        out.append(blank ? "\n\n" : "\n");
      }
      int start = out.length();
      for (Chunk chunk : rows.get(i).chunks()) {
        int column = Math.min(400, Math.round((chunk.x0() - left) / width));
        int missing = column - (out.length() - start);
        out.append(" ".repeat(Math.max(out.length() > start ? 1 : 0, missing)));
        out.append(chunk.text());
      }
    }
    return out.toString();
  }
}
