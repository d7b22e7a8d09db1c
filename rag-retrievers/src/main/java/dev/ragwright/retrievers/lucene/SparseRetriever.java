package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrievers.embedding.SparseEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.FeatureField;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;

/**
 * Passages by the dot product of what the tokens of a vocabulary weigh for them and for the
 * question. The index keeps a passage's weights as Lucene's {@link FeatureField} does, by the first
 * 8 bits behind the leading one.
 */
final class SparseRetriever extends IndexRetriever {
  private final SparseEncoder encoder;
  private final StageDescription description;

  SparseRetriever(IndexStore store, SparseEncoder encoder, StageDescription description) {
    super(store);
    this.encoder = encoder;
    this.description = description;
  }

  @Override
  Ranked rank(
      IndexSearcher searcher, RetrievalRequest request, Embeddings question, CallContext context)
      throws IOException {
    Ranked ranked = new Ranked("sparse", question.usage());
    String text = request.query().text();
    if (text.isBlank()) {
      return ranked;
    }
    SparseEncoder.Weights read = encoder.encode(List.of(text), request.query().side(), context);
    ranked.count(read.usage());
    List<Query> clauses = new ArrayList<>(); // greatest weight first
    read.weights().getFirst().forEach((token, weight) -> clauses.add(clause(token, weight)));
    addMatching(clauses, ranked, searcher, request, context);
    return ranked;
  }

  private static Query clause(String token, float weight) {
    return new BoostQuery(FeatureField.newLinearQuery(PassageFields.SPARSE, token, 1), weight);
  }

  @Override
  public StageDescription description() {
    return description
        .with(StageDescription.INDEX, store.identity())
        .withParts(List.of(encoder.description()));
  }
}
