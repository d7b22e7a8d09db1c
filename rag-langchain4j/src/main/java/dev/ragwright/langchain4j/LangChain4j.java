package dev.ragwright.langchain4j;

import dev.langchain4j.model.scoring.ScoringModel;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Reranker;
import java.util.Objects;

/** Adapters to and from LangChain4j. */
public final class LangChain4j {
  private LangChain4j() {}

  /**
   * A reranker that asks a scoring model: Cohere's, Jina's, Voyage's and others, as their own
   * builders made them. Reads {@link dev.ragwright.document.Passage#searchText}. One call for all
   * hits; the model's own settings say in what batches. A passage without words is not sent, and
   * stands last with a score of minus infinity. The model stays its maker's to close.
   *
   * <p>Usage: {@link Usage#REQUESTS}, and {@link Usage#INPUT_TOKENS} where the model tells. A call
   * of the model cannot be ended: when its time is up it goes on unheard to its own timeout.
   *
   * <p>Throws {@link ScoringModelException} when the model fails, or returns something else than a
   * number for each passage.
   *
   * @param name the model's, for descriptions and price tables; it is {@link
   *     StageDescription#MODEL} since a scoring model does not tell its own
   * @throws IllegalArgumentException if the name is blank
   */
  public static Reranker reranker(ScoringModel model, String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a model needs a name, had \"" + name + "\"");
    }
    return new ScoringModelReranker(Objects.requireNonNull(model, "model"), name);
  }

  /**
   * A scoring model that asks a reranker. The scores are those of its hits, in the order of the
   * segments; the segments' metadata is not looked at. Throws {@link ScoringModelException} when
   * the reranker leaves a segment out, as a threshold or a diversity reranker may: it has no score
   * then.
   */
  public static ScoringModel scoringModel(Reranker reranker) {
    return new RerankerScoringModel(Objects.requireNonNull(reranker, "reranker"));
  }
}
