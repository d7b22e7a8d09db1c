package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.index.IndexSize;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.index.SyncProgress;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrievers.lucene.Explanation;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.retrievers.stored.Bm25Weights;
import dev.ragwright.retrievers.stored.IndexMade;
import dev.ragwright.retrievers.stored.Keys;
import dev.ragwright.retrievers.sync.IndexSync;
import dev.ragwright.retrievers.sync.PassageEmbedding;
import dev.ragwright.retrievers.sync.StoredPassage;
import dev.ragwright.retrievers.sync.SyncTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Passages in an index of a cluster of OpenSearch or Elasticsearch, which finds them as a {@link
 * dev.ragwright.retrievers.lucene.LuceneIndex} does: by their words ({@link #bm25}), by their
 * vectors ({@link #knn}), or by both ({@link #hybrid}).
 *
 * <pre>{@code
 * try (OpenSearchIndex index =
 *     OpenSearchIndex.builder().host("http://127.0.0.1:9200").name("manuals").embedder(embedder).open()) {
 *   index.addAll(passages);
 *   Retrieval hits = index.hybrid().retrieve("rotate the signing key", 10);
 * }
 * }</pre>
 *
 * <p>Words are analysed in this process, by the analyzer that an index in this process has, and the
 * engine is given terms; so no plugin is needed for a language, and scores of BM25 are the same as
 * there, but for rounding. Vectors are found by the engine's graph and compared here, to the bit.
 * Both are fused here.
 *
 * <p>A call goes to one of the hosts, and to the next where that one does not answer, within the
 * call's deadline, or {@link Builder#patience} without one. An answer of which a shard is missing
 * is none, and asked for again. What {@link #addAll} and the deletions did is found by the next
 * search.
 *
 * <p>Descriptions name the engine's index and not what it contains, which other processes change:
 * an {@link dev.ragwright.generate.AnswerCache} over it needs a {@code maxAge}, and the memo of an
 * experiment holds as long as nobody changes the index.
 *
 * <p>The index remembers its words and its embedder and refuses others. Errors are {@link
 * EngineException}s. Safe for use by several threads, of which one writes at a time in the order in
 * which they came, and by several processes, of which one {@linkplain #sync syncs}; the embedder is
 * the caller's and stays open. Every method throws {@link IllegalStateException} after {@link
 * #close}.
 */
public final class OpenSearchIndex implements PassageIndex {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final RankFusion FUSION = RankFusion.reciprocalRank(60);
  private static final int DEPTH = 100; // of each that is fused
  private static final int LONGEST_ID = 8_191; // of four digits each, which are one term

  private final Engine engine;
  private final @Nullable Embedder embedder;
  private final PassageWords words;
  private final String made; // with what embedder
  private final EngineBm25Retriever bm25;
  private final Turns writers = new Turns();

  private OpenSearchIndex(Engine engine, Builder settings) {
    this.engine = engine;
    this.made = engine.made(IndexMade.EMBEDDER);
    this.embedder = settings.embedder;
    this.words = settings.words;
    this.bm25 = new EngineBm25Retriever(engine, settings.words, settings.bm25);
  }

  /** All settings, at their defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Adds passages; one whose id is there already replaces it. Embeds them in batches. An id of more
   * than 8,191 characters is refused.
   *
   * @return what embedding took
   * @throws EngineException if some were refused: the others were added, and its text names the
   *     first of those; or if the cluster was out of reach, or had no room for some, for as long as
   *     {@link Builder#patience} says: what was sent before is added, and its text names the first
   *     of what was not, if anything was sent
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile; what was
   *     added before stays
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  @Override
  @SuppressWarnings("try") // the turn only has to be closed
  public Usage addAll(Iterable<Passage> passages, CallContext context) {
    checkWritable();
    PassageEmbedding embedding = new PassageEmbedding(embedder, context);
    try (Turns.Turn turn = writers.take(context)) {
      boolean synced = engine.hasRecords(context);
      ending(
          context,
          bulk ->
              embedding.each(
                  StreamSupport.stream(passages.spliterator(), false)
                      .filter(passage -> fits(passage, bulk))
                      .iterator(),
                  batch -> {
                    if (synced) {
                      forget(batch.stream().map(StoredPassage::passage), bulk, context);
                    }
                    batch.forEach(bulk::put);
                  }));
    }
    return embedding.usage();
  }

  /** Refuses an id that no engine takes, before it costs an embedding. */
  private static boolean fits(Passage passage, Bulk bulk) {
    int length = passage.id().length();
    if (length > LONGEST_ID) {
      bulk.refuse(
          passage.id(),
          "its id has %s characters, and engines take %s".formatted(length, LONGEST_ID));
    }
    return length <= LONGEST_ID;
  }

  /** Ends a bulk, whatever comes of filling it: what was embedded is added. */
  private void ending(CallContext context, Consumer<Bulk> filling) {
    Bulk bulk = engine.bulk(words, context);
    try {
      filling.accept(bulk);
    } catch (RuntimeException | Error e) {
      try {
        bulk.end();
      } catch (RuntimeException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
    bulk.end();
  }

  /** Makes the next sync cut documents anew, because passages of theirs are changed one by one. */
  private void forget(Stream<Passage> passages, Bulk bulk, CallContext context) {
    List<String> documents =
        passages.map(passage -> Keys.digest(passage.documentId())).distinct().toList();
    engine.records(
        FilterQueries.terms("document", documents),
        context,
        (id, digest) -> {
          if (!digest.isEmpty()) {
            bulk.record(id, "");
          }
        });
  }

  /**
   * {@inheritDoc}
   *
   * <p>The engine changes one passage at a time: while a sync runs, a search may find a changed
   * document in part as it was and in part as it is. What another object or process writes
   * meanwhile may stay beside it, and no later sync notices: one process syncs at a time, and no
   * other adds passages of these documents.
   *
   * @throws EngineException if the cluster fails, or refused some passages: the others were
   *     written, and the next sync takes these documents up again
   */
  @Override
  @SuppressWarnings("try") // the turn only has to be closed
  public SyncReport sync(
      DocumentSource source,
      Chunker chunker,
      CallContext context,
      Consumer<SyncProgress> listener) {
    IndexSync.checkNamed(chunker);
    checkWritable();
    PassageEmbedding embedding = new PassageEmbedding(embedder, context);
    try (Turns.Turn turn = writers.take(context)) {
      engine.refresh(context);
      SyncTarget target = new OpenSearchSync(engine, words, embedding, context);
      return new IndexSync(target, chunker, context, listener).run(source);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an engine's target throws none
    }
  }

  @Override
  public List<ReadProblem> problems() {
    return OpenSearchSync.problems(engine, CallContext.unbounded());
  }

  /** Deletes all passages of a document. */
  @Override
  @SuppressWarnings("try") // the turn only has to be closed
  public void delete(String documentId) {
    CallContext context = CallContext.unbounded();
    try (Turns.Turn turn = writers.take(context)) {
      ending(context, bulk -> engine.delete(documentId, bulk, context));
    }
  }

  /** Deletes passages; nothing happens for ids that are not there. */
  @Override
  @SuppressWarnings("try") // the turn only has to be closed
  public void deletePassages(Collection<String> ids) {
    CallContext context = CallContext.unbounded();
    ObjectNode passages = FilterQueries.terms("id", ids.stream().map(Keys::text).toList());
    try (Turns.Turn turn = writers.take(context)) {
      List<Passage> there = new ArrayList<>();
      engine.passages(passages, context, stored -> there.add(stored.passage()));
      ending(
          context,
          bulk -> {
            forget(there.stream(), bulk, context);
            there.forEach(passage -> bulk.delete(Keys.digest(passage.id()), passage.id()));
          });
    }
  }

  /** All passages of a document, in its order. */
  @Override
  public List<Passage> passages(String documentId) {
    List<Passage> passages = new ArrayList<>();
    engine.passages(
        FilterQueries.terms("document", List.of(Keys.digest(documentId))),
        CallContext.unbounded(),
        stored -> passages.add(stored.passage()));
    passages.sort(Comparator.comparingInt(Passage::start).thenComparing(Passage::id));
    return List.copyOf(passages);
  }

  @Override
  public List<String> terms(String text) {
    engine.checkOpen();
    return words.terms(text);
  }

  /** How much there is. Has the engine read all ids of documents. */
  @Override
  public IndexSize size() {
    return engine.size(CallContext.unbounded());
  }

  @Override
  public boolean hasVectors() {
    return !made.equals(IndexMade.NO_EMBEDDER);
  }

  /** Refuses to add passages that would have no vectors. */
  private void checkWritable() {
    if (embedder == null && hasVectors()) {
      throw new EngineException(
          "%s has vectors of %s and was opened without an embedder, so it can only be read; embedder(...) of its builder gives it one"
              .formatted(engine, made),
          false);
    }
  }

  /**
   * By the words that passages share with the query, as {@link
   * dev.ragwright.retrievers.lucene.LuceneIndex#bm25} does. Terms of the query beyond 1,000 are
   * left out, and counted as {@link Usage#DROPPED_TERMS}; an engine takes 1,024 conditions, so a
   * filter of more than 20 leaves room for fewer, and one of more than 1,000 is refused, where all
   * values of one key in an {@code or} are one. More than 10,000 hits are asked for in parts; if
   * the index is changed meanwhile, some may be missing or be there twice.
   */
  @Override
  public Retriever bm25() {
    return bm25;
  }

  /**
   * By the cosine of the passages' vectors and the query's, best first, ties by id; at most 10,000
   * are found. The engine's graph finds the candidates, and what is returned is compared here.
   *
   * @throws EngineException if the index was opened without an embedder
   */
  @Override
  public Retriever knn() {
    if (embedder == null) {
      throw new EngineException(
          "the index was opened without an embedder; embedder(...) of its builder gives it one",
          false);
    }
    return new EngineKnnRetriever(engine, embedder);
  }

  /**
   * By both, fused by reciprocal ranks with k of 60 over 100 of each, as {@link
   * dev.ragwright.retrievers.lucene.LuceneIndex#hybrid} does by default.
   *
   * @throws EngineException if the index was opened without an embedder
   */
  @Override
  public Retriever hybrid() {
    return Retrievers.fuse(FUSION, DEPTH, bm25(), knn());
  }

  /**
   * Why a passage is found where it is, or is not, by {@link #hybrid}, or by {@link #bm25} where
   * the index is opened without an embedder: its place among the first 10,000 by words and the
   * first 10,000 by vectors, what each word of the question gives, and where it is when both are
   * fused. Reads all of these, so it takes long; for people who ask why, not for each answer.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  public Explanation explain(RetrievalRequest request, String passageId, CallContext context) {
    return explain(request, passageId, context, Filter.all());
  }

  /** {@link #explain(RetrievalRequest, String, CallContext)} of a search for ten passages. */
  public Explanation explain(String question, String passageId) {
    return explain(RetrievalRequest.of(question, 10), passageId, CallContext.unbounded());
  }

  Explanation explain(
      RetrievalRequest request, String passageId, CallContext context, Filter scope) {
    List<Passage> found = new ArrayList<>();
    engine.passages(
        FilterQueries.terms("id", List.of(Keys.text(passageId))),
        context,
        stored -> found.add(stored.passage()));
    boolean there = !found.isEmpty() && scope.test(found.getFirst());
    if (!there || !request.filter().test(found.getFirst())) {
      Explanation.Standing standing =
          there ? Explanation.Standing.FILTERED : Explanation.Standing.NOT_INDEXED;
      return new Explanation(passageId, standing, request.topK(), List.of());
    }
    RetrievalRequest all =
        request.withFilter(scope.and(request.filter())).withTopK(EngineKnnRetriever.MOST);
    return Explanation.of(
        passageId,
        request.topK(),
        bm25.retrieve(all, context).hits(),
        bm25.terms(request.query().text(), found.getFirst(), context),
        embedder == null ? null : knn().retrieve(all, context).hits(),
        FUSION,
        DEPTH);
  }

  /**
   * What a filter accepts of this index: whatever is then asked, no other passage is found. For
   * tenants who share an index, so that no request can forget whose it is.
   */
  public ScopedOpenSearchIndex scopedTo(Filter scope) {
    return new ScopedOpenSearchIndex(this, Objects.requireNonNull(scope, "scope"));
  }

  /** Refuses new calls, waits for requests that run, and closes the connections. Idempotent. */
  @Override
  public void close() {
    engine.close();
  }

  /** The index and its hosts. */
  @Override
  public String toString() {
    return engine.toString();
  }

  /** Settings of an index. Not safe for use by several threads. */
  public static final class Builder {
    /** What both engines allow, less the rare rest. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,199}");

    private final List<URI> hosts = new ArrayList<>();
    private @Nullable String name;
    private @Nullable Embedder embedder;
    private PassageWords words = PassageWords.of("en");
    private int shards = 1;
    private int replicas = 1;
    private Bm25Weights bm25 = Bm25Weights.usual();
    private Duration patience = Duration.ofSeconds(30);
    private @Nullable String authorization;
    private @Nullable SSLContext tls;

    private Builder() {}

    /**
     * Adds a node that is asked, such as {@code http://127.0.0.1:9200}; several share the calls. No
     * other nodes are looked for.
     *
     * @throws IllegalArgumentException if it is no address of http or https, or has a user in it
     */
    public Builder host(String address) {
      URI host = null;
      try {
        host =
            new URI(address.endsWith("/") ? address.substring(0, address.length() - 1) : address);
      } catch (URISyntaxException e) {
        // its text has the address, and so a password
      }
      boolean web =
          host != null && ("http".equals(host.getScheme()) || "https".equals(host.getScheme()));
      if (host == null || !web || host.getHost() == null || host.getUserInfo() != null) {
        throw new IllegalArgumentException(
            "a host is an address such as https://node1:9200, without a user, which basicAuth(...) takes");
      }
      hosts.add(host);
      return this;
    }

    /**
     * The index's name in the cluster; it is made if it is not there.
     *
     * @throws IllegalArgumentException if engines do not take it: lower case letters, digits, and
     *     {@code . _ -} behind the first, up to 200
     */
    public Builder name(String value) {
      if (!NAME.matcher(value).matches()) {
        throw new IllegalArgumentException(
            "an index's name has lower case letters, digits and . _ - behind the first, up to 200; was '%s'"
                .formatted(value));
      }
      name = value;
      return this;
    }

    /** What makes the vectors, of passages and of queries. It stays the caller's to close. */
    public Builder embedder(Embedder value) {
      embedder = Objects.requireNonNull(value, "embedder");
      return this;
    }

    /** The words of passages and questions; those of English by default. */
    public Builder words(PassageWords value) {
      words = Objects.requireNonNull(value, "words");
      return this;
    }

    /**
     * Of how many shards an index is made, and how many copies each has beside the first; 1 and 1
     * by default. They do not count for an index that is there.
     *
     * @throws IllegalArgumentException if there is no shard, or copies are negative
     */
    public Builder shards(int count, int copies) {
      if (count < 1 || copies < 0) {
        throw new IllegalArgumentException(
            "shards must be >= 1 and copies >= 0, were " + count + " and " + copies);
      }
      shards = count;
      replicas = copies;
      return this;
    }

    /**
     * How BM25 weighs, as of {@link
     * dev.ragwright.retrievers.lucene.LuceneIndex.Builder#bm25(double, double, double)}; {@code k1}
     * and {@code b} are of the index when it is made.
     *
     * @throws IllegalArgumentException as there
     */
    public Builder bm25(double k1, double b, double k3) {
      bm25 = new Bm25Weights(k1, b, k3);
      return this;
    }

    /**
     * How long a call without a nearer deadline goes on from host to host; 30 seconds by default.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder patience(Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new IllegalArgumentException("patience must be > 0, was " + value);
      }
      patience = value;
      return this;
    }

    /** A user and a password, which are in no description and no failure. */
    public Builder basicAuth(String user, String password) {
      byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      authorization = "Basic " + Base64.getEncoder().encodeToString(both);
      return this;
    }

    /**
     * An API key as the engine gives it, encoded, which is in no description and no failure.
     *
     * @throws IllegalArgumentException if it has a line break or a blank in it
     */
    public Builder apiKey(String encoded) {
      if (encoded.isEmpty() || encoded.chars().anyMatch(unit -> unit <= ' ' || unit > '~')) {
        throw new IllegalArgumentException(
            "the API key has a character that a header cannot have, such as a line break at its end");
      }
      authorization = "ApiKey " + encoded;
      return this;
    }

    /** What https trusts, such as an authority of one's own; what the JDK trusts by default. */
    public Builder tls(SSLContext context) {
      tls = Objects.requireNonNull(context, "context");
      return this;
    }

    /**
     * Opens the index, or makes it.
     *
     * @throws IllegalStateException if there is no host or no name
     * @throws IllegalArgumentException if the embedder's description is opaque
     * @throws EngineException if the cluster cannot be reached, what answers is neither engine or
     *     too old, it cannot have vectors, or the index was made otherwise: of other words, another
     *     embedder, or by other programs
     */
    public OpenSearchIndex open() {
      return opened((alias, dialect) -> {});
    }

    /**
     * Fills an index anew, with these settings, which may be others than those of the one that is
     * there, and then puts it in its place in one step. Until then all find the former one, and
     * nobody a part of the new one; from then on all find the new one, and who has the former one
     * open with other words, another embedder or another {@code k1} or {@code b} is refused with
     * {@link EngineException}. The former one is removed; what others have added to it meanwhile is
     * not in the new one.
     *
     * <p>If filling fails, the former one stays, and the new one is removed. Where this process is
     * killed, the next rebuild removes it, as it does with a former one that could not be removed,
     * which is logged. Of two rebuilds at once the one that began last wins, and the other fails
     * with {@link EngineException}.
     *
     * <pre>{@code
     * OpenSearchIndex index = builder.embedder(better).rebuild(fresh -> fresh.sync(source, chunker));
     * }</pre>
     *
     * @param fill fills the new index, which is closed when it returns
     * @throws EngineException also if the name is another program's
     */
    public OpenSearchIndex rebuild(Consumer<OpenSearchIndex> fill) {
      return opened(
          (alias, dialect) -> {
            String fresh = alias.begin(mapping(dialect));
            try {
              Cluster connection = connected();
              Engine filling = Engine.filling(connection, dialect, alias, fresh);
              try (OpenSearchIndex index = new OpenSearchIndex(filling, this)) {
                fill.accept(index);
              }
              alias.put(fresh);
            } catch (RuntimeException | Error e) {
              try {
                alias.discard(fresh);
              } catch (RuntimeException also) {
                e.addSuppressed(also);
              }
              throw e;
            }
          });
    }

    /** The index that is there, or is made, after something was done with its alias. */
    private OpenSearchIndex opened(BiConsumer<IndexAlias, Dialect> before) {
      String index = name;
      if (hosts.isEmpty() || index == null) {
        throw new IllegalStateException("an index has a host(...) and a name(...)");
      }
      Map<String, String> wanted = IndexMade.with(words, embedder);
      wanted.put("bm25", "k1=%s b=%s".formatted(bm25.k1(), bm25.b()));
      Cluster cluster = connected();
      try {
        Dialect dialect = Dialect.of(cluster);
        IndexAlias alias = new IndexAlias(cluster, index, wanted);
        alias.require(mapping(dialect));
        before.accept(alias, dialect);
        return new OpenSearchIndex(new Engine(cluster, dialect, alias.checked()), this);
      } catch (RuntimeException | Error e) {
        cluster.close();
        throw e;
      }
    }

    private Cluster connected() {
      HttpClient.Builder http =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(Duration.ofSeconds(5))
              .executor(task -> Thread.ofVirtual().name("ragwright-engine").start(task));
      if (tls != null) {
        http.sslContext(tls);
      }
      return new Cluster(http.build(), List.copyOf(hosts), authorization, patience);
    }

    private ObjectNode mapping(Dialect dialect) {
      ObjectNode body = JSON.objectNode();
      ObjectNode index = body.putObject("settings").putObject("index");
      index.put("number_of_shards", shards).put("number_of_replicas", replicas);
      index
          .putObject("similarity")
          .putObject("default")
          .put("type", "BM25")
          .put("k1", bm25.k1())
          .put("b", bm25.b());
      ObjectNode analysis = index.putObject("analysis");
      analysis
          .putObject("tokenizer")
          .putObject("places")
          .put("type", "char_group")
          .put("max_token_length", 30_000)
          .putArray("tokenize_on_chars")
          .add(String.valueOf(PassageDocument.PLACES));
      analysis
          .putObject("filter")
          .putObject("terms")
          .put("type", "pattern_capture")
          .put("preserve_original", false)
          .putArray("patterns")
          .add("([^" + PassageDocument.TERMS + "]+)");
      analysis
          .putObject("analyzer")
          .putObject("words")
          .put("type", "custom")
          .put("tokenizer", "places")
          .putArray("filter")
          .add("terms");
      ObjectNode mappings = body.putObject("mappings").put("dynamic", false);
      mappings.putObject("_source").putArray("excludes").add("vector");
      mappings.putObject("_meta").putObject("ragwright"); // the alias says how it was made
      ObjectNode fields = mappings.putObject("properties");
      for (String key :
          List.of("id", "document", "record", "keys", "texts", "long_texts", "numbers", "truths")) {
        boolean ordered = key.equals("id") || key.equals("document");
        fields.putObject(key).put("type", "keyword").put("doc_values", ordered);
      }
      fields.putObject("words").put("type", "text").put("analyzer", "words");
      for (String stored : List.of(PassageDocument.EXACT, PassageDocument.BYTES)) {
        fields
            .putObject(stored)
            .put("type", "keyword")
            .put("index", false)
            .put("doc_values", false);
      }
      if (embedder != null) {
        dialect.settings(index);
        fields.set("vector", dialect.vectors(embedder.dimension()));
      }
      return body;
    }
  }
}
