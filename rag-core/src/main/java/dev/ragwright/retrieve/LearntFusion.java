package dev.ragwright.retrieve;

import dev.ragwright.call.StageDescription;
import dev.ragwright.text.Sha;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** A weighted sum of features. */
final class LearntFusion implements RankFusion {
  private final FusionModel model;
  private final int[] places; // of each feature of the model among all
  private final boolean readsQuestion;
  private final StageDescription description;
  private final String source; // another model's scores are of another scale

  LearntFusion(FusionModel model) {
    this.model = model;
    List<String> names = FusionFeatures.names(model.retrievers().size());
    this.places = model.features().stream().mapToInt(names::indexOf).toArray();
    List<String> unknown = model.features().stream().filter(name -> !names.contains(name)).toList();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "the model learnt on %s reads %s, which is unknown here: it is of a newer version, or not of %s retrievers; there are %s"
              .formatted(model.learntOn(), unknown, model.retrievers().size(), names));
    }
    this.readsQuestion = FusionFeatures.readQuestion(model.features());
    String digest = Sha.hex(model.toString().getBytes(StandardCharsets.UTF_8));
    this.description =
        StageDescription.of("fusion", "learnt")
            .with("learntOn", model.learntOn())
            .with("modelNumbers", digest);
    this.source = description.name() + "@" + digest.substring(0, 8);
  }

  @Override
  public void check(int depth, List<StageDescription> retrievers) {
    List<String> here = FusionModel.settings(retrievers);
    if (!here.equals(model.retrievers()) || depth != model.depth()) {
      throw new IllegalArgumentException(
          "the fusion was learnt for %s to a depth of %s, and here are %s to a depth of %s; learn one for these"
              .formatted(model.retrievers(), model.depth(), here, depth));
    }
  }

  @Override
  public List<Hit> fuse(List<List<Hit>> rankings, int topK) {
    if (readsQuestion) {
      throw new IllegalStateException(
          "the fusion learnt on %s reads the question, and here is none: it fuses the rankings of retrievers, by Retrievers.fuse"
              .formatted(model.learntOn()));
    }
    return ranked(FusionFeatures.of(rankings), topK);
  }

  @Override
  public List<Hit> fuse(Query query, List<List<Hit>> rankings, int topK) {
    return readsQuestion ? ranked(FusionFeatures.of(query, rankings), topK) : fuse(rankings, topK);
  }

  private List<Hit> ranked(FusionFeatures found, int topK) {
    if (found.rankings() != model.retrievers().size()) {
      throw new IllegalArgumentException(
          "the fusion was learnt for %s, which is not %s rankings"
              .formatted(model.retrievers(), found.rankings()));
    }
    return IntStream.range(0, found.passages().size())
        .mapToObj(i -> new Hit(found.passages().get(i), score(found.values(i)), source))
        .sorted(Hit.BEST_FIRST)
        .limit(topK)
        .toList();
  }

  private double score(List<Double> values) {
    double sum = 0;
    for (int f = 0; f < places.length; f++) {
      sum += model.weights().get(f) * values.get(places[f]);
    }
    return sum;
  }

  @Override
  public StageDescription description() {
    return description;
  }
}
