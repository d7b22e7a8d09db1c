package dev.ragwright.pgvector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.index.IndexSize;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.retrievers.stored.Bm25Weights;
import dev.ragwright.retrievers.stored.IndexMade;
import dev.ragwright.retrievers.stored.Keys;
import dev.ragwright.retrievers.stored.PassageJson;
import dev.ragwright.retrievers.sync.StoredPassage;
import dev.ragwright.retrievers.sync.SyncTarget;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.lucene.util.SmallFloat;
import org.jspecify.annotations.Nullable;

/**
 * The tables of an index: one row for each passage; one for each term of each passage, from which
 * SQL computes BM25; and how many passages and terms there are, as a sum over few rows, each of
 * which a transaction wrote, so that no two wait for each other. Safe to share.
 */
final class PassageTable implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int OLDEST = 13; // of PostgreSQL, for "with ties"

  /** More numbers would not fit beside the rest into a page. */
  private static final int MOST_INLINE = 1_500;

  /** What an index of B-trees takes as a key is some 2,700 bytes, and a unit up to 3. */
  private static final int LONGEST_TERM = 600;

  /** Terms of whole numbers: their sum is the same in any order. */
  private static final double UNIT = 1L << 48;

  private final Connections connections;
  private final String name;
  private final String passages;
  private final String terms;
  private final String counts;
  private final String documents;
  private final String syncs;
  private final PassageWords words;
  private final boolean hasVectors;

  /**
   * Tables.
   *
   * @param name of the table of passages, in its schema if it has one
   */
  PassageTable(Connections connections, String name, PassageWords words, boolean hasVectors) {
    this.connections = connections;
    this.name = name;
    this.passages = quoted(name);
    this.terms = quoted(name + "_terms");
    this.counts = quoted(name + "_counts");
    this.documents = quoted(name + "_documents");
    this.syncs = quoted(name + "_syncs");
    this.words = words;
    this.hasVectors = hasVectors;
  }

  /** A word of SQL may be a name. */
  private static String quoted(String name) {
    return '"' + name.replace(".", "\".\"") + '"';
  }

  /** A passage that was found, and its score or its vector. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two
  record Found(Passage passage, double score, float[] vector) {}

  /** Refuses once it is closed. */
  void check() {
    connections.check();
  }

  /**
   * Makes the tables if they are not there, and refuses those that were made otherwise; but those
   * that have vectors may be read without an embedder.
   *
   * @return the embedder that they were made with
   */
  String require(Map<String, String> remembered, int dimension, CallContext context) {
    return connections.written(
        "opening the index",
        context,
        session -> {
          checkServer(session, dimension);
          String there = comment(session);
          if (there == null) {
            make(session, remembered, dimension);
          }
          Map<String, String> made = there == null ? remembered : compared(there, remembered);
          return made.getOrDefault(IndexMade.EMBEDDER, IndexMade.NO_EMBEDDER);
        });
  }

  private void checkServer(Session session, int dimension) throws SQLException {
    var server = session.connection().getMetaData();
    if (!server.getDatabaseProductName().equals("PostgreSQL")
        || server.getDatabaseMajorVersion() < OLDEST) {
      throw new DatabaseException(
          "an index needs PostgreSQL %s or later; this is %s %s"
              .formatted(
                  OLDEST, server.getDatabaseProductName(), server.getDatabaseProductVersion()));
    }
    if (dimension > 0) {
      String version =
          text(session, "select extversion from pg_extension where extname = 'vector'");
      if (version == null || version.matches("0\\.[0-7](\\..*)?")) {
        throw new DatabaseException(
            "vectors need the extension pgvector of 0.8 or later, and the database has %s; CREATE EXTENSION vector; as its owner adds it where the server has its files"
                .formatted(version == null ? "none" : version));
      }
    }
  }

  private static @Nullable String text(Session session, String sql, String... parameters)
      throws SQLException {
    try (PreparedStatement statement = session.prepare(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  /** What was remembered, empty for another's table; null if there is none. */
  private @Nullable String comment(Session session) throws SQLException {
    // One process makes the tables, and the others wait for it.
    text(session, "select pg_advisory_xact_lock(hashtext(?))", "ragwright " + passages);
    return text(
        session,
        "select coalesce(obj_description(t, 'pg_class'), '')"
            + " from (select cast(to_regclass(?) as oid)) as x(t) where t is not null",
        passages);
  }

  private void make(Session session, Map<String, String> remembered, int dimension)
      throws SQLException {
    String text = "text collate \"C\" not null";
    session.execute(
        """
        create table %s (
          no bigint generated by default as identity primary key,
          key %s unique,
          id %s,
          document %s,
          marks text[] not null,
          ordered text[] not null,
          places integer not null,
          terms integer not null,
          passage json not null%s)
        """
            .formatted(
                passages,
                text,
                text,
                text,
                dimension > 0 ? ", vector vector(" + dimension + ")" : ""));
    session.execute("create index on " + passages + " (document)");
    session.execute("create index on " + passages + " using gin (marks)");
    if (dimension > 0) {
      if (dimension <= MOST_INLINE) {
        session.execute("alter table " + passages + " alter column vector set storage plain");
      }
      session.execute(
          "create index on %s using hnsw (vector vector_cosine_ops) with (ef_construction = 200)"
              .formatted(passages));
    }
    session.execute(
        """
        create table %s (
          term %s, no bigint not null, times integer not null, places integer not null,
          primary key (term, no) include (times, places))
        """
            .formatted(terms, text));
    session.execute("create index on " + terms + " (no)");
    session.execute(
        "create table %s (passages bigint not null, worded bigint not null, terms bigint not null)"
            .formatted(counts));
    session.execute(
        "create table %s (document text collate \"C\" primary key, id text not null, digest text not null)"
            .formatted(documents));
    session.execute("create table %s (kept json not null)".formatted(syncs));
    String comment = JSON.valueToTree(Map.of("ragwright", new TreeMap<>(remembered))).toString();
    session.execute("comment on table " + passages + " is '" + comment.replace("'", "''") + "'");
  }

  private Map<String, String> compared(String comment, Map<String, String> remembered) {
    JsonNode there = json(comment).path("ragwright");
    if (!there.isObject()) {
      throw new DatabaseException(
          "the table '%s' was made by another program; take another name".formatted(name));
    }
    Map<String, String> made = new TreeMap<>();
    there.properties().forEach(entry -> made.put(entry.getKey(), entry.getValue().asText()));
    String otherwise =
        IndexMade.otherwise(
            name,
            IndexMade.forReading(remembered),
            made,
            "open it as it was made, or take another name");
    if (otherwise != null) {
      throw new DatabaseException(otherwise);
    }
    return made;
  }

  /** Adds passages in place of those of their ids, all or none. */
  void put(List<StoredPassage> stored, CallContext context) {
    Map<String, StoredPassage> last = byKey(stored);
    connections.write(
        "adding passages",
        context,
        session -> {
          lock(session, "row exclusive");
          forget(session, documentsOf(stored), last.keySet());
          long[] change = delete(session, "key = any(?)", last.keySet());
          insert(session, last, change);
          count(session, change);
        });
  }

  /**
   * In one order, so that two who write the same wait for each other and not both; the last one of
   * an id.
   */
  private static Map<String, StoredPassage> byKey(List<StoredPassage> stored) {
    Map<String, StoredPassage> byKey = new TreeMap<>();
    stored.forEach(one -> byKey.put(Keys.digest(one.passage().id()), one));
    return byKey;
  }

  private static List<String> documentsOf(List<StoredPassage> stored) {
    return stored.stream().map(one -> Keys.digest(one.passage().documentId())).distinct().toList();
  }

  /** Makes documents what they are now, all or none, whatever of them is there by then. */
  void replace(List<SyncTarget.Change> changes, List<StoredPassage> stored, CallContext context) {
    Map<String, StoredPassage> last = byKey(stored);
    List<String> changed = changes.stream().map(one -> Keys.digest(one.documentId())).toList();
    connections.write(
        "writing documents",
        context,
        session -> {
          lock(session, "share row exclusive");
          long[] change =
              delete(session, "document = any(?) or key = any(?)", changed, last.keySet());
          insert(session, last, change);
          count(session, change);
          try (PreparedStatement statement =
              session.prepare(
                  "insert into %s values (?, ?, ?) on conflict (document) do update set digest = excluded.digest"
                      .formatted(documents))) {
            for (SyncTarget.Change one : changes) {
              statement.setString(1, Keys.digest(one.documentId()));
              statement.setString(2, Keys.text(one.documentId()));
              statement.setString(3, one.digest());
              statement.addBatch();
            }
            statement.executeBatch();
          }
        });
  }

  /**
   * Comes before anything that a transaction reads, so that it sees what those before it wrote. One
   * that writes whole documents ("share row exclusive") is alone; those that write passages ("row
   * exclusive") are many at once. Else one of them could leave a passage beside those of a sync,
   * under the digest of a document that does not have it.
   */
  private void lock(Session session, String mode) throws SQLException {
    session.execute("lock table %s in %s mode".formatted(documents, mode));
  }

  /**
   * Makes the next sync cut documents anew, because passages of theirs are changed one by one:
   * those that are named, and those whose passages are.
   */
  private void forget(Session session, Collection<String> digests, Collection<String> keys)
      throws SQLException {
    try (PreparedStatement statement =
        session.prepare(
            "update %s set digest = '' where digest <> '' and (document = any(?) or document in (select document from %s where key = any(?)))"
                .formatted(documents, passages))) {
      statement.setArray(1, session.texts(List.copyOf(digests)));
      statement.setArray(2, session.texts(List.copyOf(keys)));
      statement.executeUpdate();
    }
  }

  private void insert(Session session, Map<String, StoredPassage> stored, long[] change)
      throws SQLException {
    List<Long> numbers = numbers(session, stored.size());
    Postings postings = new Postings(session);
    String sql =
        "insert into "
            + passages
            + " (no, key, id, document, marks, ordered, places, terms, passage"
            + (hasVectors
                ? ", vector) values (?,?,?,?,?,?,?,?,cast(? as json),cast(? as vector))"
                : ") values (?,?,?,?,?,?,?,?,cast(? as json))");
    try (PreparedStatement statement = session.prepare(sql)) {
      int at = 0;
      for (Map.Entry<String, StoredPassage> entry : stored.entrySet()) {
        Passage passage = entry.getValue().passage();
        List<List<String>> places = words.of(passage);
        long no = numbers.get(at++);
        int count = postings.add(no, places);
        statement.setLong(1, no);
        statement.setString(2, entry.getKey());
        statement.setString(3, Keys.text(passage.id()));
        statement.setString(4, Keys.digest(passage.documentId()));
        statement.setArray(5, session.texts(FilterSql.marks(passage.metadata())));
        statement.setArray(6, session.texts(FilterSql.ordered(passage.metadata())));
        statement.setInt(7, places.size());
        statement.setInt(8, count);
        statement.setString(9, PassageJson.of(passage));
        if (hasVectors) {
          statement.setObject(10, vector(entry.getValue().vector()), Types.OTHER);
        }
        statement.addBatch();
        change[0]++;
        change[1] += count > 0 ? 1 : 0;
        change[2] += count;
      }
      statement.executeBatch();
    }
    postings.write();
  }

  /** Rows of terms on their way. */
  private final class Postings {
    private static final int MOST = 20_000;

    private final Session session;
    private final List<String> of = new ArrayList<>();
    private final List<Long> nos = new ArrayList<>();
    private final List<Integer> times = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();

    private Postings(Session session) {
      this.session = session;
    }

    /** Adds those of a passage; how many terms stand in it. */
    int add(long no, List<List<String>> places) throws SQLException {
      Map<String, Integer> counted = new HashMap<>();
      places.forEach(place -> place.forEach(term -> counted.merge(term(term), 1, Integer::sum)));
      // A length is rounded to one of 256, as Lucene does.
      int length = SmallFloat.byte4ToInt(SmallFloat.intToByte4(places.size()));
      int count = 0;
      for (Map.Entry<String, Integer> term : counted.entrySet()) {
        of.add(term.getKey());
        nos.add(no);
        times.add(term.getValue());
        lengths.add(length);
        count += term.getValue();
      }
      if (of.size() >= MOST) {
        write();
      }
      return count;
    }

    void write() throws SQLException {
      try (PreparedStatement statement =
          session.prepare("insert into " + terms + " select * from unnest(?, ?, ?, ?)")) {
        statement.setArray(1, session.texts(of));
        statement.setArray(2, session.connection().createArrayOf("int8", nos.toArray()));
        statement.setArray(3, session.connection().createArrayOf("int4", times.toArray()));
        statement.setArray(4, session.connection().createArrayOf("int4", lengths.toArray()));
        statement.executeUpdate();
      }
      of.clear();
      nos.clear();
      times.clear();
      lengths.clear();
    }
  }

  /** A term without what a database does not take; of a long one a digest. */
  static String term(String term) {
    return term.length() > LONGEST_TERM ? "#" + Keys.digest(term) : term.replace('\0', '\ufffd');
  }

  private List<Long> numbers(Session session, int count) throws SQLException {
    try (PreparedStatement statement =
        session.prepare(
            "select nextval(cast(pg_get_serial_sequence(?, 'no') as regclass)) from generate_series(1, ?)")) {
      statement.setString(1, passages);
      statement.setInt(2, count);
      List<Long> numbers = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          numbers.add(rows.getLong(1));
        }
      }
      return numbers;
    }
  }

  /** Deletes passages with their terms; how the counts change by it. */
  @SafeVarargs
  private long[] delete(Session session, String condition, Collection<String>... values)
      throws SQLException {
    String sql =
        """
        with gone as (delete from %s where %s returning no, terms),
        words as (delete from %s as t using gone where t.no = gone.no)
        select -count(*), -count(*) filter (where terms > 0), -coalesce(sum(terms), 0) from gone
        """
            .formatted(passages, condition, terms);
    try (PreparedStatement statement = session.prepare(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setArray(i + 1, session.texts(List.copyOf(values[i])));
      }
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return new long[] {rows.getLong(1), rows.getLong(2), rows.getLong(3)};
      }
    }
  }

  /** Adds to the counts: what no other transaction is at becomes one row. */
  private void count(Session session, long[] change) throws SQLException {
    String sql =
        """
        with taken as (select ctid from %1$s for update skip locked),
        gone as (delete from %1$s as c using taken where c.ctid = taken.ctid
          returning passages, worded, c.terms)
        insert into %1$s select coalesce(sum(passages), 0) + ?, coalesce(sum(worded), 0) + ?,
          coalesce(sum(terms), 0) + ? from gone
        """
            .formatted(counts);
    try (PreparedStatement statement = session.prepare(sql)) {
      for (int i = 0; i < change.length; i++) {
        statement.setLong(i + 1, change[i]);
      }
      statement.executeUpdate();
    }
  }

  /** Deletes documents and what a sync kept of them. */
  void deleteDocuments(List<String> ids, CallContext context) {
    List<String> digests = ids.stream().map(Keys::digest).sorted().toList();
    connections.write(
        "deleting documents",
        context,
        session -> {
          lock(session, "share row exclusive");
          count(session, delete(session, "document = any(?)", digests));
          try (PreparedStatement statement =
              session.prepare("delete from " + documents + " where document = any(?)")) {
            statement.setArray(1, session.texts(digests));
            statement.executeUpdate();
          }
        });
  }

  void deletePassages(Collection<String> ids, CallContext context) {
    List<String> keys = ids.stream().map(Keys::digest).sorted().toList();
    connections.write(
        "deleting passages",
        context,
        session -> {
          lock(session, "row exclusive");
          forget(session, List.of(), keys);
          count(session, delete(session, "key = any(?)", keys));
        });
  }

  /** The passages of documents with their vectors, in any order. */
  List<StoredPassage> stored(List<String> documentIds, CallContext context) {
    String sql =
        "select passage%s from %s where document = any(?)"
            .formatted(hasVectors ? ", vector_send(vector)" : "", passages);
    return connections.read(
        "reading documents",
        context,
        session -> {
          List<StoredPassage> found = new ArrayList<>();
          try (PreparedStatement statement = session.prepare(sql)) {
            statement.setArray(1, session.texts(documentIds.stream().map(Keys::digest).toList()));
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                byte[] sent = hasVectors ? rows.getBytes(2) : null;
                found.add(
                    new StoredPassage(read(rows.getString(1)), sent == null ? null : floats(sent)));
              }
            }
          }
          return found;
        });
  }

  /** The digests of documents that a sync wrote, by id. */
  Map<String, String> digests(List<String> documentIds, CallContext context) {
    return connections.read(
        "looking up documents",
        context,
        session -> {
          Map<String, String> digests = new HashMap<>();
          try (PreparedStatement statement =
              session.prepare("select id, digest from " + documents + " where document = any(?)")) {
            statement.setArray(1, session.texts(documentIds.stream().map(Keys::digest).toList()));
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                digests.put(Keys.read(rows.getString(1)), rows.getString(2));
              }
            }
          }
          return digests;
        });
  }

  /** The next documents that a sync wrote behind one, by the digest of its id; empty at the end. */
  Map<String, String> documentsBehind(String digest, CallContext context) {
    return connections.read(
        "listing documents",
        context,
        session -> {
          Map<String, String> ids = new LinkedHashMap<>();
          try (PreparedStatement statement =
              session.prepare(
                  "select document, id from %s where document > ? order by document limit 1000"
                      .formatted(documents))) {
            statement.setString(1, digest);
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                ids.put(rows.getString(1), Keys.read(rows.getString(2)));
              }
            }
          }
          return ids;
        });
  }

  /** What the latest sync kept; null before the first. */
  @Nullable String kept(CallContext context) {
    return connections
        .read(
            "reading the latest sync",
            context,
            session -> Optional.ofNullable(text(session, "select kept from " + syncs)))
        .orElse(null);
  }

  void keep(String kept, CallContext context) {
    connections.write(
        "ending a sync",
        context,
        session -> {
          // Two that end at the same time leave one row.
          session.execute("lock table " + syncs + " in share row exclusive mode");
          session.execute("delete from " + syncs);
          try (PreparedStatement statement =
              session.prepare("insert into " + syncs + " values (cast(? as json))")) {
            statement.setString(1, kept);
            statement.executeUpdate();
          }
        });
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  private static Passage read(String json) {
    try {
      return PassageJson.read(json);
    } catch (IllegalArgumentException e) {
      throw new DatabaseException(String.valueOf(e.getMessage()), e, false);
    }
  }

  /** How much there is; has the server count the documents. */
  IndexSize size(CallContext context) {
    String sql =
        """
        select (select count(*) from
            (select document from %s union select document from %s) as d),
          (select coalesce(sum(passages), 0) from %s)
        """
            .formatted(passages, documents, counts);
    return connections.read(
        "counting passages",
        context,
        session -> {
          try (PreparedStatement statement = session.prepare(sql);
              ResultSet rows = statement.executeQuery()) {
            rows.next();
            return new IndexSize(rows.getLong(1), rows.getLong(2));
          }
        });
  }

  /**
   * The passages that have some of the terms, by BM25 as Lucene has it (Robertson's, without the
   * factor k1 + 1), best first, ties by id. It reads all rows of these terms, and counts them on
   * the way.
   *
   * @param question the terms with their weights, which are at most 1
   */
  List<Found> byWords(
      Map<String, Double> question,
      Bm25Weights bm25,
      Filter filter,
      int most,
      CallContext context) {
    boolean all = filter instanceof Filter.All;
    FilterSql condition = FilterSql.of(filter);
    String sql =
        """
        with question as materialized (
          select * from unnest(cast(? as text[]), cast(? as float8[])) as q(term, weight)),
        counted as materialized (
          select cast(sum(worded) as float8) as worded,
            cast(sum(terms) as float8) / nullif(sum(worded), 0) as average from %2$s),
        posted as materialized (
          select t.term, q.weight, t.no, cast(t.times as float8) as times, t.places
          from question as q join %3$s as t on t.term = q.term),
        weighed as materialized (
          select term, max(weight) * ln(1 + (max(worded) - count(*) + 0.5) / (count(*) + 0.5)) as weight
          from posted, counted group by term),
        scored as (
          select no, cast(sum(cast(? * w.weight * times
            / (times + ? * (1 - ? + ? * places / average)) as bigint)) as float8) as score
          from posted join weighed as w using (term), counted group by no)%4$s
        select s.score, p.passage from %5$s as s join %1$s as p using (no)
        where %6$s order by s.score desc, p.id limit ?
        """
            .formatted(
                passages,
                counts,
                terms,
                all
                    ? ", best as (select * from scored order by score desc fetch first ? rows with ties)"
                    : "",
                all ? "best" : "scored",
                condition.sql());
    List<String> asked = question.keySet().stream().map(PassageTable::term).toList();
    return connections.read(
        "searching by words",
        context,
        session -> {
          try (PreparedStatement statement = session.prepare(sql)) {
            statement.setArray(1, session.texts(asked));
            statement.setArray(
                2, session.connection().createArrayOf("float8", question.values().toArray()));
            statement.setDouble(3, UNIT);
            statement.setDouble(4, bm25.k1());
            statement.setDouble(5, bm25.b());
            statement.setDouble(6, bm25.b());
            int next = 7;
            if (all) {
              statement.setInt(next++, most);
            }
            next = condition.bind(session, statement, next);
            statement.setInt(next, most);
            List<Found> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                found.add(
                    new Found(read(rows.getString(2)), rows.getDouble(1) / UNIT, new float[0]));
              }
            }
            return found;
          }
        });
  }

  /**
   * Passages whose vectors are nearest by cosine, as many as there are up to {@code most}, in no
   * order.
   *
   * @param enough with fewer the graph was left behind by the filter, and all are compared
   */
  List<Found> nearest(float[] vector, Filter filter, int most, int enough, CallContext context) {
    FilterSql condition = FilterSql.of(filter);
    return connections.read(
        "searching by vectors",
        context,
        session -> {
          List<Found> found = nearest(session, GRAPH, vector, condition, most);
          return found.size() >= enough ? found : nearest(session, SCAN, vector, condition, most);
        });
  }

  /**
   * How many are wanted, which a server works out before it takes the first one; so the settings
   * hold for the walk through the graph, and for this statement alone. Several statements in one go
   * would not do: the driver parts them once the server has prepared them. What the graph finds
   * later may be nearer than what it found before, and is not thrown away: all is compared again
   * here.
   */
  private static final String GRAPH =
      """
      vector <=> cast(? as vector)
      limit case when set_config('hnsw.ef_search', '200', true) is not null
        and set_config('hnsw.iterative_scan', 'relaxed_order', true) is not null then ? end""";

  /** An order that no graph has. */
  private static final String SCAN = "(vector <=> cast(? as vector)) + 0 limit ?";

  private List<Found> nearest(
      Session session, String order, float[] vector, FilterSql condition, int most)
      throws SQLException {
    // Numbers first: a scan would make the bytes of all vectors before it sorts.
    String sql =
        """
        select passage, vector_send(vector) from %1$s where no = any(array(
          select no from %1$s where vector is not null and %2$s order by %3$s))
        """
            .formatted(passages, condition.sql(), order);
    try (PreparedStatement statement = session.prepare(sql)) {
      int next = condition.bind(session, statement, 1);
      statement.setObject(next++, vector(vector), Types.OTHER);
      statement.setInt(next, most);
      List<Found> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(new Found(read(rows.getString(1)), 0, floats(rows.getBytes(2))));
        }
      }
      return found;
    }
  }

  /**
   * The numbers of what {@code vector_send} gives: how many, a zero, then each, high byte first.
   */
  private static float[] floats(byte[] sent) {
    ByteBuffer bytes = ByteBuffer.wrap(sent);
    float[] vector = new float[bytes.getShort()];
    bytes.getShort();
    bytes.asFloatBuffer().get(vector);
    return vector;
  }

  /**
   * A vector as pgvector writes it. It is sent without a type, so that the server reads it once and
   * not for each row, as it would a text that is cast.
   */
  private static @Nullable String vector(float @Nullable [] vector) {
    if (vector == null) {
      return null;
    }
    StringBuilder text = new StringBuilder(12 * vector.length).append('[');
    for (int i = 0; i < vector.length; i++) {
      text.append(i == 0 ? "" : ",").append(vector[i]);
    }
    return text.append(']').toString();
  }

  /** A name that is the same in each process that asks the same index. */
  String name() {
    return name;
  }

  @Override
  public void close() {
    connections.close();
  }
}
