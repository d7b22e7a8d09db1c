package dev.ragwright.benchmarks;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** Embeds each text once, so that a benchmark of many settings does not wait for the model. */
record RememberedEmbeddings(Embedder embedder, Map<String, float[]> vectors) implements Embedder {

  static Embedder of(Embedder embedder) {
    return new RememberedEmbeddings(embedder, new ConcurrentHashMap<>());
  }

  @Override
  public Embeddings embed(List<String> texts, Side side, CallContext context) {
    List<String> missing =
        texts.stream().distinct().filter(text -> !vectors.containsKey(side + text)).toList();
    Usage usage = Usage.none();
    if (!missing.isEmpty()) {
      Embeddings embedded = embedder.embed(missing, side, context);
      usage = embedded.usage();
      for (int i = 0; i < missing.size(); i++) {
        vectors.put(side + missing.get(i), embedded.vectors().get(i));
      }
    }
    List<float[]> found = new ArrayList<>();
    for (String text : texts) {
      found.add(Objects.requireNonNull(vectors.get(side + text)));
    }
    return new Embeddings(found, usage);
  }

  @Override
  public int dimension() {
    return embedder.dimension();
  }

  @Override
  public StageDescription description() {
    return embedder.description();
  }
}
