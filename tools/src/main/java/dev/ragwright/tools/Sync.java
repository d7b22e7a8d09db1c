package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.document.Chunkers;
import dev.ragwright.index.SyncReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Brings an index up to date with a folder.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Sync -Dargs="--data docs --index INDEX"}
 */
@Command(
    name = "Sync",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Brings an index up to date with a folder of documents of any kind: what is new or has changed is"
          + " read, cut and indexed, what is gone is removed. Prints one line of JSON with the counts,"
          + " the readers that have another version than before, and what could not be read.",
      ""
    })
public final class Sync implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A folder of documents, or one with a corpus.jsonl[.gz].")
  private Path data = Path.of("");

  @Mixin private RetrievalOptions retrieval = new RetrievalOptions();

  @Mixin private DocumentOptions reading = new DocumentOptions();

  private Sync() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Sync(), args);
  }

  @Override
  public Integer call() {
    if (retrieval.index == null) {
      throw new IllegalArgumentException("--index is needed: the folder to keep the index in");
    }
    if (retrieval.filter != null) {
      throw new IllegalArgumentException("--filter is of a search; leave it out");
    }
    Stopwatch took = new Stopwatch();
    try (RetrievalOptions.Opened opened =
        retrieval.open(reading.source(data), embedder -> Chunkers.markdown(300))) {
      took.stop();
      System.out.println(toJson(opened.report()).put("seconds", Stopwatch.rounded(took.seconds())));
    }
    return 0;
  }

  private static ObjectNode toJson(SyncReport report) {
    ObjectNode json = Cli.JSON.createObjectNode();
    json.put("documents", report.documents()).put("unchanged", report.unchanged());
    json.put("added", report.added()).put("changed", report.updated());
    json.put("deleted", report.removed()).put("passages", report.passages());
    json.put("embedded", report.embedded());
    var readers = json.putArray("readerChanges");
    report
        .readerChanges()
        .forEach(
            change -> readers.addObject().put("before", change.before()).put("now", change.now()));
    var problems = json.putArray("problems");
    report
        .problems()
        .forEach(
            problem ->
                problems
                    .addObject()
                    .put("file", problem.documentId())
                    .put("reason", DocumentOptions.said(problem.reason()))
                    .put("extent", problem.extent().toString()));
    return json;
  }
}
