package dev.ragwright.pgvector;

import dev.ragwright.index.PassageIndex;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.IndexRetrieverContract;
import dev.ragwright.testkit.PassageIndexContract;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;

/** What every retriever and every index promises, over PostgreSQL. */
class PgVectorContractTest {
  abstract static class OverPostgres extends IndexRetrieverContract<PgVectorIndex> {
    OverPostgres(Function<PgVectorIndex, Retriever> kind) {
      super(kind);
    }

    @Override
    protected PgVectorIndex index() {
      return LocalPostgres.get().index().embedder(FakeEmbedder.of(64)).open();
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
