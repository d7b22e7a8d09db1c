package dev.ragwright.tools;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** How far what two models give is apart, for people. What is compared is closed. */
final class EncoderFidelity {
  private static final CallContext UNBOUNDED = CallContext.unbounded();

  private EncoderFidelity() {}

  /** Of the vectors of texts. */
  static String ofEmbedders(OnnxEmbedder reference, OnnxEmbedder variant, List<String> texts) {
    checkNotEmpty(texts);
    try (reference;
        variant) {
      List<float[]> expected = reference.embed(texts, Side.DOCUMENT, UNBOUNDED).vectors();
      List<float[]> given = variant.embed(texts, Side.DOCUMENT, UNBOUNDED).vectors();
      double sum = 0;
      double least = 1;
      int equal = 0;
      for (int text = 0; text < texts.size(); text++) {
        double cosine = Embeddings.dot(expected.get(text), given.get(text));
        sum += cosine;
        least = Math.min(least, cosine);
        equal += Arrays.equals(expected.get(text), given.get(text)) ? 1 : 0;
      }
      return String.format(
          Locale.ROOT,
          "mean cosine %.5f, least %.5f; %d of %d vectors are the same to the last bit",
          sum / texts.size(),
          least,
          equal,
          texts.size());
    }
  }

  /** Of the scores of passages for a question. */
  static String ofCrossEncoders(
      OnnxCrossEncoder reference, OnnxCrossEncoder variant, String question, List<String> texts) {
    checkNotEmpty(texts);
    try (reference;
        variant) {
      List<Hit> hits = new ArrayList<>();
      for (String text : texts) {
        hits.add(new Hit(Passage.of(String.format(Locale.ROOT, "%06d", hits.size()), text), 0, ""));
      }
      List<Hit> expected = reference.rerank(question, hits, hits.size()).hits();
      List<Hit> given = variant.rerank(question, hits, hits.size()).hits();
      Map<String, Double> scores = new HashMap<>();
      given.forEach(hit -> scores.put(hit.passage().id(), hit.score()));
      double sum = 0;
      double largest = 0;
      int equal = 0;
      int places = 0;
      for (int place = 0; place < expected.size(); place++) {
        Hit hit = expected.get(place);
        String id = hit.passage().id();
        double apart = Math.abs(hit.score() - Objects.requireNonNull(scores.get(id), id));
        sum += apart;
        largest = Math.max(largest, apart);
        equal += apart == 0 ? 1 : 0;
        places += given.get(place).passage().id().equals(id) ? 1 : 0;
      }
      return String.format(
          Locale.ROOT,
          "scores are %.5f apart in the mean, %.5f at most; %d of %d are the same to the last bit,"
              + " and %d in the same place",
          sum / hits.size(),
          largest,
          equal,
          hits.size(),
          places);
    }
  }

  private static void checkNotEmpty(List<String> texts) {
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("--text has no line to read");
    }
  }
}
