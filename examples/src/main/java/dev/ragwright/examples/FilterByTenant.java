package dev.ragwright.examples;

import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.lucene.ScopedIndex;
import java.util.List;

/**
 * Keeps tenants apart in one index: whatever is asked, a tenant's pipeline finds its own documents
 * and the public ones, and the index refuses to be searched for nobody in particular.
 *
 * <p>{@code mvn -q -Pexample -Dexample=FilterByTenant}
 */
public final class FilterByTenant {
  private FilterByTenant() {}

  /** Takes no arguments. */
  public static void main(String... args) {
    List<Document> documents =
        List.of(
            document("acme/vpn", "acme", "The VPN of Acme is vpn.acme.example."),
            document("globex/vpn", "globex", "The VPN of Globex is vpn.globex.example."),
            document("help/vpn", "public", "Connect to the VPN before you open a file share."));
    try (LuceneIndex index = LuceneIndex.builder().scopeRequired("tenant").open()) {
      documents.forEach(document -> index.addAll(Chunkers.whole().chunk(document)));

      // A pipeline costs nothing to make: one for each tenant, or one for each request.
      for (String tenant : List.of("acme", "globex", "initech")) {
        ScopedIndex own = index.scopedTo(Filter.in("tenant", tenant, "public"));
        RagPipeline rag =
            RagPipeline.builder()
                .retriever(own.bm25())
                .generator(ExtractiveGenerator.create())
                .build();
        Answer answer = rag.ask("Which VPN do I connect to?");
        System.out.println(tenant + " reads " + read(answer));
      }
      try {
        index.bm25(); // whose?
      } catch (IllegalStateException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private static Document document(String id, String tenant, String text) {
    return new Document(id, text, Metadata.of("tenant", tenant));
  }

  /** The filter goes to the search engine, so what it excludes never leaves the index. */
  private static List<String> read(Answer answer) {
    return answer.context().evidence().stream().map(e -> e.passage().documentId()).toList();
  }
}
