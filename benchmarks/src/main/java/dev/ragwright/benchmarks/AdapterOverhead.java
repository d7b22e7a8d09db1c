package dev.ragwright.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.spring.ai.SpringAi;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.rag.Query;
import org.springframework.ai.rag.postretrieval.document.DocumentPostProcessor;
import org.springframework.ai.rag.retrieval.search.DocumentRetriever;

/**
 * What an adapter to or from Spring AI adds to a call: microseconds with it less those without,
 * over stages that do nothing but return what they have. A search returns eight passages.
 */
final class AdapterOverhead {
  private static final int CALLS = 20_000;
  private static final int ROUNDS = 9;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private AdapterOverhead() {}

  public static void main(String[] args) {
    List<Hit> hits = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String text = "The passage number " + i + " of a manual. ".repeat(20);
      Passage passage =
          new Passage(
              "manual.md#" + i,
              "manual.md",
              100 * i,
              100 * i + text.length(),
              text,
              List.of("Manual", "Chapter " + i),
              Metadata.of("kind", "manual").with("year", 2026));
      hits.add(new Hit(passage, 1.0 / (1 + i), "fixed"));
    }
    Retrieval found = Retrieval.of(hits, Usage.none());
    List<Document> documents =
        hits.stream()
            .map(hit -> SpringAi.document(hit.passage()).mutate().score(hit.score()).build())
            .toList();

    Retriever retriever = (request, context) -> found;
    DocumentRetriever theirs = query -> documents;
    DocumentRetriever toTheirs = SpringAi.documentRetriever(retriever, 8);
    Retriever toOurs = SpringAi.retriever(theirs, "theirs");
    Retriever store = SpringAi.storeRetriever(request -> documents, "store");
    Reranker reranker = (query, given, topK, context) -> found;
    DocumentPostProcessor processor = SpringAi.postProcessor(reranker, 8);
    Embedder embedder = new FixedEmbedder();
    EmbeddingModel model = SpringAi.embeddingModel(embedder);
    Embedder back = SpringAi.embedder(model, "back");
    Query query = new Query("question");
    CallContext context = CallContext.unbounded();

    print(
        "Retriever as DocumentRetriever",
        () -> toTheirs.retrieve(query),
        () -> retriever.retrieve("question", 8));
    print(
        "DocumentRetriever as Retriever",
        () -> toOurs.retrieve("question", 8),
        () -> theirs.retrieve(query));
    print(
        "VectorStore as Retriever",
        () -> store.retrieve("question", 8),
        () -> theirs.retrieve(query));
    print(
        "Reranker as DocumentPostProcessor",
        () -> processor.process(query, documents),
        () -> reranker.rerank("question", hits, 8));
    print(
        "Embedder as EmbeddingModel", () -> model.embed("text"), () -> embedder.embedQuery("text"));
    print(
        "EmbeddingModel as Embedder",
        () -> back.embed(List.of("text"), Embedder.Side.DOCUMENT, context),
        () -> model.embedForResponse(List.of("text")));
  }

  private static final class FixedEmbedder implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      float[] vector = new float[384];
      vector[0] = 1;
      return new Embeddings(List.of(vector), Usage.none());
    }

    @Override
    public int dimension() {
      return 384;
    }
  }

  private static void print(String name, Supplier<?> with, Supplier<?> without) {
    double[] added = new double[ROUNDS];
    for (int round = -3; round < ROUNDS; round++) {
      double difference = micros(with) - micros(without);
      if (round >= 0) {
        added[round] = difference;
      }
    }
    Arrays.sort(added);
    System.out.printf(
        Locale.ROOT,
        "%-34s + %5.2f us a call (%.2f to %.2f)%n",
        name,
        added[ROUNDS / 2],
        added[0],
        added[ROUNDS - 1]);
  }

  private static double micros(Supplier<?> call) {
    long start = SYSTEM.getProcessCpuTime();
    for (int i = 0; i < CALLS; i++) {
      if (call.get() == null) { // looked at, so that nothing is left out
        throw new IllegalStateException("nothing");
      }
    }
    return (SYSTEM.getProcessCpuTime() - start) / 1e3 / CALLS;
  }
}
