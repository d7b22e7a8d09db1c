package dev.ragwright.source;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.ReadProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * Makes a document of a file of one kind. {@link Folder} finds readers by their {@link Provider},
 * and takes others by {@link Folder#readBy}. Safe to share.
 *
 * <p>The same bytes give the same text on every machine, whatever its locale, time zone, default
 * encoding and JDK: places of passages and citations count in that text.
 */
public interface DocumentReader {

  /** What it is called in a document's metadata: a word, such as {@code pdf}. */
  String name();

  /**
   * Grows whenever the same bytes may give another text or other places, from 1: an index then
   * redoes its documents.
   */
  int version();

  /** The ends of names of the files that it reads, in small letters, such as {@code .pdf}. */
  List<String> endings();

  /**
   * Reads a file. What the text lacks is told to {@code problems}, as {@link ReadProblem#in} a
   * place. The metadata are the document's own, such as its title; {@link Folder} adds where the
   * file lies and what read it.
   *
   * @param id the document's id
   * @throws DocumentReadException if there is no text at all to be had: the file is not of its
   *     kind, damaged, encrypted, or larger than a limit. The message goes on from the file's name:
   *     {@code is cut short}, {@code has more than 100,000 entries; ...}
   * @throws IOException if the file cannot be read
   */
  Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException;

  /** The readers of a module, which {@link ServiceLoader} finds. */
  interface Provider {
    /** The readers with their defaults. */
    List<DocumentReader> readers();
  }
}
