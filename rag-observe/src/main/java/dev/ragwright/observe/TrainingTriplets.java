package dev.ragwright.observe;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes judged questions to a file of JSON Lines that an embedder or a reranker can be fine-tuned
 * with, each with passages that look right and are not. {@link TrainingPairs} is for generators.
 */
@SuppressWarnings("exports") // of rag-eval, which is optional here
public final class TrainingTriplets {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int DEPTH = 100;

  private TrainingTriplets() {}

  /**
   * What was written, and what was not.
   *
   * @param lines one for each question and relevant document
   * @param withoutPassage relevant documents left out, since they have no passage, or several of
   *     which the retriever finds none, so that it is not known which is meant
   * @param withoutNegatives relevant documents left out, since the retriever does not find wrong
   *     passages enough
   */
  public record Written(int lines, int withoutPassage, int withoutNegatives) {}

  /**
   * Writes the form of sentence-transformers, replacing a file that is there: {@code {"anchor":
   * "...", "positive": "...", "negative": "..."}}, and with several negatives {@code "negative_1"},
   * {@code "negative_2"} and so on in its place. Its trainers read columns by their order, so no
   * line has anything else. Texts are those that are searched, with their headings; a prefix that
   * the model wants is the trainer's to set.
   *
   * <p>Of a relevant document's passages the positive is that which the retriever finds first, or
   * its only one. The negatives are the first that the retriever finds of other documents. What
   * nobody judged counts as not relevant, so some of them may be right; judge the first few, or
   * filter them by a reranker. Give only the questions to train with: those that the result is
   * measured on have to be others.
   *
   * @param passages all that are searched
   * @param retriever finds wrong answers: the hardest are those of the retriever that is to learn
   * @param negatives how many each line has, from 1
   * @throws IllegalArgumentException if {@code negatives < 1}
   * @throws UncheckedIOException if the file cannot be written
   */
  public static Written write(
      Path file,
      EvalSet judged,
      Collection<Passage> passages,
      Retriever retriever,
      int negatives,
      CallContext context) {
    if (negatives < 1) {
      throw new IllegalArgumentException("negatives must be >= 1, was " + negatives);
    }
    Map<String, List<Passage>> byDocument = new HashMap<>();
    for (Passage passage : passages) {
      byDocument.computeIfAbsent(passage.documentId(), id -> new ArrayList<>()).add(passage);
    }
    int lines = 0;
    int withoutPassage = 0;
    int withoutNegatives = 0;
    Path part = file.resolveSibling(file.getFileName() + ".part"); // what fails leaves the file
    try (BufferedWriter writer = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
      for (Question question : judged.questions().values()) {
        Set<String> relevant = judged.qrels().judgments(question.id()).relevant();
        if (relevant.isEmpty()) {
          continue;
        }
        int own = relevant.stream().mapToInt(id -> of(id, byDocument).size()).sum();
        RetrievalRequest request =
            RetrievalRequest.of(question.text(), Math.max(DEPTH, own + negatives));
        List<Hit> hits = retriever.retrieve(request, context).hits();
        List<String> wrong = wrong(hits, relevant, byDocument, negatives);
        for (String id : relevant) {
          Passage positive = positive(hits, of(id, byDocument));
          if (positive == null) {
            withoutPassage++;
          } else if (wrong.size() < negatives) {
            withoutNegatives++;
          } else {
            writer.write(line(question.text(), positive.searchText(), wrong).toString());
            writer.write('\n');
            lines++;
          }
        }
      }
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
    try {
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
    return new Written(lines, withoutPassage, withoutNegatives);
  }

  private static UncheckedIOException cannotWrite(Path file, IOException e) {
    return new UncheckedIOException("cannot write training triplets to " + file, e);
  }

  private static List<Passage> of(String document, Map<String, List<Passage>> byDocument) {
    return byDocument.getOrDefault(document, List.of());
  }

  private static @Nullable Passage positive(List<Hit> hits, List<Passage> passages) {
    if (passages.size() == 1) {
      return passages.getFirst();
    }
    return hits.stream().map(Hit::passage).filter(passages::contains).findFirst().orElse(null);
  }

  /** The first texts of other documents that no relevant one has too. */
  private static List<String> wrong(
      List<Hit> hits, Set<String> relevant, Map<String, List<Passage>> byDocument, int most) {
    Set<String> right = new HashSet<>();
    relevant.forEach(id -> of(id, byDocument).forEach(passage -> right.add(passage.searchText())));
    Set<String> wrong = new LinkedHashSet<>();
    for (Hit hit : hits) {
      Passage passage = hit.passage();
      if (wrong.size() < most
          && !relevant.contains(passage.documentId())
          && !right.contains(passage.searchText())) {
        wrong.add(passage.searchText());
      }
    }
    return List.copyOf(wrong);
  }

  private static ObjectNode line(String anchor, String positive, List<String> wrong) {
    ObjectNode line = JSON.createObjectNode().put("anchor", anchor).put("positive", positive);
    for (int i = 0; i < wrong.size(); i++) {
      line.put(wrong.size() == 1 ? "negative" : "negative_" + (i + 1), wrong.get(i));
    }
    return line;
  }
}
