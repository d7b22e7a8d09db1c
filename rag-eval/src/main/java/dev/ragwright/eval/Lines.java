package dev.ragwright.eval;

import dev.ragwright.document.DocumentReadException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** The lines of a UTF-8 file, gzip-compressed or not, each knowing where it stands. */
final class Lines {

  /** A part of a line between white space; the column counts from 1, in UTF-16 units. */
  record Field(String text, int column) {}

  record Line(Path file, int number, String text) {

    /** What C's isspace splits, and no more: an id may hold a no-break space. */
    List<Field> fields() {
      List<Field> fields = new ArrayList<>(6);
      int start = -1;
      for (int i = 0; i <= text.length(); i++) {
        boolean space = i == text.length() || isSpace(text.charAt(i));
        if (!space && start < 0) {
          start = i;
        } else if (space && start >= 0) {
          fields.add(new Field(text.substring(start, i), start + 1));
          start = -1;
        }
      }
      return fields;
    }

    /** The column behind the line's end, where something is missing. */
    int end() {
      return text.length() + 1;
    }

    DocumentReadException error(int column, String what) {
      return new DocumentReadException(
          file + " line " + number + " column " + column + ": " + what);
    }
  }

  private Lines() {}

  static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  /** Hands over the lines that are not blank. */
  static void read(Path file, Consumer<Line> action) {
    if (!Files.isRegularFile(file)) {
      throw new DocumentReadException(
          Files.exists(file) ? file + " is not a file" : "there is no file " + file);
    }
    int number = 0;
    try (InputStream in = Files.newInputStream(file);
        InputStream bytes =
            file.toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()), 1 << 16)) {
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        number++;
        if (!text.isBlank()) {
          action.accept(new Line(file, number, text));
        }
      }
    } catch (CharacterCodingException e) {
      throw new DocumentReadException(file + " after line " + number + ": is not UTF-8", e);
    } catch (IOException e) {
      throw new DocumentReadException(
          file + " after line " + number + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Refuses an id that a TREC file cannot hold. */
  static void checkWritable(String what, String id) {
    if (id.isEmpty() || id.chars().anyMatch(c -> isSpace((char) c))) {
      throw new IllegalArgumentException(
          what + " \"" + id + "\" is empty or has white space, which a TREC file cannot hold");
    }
  }
}
