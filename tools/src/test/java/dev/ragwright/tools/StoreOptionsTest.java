package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.langchain4j.LangChain4j;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.store.VectorStore;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of stores, what is refused of them, and an index whose vectors are elsewhere. */
class StoreOptionsTest {
  /** Where nothing listens. */
  private static final String DOWN = "127.0.0.1:1";

  private static final DocumentSource TEXTS =
      DocumentSource.of(
          List.of(
              Document.of("keys", "Rotate the signing key yearly."),
              Document.of("otters", "Otters hold hands.")));

  @TempDir Path root;

  private Program.Run run(Class<?> tool, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--model", "minilm"));
    return Program.run(tool, root, all);
  }

  private static void assertFails(Program.Run run, String text) {
    assertThat(run.err()).contains("error: " + text).doesNotContain("\tat ").doesNotContain("hush");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "chroma:http://localhost:8000,chroma:http://localhost:8000",
    "chroma:https://me:hush@there/x?token=hush,chroma:https://there/x",
    "pgvector:jdbc:postgresql://db:5432/docs?user=me&password=hush,"
        + "pgvector:jdbc:postgresql://db:5432/docs",
    "pgvector:jdbc:postgresql://me:hush@db/docs,pgvector:jdbc:postgresql://db/docs",
    "qdrant:localhost:6334,qdrant:localhost:6334",
    "qdrant:https://cloud:6334,qdrant:https://cloud:6334",
    "weaviate:http://localhost:8080,weaviate:http://localhost:8080",
    "milvus:http://localhost:19530,milvus:http://localhost:19530"
  })
  void isPrintedWithoutSecrets(String text, String shown) {
    StoreName name = StoreName.of(text);
    assertThat(name).hasToString(shown);
    String failure = "no " + name.address();
    assertThat(name.said(new IllegalStateException(failure, new IllegalStateException("hm"))))
        .isEqualTo("no " + shown.split(":", 2)[1] + ": hm");
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis:localhost:1", "", "Chroma:http://x", "http://localhost:8000"})
  void refusesAnotherKind(String text) {
    assertThatThrownBy(() -> StoreName.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "--store: there is no \"%s\"; allowed are chroma:URL, pgvector:JDBC_URL, qdrant:HOST:PORT or qdrant:https://HOST:PORT, weaviate:URL, milvus:URL",
            text.split(":", 2)[0]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "chroma:localhost:8000|URL, whose address begins with http:// or https://",
        "chroma|URL, whose address begins with http:// or https://",
        "weaviate:http://|URL, whose address begins with http:// or https://",
        "pgvector:postgresql://db|JDBC_URL, whose address begins with jdbc:postgresql:",
        "qdrant:http://localhost:6334|HOST:PORT or qdrant:https://HOST:PORT",
        "qdrant:localhost|HOST:PORT or qdrant:https://HOST:PORT"
      })
  void refusesAnotherAddress(String text, String form) {
    assertThatThrownBy(() -> StoreName.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("--store: \"" + text.split(":", 2)[0] + ":")
        .hasMessageEndingWith("\" is not of the form %s:%s", text.split(":", 2)[0], form);
  }

  @Test
  void refusesACollectionThatNotEveryKindTakes() {
    StoreOptions options = new StoreOptions();
    options.collection = "docs";
    assertThatThrownBy(options::check).hasMessage("--collection goes with --store");
    options.store = "chroma:http://" + DOWN;
    options.check();
    for (String bad : List.of("", "a", "1st", "a-b", "x; DROP TABLE y", "é".repeat(4))) {
      options.collection = bad;
      assertThatThrownBy(options::check)
          .hasMessage(
              "--collection must be a letter and 2 to 47 letters, digits and _ of ASCII, was \"%s\"",
              bad);
    }
  }

  @Test
  void refusesWhatNeedsAnIndex() throws Exception {
    String data = root.toString();
    String store = "chroma:http://" + DOWN;
    assertFails(run(Sync.class, "--data", data, "--store", store), "--index is needed");
    assertFails(
        run(Ask.class, "--data", data, "--question", "why?", "--store", store),
        "--store needs --index DIR: the folder for the words, and for what is in the store");
    assertFails(
        run(Search.class, "--query", "why?"),
        "--data DIR is needed; only --query with --store and without --index does without");
    assertFails(
        run(Search.class, "--query", "why?", "--store", store, "--retriever", "hybrid"),
        "--retriever hybrid needs the words, which are in an index: give --data and --index too");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--passage-tokens=9", "--password=x", "--mark-hidden"})
  void refusesWhatDoesNothingWhereAStoreIsSearchedAsItIs(String option) throws Exception {
    assertFails(
        run(Search.class, "--query", "why?", "--store", "chroma:http://" + DOWN, option),
        option.split("=", 2)[0]
            + " does nothing where a --store is searched as it is; leave it out");
  }

  @Test
  void refusesWhatIsAboutJudgedQueries() throws Exception {
    assertFails(
        run(Search.class, "--query", "why?", "--data", root.toString(), "--seed", "2"),
        "--seed is about the judged queries of a folder; it does not go with --query");
  }

  /** Weaviate's client is the one whose requests can be read here as they are sent. */
  @Test
  void sendsTheKeyAndDoesNotTellIt() throws Exception {
    List<String> sent = Collections.synchronizedList(new ArrayList<>());
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          sent.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          byte[] answer = "the key hush is wrong".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(401, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    try {
      StoreOptions options = new StoreOptions();
      options.store = "weaviate:http://127.0.0.1:" + server.getAddress().getPort();
      options.key = "hush";
      assertThatThrownBy(() -> search(options)).hasMessageNotContaining("hush");
      assertThat(sent).isNotEmpty().containsOnly("Bearer hush");
    } finally {
      server.stop(0);
    }
    StoreOptions chroma = new StoreOptions();
    chroma.store = "chroma:http://" + DOWN;
    chroma.key = "hush";
    assertThatThrownBy(chroma::check)
        .hasMessage(
            "RAGWRIGHT_STORE_KEY is set, and LangChain4j's client of Chroma sends no key; unset it");
  }

  private static void search(StoreOptions options) {
    options.open(2).search(new float[] {1, 0}, 1, Filter.all(), CallContext.unbounded());
  }

  @Test
  void saysWhichStoreDoesNotAnswer() throws Exception {
    Files.writeString(root.resolve("keys.md"), "Rotate the signing key yearly.");
    assertFails(
        run(Search.class, "--query", "why?", "--store", "chroma:http://" + DOWN),
        "the store 'chroma:http://127.0.0.1:1' failed at opening the collection ragwright: ");
    assertFails(
        run(
            Sync.class,
            "--data",
            root.toString(),
            "--index",
            root + "/index",
            "--store",
            "pgvector:jdbc:postgresql://" + DOWN + "/docs?user=me&password=hush"),
        "the store 'pgvector:jdbc:postgresql://127.0.0.1:1/docs' failed at opening the collection ragwright: ");
    assertThat(root.resolve("index")).doesNotExist();
  }

  @Test
  void namesTheClientThatIsNotThere() throws Exception {
    String without =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("langchain4j-chroma"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> arguments =
        List.of("--query", "why?", "--model", "minilm", "--store", "chroma:http://" + DOWN);
    assertFails(
        Program.run(without, Search.class, root, arguments),
        "--store chroma:http://127.0.0.1:1 needs dev.langchain4j:langchain4j-chroma on the class path, which lacks dev/langchain4j/store/embedding/chroma/");
  }

  /** As with a database, but for the process: its entries outlive the index, not the test. */
  @Test
  void anIndexBesideAStoreFindsTheSameAndKnowsWhatIsThere() {
    InMemoryEmbeddingStore<TextSegment> entries = new InMemoryEmbeddingStore<>();
    RetrievalOptions beside = options(root.resolve("beside"), entries);
    try (RetrievalOptions.Opened opened = beside.open(TEXTS, embedder -> Chunkers.whole())) {
      assertThat(opened.report().embedded()).isEqualTo(2);
      assertThat(beside.kind()).isEqualTo(RetrievalOptions.Kind.dense);
      RetrievalOptions alone = new RetrievalOptions();
      alone.model = "minilm";
      alone.retriever = RetrievalOptions.Kind.dense;
      try (RetrievalOptions.Opened other = alone.open(TEXTS, embedder -> Chunkers.whole())) {
        assertThat(found(opened)).isEqualTo(found(other)).hasSize(2);
      }
    }
    try (RetrievalOptions.Opened again = beside.open(TEXTS, embedder -> Chunkers.whole())) {
      assertThat(again.report().embedded()).isZero();
      assertThat(found(again)).hasSize(2);
    }
    RetrievalOptions without = new RetrievalOptions();
    without.index = beside.index;
    without.model = "minilm";
    assertThatThrownBy(() -> without.open(TEXTS, embedder -> Chunkers.whole()))
        .hasMessageContaining("memory ragwright");
  }

  private static RetrievalOptions options(Path index, EmbeddingStore<TextSegment> entries) {
    RetrievalOptions options = new RetrievalOptions();
    options.model = "minilm";
    options.index = new IndexPlace.Folder(index);
    options.store =
        new StoreOptions() {
          @Override
          VectorStore open(int dimension) {
            return LangChain4j.vectorStore(entries, "memory ragwright");
          }
        };
    options.store.store = "chroma:http://" + DOWN;
    return options;
  }

  private static List<Hit> found(RetrievalOptions.Opened opened) {
    return opened.retriever().retrieve("How often are keys changed?", 5).hits();
  }
}
