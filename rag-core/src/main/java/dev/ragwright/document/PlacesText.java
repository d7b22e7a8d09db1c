package dev.ragwright.document;

import dev.ragwright.document.Places.Heading;
import dev.ragwright.document.Places.Kind;
import dev.ragwright.document.Places.Mark;
import java.util.Locale;
import java.util.function.Consumer;

/** Places as text, a mark in each line, for stores that keep texts. */
final class PlacesText {
  private static final int PIECE = 8000;
  private static final String KNOWN = "known";

  private PlacesText() {}

  static String of(Places places) {
    StringBuilder text = new StringBuilder();
    write(places, text::append);
    return text.toString();
  }

  /** Hands over the text piece by piece; a piece is another after the call. */
  static void write(Places places, Consumer<? super CharSequence> out) {
    if (!places.known()) {
      return;
    }
    StringBuilder text = new StringBuilder(KNOWN).append('\n');
    for (Heading heading : places.headings()) {
      text.append(heading.start()).append(" heading ").append(heading.bodyStart()).append(' ');
      text.append(heading.level()).append(' ').append(heading.title()).append('\n');
      hand(text, out);
    }
    for (Mark mark : places.marks()) {
      String kind = mark.kind().name().toLowerCase(Locale.ROOT);
      text.append(mark.start()).append(' ').append(kind).append(' ').append(mark.label());
      text.append('\n');
      hand(text, out);
    }
    for (int i = 0; i < places.cellMarks(); i++) {
      text.append(places.cellStart(i)).append(" cell ");
      if (places.isNoCell(i)) {
        text.append("none\n");
      } else {
        text.append(places.row(i)).append(' ').append(places.column(i)).append('\n');
      }
      hand(text, out);
    }
    out.accept(text);
  }

  private static void hand(StringBuilder text, Consumer<? super CharSequence> out) {
    if (text.length() > PIECE) {
      out.accept(text);
      text.setLength(0);
    }
  }

  static Places parse(String text) {
    if (text.isEmpty()) {
      return Places.unknown();
    }
    Places.Builder builder = Places.builder();
    for (String line : text.split("\n", -1)) {
      if (!line.equals(KNOWN) && !line.isEmpty()) {
        String[] parts = line.split(" ", 3);
        if (parts.length < 3) {
          throw new IllegalArgumentException("is no mark of a place: " + line);
        }
        try {
          add(builder, Integer.parseInt(parts[0]), parts[1], parts[2]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
          throw new IllegalArgumentException("is no mark of a place: " + line, e);
        }
      }
    }
    return builder.build();
  }

  private static void add(Places.Builder builder, int start, String kind, String rest) {
    switch (kind) {
      case "heading" -> {
        String[] heading = rest.split(" ", 3);
        builder.heading(
            start, Integer.parseInt(heading[0]), Integer.parseInt(heading[1]), heading[2]);
      }
      case "cell" -> {
        String[] cell = rest.split(" ", 2);
        if (cell.length == 1) {
          builder.noCell(start);
        } else {
          builder.cell(start, Integer.parseInt(cell[0]), Integer.parseInt(cell[1]));
        }
      }
      default -> builder.mark(start, Kind.valueOf(kind.toUpperCase(Locale.ROOT)), rest);
    }
  }
}
