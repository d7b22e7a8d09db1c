package dev.ragwright.source;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.source.files.JsonLine;
import dev.ragwright.source.files.QrelsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A collection in the layout of BEIR: {@code corpus.jsonl}, {@code queries.jsonl} (each may end in
 * {@code .gz}) and judgments in {@code qrels/SPLIT.tsv}. As a source it gives the corpus, read as
 * {@link JsonLines} reads. The layout is that of Thakur et al., "BEIR: A Heterogeneous Benchmark
 * for Zero-shot Evaluation of Information Retrieval Models" (NeurIPS 2021).
 */
public final class BeirFolder implements DocumentSource {
  private final Path root;

  private BeirFolder(Path root) {
    this.root = root;
  }

  /**
   * The collection in a folder.
   *
   * @throws DocumentReadException if the folder, its corpus or its queries are not there
   */
  public static BeirFolder of(Path root) {
    if (!Files.isDirectory(root)) {
      throw new DocumentReadException(
          Files.exists(root) ? root + " is not a folder" : "there is no folder " + root);
    }
    BeirFolder folder = new BeirFolder(root);
    folder.file("corpus.jsonl");
    folder.file("queries.jsonl");
    return folder;
  }

  /** Whether a folder has a corpus in this layout. */
  public static boolean isBeir(Path root) {
    return Files.isRegularFile(root.resolve("corpus.jsonl"))
        || Files.isRegularFile(root.resolve("corpus.jsonl.gz"));
  }

  /** The corpus. */
  @Override
  public Stream<Document> documents(Consumer<ReadProblem> problems) {
    return JsonLines.of(file("corpus.jsonl")).documents(problems);
  }

  /**
   * The text of each query by its id, in the order of the file; unmodifiable.
   *
   * @throws DocumentReadException at a broken line or an id that stands twice, naming file and line
   */
  public Map<String, String> queries() {
    Map<String, String> queries = new LinkedHashMap<>();
    JsonLine.forEach(
        file("queries.jsonl"),
        line -> {
          String id = line.id();
          if (queries.put(id, line.text("text")) != null) {
            throw line.error("query \"" + id + "\" stands twice");
          }
        });
    return Collections.unmodifiableMap(queries);
  }

  /** The names of the judgments that are there, such as {@code test} and {@code train}, sorted. */
  public List<String> splits() {
    Path qrels = root.resolve("qrels");
    if (!Files.isDirectory(qrels)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(qrels)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".tsv"))
          .map(name -> name.substring(0, name.length() - ".tsv".length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DocumentReadException("cannot list " + qrels + ": " + e.getMessage(), e);
    }
  }

  /**
   * The judgments of a split: for each query's id the grades by document id, in the order of the
   * file. A grade of 0 is "judged, not relevant". Unmodifiable. The file may have BEIR's form, that
   * without its header, or TREC's; {@code Qrels.read} of {@code rag-eval} takes the same and says
   * how they are told apart.
   *
   * @throws DocumentReadException if there is no such split, naming those that are; at a broken
   *     line or a pair that stands twice, naming file, line and column
   */
  public Map<String, Map<String, Integer>> qrels(String split) {
    Path file = root.resolve("qrels").resolve(split + ".tsv");
    if (!Files.isRegularFile(file)) {
      throw new DocumentReadException(
          "there is no " + file + "; there are judgments for " + splits());
    }
    Map<String, Map<String, Integer>> qrels = QrelsFile.read(file);
    qrels.replaceAll((id, grades) -> Collections.unmodifiableMap(grades));
    return Collections.unmodifiableMap(qrels);
  }

  private Path file(String name) {
    for (String candidate : List.of(name, name + ".gz")) {
      if (Files.isRegularFile(root.resolve(candidate))) {
        return root.resolve(candidate);
      }
    }
    throw new DocumentReadException(
        "the folder " + root + " has no " + name + " or " + name + ".gz");
  }
}
