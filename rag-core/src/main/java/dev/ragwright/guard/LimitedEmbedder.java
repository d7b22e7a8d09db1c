package dev.ragwright.guard;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Embeds within a {@link SpendingLimit}. */
record LimitedEmbedder(SpendingLimit limit, Embedder embedder) implements Embedder {

  @Override
  public Embeddings embed(List<String> texts, Side side, CallContext context) {
    return limited(texts.stream(), () -> embedder.embed(texts, side, context));
  }

  @Override
  public Embeddings embedPassages(List<Passage> passages, CallContext context) {
    return limited(
        passages.stream().map(Passage::searchText),
        () -> embedder.embedPassages(passages, context));
  }

  private Embeddings limited(Stream<String> texts, Supplier<Embeddings> call) {
    List<Long> tokens = texts.map(ByteBound::framed).toList();
    Sent sent = embedder.mostSent();
    long once = tokens.stream().mapToLong(Long::longValue).sum();
    Usage most =
        Usage.of(Usage.EMBEDDED_TOKENS, ByteBound.all(sent, once))
            .with(Usage.REQUESTS, Math.multiplyExact(sent.times(), tokens.size()));
    return limit
        .reserve(most, description())
        .during(description(), call, made -> limit.prices().of(made.usage(), description()));
  }

  @Override
  public int dimension() {
    return embedder.dimension();
  }

  @Override
  public Sent mostSent() {
    return embedder.mostSent();
  }

  @Override
  public StageDescription description() {
    return embedder.description();
  }

  @Override
  public StageDescription passageDescription() {
    return embedder.passageDescription();
  }
}
