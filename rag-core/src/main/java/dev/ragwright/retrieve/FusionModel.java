package dev.ragwright.retrieve;

import dev.ragwright.call.StageDescription;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * What was learnt of how to fuse the rankings of some retrievers: a weight for each of some {@link
 * FusionFeatures}, and what it was learnt for. {@code FusionLearning} of rag-eval learns one,
 * {@code FusionModelFile} keeps it as JSON, and {@link RankFusion#learnt} uses it.
 *
 * @param retrievers what made the rankings, in their order, as {@link StageDescription} writes them
 *     {@linkplain StageDescription#withoutContent without content}
 * @param depth how deep the rankings were
 * @param learntOn the questions that it was learnt from, such as {@code scifact/train}
 * @param questions how many these were
 * @param features the names of what it reads
 * @param weights one for each feature, finite
 */
public record FusionModel(
    List<String> retrievers,
    int depth,
    String learntOn,
    int questions,
    List<String> features,
    List<Double> weights) {

  /** Copies the lists, and refuses what does not fit each other. */
  public FusionModel {
    retrievers = List.copyOf(retrievers);
    features = List.copyOf(features);
    weights = List.copyOf(weights);
    if (retrievers.isEmpty() || depth < 1 || features.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a fusion's model needs a retriever, a depth >= 1 and a feature; had %d, %d and %d",
              retrievers.size(),
              depth,
              features.size()));
    }
    if (weights.size() != features.size()
        || !weights.stream().allMatch(Double::isFinite)
        || new HashSet<>(features).size() != features.size()) {
      throw new IllegalArgumentException(
          "a fusion's model has a finite weight for each feature, and no feature twice; had %s and %s"
              .formatted(features, weights));
    }
  }

  /**
   * What retrievers are for a model: their settings. What their indexes contain is not in it, so
   * that a model stays in use while documents come and go.
   *
   * @throws IllegalArgumentException if one does not say what it is
   */
  public static List<String> settings(List<StageDescription> retrievers) {
    for (StageDescription retriever : retrievers) {
      if (retriever.opaque()) {
        throw new IllegalArgumentException(
            "the retriever %s does not say what it is, so a fusion cannot be learnt for it; give it a name with named(\"...\"), or override its description()"
                .formatted(retriever));
      }
    }
    return retrievers.stream().map(retriever -> retriever.withoutContent().toString()).toList();
  }
}
