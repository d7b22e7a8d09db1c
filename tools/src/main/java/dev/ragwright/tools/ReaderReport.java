package dev.ragwright.tools;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.DocumentReaders;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.source.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Compares what readers make of files with what a person sees in them.
 *
 * <p>{@code mvn -q -Pexample -Dexample=ReaderReport -Dargs="--data ../shared/data/documents"}
 */
@Command(
    name = "ReaderReport",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Reads files with this library and, with their defaults, with PDFBox, POI, Tika and LangChain4j's"
          + " parsers, and prints which texts of expect.tsv each has: a line for each, with the file,"
          + " once, never or order, and the text, apart by tabs. Without such a file in the folder, those"
          + " for the five sample files of this project are taken. White space does not count, nor do"
          + " the forms of dashes, of raised digits and of what stands between cells; an empty cell does.",
      ""
    })
public final class ReaderReport implements Callable<Integer> {
  private static final String OURS = "Ragwright";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "The folder with the files, and expect.tsv if there is one.")
  private Path data = Path.of("");

  private ReaderReport() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new ReaderReport(), args);
  }

  @Override
  public Integer call() throws IOException {
    List<Expectation> expectations =
        Expectation.of(data).stream()
            .filter(expectation -> Files.exists(data.resolve(expectation.file())))
            .toList();
    if (expectations.isEmpty()) {
      throw new IllegalArgumentException(
          data + " has no file that something is expected of; expect.tsv in it says what");
    }
    List<ReadProblem> problems = new ArrayList<>();
    Map<String, Map<String, String>> texts = new LinkedHashMap<>(); // by reader and file
    texts.put(OURS, ours(problems));
    for (Map.Entry<String, Peers.Peer> peer : Peers.all().entrySet()) {
      Map<String, String> read = new LinkedHashMap<>();
      for (String file : expectations.stream().map(Expectation::file).distinct().toList()) {
        read.put(file, textOf(peer, file));
      }
      texts.put(peer.getKey(), read);
    }
    print(expectations, texts);
    problems.forEach(problem -> System.out.println(OURS + " says: " + problem));
    return 0;
  }

  private Map<String, String> ours(List<ReadProblem> problems) {
    Map<String, String> read = new LinkedHashMap<>();
    Folder folder = Folder.of(data).readBy(DocumentReaders.with(ReadOptions.defaults()));
    try (Stream<Document> documents = folder.documents(problems::add)) {
      documents.forEach(
          document -> read.put(document.id(), Expectation.comparable(document.text())));
    }
    return read;
  }

  private String textOf(Map.Entry<String, Peers.Peer> peer, String file) {
    try {
      return Expectation.comparable(peer.getValue().text(data.resolve(file)));
    } catch (IOException | RuntimeException e) {
      System.err.println(peer.getKey() + " cannot read " + file + ": " + e);
      return "";
    }
  }

  private static void print(
      List<Expectation> expectations, Map<String, Map<String, String>> texts) {
    List<String> readers = List.copyOf(texts.keySet());
    System.out.println("| file | expected | " + String.join(" | ", readers) + " |");
    System.out.println("| --- | --- |" + " --- |".repeat(readers.size()));
    Map<String, Integer> held = new LinkedHashMap<>();
    Map<String, Integer> asked = new LinkedHashMap<>(); // of files that it reads
    Map<String, Integer> behind = new LinkedHashMap<>();
    for (Expectation expectation : expectations) {
      StringBuilder row = new StringBuilder("| " + expectation.file() + " | ");
      row.append(expectation.kind().name().toLowerCase(Locale.ROOT)).append(" `");
      row.append(expectation.text().replace("|", "\\|")).append("` |");
      for (String reader : readers) {
        String text = texts.getOrDefault(reader, Map.of()).getOrDefault(expectation.file(), "");
        String key = reader + "\n" + expectation.file();
        int from = behind.getOrDefault(key, 0);
        boolean holds = !text.isBlank() && expectation.holds(text, from);
        behind.put(key, expectation.behind(text, from));
        held.merge(reader, holds ? 1 : 0, Integer::sum);
        asked.merge(reader, text.isBlank() ? 0 : 1, Integer::sum);
        row.append(text.isBlank() ? " |" : holds ? " yes |" : " **no** |");
      }
      System.out.println(row);
    }
    StringBuilder sums = new StringBuilder("| | of all |");
    StringBuilder shares = new StringBuilder("| | of the files that it reads |");
    for (String reader : readers) {
      int yes = held.getOrDefault(reader, 0);
      int of = asked.getOrDefault(reader, 0);
      sums.append(String.format(Locale.ROOT, " %d of %d |", yes, expectations.size()));
      shares.append(of == 0 ? " |" : String.format(Locale.ROOT, " %d %% |", 100 * yes / of));
    }
    System.out.println(sums);
    System.out.println(shares);
  }
}
