package dev.ragwright.generators.extractive;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses the sentences nearest to the question by the dot product of their vectors; all but the
 * nearest only where they reach the minimum too. Embeds every sentence of the context, which is
 * most of what a question then costs.
 */
record EmbeddingChoice(Embedder embedder, double minimum) implements SentenceChoice {

  @Override
  public Chosen choose(String question, List<Sentence> sentences, int most, CallContext context) {
    Embeddings asked = embedder.embed(List.of(question), Embedder.Side.QUERY, context);
    Embeddings said =
        embedder.embed(
            sentences.stream().map(Sentence::text).toList(), Embedder.Side.DOCUMENT, context);
    float[] wanted = asked.vectors().getFirst();
    double[] similarity =
        said.vectors().stream().mapToDouble(v -> Embeddings.dot(wanted, v)).toArray();
    List<Integer> nearest =
        IntStream.range(0, similarity.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -similarity[i]))
            .limit(most)
            .toList();
    List<Sentence> chosen =
        nearest.stream()
            .filter(i -> i.equals(nearest.getFirst()) || similarity[i] >= minimum)
            .map(sentences::get)
            .toList();
    return new Chosen(chosen, similarity[nearest.getFirst()], asked.usage().plus(said.usage()));
  }

  @Override
  public String measure() {
    return "similarity";
  }

  @Override
  public List<StageDescription> parts() {
    return List.of(embedder.description());
  }
}
