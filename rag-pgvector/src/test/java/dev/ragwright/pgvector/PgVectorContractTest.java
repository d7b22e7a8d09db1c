package dev.ragwright.pgvector;

import dev.ragwright.document.Passage;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.PassageIndexContract;
import dev.ragwright.testkit.RetrieverContract;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;

/** What every retriever and every index promises, over PostgreSQL. */
class PgVectorContractTest {
  abstract static class OverPostgres extends RetrieverContract {
    private final IdentityHashMap<Retriever, PgVectorIndex> open = new IdentityHashMap<>();
    private final Function<PgVectorIndex, Retriever> way;

    OverPostgres(Function<PgVectorIndex, Retriever> way) {
      this.way = way;
    }

    @Override
    protected Retriever retriever(List<Passage> passages) {
      PgVectorIndex index = LocalPostgres.get().index().embedder(FakeEmbedder.of(64)).open();
      index.addAll(passages);
      Retriever retriever = way.apply(index);
      open.put(retriever, index);
      return retriever;
    }

    @Override
    protected void close(Retriever retriever) {
      open.get(retriever).close(); // twice, if a test says so
    }
  }

  @Nested
  class Words extends OverPostgres {
    Words() {
      super(PgVectorIndex::bm25);
    }
  }

  @Nested
  class Vectors extends OverPostgres {
    Vectors() {
      super(PgVectorIndex::knn);
    }
  }

  @Nested
  class Both extends OverPostgres {
    Both() {
      super(PgVectorIndex::hybrid);
    }
  }

  @Nested
  class Contents extends PassageIndexContract {
    @Override
    protected PassageIndex index(Embedder embedder) {
      return LocalPostgres.get().index().embedder(embedder).open();
    }

    @Override
    protected PassageIndex index() {
      return LocalPostgres.get().index().open();
    }
  }
}
