package dev.ragwright.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.document.Chunkers;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testmodels.Repository;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A judged set, in this process and in PostgreSQL. */
class CranfieldTest {
  private static final Embedder EMBEDDER = FakeEmbedder.of(256);

  @Test
  void ranksAsAnIndexInThisProcessDoes() {
    Path folder = Repository.sharedOrSkip("data/cranfield");
    EvalSet set = EvalSet.beir(folder);
    try (LuceneIndex here = LuceneIndex.inMemory(EMBEDDER);
        PgVectorIndex there = LocalPostgres.get().index("cranfield").embedder(EMBEDDER).open()) {
      here.sync(BeirFolder.of(folder), Chunkers.whole());
      there.sync(BeirFolder.of(folder), Chunkers.whole());
      assertThat(there.size()).isEqualTo(here.size());
      for (Question question : set.questions().values()) {
        PgVectorIndexTest.assertSame(
            here.bm25().retrieve(question.text(), 10).hits(),
            there.bm25().retrieve(question.text(), 10).hits());
      }
      assertThat(ndcg(set, there.bm25())).isCloseTo(ndcg(set, here.bm25()), within(.001));
      assertThat(ndcg(set, there.knn())).isCloseTo(ndcg(set, here.knn()), within(.005));
      assertThat(ndcg(set, there.hybrid())).isCloseTo(ndcg(set, here.hybrid()), within(.005));
    }
  }

  private static double ndcg(EvalSet set, Retriever retriever) {
    return RetrievalEvaluation.of(set, retriever, Ndcg.at(10)).mean("ndcg@10").orElseThrow();
  }
}
