package dev.ragwright.retrievers.source;

import dev.ragwright.document.DocumentReadException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;

/**
 * The lines of a UTF-8 file, gzip-compressed or not and without a byte order mark, each knowing
 * where it stands.
 */
final class TextLines {

  record Line(Path file, int number, String text) {
    DocumentReadException error(String what) {
      return new DocumentReadException(file + " line " + number + ": " + what);
    }
  }

  private TextLines() {}

  /** The lines that are not blank; lazy, to be closed. */
  static Stream<Line> of(Path file) {
    BufferedReader reader = open(file);
    AbstractSpliterator<Line> lines =
        new AbstractSpliterator<>(Long.MAX_VALUE, AbstractSpliterator.ORDERED) {
          private int number;
          private boolean ended;

          @Override
          public boolean tryAdvance(Consumer<? super Line> action) {
            if (ended) {
              return false;
            }
            try {
              for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                number++;
                if (number == 1 && text.startsWith("\uFEFF")) {
                  text = text.substring(1);
                }
                if (!text.isBlank()) {
                  action.accept(new Line(file, number, text));
                  return true;
                }
              }
              ended = true;
              reader.close();
              return false;
            } catch (CharacterCodingException e) {
              throw new DocumentReadException(file + " after line " + number + ": is not UTF-8", e);
            } catch (IOException e) {
              throw new DocumentReadException(
                  file + " after line " + number + ": cannot be read on: " + e.getMessage(), e);
            }
          }
        };
    return StreamSupport.stream(lines, false).onClose(() -> close(reader));
  }

  private static BufferedReader open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DocumentReadException(
          Files.exists(file) ? file + " is not a file" : "there is no file " + file);
    }
    try {
      InputStream in = Files.newInputStream(file);
      try {
        InputStream bytes = file.toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
        return new BufferedReader(
            new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()), 1 << 16);
      } catch (IOException e) {
        in.close();
        throw e;
      }
    } catch (IOException e) {
      throw new DocumentReadException(file + " cannot be opened: " + e.getMessage(), e);
    }
  }

  private static void close(BufferedReader reader) {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
