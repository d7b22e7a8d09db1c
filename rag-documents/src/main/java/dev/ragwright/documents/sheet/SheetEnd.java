package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Parts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands behind the rows of a sheet and has to be known before them: which cells are merged,
 * and which row is a filter's header. Searched for in the bytes, since to parse all rows twice
 * would take twice as long.
 */
final class SheetEnd {
  private static final byte[] ROWS = "sheetData".getBytes(StandardCharsets.US_ASCII);
  private static final int MOST = 8 << 20;
  private static final Pattern AREA =
      Pattern.compile(
          "<(?:\\w+:)?(mergeCell|autoFilter)\\s[^>]{0,200}?\\bref=[\"']([A-Za-z0-9:$]{1,40})[\"']");

  private final List<Area> merged = new ArrayList<>();
  private final List<Area> filters = new ArrayList<>();

  static SheetEnd read(Parts parts, String sheet) throws IOException {
    SheetEnd end = new SheetEnd();
    Matcher areas = AREA.matcher(textBehindRows(parts, sheet));
    while (areas.find()) {
      boolean filter = areas.group(1).equals("autoFilter");
      (filter ? end.filters : end.merged).add(Area.of(areas.group(2)));
    }
    return end;
  }

  private static String textBehindRows(Parts parts, String sheet) throws IOException {
    StringBuilder behind = new StringBuilder();
    byte[] bytes = new byte[1 << 16];
    int kept = 0;
    try (InputStream in = parts.stream(sheet)) {
      for (int count = in.read(bytes, kept, bytes.length - kept);
          count >= 0;
          count = in.read(bytes, kept, bytes.length - kept)) {
        int end = kept + count;
        int last = lastIndex(bytes, end);
        if (last >= 0) {
          behind.setLength(0);
          add(bytes, last, end, behind);
        } else if (behind.length() > 0 && behind.length() < MOST) {
          add(bytes, kept, end, behind);
        }
        kept = Math.min(ROWS.length - 1, end);
        System.arraycopy(bytes, end - kept, bytes, 0, kept);
      }
    }
    return behind.toString();
  }

  private static void add(byte[] bytes, int from, int to, StringBuilder text) {
    text.append(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
  }

  private static int lastIndex(byte[] bytes, int end) {
    for (int i = end - ROWS.length; i >= 0; i--) {
      int j = 0;
      while (j < ROWS.length && bytes[i + j] == ROWS[j]) {
        j++;
      }
      if (j == ROWS.length) {
        return i;
      }
    }
    return -1;
  }

  List<Area> merged() {
    return merged;
  }

  List<Area> filters() {
    return filters;
  }
}
