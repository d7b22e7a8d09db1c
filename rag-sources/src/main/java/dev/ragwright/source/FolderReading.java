package dev.ragwright.source;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The documents of a folder's files, in the order of these. Small texts that follow each other are
 * read at the same time, a few ahead, since opening one takes longer than reading it; every other
 * file is read alone, by the thread that asks for its document, whoever its reader is.
 */
final class FolderReading extends Spliterators.AbstractSpliterator<Document> {
  private static final int TOGETHER = 256;
  private static final int SMALL = 16_384; // bytes

  /** Reads a file, or tells why not. */
  interface Reader {
    @Nullable Document read(FolderWalk.Found file, Consumer<ReadProblem> problems);
  }

  private record Read(@Nullable Document document, List<ReadProblem> problems) {}

  private final List<FolderWalk.Found> files;
  private final Reader reader;
  private final Consumer<ReadProblem> problems;
  private final Deque<Read> ahead = new ArrayDeque<>();
  private int next; // of the files, behind those read

  FolderReading(List<FolderWalk.Found> files, Reader reader, Consumer<ReadProblem> problems) {
    super(files.size(), ORDERED | NONNULL);
    this.files = files;
    this.reader = reader;
    this.problems = problems;
  }

  @Override
  public boolean tryAdvance(Consumer<? super Document> action) {
    while (!ahead.isEmpty() || next < files.size()) {
      Document document = ahead.isEmpty() ? read() : told(ahead.removeFirst());
      if (document != null) {
        action.accept(document);
        return true;
      }
    }
    return false;
  }

  private @Nullable Document read() {
    int end = next;
    while (end < files.size() && end - next < TOGETHER && isSmallText(files.get(end))) {
      end++;
    }
    if (end - next < 2) {
      return reader.read(files.get(next++), problems);
    }
    ahead.addAll(IntStream.range(next, end).parallel().mapToObj(this::readAhead).toList());
    next = end;
    return told(ahead.removeFirst());
  }

  private Read readAhead(int file) {
    List<ReadProblem> ofFile = new ArrayList<>();
    return new Read(reader.read(files.get(file), ofFile::add), ofFile);
  }

  private @Nullable Document told(Read read) {
    read.problems().forEach(problems);
    return read.document();
  }

  private static boolean isSmallText(FolderWalk.Found file) {
    return file.reader() instanceof TextReader && file.size() <= SMALL;
  }
}
