package dev.ragwright.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.index.IndexSize;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.seeds.Seeds;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PgVectorIndexTest {
  private static final Embedder EMBEDDER = FakeEmbedder.of(64);
  private static final Chunker SENTENCES = Chunkers.sentences(1, 0);
  private static final String[] WORDS =
      ("river rivers falling fell Rhine U.S. C# parseHeader RFC-2119 the of running runs keys key rotate rotation"
              + " a_file.txt signing signature 2024-02-29 ÜBER straße 東京 don't well-known x.y.z Zürich naïve")
          .split(" ", -1);

  private static String word(RandomGenerator random) {
    return WORDS[random.nextInt(WORDS.length)];
  }

  private static List<Passage> passages(RandomGenerator random, int count) {
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      int length = 3 + random.nextInt(60); // lengths above 40 are rounded
      for (int j = 0; j < length; j++) {
        text.append(j == 0 ? "" : " ").append(word(random));
      }
      Metadata metadata =
          random.nextInt(3) == 0
              ? Metadata.of("title", word(random)).with("year", 2000L + i % 25)
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

  private static List<Hit> hits(Retriever retriever, RetrievalRequest request) {
    return retriever.retrieve(request, CallContext.unbounded()).hits();
  }

  /** Ties may be cut at another place, since there scores are rounded to a float. */
  static void assertSame(List<Hit> here, List<Hit> there) {
    assertThat(there).hasSameSizeAs(here);
    for (int i = 0; i < here.size(); i++) {
      assertThat(there.get(i).score())
          .isCloseTo(here.get(i).score(), within(1e-6 * Math.abs(here.get(i).score())));
    }
    if (!here.isEmpty()) {
      double last = here.getLast().score() * (1 + 1e-6);
      assertThat(there.stream().filter(hit -> hit.score() > last).map(Hit::passage).toList())
          .containsExactlyInAnyOrderElementsOf(
              here.stream().filter(hit -> hit.score() > last).map(Hit::passage).toList());
    }
  }

  @Test
  void findsWhatAnIndexInThisProcessFindsWithTheSameScores() {
    RandomGenerator random = Seeds.random();
    List<Passage> passages = passages(random, 400);
    try (LuceneIndex here = LuceneIndex.builder().embedder(EMBEDDER).bm25(1.2, 0.6, 7).open();
        PgVectorIndex there =
            LocalPostgres.get().index().embedder(EMBEDDER).bm25(1.2, 0.6, 7).open()) {
      here.addAll(passages);
      there.addAll(passages);
      assertThat(there.size()).isEqualTo(new IndexSize(134, 400));
      Filter filter = Filter.atLeast("year", 2010).or(Filter.exists("year").not());
      for (int i = 0; i < 30; i++) {
        String question = word(random) + " " + word(random) + " " + word(random);
        RetrievalRequest request = RetrievalRequest.of(question, 10);
        for (RetrievalRequest one : List.of(request, request.withFilter(filter))) {
          assertSame(hits(here.bm25(), one), hits(there.bm25(), one));
          assertThat(hits(there.knn(), one)).isEqualTo(hits(here.knn(), one));
        }
      }
    }
  }

  /** The planner compares all of a small table, and walks the graph where it must. */
  @Test
  void findsByTheGraphWhatComparingAllFinds() throws SQLException {
    RandomGenerator random = Seeds.random();
    List<Passage> passages = passages(random, 300);
    LocalPostgres server = LocalPostgres.get();
    try (LuceneIndex here = LuceneIndex.inMemory(EMBEDDER);
        PgVectorIndex graph = server.index("by_graph").embedder(EMBEDDER).open()) {
      here.addAll(passages);
      graph.addAll(passages);
      server.execute("set enable_seqscan = off; set enable_sort = off"); // for its one session
      assertThat(
              server.rows(
                  "explain select no from by_graph where vector is not null order by vector <=> (select vector from by_graph where no = 1) limit 20"))
          .anyMatch(line -> line.contains("Index Scan using by_graph_vector_idx"));
      Connections connections =
          new Connections(server::connect, 0, "by_graph", Duration.ofMinutes(1));
      try (PassageTable table =
          new PassageTable(connections, "by_graph", PassageWords.of("en"), true)) {
        float[] river =
            EMBEDDER
                .embed(List.of("river"), Embedder.Side.QUERY, CallContext.unbounded())
                .vectors()
                .getFirst();
        for (int i = 0; i < 12; i++) { // from the sixth time on it is prepared on the server
          assertThat(table.nearest(river, Filter.all(), 150, 0, CallContext.unbounded()))
              .as("time %s; without the settings it would be 40", i)
              .hasSize(150);
        }
      }
      List<Filter> filters =
          List.of(
              Filter.all(),
              Filter.atLeast("year", 2010),
              Filter.documents(List.of("doc7", "doc8")),
              Filter.exists("no such key"));
      for (Filter filter : filters) {
        for (int i = 0; i < 5; i++) {
          RetrievalRequest request =
              RetrievalRequest.of("river " + word(random), 10).withFilter(filter);
          assertThat(hits(graph.knn(), request)).isEqualTo(hits(here.knn(), request));
        }
      }
    } finally {
      server.execute("reset all");
    }
  }

  @Test
  void replacesDeletesAndGivesADocumentBack() throws SQLException {
    LocalPostgres server = LocalPostgres.get();
    try (PgVectorIndex index = server.index("replaces").open()) {
      Passage first = new Passage("a/1 ü", "a", 0, 5, "river", List.of("H"), Metadata.of("k", "v"));
      Passage second = new Passage("a/2", "a", 6, 11, "Rhine", List.of(), Metadata.empty());
      Passage blank = new Passage("b\u0000\ud83c", "b", 0, 1, ".", List.of(), Metadata.empty());
      index.addAll(List.of(second, first, blank, Passage.of("c", "A river elsewhere."), first));
      assertThat(index.passages("a")).containsExactly(first, second);
      assertThat(index.passages("b")).containsExactly(blank);
      Passage changed = new Passage("a/1 ü", "a", 0, 4, "lake", List.of(), Metadata.empty());
      index.addAll(List.of(changed));
      assertThat(index.passages("a")).containsExactly(changed, second);
      index.deletePassages(List.of("a/2", "nobody"));
      assertThat(index.passages("a")).containsExactly(changed);
      assertThat(index.size()).isEqualTo(new IndexSize(3, 3));
      index.delete("a");
      index.delete("nothing");
      assertThat(index.passages("a")).isEmpty();
      assertThat(index.bm25().retrieve("river lake", 10).hits())
          .extracting(hit -> hit.passage().id())
          .containsExactly("c");
      assertThat(index.size()).isEqualTo(new IndexSize(2, 2));
      assertCounted(server, "replaces");
      assertThat(server.rows("select passage ->> 'text' from replaces where terms > 0"))
          .containsExactly("A river elsewhere.");
    }
  }

  /** The counts, and the rows of terms, are those of the passages that are there. */
  private static void assertCounted(LocalPostgres server, String table) throws SQLException {
    String counted = "select count(*), count(*) filter (where terms > 0), sum(terms) from " + table;
    assertThat(
            server.rows(
                "select sum(passages), sum(worded), sum(terms) from %s_counts".formatted(table)))
        .isEqualTo(server.rows(counted));
    assertThat(
            server.rows(
                "select sum(times), count(distinct no) from %1$s_terms where no in (select no from %1$s) union all select count(*), 0 from %1$s_terms where no not in (select no from %1$s)"
                    .formatted(table)))
        .isEqualTo(
            server.rows(
                "select sum(terms), count(*) filter (where terms > 0) from %s union all select 0, 0"
                    .formatted(table)));
  }

  @Test
  void severalWriteTheSameAtTheSameTime() throws Exception {
    LocalPostgres server = LocalPostgres.ofSeveralSessions();
    List<Passage> passages = passages(Seeds.random(), 200);
    try (PgVectorIndex one = server.index("crowded").open();
        PgVectorIndex other = server.index("crowded").open()) {
      List<Throwable> failures = new ArrayList<>();
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        PgVectorIndex index = i % 2 == 0 ? one : other;
        List<Passage> mine = i < 2 ? passages : passages.reversed();
        writers.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        for (int from = 0; from < mine.size(); from += 40) {
                          index.addAll(mine.subList(from, from + 40));
                          index.deletePassages(
                              mine.subList(from, from + 5).stream().map(Passage::id).toList());
                          index.bm25().retrieve("river keys", 10);
                        }
                      } catch (RuntimeException e) {
                        synchronized (failures) {
                          failures.add(e);
                        }
                      }
                    }));
      }
      for (Thread writer : writers) {
        writer.join();
      }
      assertThat(failures).isEmpty();
      assertCounted(server, "crowded");
      one.addAll(passages);
      assertThat(other.size().passages()).isEqualTo(200);
      assertCounted(server, "crowded");
    }
  }

  /** Whichever comes first, no passage stays under the digest of a document that has it not. */
  @Test
  @Timeout(60)
  void anAdditionAndASyncMeet() throws Exception {
    DocumentSource source = DocumentSource.of(List.of(Document.of("a", "Rotation.")));
    Consumer<PgVectorIndex> sync = index -> index.sync(source, SENTENCES);
    Consumer<PgVectorIndex> addition = index -> index.addAll(List.of(Passage.of("a", "Signing.")));
    LocalPostgres server = LocalPostgres.ofSeveralSessions();
    for (String order : List.of("addition_first", "sync_first")) {
      boolean first = order.equals("addition_first");
      try (PgVectorIndex index = server.index(order).open()) {
        meet(server, index, order, first ? addition : sync, first ? sync : addition);
        index.sync(source, SENTENCES);
        assertThat(index.passages("a")).extracting(Passage::text).containsExactly("Rotation.");
        assertCounted(server, order);
      }
    }
  }

  /** The second begins when the first has done all but count, which both are kept from. */
  private static void meet(
      LocalPostgres server,
      PgVectorIndex index,
      String table,
      Consumer<PgVectorIndex> first,
      Consumer<PgVectorIndex> second)
      throws Exception {
    List<Future<?>> writers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try (Connection gate = server.connect();
          Statement statement = gate.createStatement()) {
        gate.setAutoCommit(false);
        statement.execute("lock table %s_counts in access exclusive mode".formatted(table));
        for (Consumer<PgVectorIndex> one : List.of(first, second)) {
          writers.add(threads.submit(() -> one.accept(index)));
          String waiting = String.valueOf(writers.size());
          while (!server
              .rows(
                  "select count(*) from pg_locks where not granted and relation in ('%1$s_counts'::regclass, '%1$s_documents'::regclass)"
                      .formatted(table))
              .equals(List.of(waiting))) {
            Thread.sleep(10);
          }
        }
        gate.rollback();
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
  }

  /**
   * What others wrote after a sync looked, and before it wrote, is not left beside its passages.
   */
  @Test
  void aSyncLeavesADocumentAsItWroteIt() {
    Document older = Document.of("a", "River. Rhine. Keys.");
    Document newer = Document.of("a", "Rotation.");
    List<Consumer<PgVectorIndex>> meanwhile =
        List.of(
            other -> other.sync(DocumentSource.of(List.of(older)), SENTENCES),
            other -> other.addAll(List.of(Passage.of("a", "Signing."))),
            other ->
                other.addAll(
                    List.of(
                        new Passage("x", "a", 3, 11, "A river.", List.of(), Metadata.empty()))));
    for (Consumer<PgVectorIndex> one : meanwhile) {
      PgVectorIndex.Builder settings = LocalPostgres.get().index();
      try (PgVectorIndex other = settings.embedder(EMBEDDER).open();
          PgVectorIndex index =
              settings.embedder(new Interrupted(() -> one.accept(other))).open()) {
        index.sync(DocumentSource.of(List.of(newer)), SENTENCES);
        assertThat(other.passages("a")).extracting(Passage::text).containsExactly("Rotation.");
        assertThat(index.sync(DocumentSource.of(List.of(newer)), SENTENCES).unchanged()).isOne();
      }
    }
  }

  /** Has something else done before it embeds for the first time. */
  private static final class Interrupted implements Embedder {
    private @Nullable Runnable before;

    private Interrupted(Runnable before) {
      this.before = before;
    }

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      Runnable run = before;
      before = null;
      if (run != null) {
        run.run();
      }
      return EMBEDDER.embed(texts, side, context);
    }

    @Override
    public int dimension() {
      return EMBEDDER.dimension();
    }

    @Override
    public StageDescription description() {
      return EMBEDDER.description();
    }
  }

  /** An addition that takes a passage of a synced document away has the next sync write it. */
  @Test
  void aSyncRepairsWhatAnAdditionTook() {
    try (PgVectorIndex index = LocalPostgres.get().index().open()) {
      DocumentSource source = DocumentSource.of(List.of(Document.of("a", "River. Rhine.")));
      index.sync(source, SENTENCES);
      List<Passage> before = index.passages("a");
      index.addAll(
          List.of(
              new Passage(
                  before.getFirst().id(), "b", 0, 5, "River", List.of(), Metadata.empty())));
      assertThat(index.passages("a")).hasSize(1);
      assertThat(index.sync(source, SENTENCES).updated()).isOne();
      assertThat(index.passages("a")).isEqualTo(before);
    }
  }

  @Test
  void remembersHowItWasMade() throws SQLException {
    LocalPostgres server = LocalPostgres.get();
    server.index("remembers").embedder(EMBEDDER).open().close();
    server.index("remembers").embedder(EMBEDDER).open().close();
    assertThatThrownBy(() -> server.index("remembers").embedder(FakeEmbedder.of(32)).open())
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("the index 'remembers' was made with embedder")
        .hasMessageEndingWith("open it as it was made, or take another name");
    assertThatThrownBy(
            () -> server.index("remembers").embedder(EMBEDDER).words(PassageWords.of("de")).open())
        .hasMessageContaining("made with words 'en");
    server.execute("create table others (x int)");
    assertThatThrownBy(() -> server.index("others").open())
        .hasMessage("the table 'others' was made by another program; take another name");
    server.execute("comment on table others is 'it''s mine'");
    assertThatThrownBy(() -> server.index("others").open()).hasMessageContaining("another program");
  }

  @Test
  void isReadWithoutItsEmbedder() {
    LocalPostgres server = LocalPostgres.get();
    try (PgVectorIndex made = server.index("read").embedder(EMBEDDER).open();
        PgVectorIndex read = server.index("read").open();
        PgVectorIndex words = server.index("words_alone").open()) {
      Passage river = Passage.of("a", "A river.");
      made.addAll(List.of(river));
      assertThat(read.hasVectors()).isTrue();
      assertThat(words.hasVectors()).isFalse();
      assertThat(read.bm25().retrieve("river", 3).hits())
          .isEqualTo(made.bm25().retrieve("river", 3).hits());
      assertThat(read.passages("a")).containsExactly(river);
      String refusal =
          "has vectors of %s and was opened without an embedder, so it can only be read; embedder(...) of its builder gives it one"
              .formatted(EMBEDDER.description());
      assertThatThrownBy(() -> read.addAll(List.of(river)))
          .isInstanceOf(DatabaseException.class)
          .hasMessage("the index 'read' " + refusal);
      assertThatThrownBy(() -> read.sync(DocumentSource.of(List.of()), SENTENCES))
          .hasMessageEndingWith(refusal);
      read.delete("a");
      assertThat(made.knn().retrieve("river", 3).hits()).isEmpty();
    }
    assertThatThrownBy(() -> server.index("words_alone").embedder(EMBEDDER).open())
        .hasMessageContaining("made with embedder 'none'");
  }

  @Test
  void countsBeyondWhatAnIntHolds() throws SQLException {
    LocalPostgres server = LocalPostgres.get();
    try (PgVectorIndex index = server.index("many").open()) {
      server.execute("insert into many_counts values (3000000000, 0, 0)");
      assertThat(index.size()).isEqualTo(new IndexSize(0, 3_000_000_000L));
    }
  }

  @Test
  void standsInASchemaUnderAnyName() throws SQLException {
    LocalPostgres server = LocalPostgres.get();
    assertThatThrownBy(() -> server.index("nowhere.manuals").open())
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("nowhere");
    server.execute("drop schema if exists \"order\" cascade; create schema \"order\"");
    try (PgVectorIndex index = server.index("order.select").open()) {
      index.addAll(List.of(Passage.of("a", "A river.")));
      assertThat(index.bm25().retrieve("river", 3).hits()).hasSize(1);
    }
    assertThat(server.rows("select count(*) from \"order\".select_terms")).containsExactly("1");
  }

  @Test
  void tellsWhatTheDatabaseLacks() {
    assertThat(LocalPostgres.get().withoutExtension())
        .startsWith(
            "vectors need the extension pgvector of 0.8 or later, and the database has none")
        .contains("CREATE EXTENSION vector");
  }

  @Test
  void tellsThatNobodyAnswersAndNoSecret() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    PgVectorIndex.Builder builder =
        PgVectorIndex.builder()
            .url("jdbc:postgresql://127.0.0.1:" + port + "/postgres", "ada", "abc123")
            .table("x");
    assertThatThrownBy(builder::open)
        .isInstanceOf(DatabaseException.class)
        .hasMessageStartingWith("opening the index failed with SQLSTATE 08001")
        .hasMessageNotContaining("abc123")
        .matches(failure -> ((DatabaseException) failure).retryable());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql:x?Password=abc123",
        "jdbc:postgresql://ada:abc123@127.0.0.1/x",
        "jdbc:postgresql://ada:abc?123@127.0.0.1/x",
        "jdbc:postgresql://127.0.0.1:abc123/x",
        "jdbc:mysql://abc123/x"
      })
  void refusesAUrlWithoutSayingIt(String url) {
    assertThatThrownBy(() -> PgVectorIndex.builder().url(url, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("such as jdbc:postgresql://127.0.0.1:5432/manuals")
        .matches(failure -> !stackTrace(failure).contains("abc"));
  }

  private static String stackTrace(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "1a", "a b", "a.b.c", "a;", "\"a\"", "ä"})
  void refusesANameThatIsNoPlainOne(String name) {
    assertThatThrownBy(() -> PgVectorIndex.builder().table(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lower case letters");
  }

  @Test
  void refusesWhatItCannotKeep() {
    PgVectorIndex.Builder builder =
        PgVectorIndex.builder().url("jdbc:postgresql:x", null, null).table("x");
    assertThatThrownBy(() -> PgVectorIndex.builder().open())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> builder.embedder(FakeEmbedder.of(2_001)).open())
        .hasMessageContaining("at most 2,000 numbers");
    Embedder nameless =
        new Embedder() {
          @Override
          public Embeddings embed(List<String> texts, Side side, CallContext context) {
            return EMBEDDER.embed(texts, side, context);
          }

          @Override
          public int dimension() {
            return EMBEDDER.dimension();
          }
        };
    assertThatThrownBy(() -> builder.embedder(nameless).open())
        .hasMessageContaining("does not say what it is");
  }

  @Test
  void aCallWhoseConnectionIsLostIsMadeAgain() {
    AtomicInteger taken = new AtomicInteger();
    DataSource frail =
        LocalPostgres.get()
            .source(
                connection -> {
                  if (taken.getAndIncrement() % 2 == 0) {
                    connection.abort(Runnable::run);
                  }
                });
    try (PgVectorIndex index = PgVectorIndex.builder().dataSource(frail).table("frail").open()) {
      index.addAll(List.of(Passage.of("a", "A river.")));
      assertThat(index.bm25().retrieve("river", 3).hits()).hasSize(1);
      assertThat(taken.get()).isEqualTo(6);
    }
  }

  @Test
  void givesConnectionsBackAsTheyWere() throws SQLException {
    LocalPostgres server = LocalPostgres.get();
    List<String> wrong = new ArrayList<>();
    DataSource pool =
        server.source(
            connection -> {
              if (!connection.getAutoCommit()) {
                wrong.add("commits no more");
              }
            });
    try (PgVectorIndex index = PgVectorIndex.builder().dataSource(pool).table("borrowed").open()) {
      index.addAll(List.of(Passage.of("a", "A river.")));
      assertThat(index.bm25().retrieve("river", 3).hits()).hasSize(1);
      assertThat(index.size().passages()).isOne();
      server.execute("select 1"); // waits for ever if one is still out
    }
    assertThat(wrong).isEmpty();
  }

  /** PGlite heeds no cancelling, so it is the connection that is cut. */
  @Test
  void keepsItsDeadlineThoughTheServerDoesNot() {
    LocalPostgres server = LocalPostgres.get();
    try (Connections connections =
        new Connections(server::connect, 2, "x", Duration.ofMinutes(1))) {
      CallContext context = CallContext.withTimeout(Duration.ofMillis(200));
      assertThatThrownBy(() -> sleep(connections, context))
          .isInstanceOf(DeadlineExceededException.class);
    }
    try (Connections connections =
        new Connections(server::connect, 2, "x", Duration.ofMillis(200))) {
      assertThatThrownBy(() -> sleep(connections, CallContext.unbounded()))
          .isInstanceOf(DatabaseException.class)
          .hasMessage(
              "sleeping did not end within PT0.2S; patience(...) of the builder allows more time")
          .matches(failure -> ((DatabaseException) failure).retryable());
    }
  }

  private static void sleep(Connections connections, CallContext context) {
    connections.read(
        "sleeping",
        context,
        session -> {
          try (PreparedStatement statement = session.prepare("select pg_sleep(1)")) {
            return statement.execute();
          }
        });
  }

  /** It takes the connection, as a machine does whose server is gone, and never says a word. */
  @Test
  @Timeout(60)
  void hasNoMorePatienceWithAServerThatSaysNothing() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      PgVectorIndex.Builder builder =
          PgVectorIndex.builder()
              .url("jdbc:postgresql://127.0.0.1:" + mute.getLocalPort() + "/x", "ada", "abc123")
              .patience(Duration.ofMillis(300))
              .table("x");
      assertThatThrownBy(builder::open)
          .isInstanceOf(DatabaseException.class)
          .hasMessageStartingWith("opening the index did not end within PT0.3S");
    }
    assertThatThrownBy(() -> PgVectorIndex.builder().patience(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void opensConnectionsOfItsOwn() {
    LocalPostgres server = LocalPostgres.get();
    try (PgVectorIndex index =
        PgVectorIndex.builder()
            .url(server.url(), "postgres", "secret-of-tests")
            .table("by_url")
            .embedder(EMBEDDER)
            .open()) {
      index.addAll(List.of(Passage.of("a", "A river.")));
      for (int i = 0; i < 12; i++) {
        assertThat(index.knn().retrieve("river", 3).hits()).hasSize(1);
      }
    }
  }

  @Test
  @Timeout(60)
  void keepsAConnectionForTheNextCall() throws Exception {
    LocalPostgres server = LocalPostgres.ofSeveralSessions();
    String open = "select pid from pg_stat_activity where application_name = 'keeps'";
    try (PgVectorIndex index =
        PgVectorIndex.builder()
            .url(server.url() + "&ApplicationName=keeps", "postgres", "secret-of-tests")
            .table("kept_open")
            .open()) {
      List<String> first = server.rows(open);
      assertThat(first).hasSize(1);
      for (int i = 0; i < 12; i++) {
        index.addAll(List.of(Passage.of("a" + i, "A river.")));
        assertThat(index.bm25().retrieve("river", 20).hits()).hasSize(i + 1);
      }
      assertThat(server.rows(open)).isEqualTo(first);
    }
    while (!server.rows(open).isEmpty()) { // it takes the server a moment
      Thread.sleep(10);
    }
  }

  @Test
  void describesItselfWithoutItsAddress() {
    try (PgVectorIndex index = LocalPostgres.get().index("described").open()) {
      assertThat(index.bm25().description().toString()).contains("postgresql:described", "en");
      assertThat(index.toString()).isEqualTo("table described of PostgreSQL");
    }
  }
}
