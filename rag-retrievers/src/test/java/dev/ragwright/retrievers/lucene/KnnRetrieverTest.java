package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.testkit.seeds.Seeds;
import dev.ragwright.trace.StageRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is found by vectors is what comparing all of them finds, in whatever way it is found. */
class KnnRetrieverTest {
  @TempDir Path folder;

  /** Embeds a text by the number that it begins with; words follow. */
  private record Given(float[][] vectors) implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      return new Embeddings(
          texts.stream()
              .map(text -> vectors[Integer.parseInt(text.split(" ", -1)[0])].clone())
              .toList(),
          Usage.none());
    }

    @Override
    public int dimension() {
      return vectors[0].length;
    }

    @Override
    public dev.ragwright.call.StageDescription description() {
      return dev.ragwright.call.StageDescription.of("embedder", "given");
    }
  }

  /** Dense ones, ones with few numbers, near copies, and copies. */
  private static float[][] vectors(RandomGenerator random, int count, int dimension) {
    float[][] vectors = new float[count][];
    for (int i = 0; i < count; i++) {
      float[] near = i > 0 ? vectors[random.nextInt(i)] : null;
      double[] numbers = new double[dimension];
      for (int j = 0; j < dimension; j++) {
        numbers[j] =
            switch (i % 4) {
              case 0 -> random.nextGaussian();
              case 1 -> random.nextInt(8) == 0 ? random.nextGaussian() : 0;
              case 2 -> near[j] + 1e-3 * random.nextGaussian();
              default -> near[j];
            };
      }
      numbers[random.nextInt(dimension)] += i % 4 == 3 ? 0 : 1e-6;
      vectors[i] = unit(numbers);
    }
    return vectors;
  }

  private static float[] unit(double[] numbers) {
    double square = 0;
    for (double number : numbers) {
      square += number * number;
    }
    float[] vector = new float[numbers.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (numbers[i] / Math.sqrt(square));
    }
    return vector;
  }

  private static Passage passage(int i) {
    String text = i + " word" + i % 7 + " word" + i % 31;
    return new Passage(
        "p" + i, "d" + i, 0, text.length(), text, List.of(), Metadata.empty().with("third", i % 3));
  }

  private static List<Hit> all(
      float[][] vectors, int query, int k, Filter filter, Set<String> not) {
    List<Hit> hits = new ArrayList<>();
    for (int i = 0; i < vectors.length; i++) {
      Passage passage = passage(i);
      if (filter.test(passage) && !not.contains(passage.documentId())) {
        double score = Math.clamp(Embeddings.dot(vectors[query], vectors[i]), -1, 1);
        hits.add(new Hit(passage, score, "knn"));
      }
    }
    return hits.stream().sorted(Hit.BEST_FIRST).limit(k).toList();
  }

  @Test
  void scanningBytesFindsWhatComparingAllFinds() {
    RandomGenerator random = Seeds.random();
    float[][] vectors = vectors(random, 1_200, 24);
    try (LuceneIndex index =
        LuceneIndex.builder().embedder(new Given(vectors)).commitEvery(150).open()) {
      for (int from = 0; from < vectors.length; from += 100) {
        index.addAll(
            IntStream.range(from, from + 100).mapToObj(KnnRetrieverTest::passage).toList());
      }
      Set<String> deleted = new HashSet<>();
      for (int i = 0; i < 60; i++) {
        deleted.add("d" + random.nextInt(vectors.length));
      }
      deleted.forEach(index::delete);
      for (Filter filter :
          List.of(
              Filter.all(),
              Filter.between("third", 1, 1),
              Filter.documents(List.of("d3", "d77", "d500", "d1001")))) {
        for (int query = 0; query < 60; query++) {
          int k = 1 + random.nextInt(40);
          RetrievalRequest request = RetrievalRequest.of(query + " x", k).withFilter(filter);
          assertThat(index.knn().retrieve(request, CallContext.unbounded()).hits())
              .as("query %d, k %d, %s", query, k, filter)
              .isEqualTo(all(vectors, query, k, filter, deleted));
        }
      }
    }
  }

  /** What a filter accepts is remembered; what is deleted since, or added, is not. */
  @Test
  void aFilterSeesEachChange() {
    float[][] vectors = vectors(Seeds.random(), 300, 8);
    try (LuceneIndex index = LuceneIndex.inMemory(new Given(vectors))) {
      Filter filter =
          Filter.between("third", 1, 2).and(Filter.documents(List.of("d4", "d5", "d9")).not());
      Set<String> gone = new HashSet<>();
      for (int i = 0; i < vectors.length; i++) {
        gone.add("d" + i);
      }
      for (int round = 0; round < 30; round++) {
        List<Passage> more =
            IntStream.range(10 * round, 10 * round + 10)
                .mapToObj(KnnRetrieverTest::passage)
                .toList();
        index.addAll(more);
        more.forEach(passage -> gone.remove(passage.documentId()));
        index.delete("d" + 7 * round);
        gone.add("d" + 7 * round);
        RetrievalRequest request = RetrievalRequest.of("3 word3", 300).withFilter(filter);
        List<Hit> expected = all(vectors, 3, 300, filter, gone);
        assertThat(index.knn().retrieve(request, CallContext.unbounded()).hits())
            .isEqualTo(expected);
        assertThat(index.bm25().retrieve(request, CallContext.unbounded()).hits())
            .allMatch(
                hit -> expected.stream().anyMatch(one -> one.passage().equals(hit.passage())));
      }
    }
  }

  @Test
  void theBoundsHold() {
    RandomGenerator random = Seeds.random();
    for (int dimension : new int[] {1, 3, 64, 1_024}) {
      float[][] vectors = vectors(random, 60, dimension);
      vectors[0] = new float[dimension];
      vectors[0][0] = 1;
      vectors[1] = new float[dimension]; // of zeros, which an embedder may give an empty text
      for (float[] one : vectors) {
        ByteVectors code = ByteVectors.of(one);
        for (float[] other : vectors) {
          ByteVectors query = ByteVectors.of(other);
          double exact = Embeddings.dot(one, other);
          assertThat(Math.abs(code.dot(query, 0) - exact))
              .isLessThanOrEqualTo(code.doubt(query, 0));
        }
      }
    }
  }

  /** The ranking, the scores and the records are those of the same two retrievers, fused. */
  @Test
  void aHybridSearchIsTheFusionOfBoth() {
    RandomGenerator random = Seeds.random();
    float[][] vectors = vectors(random, 400, 16);
    try (LuceneIndex index =
        LuceneIndex.builder().embedder(new Given(vectors)).fusion(7, 30).commitEvery(90).open()) {
      index.addAll(IntStream.range(0, vectors.length).mapToObj(KnnRetrieverTest::passage).toList());
      Retriever fused =
          Retrievers.fuse(RankFusion.reciprocalRank(7), 30, index.bm25(), index.knn());
      assertThat(index.hybrid().description()).isEqualTo(fused.description());
      for (int query = 0; query < 40; query++) {
        RetrievalRequest request =
            RetrievalRequest.of(query + " word" + query % 7, 1 + random.nextInt(50))
                .withFilter(query % 2 == 0 ? Filter.all() : Filter.between("third", "a", "b"));
        Retrieval expected = fused.retrieve(request, CallContext.unbounded());
        Retrieval found = index.hybrid().retrieve(request, CallContext.unbounded());
        assertThat(found.hits()).isEqualTo(expected.hits());
        assertThat(found.usage()).isEqualTo(expected.usage());
        assertThat(found.parts())
            .map(KnnRetrieverTest::timeless)
            .isEqualTo(expected.parts().stream().map(KnnRetrieverTest::timeless).toList());
      }
    }
  }

  private static String timeless(StageRecord record) {
    return record.stage()
        + record.description()
        + record.usage()
        + record.details()
        + record.parts().stream().map(KnnRetrieverTest::timeless).toList();
  }

  static List<VectorSearch> ways() {
    return List.of(
        VectorSearch.bySize(),
        VectorSearch.exact(),
        VectorSearch.graph(),
        VectorSearch.graph(8),
        VectorSearch.graph(7),
        VectorSearch.graph(4).withEffort(150),
        VectorSearch.graph(1));
  }

  /** Whatever the way, what is found has the score of full vectors; and it may change. */
  @ParameterizedTest
  @MethodSource("ways")
  void eachWayFindsTheNearest(VectorSearch way) {
    RandomGenerator random = Seeds.random();
    float[][] vectors = vectors(random, 3_000, 64);
    for (VectorSearch then : List.of(way, VectorSearch.bySize())) {
      try (LuceneIndex index =
          LuceneIndex.builder()
              .directory(folder)
              .embedder(new Given(vectors))
              .vectors(then)
              .open()) {
        if (index.size().passages() == 0) {
          index.addAll(
              IntStream.range(0, vectors.length).mapToObj(KnnRetrieverTest::passage).toList());
        }
        int found = 0;
        for (int query = 0; query < 50; query++) {
          List<Hit> hits = index.knn().retrieve(query + " x", 10).hits();
          List<Hit> expected = all(vectors, query, 10, Filter.all(), Set.of());
          found += (int) hits.stream().filter(expected::contains).count();
          assertThat(hits).isSortedAccordingTo(Hit.BEST_FIRST);
        }
        assertThat(found)
            .as("of 500 neighbours, %s", then)
            .isGreaterThanOrEqualTo(way.equals(VectorSearch.exact()) ? 500 : 440);
      }
    }
  }

  /** Added little by little, most passages are in one segment with a graph, and are found by it. */
  @Test
  void aGraphGrowsWithTheIndex() throws Exception {
    RandomGenerator random = Seeds.random();
    int size = 32_000;
    double[][] centres = new double[size / 50][];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = random.doubles(12, -1, 1).toArray();
    }
    float[][] vectors = new float[size][];
    for (int i = 0; i < size; i++) {
      double[] numbers = centres[random.nextInt(centres.length)].clone();
      for (int j = 0; j < numbers.length; j++) {
        numbers[j] += 0.2 * random.nextGaussian();
      }
      vectors[i] = unit(numbers);
    }
    try (LuceneIndex index = LuceneIndex.open(folder, new Given(vectors))) {
      for (int from = 0; from < size; from += 2_000) {
        index.addAll(
            IntStream.range(from, from + 2_000)
                .mapToObj(i -> Passage.of("p" + i, i + " x"))
                .toList());
      }
      long compared = 0;
      int found = 0;
      for (int query = 0; query < 50; query++) {
        Retrieval best = index.knn().retrieve(query + " x", 10);
        compared += best.usage().count(Usage.VECTORS_COMPARED).getAsLong();
        Set<String> expected = new HashSet<>();
        all(vectors, query, 10, Filter.all(), Set.of())
            .forEach(hit -> expected.add(hit.passage().id()));
        found +=
            (int) best.hits().stream().filter(hit -> expected.contains(hit.passage().id())).count();
      }
      assertThat(found).as("of 500 neighbours").isGreaterThan(475);
      assertThat(compared / 50).as("vectors compared a search").isLessThan(12_000);
    }
    try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(folder))) {
      int largest = 0;
      for (LeafReaderContext leaf : reader.leaves()) {
        largest = Math.max(largest, leaf.reader().numDocs());
      }
      assertThat(largest).isGreaterThan(22_000);
      assertThat(reader.leaves().size()).isLessThan(8);
    }
  }
}
