package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testmodels.Repository;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The defaults on public test sets. The floors are those of bm25s (k1 1.5, b 0.75, Snowball
 * English, stop words), which reaches .686 on SciFact and .5185 on Cranfield, less what another
 * stemmer and another stop word list may cost.
 */
final class LuceneQualityTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static BufferedReader open(Path set, String name) throws IOException {
    Path packed = set.resolve(name + ".gz");
    InputStream bytes =
        Files.exists(packed)
            ? new GZIPInputStream(Files.newInputStream(packed))
            : Files.newInputStream(set.resolve(name));
    return new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8));
  }

  private static List<JsonNode> read(Path set, String name) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    try (BufferedReader lines = open(set, name)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        nodes.add(JSON.readTree(line));
      }
    }
    return nodes;
  }

  private static Map<String, Map<String, Integer>> judgements(Path set) throws IOException {
    Map<String, Map<String, Integer>> judgements = new HashMap<>();
    for (String line : Files.readAllLines(set.resolve("qrels/test.tsv"))) {
      String[] fields = line.split("\t", -1);
      if (!fields[2].equals("score")) {
        judgements
            .computeIfAbsent(fields[0], query -> new HashMap<>())
            .put(fields[1], Integer.parseInt(fields[2]));
      }
    }
    return judgements;
  }

  @ParameterizedTest
  @CsvSource({
    "scifact, en, 0.68",
    "cranfield, en, 0.51",
    "nq-gold, en, 0.868",
    "cisi, en, 0.38", // questions of 51 words, of which many stand there more than once
    // The floors of XQuAD are those of its README: an English analysis, or pairs of characters.
    "xquad/ar, ar, 0.8868",
    "xquad/de, de, 0.9335",
    "xquad/el, el, 0.9154",
    "xquad/en, en, 0.9675",
    "xquad/es, es, 0.9571",
    "xquad/hi, hi, 0.7710",
    "xquad/ro, ro, 0.9244",
    "xquad/ru, ru, 0.8709",
    "xquad/th, th, 0.8866",
    "xquad/tr, tr, 0.8670",
    "xquad/vi, vi, 0.9591",
    "xquad/zh, zh, 0.9666",
  })
  void ranksAsWellAsOthersDo(String name, String language, double floor) throws IOException {
    Path set = Repository.sharedOrSkip("data/" + name);

    List<Document> documents = new ArrayList<>();
    for (JsonNode node : read(set, "corpus.jsonl")) {
      String title = node.path("title").asText("");
      String text = node.path("text").asText();
      documents.add(
          Document.of(node.get("_id").asText(), title.isEmpty() ? text : title + "\n\n" + text));
    }
    Map<String, Map<String, Integer>> judgements = judgements(set);
    double sum = 0;
    int queries = 0;
    try (LuceneIndex index = LuceneIndex.builder().language(language).open()) {
      index.sync(DocumentSource.of(documents), Chunkers.whole());
      for (JsonNode query : read(set, "queries.jsonl")) {
        Map<String, Integer> relevant = judgements.get(query.get("_id").asText());
        if (relevant != null) {
          sum += ndcgAt10(index.bm25(), query.get("text").asText(), relevant);
          queries++;
        }
      }
    }
    System.out.printf(
        Locale.ROOT, "%s: nDCG@10 %.4f over %d questions%n", name, sum / queries, queries);
    assertThat(sum / queries).isGreaterThanOrEqualTo(floor);
  }

  private static double ndcgAt10(Retriever retriever, String query, Map<String, Integer> relevant) {
    double gain = 0;
    int rank = 0;
    for (Hit hit : retriever.retrieve(query, 10).hits()) {
      gain += relevant.getOrDefault(hit.passage().documentId(), 0) / log2(++rank + 1);
    }
    List<Integer> ideal = relevant.values().stream().sorted((a, b) -> b - a).limit(10).toList();
    double best = 0;
    for (int i = 0; i < ideal.size(); i++) {
      best += ideal.get(i) / log2(i + 2);
    }
    return gain / best;
  }

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }
}
