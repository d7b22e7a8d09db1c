package dev.ragwright.eval.answer;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.Subject;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How alike an answer is to the most alike reference answer, from 0 to 1: the dot product of their
 * vectors, at least 0. Other words for the same thing are alike, but so is another year or name: on
 * short facts it agrees with people less than {@link WordRecall} does, which needs no model ({@code
 * docs/metrics.md}). For answers whose wording is free. Immutable, and as safe to share as its
 * embedder.
 */
public final class AnswerSimilarity implements Evaluator<List<String>, String> {
  private final Embedder embedder;

  private AnswerSimilarity(Embedder embedder) {
    this.embedder = embedder;
  }

  /** Compares by the vectors of this embedder, of all texts as {@link Embedder.Side#DOCUMENT}. */
  public static AnswerSimilarity by(Embedder embedder) {
    return new AnswerSimilarity(Objects.requireNonNull(embedder, "embedder"));
  }

  @Override
  public String name() {
    return "answer-similarity";
  }

  @Override
  public Subject<List<String>, String> looksAt() {
    return Subject.ANSWER;
  }

  /** Scores an answer: not applicable without a reference answer, failed if the embedder fails. */
  @Override
  public Score evaluate(String caseId, List<String> expected, String actual, CallContext context) {
    if (expected.isEmpty()) {
      return new Score.NotApplicable(caseId, "no reference answers");
    }
    return Judged.score(
        caseId,
        context,
        () -> {
          List<String> texts = new ArrayList<>(expected);
          texts.add(actual);
          List<float[]> vectors = embedder.embed(texts, Embedder.Side.DOCUMENT, context).vectors();
          double best = 0;
          for (float[] reference : vectors.subList(0, expected.size())) {
            best = Math.max(best, Embeddings.dot(reference, vectors.getLast()));
          }
          return new Score.Scored(caseId, Math.min(1, best));
        });
  }

  @Override
  public String toString() {
    return name();
  }
}
