package dev.ragwright.retrievers.lucene;

import dev.ragwright.index.PassageIndex;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.testkit.PassageIndexContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** What every index promises, in memory and on disk. */
class LuceneIndexContractTest {
  @Nested
  class InMemory extends PassageIndexContract {
    @Override
    protected PassageIndex index(Embedder embedder) {
      return LuceneIndex.inMemory(embedder);
    }

    @Override
    protected PassageIndex index() {
      return LuceneIndex.inMemory();
    }
  }

  @Nested
  class OnDisk extends PassageIndexContract {
    @TempDir private Path folder;
    private int count;

    @Override
    protected PassageIndex index(Embedder embedder) {
      return LuceneIndex.open(folder.resolve("index" + count++), embedder);
    }

    @Override
    protected PassageIndex index() {
      return LuceneIndex.open(folder.resolve("index" + count++));
    }
  }
}
