package dev.ragwright.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpServer;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.index.SyncReport;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.Explanation;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.stored.PassageJson;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.seeds.Seeds;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenSearchIndexTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Embedder EMBEDDER = FakeEmbedder.of(64);
  private static final String[] WORDS =
      ("river rivers falling fell Rhine U.S. C# parseHeader RFC-2119 the of running runs keys key rotate rotation"
              + " a_file.txt signing signature 2024-02-29 ÜBER straße 東京 don't well-known x.y.z Zürich naïve")
          .split(" ", -1);

  private static String name() {
    return "test-" + COUNT.incrementAndGet();
  }

  private static OpenSearchIndex open() {
    return open(LocalCluster.Engine.OPENSEARCH);
  }

  private static OpenSearchIndex open(LocalCluster.Engine engine) {
    return EngineCluster.index(engine, name()).embedder(EMBEDDER).open();
  }

  private static List<Passage> passages(RandomGenerator random, int count) {
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      int length = 3 + random.nextInt(60);
      for (int j = 0; j < length; j++) {
        text.append(j == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
      }
      Metadata metadata =
          random.nextInt(3) == 0
              ? Metadata.of("title", WORDS[random.nextInt(WORDS.length)])
                  .with("year", 2000L + i % 25)
              : Metadata.empty();
      passages.add(
          new Passage(
              "doc" + i / 3 + "#" + i,
              "doc" + i / 3,
              1_000 * i,
              1_000 * i + text.length(),
              text.toString(),
              i % 2 == 0 ? List.of("Manual", WORDS[i % WORDS.length]) : List.of(),
              metadata));
    }
    return passages;
  }

  /** Ties may be cut at another place. */
  private static void assertSame(List<Hit> here, List<Hit> there, double precision) {
    assertThat(there).hasSameSizeAs(here);
    for (int i = 0; i < here.size(); i++) {
      assertThat(there.get(i).score())
          .isCloseTo(here.get(i).score(), within(precision * Math.abs(here.get(i).score())));
    }
    if (!here.isEmpty()) {
      double last = here.getLast().score() * (1 + 1e-6);
      assertThat(there.stream().filter(hit -> hit.score() > last).map(Hit::passage).toList())
          .containsExactlyInAnyOrderElementsOf(
              here.stream().filter(hit -> hit.score() > last).map(Hit::passage).toList());
    }
  }

  @ParameterizedTest
  @EnumSource(LocalCluster.Engine.class)
  void findsWhatAnIndexInThisProcessFindsWithTheSameScores(LocalCluster.Engine engine) {
    RandomGenerator random = Seeds.random();
    List<Passage> passages = passages(random, 400);
    try (LuceneIndex here = LuceneIndex.inMemory(EMBEDDER);
        OpenSearchIndex there = open(engine)) {
      here.addAll(passages);
      there.addAll(passages);
      assertThat(there.size().passages()).isEqualTo(400);
      Filter filter = Filter.atLeast("year", 2010).or(Filter.exists("year").not());
      for (int i = 0; i < 30; i++) {
        String question =
            WORDS[random.nextInt(WORDS.length)]
                + " "
                + WORDS[random.nextInt(WORDS.length)]
                + " "
                + WORDS[random.nextInt(WORDS.length)];
        RetrievalRequest request = RetrievalRequest.of(question, 10);
        RetrievalRequest filtered = request.withFilter(filter);
        for (RetrievalRequest one : List.of(request, filtered)) {
          assertSame(hits(here.bm25(), one), hits(there.bm25(), one), 1e-6);
          assertThat(hits(there.knn(), one)).isEqualTo(hits(here.knn(), one));
        }
      }
    }
  }

  private static List<Hit> hits(Retriever retriever, RetrievalRequest request) {
    return retriever.retrieve(request, CallContext.unbounded()).hits();
  }

  /** Their beginnings are the same for the engine, and it gives the others first. */
  @ParameterizedTest
  @EnumSource(LocalCluster.Engine.class)
  void findsWhatHasOneOfManyLongTextsThatBeginAlike(LocalCluster.Engine engine) {
    String alike = "a".repeat(1_000);
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < 1_200; i++) {
      Metadata metadata = Metadata.of("k", alike + (i >= 1_190 ? "c" : "b"));
      passages.add(new Passage("p" + i, "d", i, i + 5, "river", List.of(), metadata));
    }
    try (OpenSearchIndex index =
        EngineCluster.index(engine, name()).shards(1, 0).embedder(EMBEDDER).open()) {
      index.addAll(passages);
      for (Filter filter :
          List.of(
              Filter.startsWith("k", alike + "c"),
              Filter.atLeast("k", alike + "c"),
              Filter.startsWith("k", alike + "b").not())) {
        RetrievalRequest request = RetrievalRequest.of("river", 5).withFilter(filter);
        assertThat(hits(index.bm25(), request))
            .hasSize(5)
            .allMatch(hit -> filter.test(hit.passage()));
        assertThat(hits(index.knn(), request))
            .hasSize(5)
            .allMatch(hit -> filter.test(hit.passage()));
      }
    }
  }

  /** As many conditions as engines take, and more. */
  @ParameterizedTest
  @EnumSource(LocalCluster.Engine.class)
  void aLongFilterLeavesRoomForALongQuestion(LocalCluster.Engine engine) {
    try (OpenSearchIndex index = EngineCluster.index(engine, name()).shards(1, 0).open()) {
      index.addAll(
          List.of(
              new Passage("a", "a", 0, 5, "river", List.of(), Metadata.of("k", "v7")),
              new Passage("b", "b", 0, 5, "river", List.of(), Metadata.of("k", "w"))));
      StringBuilder question = new StringBuilder("river");
      Filter values = Filter.is("k", "v0");
      Filter ranges = Filter.is("k", "v7");
      for (int i = 1; i < 1_500; i++) {
        question.append(" word").append(i);
        values = values.or(Filter.is("k", "v" + i));
        ranges = i < 60 ? ranges.and(Filter.atMost("k", "v7" + i)) : ranges;
      }
      for (Filter filter : List.of(values, ranges)) {
        RetrievalRequest request = RetrievalRequest.of(question.toString(), 10).withFilter(filter);
        assertThat(hits(index.bm25(), request))
            .extracting(hit -> hit.passage().id())
            .containsExactly("a");
      }
    }
  }

  @Test
  void anIdThatIsTooLongIsRefusedByNameAndTheOthersAreIn() {
    try (OpenSearchIndex index = open()) {
      String longest = "i".repeat(8_191);
      assertThatThrownBy(
              () ->
                  index.addAll(
                      List.of(
                          Passage.of(longest, "river"),
                          Passage.of(longest + "i", "river"),
                          Passage.of("b", "river"))))
          .isInstanceOf(EngineException.class)
          .hasMessageStartingWith("1 passages were refused, and the others written")
          .hasMessageEndingWith(": its id has 8192 characters, and engines take 8191");
      assertThat(index.size().passages()).isEqualTo(2);
    }
  }

  /** Longer than what the parser takes by default. */
  @Test
  void aPassageOfAnyLengthIsReadBack() {
    Passage passage = Passage.of("a", "river ".repeat(2) + "\ufffd".repeat(3_400_000));
    assertThat(PassageDocument.read(PassageJson.of(passage))).isEqualTo(passage);
    Passage longer = Passage.of("a", "x".repeat(20_100_000));
    assertThat(PassageDocument.read(PassageJson.of(longer))).isEqualTo(longer);
  }

  /** Of one object: one writes at a time, and who waits goes with its deadline. */
  @Test
  void whoWritesWaitsForItsTurnOrItsDeadline() throws Exception {
    try (OpenSearchIndex index = open()) {
      CountDownLatch reading = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      DocumentSource source =
          problems -> {
            reading.countDown();
            assertThatCode(goOn::await).doesNotThrowAnyException();
            return Stream.of(Document.of("a", "The river as synced."));
          };
      FutureTask<SyncReport> sync = new FutureTask<>(() -> index.sync(source, Chunkers.whole()));
      Thread.ofVirtual().start(sync);
      reading.await();
      CallContext soon = CallContext.withTimeout(Duration.ofMillis(200));
      assertThatThrownBy(() -> index.addAll(List.of(Passage.of("b", "river")), soon))
          .isInstanceOf(DeadlineExceededException.class);
      FutureTask<?> deletion = new FutureTask<>(() -> index.delete("a"), null);
      Thread.ofVirtual().start(deletion);
      goOn.countDown();
      sync.get();
      deletion.get();
      assertThat(index.passages("a")).isEmpty();
      assertThat(index.size().passages()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(LocalCluster.Engine.class)
  void remembersHowItWasMade(LocalCluster.Engine engine) {
    String name = name();
    EngineCluster.index(engine, name).embedder(EMBEDDER).open().close();
    EngineCluster.index(engine, name).embedder(EMBEDDER).open().close();
    assertThatThrownBy(() -> EngineCluster.index(engine, name).embedder(FakeEmbedder.of(32)).open())
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("the index '" + name + "' was made with embedder")
        .hasMessageEndingWith("open it as it was made, rebuild it, or take another name");
    try (OpenSearchIndex reader = EngineCluster.index(engine, name).open()) {
      assertThat(reader.hasVectors()).isTrue();
      assertThatThrownBy(() -> reader.addAll(List.of(Passage.of("a", "river"))))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("was opened without an embedder, so it can only be read");
    }
    String words = name();
    EngineCluster.index(engine, words).open().close();
    assertThatThrownBy(() -> EngineCluster.index(engine, words).embedder(EMBEDDER).open())
        .hasMessageContaining("was made with embedder 'none'");
  }

  /**
   * In each case what the index in this process says, whose scores are the same but for rounding.
   */
  @ParameterizedTest
  @EnumSource(LocalCluster.Engine.class)
  void explainsAsTheIndexInThisProcessDoes(LocalCluster.Engine engine) {
    List<Passage> passages = passages(Seeds.random(), 150);
    Filter scope = Filter.exists("title");
    try (LuceneIndex here = LuceneIndex.inMemory(EMBEDDER);
        OpenSearchIndex there = open(engine)) {
      here.addAll(passages);
      there.addAll(passages);
      RetrievalRequest request =
          RetrievalRequest.of("rotating the signing keys of the Rhine", 10)
              .withFilter(Filter.atLeast("year", 2003).or(Filter.exists("year").not()));
      for (int i = 0; i < 150; i += 11) {
        String id = passages.get(i).id();
        CallContext context = CallContext.unbounded();
        assertAlike(here.explain(request, id, context), there.explain(request, id, context));
        assertAlike(
            here.scopedTo(scope).explain(request, id, context),
            there.scopedTo(scope).explain(request, id, context));
      }
      assertThat(there.explain("river", "nobody").standing())
          .isEqualTo(Explanation.Standing.NOT_INDEXED);
      assertThat(hits(there.scopedTo(scope).hybrid(), request))
          .isNotEmpty()
          .allMatch(hit -> scope.test(hit.passage()));
      assertThat(there.terms("Rotated RFC-2119 keys"))
          .isEqualTo(here.terms("Rotated RFC-2119 keys"));
    }
  }

  /** Ranks of equal scores may differ by which of them is rounded down. */
  private static void assertAlike(Explanation here, Explanation there) {
    assertThat(there.standing()).isEqualTo(here.standing());
    assertThat(there.rankings()).hasSameSizeAs(here.rankings());
    for (int i = 0; i < here.rankings().size(); i++) {
      Explanation.Ranking one = here.rankings().get(i);
      Explanation.Ranking other = there.rankings().get(i);
      assertThat(other.name()).isEqualTo(one.name());
      assertThat(other.of()).isEqualTo(one.of());
      assertThat(other.score().orElse(0)).isCloseTo(one.score().orElse(0), within(1e-3));
      assertThat(other.terms())
          .extracting(Explanation.Term::term)
          .containsExactlyInAnyOrderElementsOf(
              one.terms().stream().map(Explanation.Term::term).toList());
      double sum = other.terms().stream().mapToDouble(Explanation.Term::score).sum();
      assertThat(sum)
          .isCloseTo(other.terms().isEmpty() ? 0 : other.score().orElse(0), within(1e-4));
    }
  }

  /** More than an engine gives at once. */
  @ParameterizedTest
  @EnumSource(LocalCluster.Engine.class)
  void findsMoreThanTenThousandByWords(LocalCluster.Engine engine) {
    try (OpenSearchIndex index = EngineCluster.index(engine, name()).shards(2, 0).open()) {
      index.addAll(
          IntStream.range(0, 10_050)
              .mapToObj(i -> Passage.of("p" + i, i % 7 == 0 ? "river river" : "a river"))
              .toList());
      List<Hit> hits = index.bm25().retrieve("river", 10_040).hits();
      assertThat(hits).hasSize(10_040).isSortedAccordingTo(Hit.BEST_FIRST);
      assertThat(hits.stream().map(hit -> hit.passage().id()).distinct()).hasSize(10_040);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "_a", "a b", "a/b", "-a", "ä"})
  void refusesANameThatEnginesRefuse(String name) {
    assertThatThrownBy(() -> OpenSearchIndex.builder().name(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lower case letters");
  }

  @Test
  void refusesAKeyWithALineBreakAndShowsNone() {
    assertThatThrownBy(() -> OpenSearchIndex.builder().apiKey("abc123\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("abc123");
    for (String password : List.of("abc123", "abc^123 abc123")) {
      assertThatThrownBy(
              () -> OpenSearchIndex.builder().host("http://ada:" + password + "@node:9200"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasNoCause()
          .hasMessageNotContaining("abc");
    }
  }

  @Test
  void tellsWhatIsNoEngineAndANodeThatIsNotThere() throws Exception {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    other.start();
    String host = "http://127.0.0.1:" + other.getAddress().getPort();
    assertThatThrownBy(() -> OpenSearchIndex.builder().host(host).name("x").open())
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("is neither OpenSearch nor Elasticsearch");
    other.stop(0);
    OpenSearchIndex.Builder hasty =
        OpenSearchIndex.builder().host(host).name("x").patience(Duration.ofMillis(300));
    assertThatThrownBy(hasty::open)
        .isInstanceOfAny(EngineException.class, DeadlineExceededException.class);
  }

  /** Of the elected manager, while questions are asked: no answer is short, and none is lost. */
  @Test
  void noAnswerIsLostWhenTheManagerIsKilled() throws Exception {
    LocalCluster cluster = EngineCluster.get();
    List<Passage> passages = passages(Seeds.random(), 300);
    try (OpenSearchIndex index = open()) {
      index.addAll(passages);
      cluster.await(3);
      List<Hit> whole = index.hybrid().retrieve("signing keys of the river", 10).hits();
      AtomicBoolean over = new AtomicBoolean();
      AtomicInteger asked = new AtomicInteger();
      AtomicReference<Object> wrong = new AtomicReference<>();
      CountDownLatch warm = new CountDownLatch(1);
      Thread asking =
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (!over.get() && wrong.get() == null) {
                      try {
                        List<Hit> hits =
                            index.hybrid().retrieve("signing keys of the river", 10).hits();
                        if (!hits.equals(whole)) {
                          wrong.set(hits);
                        }
                        asked.incrementAndGet();
                      } catch (RuntimeException e) {
                        wrong.set(e);
                      }
                      warm.countDown();
                    }
                  });
      warm.await();
      int manager = cluster.manager();
      cluster.kill(manager);
      try {
        cluster.await(2);
        over.set(true);
        asking.join();
        assertThat(wrong.get()).isNull();
        assertThat(asked.get()).isPositive();
        index.addAll(List.of(Passage.of("late", "A quokka came late.")));
        assertThat(index.bm25().retrieve("quokka", 3).hits()).hasSize(1);
      } finally {
        over.set(true);
        cluster.start(manager);
        cluster.await(3);
      }
      assertThat(index.bm25().retrieve("quokka", 3).hits()).hasSize(1);
      assertThat(index.size().passages()).isEqualTo(301);
    }
  }

  @Test
  void describesItselfWithoutItsHosts() {
    try (OpenSearchIndex index = open()) {
      assertThat(index.bm25().description().toString().toLowerCase(Locale.ROOT))
          .contains("opensearch:test-", "en")
          .doesNotContain("127.0.0.1");
    }
  }
}
