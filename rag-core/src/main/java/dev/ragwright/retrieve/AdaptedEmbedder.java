package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import java.util.List;
import java.util.Locale;

/** Maps what an embedder gives. */
record AdaptedEmbedder(Embedder embedder, EmbeddingAdapter adapter) implements Embedder {

  AdaptedEmbedder {
    String here = EmbeddingAdapter.settings(embedder);
    if (!here.equals(adapter.embedder()) || embedder.dimension() != adapter.embedderDimension()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the adapter was learnt for %s, of %d numbers a vector, and here is %s, of %d; learn one for it",
              adapter.embedder(),
              adapter.embedderDimension(),
              here,
              embedder.dimension()));
    }
  }

  @Override
  public Embeddings embed(List<String> texts, Side side, CallContext context) {
    Embeddings made = embedder.embed(texts, side, context);
    return side == Side.QUERY || mapsPassages() ? mapped(made, texts.size()) : made;
  }

  @Override
  public Embeddings embedPassages(List<Passage> passages, CallContext context) {
    Embeddings made = embedder.embedPassages(passages, context);
    return mapsPassages() ? mapped(made, passages.size()) : made;
  }

  private boolean mapsPassages() {
    return adapter.sides() == EmbeddingAdapter.Sides.BOTH;
  }

  private Embeddings mapped(Embeddings made, int count) {
    return new Embeddings(
        made.checked(count, embedder).stream().map(adapter::map).toList(), made.usage());
  }

  @Override
  public boolean readsSurroundings() {
    return embedder.readsSurroundings();
  }

  @Override
  public int dimension() {
    return adapter.dimension();
  }

  @Override
  public Sent mostSent() {
    return embedder.mostSent();
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("embedder", "adapted")
        .with("sides", adapter.sides().name().toLowerCase(Locale.ROOT))
        .with(StageDescription.MODEL_SHA256, adapter.digest())
        .withParts(List.of(embedder.description()));
  }

  @Override
  public StageDescription passageDescription() {
    return mapsPassages() ? description() : embedder.passageDescription();
  }
}
