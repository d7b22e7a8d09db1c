package dev.ragwright.testkit;

import dev.ragwright.document.Passage;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.retrieve.Retriever;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * {@link RetrieverContract} over the retrievers of an index, the index being what is closed.
 *
 * @param <I> the index
 */
public abstract class IndexRetrieverContract<I extends PassageIndex> extends RetrieverContract {
  private final IdentityHashMap<Retriever, I> owners = new IdentityHashMap<>();
  private final Function<? super I, ? extends Retriever> kind;

  /**
   * For subclasses.
   *
   * @param kind which of the index's retrievers, such as {@code PassageIndex::bm25}
   */
  protected IndexRetrieverContract(Function<? super I, ? extends Retriever> kind) {
    this.kind = kind;
  }

  /** Returns an empty index, with vectors of {@link FakeEmbedder}s if the retriever needs some. */
  protected abstract I index();

  @Override
  protected Retriever retriever(List<Passage> passages) {
    I index = index();
    index.addAll(passages);
    Retriever retriever = kind.apply(index);
    owners.put(retriever, index);
    return retriever;
  }

  @Override
  protected void close(Retriever retriever) {
    Objects.requireNonNull(owners.get(retriever)).close(); // twice, if a test says so
  }
}
