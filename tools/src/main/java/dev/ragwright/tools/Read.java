package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places.Kind;
import dev.ragwright.document.Places.Mark;
import dev.ragwright.document.ReadProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Shows what is read of files.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Read -Dargs="--data DIR --text"}
 */
@Command(
    name = "Read",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Reads a file, or all files of a folder, and prints a line for each: what read it, characters,"
          + " pages, slides, sheets or headings, and below it what could not be read, with its place."
          + " Fails if nothing could be read.",
      ""
    })
public final class Read implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE_OR_DIR",
      description = "A file, or a folder of files.")
  private Path data = Path.of("");

  @Option(names = "--json", description = "Print one line of JSON for each file.")
  private boolean json;

  @Option(
      names = "--text",
      description = "Print the passages that a file is cut into, each with its place.")
  private boolean text;

  @Mixin private DocumentOptions reading = new DocumentOptions();

  private int documents;
  private int problems;
  private long milliseconds;

  private Read() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Read(), args);
  }

  @Override
  public Integer call() {
    List<ReadProblem> pending = new ArrayList<>(); // those of a document come before it
    try (Stream<Document> all = reading.folder(data).documents(pending::add)) {
      for (Iterator<Document> each = all.iterator(); hasNext(each); ) {
        Document document = each.next();
        documents++;
        List<ReadProblem> own =
            pending.stream()
                .filter(problem -> problem.documentId().equals(document.id()))
                .filter(problem -> problem.extent() == ReadProblem.Extent.PART)
                .toList();
        pending.removeAll(own);
        pending.forEach(this::print);
        pending.clear();
        print(document, own);
      }
    }
    pending.forEach(this::print);
    System.err.printf(Locale.ROOT, "read %,d documents, with %,d problems%n", documents, problems);
    return documents == 0 ? 1 : 0;
  }

  private boolean hasNext(Iterator<Document> each) {
    long start = System.nanoTime();
    boolean next = each.hasNext(); // reads the document
    milliseconds = (System.nanoTime() - start) / 1_000_000;
    return next;
  }

  private void print(Document document, List<ReadProblem> own) {
    problems += own.size();
    if (json) {
      System.out.println(toJson(document, own));
    } else {
      StringBuilder line = new StringBuilder(document.id() + ": ");
      line.append(document.metadata().get("reader"));
      line.append(String.format(Locale.ROOT, ", %,d characters", document.text().length()));
      for (Kind kind : Kind.values()) {
        long count = count(document, kind);
        if (count > 0) {
          line.append(", ").append(counted(count, kind.name().toLowerCase(Locale.ROOT)));
        }
      }
      int headings = document.places().headings().size();
      line.append(headings > 0 ? ", " + counted(headings, "heading") : "");
      line.append(", ").append(own.isEmpty() ? "no problem" : counted(own.size(), "problem"));
      System.out.println(line);
      own.forEach(problem -> System.out.println("  " + DocumentOptions.said(problem.reason())));
    }
    if (text && !json) {
      for (Passage passage : Chunkers.markdown(300).chunk(document)) {
        System.out.println("--- " + passage.place() + "\n" + passage.text().stripTrailing());
      }
    }
  }

  private static long count(Document document, Kind kind) {
    return document.places().marks().stream().map(Mark::kind).filter(kind::equals).count();
  }

  private static String counted(long count, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
  }

  private void print(ReadProblem problem) {
    problems++;
    if (json) {
      ObjectNode line = Cli.JSON.createObjectNode();
      line.put("file", problem.documentId()).put("read", false);
      line.putArray("problems").add(DocumentOptions.said(problem.reason()));
      System.out.println(line);
    } else {
      System.out.println(DocumentOptions.said(problem.toString()));
    }
  }

  private ObjectNode toJson(Document document, List<ReadProblem> own) {
    ObjectNode line = Cli.JSON.createObjectNode();
    line.put("file", document.id()).put("read", true);
    line.put("reader", String.valueOf(document.metadata().get("reader")));
    line.put("characters", document.text().length());
    for (Kind kind : Kind.values()) {
      long count = count(document, kind);
      if (count > 0) {
        line.put(kind.name().toLowerCase(Locale.ROOT) + "s", count);
      }
    }
    line.put("headings", document.places().headings().size());
    line.put("milliseconds", milliseconds);
    ArrayNode told = line.putArray("problems");
    own.forEach(problem -> told.add(DocumentOptions.said(problem.reason())));
    if (text) {
      ArrayNode passages = line.putArray("passages");
      for (Passage passage : Chunkers.markdown(300).chunk(document)) {
        passages.addObject().put("place", passage.place()).put("text", passage.text());
      }
    }
    return line;
  }
}
