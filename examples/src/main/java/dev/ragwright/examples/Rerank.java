package dev.ragwright.examples;

import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reranks what words found by what it means, with the embedding model that is on the class path.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Rerank}
 */
public final class Rerank {
  private Rerank() {}

  /** Takes no arguments. */
  public static void main(String... args) {
    try (OnnxEmbedder embedder = OnnxEmbedder.bgeSmallEn();
        LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(
          List.of(
              Passage.of("bill", "The bill of the duck-billed platypus feels electric fields."),
              Passage.of("invoice", "You get your bill, an invoice, on the first of the month."),
              Passage.of("again", "On the first of each month you get an invoice, your bill."),
              Passage.of("law", "When the bill was passed, the minister did get up and bow."),
              Passage.of("pay", "You may pay the bill within thirty days of getting it.")));
      String question = "When do I get my bill?";

      Retriever words = index.bm25();
      show("words", words, question);

      // The first stage's order is kept in the fusion: less is lost where the model errs.
      Reranker meaning = Rerankers.embedding(embedder);
      show("meaning", words.rerankedBy(meaning, 50), question);
      Reranker both = meaning.fusedWithFirstStage(RankFusion.reciprocalRank(60));
      show("both", words.rerankedBy(both, 50), question);

      // Rerankers compose: the two best, but not two that say the same.
      Reranker varied = meaning.then(Rerankers.mmr(embedder, 0.5), 3);
      show("varied", words.rerankedBy(varied, 50), question);
    }
  }

  private static void show(String name, Retriever retriever, String question) {
    List<Hit> hits = retriever.retrieve(question, 3).hits();
    System.out.println(
        name + ": " + hits.stream().map(h -> h.passage().id()).collect(Collectors.joining(", ")));
  }
}
