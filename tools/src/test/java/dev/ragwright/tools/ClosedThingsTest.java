package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.AnswerCache;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generators.extractive.OnnxExtractiveReader;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.rerank.LateInteraction;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import dev.ragwright.testmodels.Repository;
import dev.ragwright.testmodels.ScriptedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What owns files, native memory or threads is closed while it is used, twice, and used after: the
 * running uses end well, and later ones are refused in the name of what was closed, not of a part
 * of it.
 */
@Timeout(120)
class ClosedThingsTest {
  private static final Passage PASSAGE = Passage.of("p", "The Rhine is 1,230 km long.");
  private static final GenerationRequest REQUEST =
      GenerationRequest.of(
          Query.of("how long is the Rhine"),
          new Context(List.of(Evidence.of(PASSAGE, 1)), 10, List.of()));

  @TempDir Path folder;

  private static void assertCloses(AutoCloseable thing, Runnable use, String name)
      throws Exception {
    use.run();
    CountDownLatch used = new CountDownLatch(2);
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread[] users = new Thread[2];
    for (int i = 0; i < users.length; i++) {
      users[i] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (true) {
                        use.run();
                        used.countDown();
                      }
                    } catch (Throwable e) {
                      end.accumulateAndGet(e, (before, now) -> worse(before, now, name));
                    }
                  });
    }
    used.await();
    thing.close();
    thing.close();
    for (Thread user : users) {
      user.join();
    }
    assertThat(end.get()).isInstanceOf(IllegalStateException.class).hasMessage(name + " is closed");
    assertThatThrownBy(use::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(name + " is closed");
    thing.close();
  }

  /** What is not as it should be outlives what is. */
  private static Throwable worse(Throwable before, Throwable now, String name) {
    boolean right =
        now instanceof IllegalStateException && (name + " is closed").equals(now.getMessage());
    return before == null || !right ? now : before;
  }

  @Test
  void indexes() throws Exception {
    Path at = folder.resolve("index");
    LuceneIndex index = LuceneIndex.open(at);
    index.addAll(List.of(PASSAGE));
    assertCloses(index, () -> index.bm25().retrieve("Rhine", 1), "the index at " + at);
    LuceneIndex other = LuceneIndex.open(at);
    assertCloses(other, () -> other.addAll(List.of(PASSAGE)), "the index at " + at);
    LuceneIndex view = LuceneIndex.builder().directory(at).openReadOnly();
    assertCloses(view, view::refresh, "the index at " + at);
  }

  @Test
  void caches() throws Exception {
    Path at = folder.resolve("answers");
    AnswerCache cache = AnswerCache.builder().folder(at).open();
    assertCloses(
        cache,
        () -> cache.find("", Query.of("how long"), CallContext.unbounded()),
        "the cache of answers in " + at);
    Path file = folder.resolve("vectors");
    EmbeddingCache vectors = EmbeddingCache.open(file);
    assertCloses(vectors, vectors::size, "the cache of vectors " + file);
  }

  @Test
  void embeddersAndRerankers() throws Exception {
    ModelFolder model = ModelFolder.allMiniLm();
    OnnxEmbedder embedder = OnnxEmbedder.builder(model).build();
    try (LateInteraction reranker = LateInteraction.of(embedder)) {
      List<Hit> hits = List.of(new Hit(PASSAGE, 1, "words"));
      reranker.rerank(Query.of("how long"), hits, 1, CallContext.unbounded());
      assertCloses(
          embedder,
          () -> embedder.embed(List.of("a", "b"), Embedder.Side.QUERY, CallContext.unbounded()),
          "the embedder " + model.name());
      assertThatThrownBy(
              () -> reranker.rerank(Query.of("how wide"), hits, 1, CallContext.unbounded()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageEndingWith(" is closed");
    }
  }

  @Test
  void generators() throws Exception {
    Path model = Files.createDirectories(folder.resolve("model"));
    ScriptedModel.of("long ", "enough").write(model);
    OnnxGenerator generator = OnnxGenerator.load(model);
    assertCloses(
        generator,
        () -> generator.generate(REQUEST, CallContext.unbounded()),
        "the model " + model.getFileName());
  }

  @Test
  void realModels() throws Exception {
    Path reranking = Repository.sharedOrSkip("models/ragwright-minilm-reranker");
    OnnxCrossEncoder reranker = OnnxCrossEncoder.load(reranking);
    assertCloses(
        reranker,
        () ->
            reranker.rerank(
                Query.of("how long"),
                List.of(new Hit(PASSAGE, 1, "words")),
                1,
                CallContext.unbounded()),
        "the reranker ragwright-minilm-reranker");
    OnnxExtractiveReader reader =
        OnnxExtractiveReader.load(Repository.sharedOrSkip("models/ragwright-minilm-qa"));
    assertCloses(
        reader,
        () -> reader.generate(REQUEST, CallContext.unbounded()),
        "the reader ragwright-minilm-qa");
  }
}
