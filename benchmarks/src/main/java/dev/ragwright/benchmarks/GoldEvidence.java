package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Evidence;
import dev.ragwright.source.files.JsonLine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a context must hold for a question to be answered from it, as far as a data set says so.
 *
 * <p>With {@code supporting_facts} (HotpotQA: document and number of the sentence) it is these
 * sentences, and what is kept is the share of their visible characters that is in the context, a
 * mean over the sentences. The sets do not say where their sentences end; they are cut as {@link
 * Chunkers#sentences} cuts, and a fact whose number is beyond the last sentence is left out. With
 * {@code answers} alone (Natural Questions) it is an answer's words, upper and lower case aside,
 * within a relevant document: 1 when one place of them is in the context as a whole, else 0.
 */
final class GoldEvidence {

  /** A stretch of a document. */
  private record Place(String documentId, int start, int end) {}

  private final List<Place> places = new ArrayList<>();
  private final boolean all;

  private GoldEvidence(boolean all) {
    this.all = all;
  }

  /** The questions of a folder in BEIR's layout as they are in its file. */
  static List<JsonNode> questions(Path folder) {
    Path plain = folder.resolve("queries.jsonl");
    Path file = Files.exists(plain) ? plain : folder.resolve("queries.jsonl.gz");
    List<JsonNode> questions = new ArrayList<>();
    JsonLine.forEach(file, line -> questions.add(line.object()));
    return questions;
  }

  /** The gold evidence of a question; without places when none can be found in the documents. */
  static GoldEvidence of(JsonNode question, Set<String> relevant, Map<String, Document> documents) {
    GoldEvidence gold = new GoldEvidence(question.has("supporting_facts"));
    if (gold.all) {
      for (JsonNode fact : question.get("supporting_facts")) {
        gold.addSentence(document(fact.get(0).asText(), documents), fact.get(1).asInt());
      }
    } else {
      for (String id : relevant) {
        question
            .path("answers")
            .forEach(answer -> gold.addAnswer(document(id, documents), answer.asText()));
      }
    }
    return gold;
  }

  private static Document document(String id, Map<String, Document> documents) {
    return Objects.requireNonNull(documents.get(id), () -> "there is no document " + id);
  }

  private void addSentence(Document document, int number) {
    int body = body(document);
    List<Passage> sentences =
        Chunkers.sentences(1, 0).chunk(Document.of("body", document.text().substring(body)));
    if (number < sentences.size()) {
      Passage sentence = sentences.get(number);
      places.add(new Place(document.id(), body + sentence.start(), body + sentence.end()));
    }
  }

  private void addAnswer(Document document, String answer) {
    String text = document.text().toLowerCase(Locale.ROOT);
    String sought = answer.toLowerCase(Locale.ROOT);
    int at = text.indexOf(sought, body(document));
    while (at >= 0 && !sought.isBlank()) {
      places.add(new Place(document.id(), at, at + sought.length()));
      at = text.indexOf(sought, at + 1);
    }
  }

  /** Where the text behind the title begins. */
  private static int body(Document document) {
    return document.metadata().get("title") instanceof String title && !title.isBlank()
        ? title.length() + 2
        : 0;
  }

  boolean isEmpty() {
    return places.isEmpty();
  }

  /** How much of it is in some evidence, in [0, 1]. */
  double kept(List<Evidence> evidence, Map<String, Document> documents) {
    double sum = 0;
    for (Place place : places) {
      double share = share(place, evidence, document(place.documentId(), documents).text());
      if (!all && share == 1) {
        return 1;
      }
      sum += share;
    }
    return all ? sum / places.size() : 0;
  }

  private static double share(Place place, List<Evidence> evidence, String text) {
    int visible = 0;
    int kept = 0;
    for (int i = place.start(); i < place.end(); i++) {
      if (!Character.isWhitespace(text.charAt(i))) {
        visible++;
        kept += isIn(place.documentId(), i, evidence) ? 1 : 0;
      }
    }
    return visible == 0 ? 0 : (double) kept / visible;
  }

  private static boolean isIn(String documentId, int place, List<Evidence> evidence) {
    return evidence.stream()
        .map(Evidence::passage)
        .anyMatch(
            read ->
                read.documentId().equals(documentId)
                    && read.start() <= place
                    && place < read.end());
  }
}
