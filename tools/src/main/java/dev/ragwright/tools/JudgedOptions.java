package dev.ragwright.tools;

import dev.ragwright.eval.EvalSet;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which reports choose judged questions, and how they are searched for. */
final class JudgedOptions {

  @Option(
      names = "--data",
      required = true,
      paramLabel = "BEIR_DIR",
      description = "The folder with corpus.jsonl[.gz], queries.jsonl[.gz] and qrels/*.tsv.")
  Path data = Path.of("");

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "The questions judged in qrels/NAME.tsv; test or the only one unless given.")
  private @Nullable String split;

  @Option(
      names = "--retriever",
      paramLabel = "bm25|dense|hybrid",
      description = "How to search; bm25 unless given.")
  RetrievalOptions.Kind retriever = RetrievalOptions.Kind.bm25;

  @Option(
      names = "--model",
      paramLabel = RetrievalOptions.MODELS,
      description = "The embedding model of dense and hybrid; bge unless given.")
  String model = "bge";

  /** The judged questions. */
  EvalSet questions() {
    return EvalSet.beir(data, split == null ? EvalSet.defaultSplit(data) : split);
  }

  /** What is searched. */
  BeirFolder folder() {
    return BeirFolder.of(data);
  }
}
