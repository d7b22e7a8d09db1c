package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Passages and judged questions as a folder in BEIR's layout. */
final class JudgedFolder {
  private JudgedFolder() {}

  /**
   * Writes the folder, which must not be there yet, and closes the stream. A passage's title is the
   * path of its headings.
   */
  static void write(Path folder, Stream<Passage> passages, EvalSet set) {
    try (passages) {
      Files.createDirectories(folder.resolve("qrels"));
      try (BufferedWriter corpus = Files.newBufferedWriter(folder.resolve("corpus.jsonl"))) {
        for (Passage passage : (Iterable<Passage>) passages::iterator) {
          ObjectNode line = Cli.JSON.createObjectNode();
          line.put("_id", passage.id());
          line.put("title", String.join(" \u203a ", passage.headings()));
          line.put("text", passage.text());
          corpus.write(line + "\n");
        }
      }
      try (BufferedWriter queries = Files.newBufferedWriter(folder.resolve("queries.jsonl"))) {
        for (Question question : set.questions().values()) {
          ObjectNode line = Cli.JSON.createObjectNode();
          line.put("_id", question.id()).put("text", question.text());
          question.answers().forEach(line.putArray("answers")::add);
          queries.write(line + "\n");
        }
      }
      try (BufferedWriter qrels = Files.newBufferedWriter(folder.resolve("qrels/test.tsv"))) {
        qrels.write("query-id\tcorpus-id\tscore\n");
        for (String query : set.questions().keySet()) {
          for (var grade : set.qrels().judgments(query).grades().entrySet()) {
            qrels.write(query + "\t" + grade.getKey() + "\t" + grade.getValue() + "\n");
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + folder, e);
    }
  }
}
