package dev.ragwright.pgvector;

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
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.retrievers.stored.Bm25Weights;
import dev.ragwright.retrievers.stored.IndexMade;
import dev.ragwright.retrievers.sync.IndexSync;
import dev.ragwright.retrievers.sync.PassageEmbedding;
import dev.ragwright.retrievers.sync.StoredPassage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Passages in tables of PostgreSQL, which finds them as a {@link
 * dev.ragwright.retrievers.lucene.LuceneIndex} does: by their words ({@link #bm25}), by their
 * vectors ({@link #knn}), or by both ({@link #hybrid}).
 *
 * <pre>{@code
 * try (PgVectorIndex index =
 *     PgVectorIndex.builder().dataSource(pool).table("manuals").embedder(embedder).open()) {
 *   index.addAll(passages);
 *   Retrieval hits = index.hybrid().retrieve("rotate the signing key", 10);
 * }
 * }</pre>
 *
 * <p>Vectors need the extension pgvector of 0.8 or later; words need none. Words are analysed in
 * this process, by the analyzer that an index in this process has, and SQL computes BM25 over a
 * table of their terms; so scores are the same as there, but for rounding, and each passage costs
 * some 7 KB of disk more. A search by words reads all rows of its terms. Vectors are found by a
 * graph (HNSW) and compared here, to the bit. Both are fused here.
 *
 * <p>Each call takes a connection and gives it back. What is written is one transaction for each
 * batch, and found by the next search; a call whose connection is lost is made again. A call that
 * is stopped has the server cancel its statement, and cuts the connection if that is not heeded.
 * Taking a connection is not stopped: it has the time that the pool, or the URL, allows it. Each
 * transaction and each search has {@link Builder#patience} where the call has no nearer deadline.
 *
 * <p>Descriptions name the table and not what it contains, which other processes change: an {@link
 * dev.ragwright.generate.AnswerCache} over it needs a {@code maxAge}, and the memo of an experiment
 * holds as long as nobody changes the index.
 *
 * <p>The index remembers its words and its embedder, as the comment of its table, and refuses
 * others; one that has vectors may be read without an embedder. Errors are {@link
 * DatabaseException}s. Safe for use by several threads and processes; the embedder and the data
 * source are the caller's and stay open. Every method throws {@link IllegalStateException} after
 * {@link #close}.
 */
public final class PgVectorIndex implements PassageIndex {
  private final PassageTable table;
  private final String made;
  private final @Nullable Embedder embedder;
  private final PassageWords words;
  private final Retriever bm25;

  /**
   * An index.
   *
   * @param made the embedder that it was made with
   */
  private PgVectorIndex(PassageTable table, String made, Builder settings) {
    this.table = table;
    this.made = made;
    this.embedder = settings.embedder;
    this.words = settings.words;
    this.bm25 = new TableBm25Retriever(table, settings.words, settings.bm25);
  }

  /** All settings, at their defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Adds passages; one whose id is there already replaces it. Embeds and writes them in batches.
   *
   * @return what embedding took
   * @throws DatabaseException if the index has vectors and was opened without an embedder, or a
   *     batch was not written; those before it stay
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile; what was
   *     added before stays
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  @Override
  public Usage addAll(Iterable<Passage> passages, CallContext context) {
    checkWritable();
    PassageEmbedding embedding = new PassageEmbedding(embedder, context);
    embedding.each(passages.iterator(), batch -> table.put(batch, context));
    return embedding.usage();
  }

  /**
   * {@inheritDoc}
   *
   * <p>A search meanwhile finds a document as it was or as it is. Of several syncs at once, each
   * writes its documents as a whole, and the last one stays.
   *
   * @throws DatabaseException if the index has vectors and was opened without an embedder, or the
   *     database fails; the next sync does the rest
   */
  @Override
  public SyncReport sync(
      DocumentSource source,
      Chunker chunker,
      CallContext context,
      Consumer<SyncProgress> listener) {
    IndexSync.checkNamed(chunker);
    checkWritable();
    PassageEmbedding embedding = new PassageEmbedding(embedder, context);
    try {
      return new IndexSync(new PgVectorSync(table, embedding, context), chunker, context, listener)
          .run(source);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // this target throws none
    }
  }

  @Override
  public List<ReadProblem> problems() {
    return PgVectorSync.problems(table, CallContext.unbounded());
  }

  @Override
  public List<String> terms(String text) {
    table.check();
    return words.terms(text);
  }

  @Override
  public void delete(String documentId) {
    table.deleteDocuments(List.of(documentId), CallContext.unbounded());
  }

  @Override
  public void deletePassages(Collection<String> ids) {
    table.deletePassages(ids, CallContext.unbounded());
  }

  @Override
  public List<Passage> passages(String documentId) {
    return table.stored(List.of(documentId), CallContext.unbounded()).stream()
        .map(StoredPassage::passage)
        .sorted(Comparator.comparingInt(Passage::start).thenComparing(Passage::id))
        .toList();
  }

  /** How much there is. Has the server count the documents. */
  @Override
  public IndexSize size() {
    return table.size(CallContext.unbounded());
  }

  @Override
  public boolean hasVectors() {
    return !made.equals(IndexMade.NO_EMBEDDER);
  }

  /** Refuses once it is closed, and to add passages that would have no vectors. */
  private void checkWritable() {
    table.check();
    if (embedder == null && hasVectors()) {
      throw new DatabaseException(
          "the index '%s' has vectors of %s and was opened without an embedder, so it can only be read; embedder(...) of its builder gives it one"
              .formatted(table.name(), made));
    }
  }

  /**
   * By the words that passages share with the query, as {@link
   * dev.ragwright.retrievers.lucene.LuceneIndex#bm25} does, with the same statistics but for
   * passages that were deleted, which count no more here.
   */
  @Override
  public Retriever bm25() {
    return bm25;
  }

  /**
   * By the cosine of the passages' vectors and the query's, best first, ties by id. The graph finds
   * the candidates, and what is returned is compared here. Where a filter leaves the graph fewer
   * than are asked for, all passages that it accepts are compared.
   *
   * @throws DatabaseException if the index was opened without an embedder
   */
  @Override
  public Retriever knn() {
    if (embedder == null) {
      throw new DatabaseException(
          "the index was opened without an embedder; embedder(...) of its builder gives it one");
    }
    return new TableKnnRetriever(table, embedder);
  }

  /**
   * By both, fused by reciprocal ranks with k of 60 over 100 of each, as {@link
   * dev.ragwright.retrievers.lucene.LuceneIndex#hybrid} does by default.
   *
   * @throws DatabaseException if the index was opened without an embedder
   */
  @Override
  public Retriever hybrid() {
    return Retrievers.fuse(RankFusion.reciprocalRank(60), 100, bm25(), knn());
  }

  /** Waits for calls that run, and closes connections of its own. Idempotent. */
  @Override
  public void close() {
    table.close();
  }

  /** The table, and no address. */
  @Override
  public String toString() {
    return "table " + table.name() + " of PostgreSQL";
  }

  /** Settings of an index. Not safe for use by several threads. */
  public static final class Builder {
    private static final Pattern NAME =
        Pattern.compile("([a-z_][a-z0-9_]{0,39}\\.)?[a-z_][a-z0-9_]{0,39}");

    /** What other addresses have before their host, and the driver would log. */
    private static final Pattern USER_INFO = Pattern.compile("jdbc:postgresql:(//[^/]*|[^?]*)@");

    /** What pgvector's graph takes. */
    private static final int MOST_NUMBERS = 2_000;

    /** How many connections to a URL stay open for the next calls. */
    private static final int KEPT = 8;

    private @Nullable Function<Duration, Connections.Source> source;
    private int kept;
    private @Nullable String name;
    private @Nullable Embedder embedder;
    private PassageWords words = PassageWords.of("en");
    private Bm25Weights bm25 = Bm25Weights.usual();
    private Duration patience = Duration.ofMinutes(1);

    private Builder() {}

    /** Where connections come from, one for each call, such as a pool. It stays the caller's. */
    public Builder dataSource(DataSource value) {
      Connections.Source pool = Objects.requireNonNull(value, "dataSource")::getConnection;
      source = within -> pool;
      kept = 0;
      return this;
    }

    /**
     * Opens connections of its own, one for each call at the same time, and keeps up to eight of
     * them, where the application has no pool. Logging in has the {@link #patience}, unless the URL
     * has a {@code loginTimeout}. The password is in no description and no failure.
     *
     * @param jdbcUrl such as {@code jdbc:postgresql://127.0.0.1:5432/manuals}
     * @param user null for what the URL or the driver says
     * @param password null for none
     * @throws IllegalArgumentException if it is no such URL, has a password in it, or there is no
     *     driver for it
     */
    public Builder url(String jdbcUrl, @Nullable String user, @Nullable String password) {
      if (!jdbcUrl.startsWith("jdbc:postgresql:")
          || USER_INFO.matcher(jdbcUrl).lookingAt()
          || jdbcUrl.toLowerCase(Locale.ROOT).contains("password=")) {
        throw new IllegalArgumentException(
            "a url is such as jdbc:postgresql://127.0.0.1:5432/manuals, and user and password stand beside it");
      }
      try {
        DriverManager.getDriver(jdbcUrl);
      } catch (SQLException e) {
        throw new IllegalArgumentException(
            "no driver takes the url: it is such as jdbc:postgresql://127.0.0.1:5432/manuals, and org.postgresql:postgresql has to be among the application's libraries",
            e);
      }
      Properties login = new Properties();
      if (user != null) {
        login.setProperty("user", user);
      }
      if (password != null) {
        login.setProperty("password", password);
      }
      source =
          within -> {
            Properties properties = new Properties();
            properties.putAll(login);
            properties.setProperty("loginTimeout", String.valueOf(within.toMillis() / 1_000.0));
            return () -> DriverManager.getConnection(jdbcUrl, properties);
          };
      kept = KEPT;
      return this;
    }

    /**
     * The table of passages, in its schema if it is given one, such as {@code search.manuals}; it
     * is made if it is not there, with others whose names begin with it and {@code _}.
     *
     * @throws IllegalArgumentException if it has other characters than lower case letters, digits
     *     and {@code _}, more than 40, or a digit in front
     */
    public Builder table(String value) {
      if (!NAME.matcher(value).matches()) {
        throw new IllegalArgumentException(
            "a table's name has lower case letters, digits and _, up to 40 and no digit in front, and may follow its schema's and a dot; was '%s'"
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
     * How BM25 weighs, as of {@link
     * dev.ragwright.retrievers.lucene.LuceneIndex.Builder#bm25(double, double, double)}; each
     * opening may have its own.
     *
     * @throws IllegalArgumentException as there
     */
    public Builder bm25(double k1, double b, double k3) {
      bm25 = new Bm25Weights(k1, b, k3);
      return this;
    }

    /**
     * How long each transaction and each search may take in a call without a nearer deadline, from
     * its first connection to its last try; a minute by default. A connection on which nothing
     * comes back is cut then.
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

    /**
     * Opens the index, or makes it. One that has vectors can be read without an embedder.
     *
     * @throws IllegalStateException if there is no data source and no URL, or no table
     * @throws IllegalArgumentException if the embedder's description is opaque, or its vectors have
     *     more than 2,000 numbers
     * @throws DatabaseException if the database cannot be reached, it lacks pgvector, or the table
     *     was made otherwise: of other words, another embedder, or by other programs
     */
    public PgVectorIndex open() {
      if (source == null || name == null) {
        throw new IllegalStateException(
            "an index has a dataSource(...) or url(...), and a table(...)");
      }
      Map<String, String> wanted = IndexMade.with(words, embedder);
      if (embedder != null && embedder.dimension() > MOST_NUMBERS) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "pgvector's graph takes vectors of at most %,d numbers; those of %s have %,d",
                MOST_NUMBERS,
                embedder.description(),
                embedder.dimension()));
      }
      Connections connections = new Connections(source.apply(patience), kept, name, patience);
      PassageTable table = new PassageTable(connections, name, words, embedder != null);
      try {
        String made =
            table.require(
                wanted, embedder == null ? 0 : embedder.dimension(), CallContext.unbounded());
        return new PgVectorIndex(table, made, this);
      } catch (RuntimeException | Error e) {
        connections.close();
        throw e;
      }
    }
  }
}
