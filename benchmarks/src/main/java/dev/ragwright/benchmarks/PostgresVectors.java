package dev.ragwright.benchmarks;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.pgvector.PgVectorIndex;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What {@link PgVectorIndex} adds to a search by vectors: the same questions over the same vectors
 * by the index and by JDBC written by hand, in turn, ten passages each; medians and their ratio. By
 * hand there is one connection, one prepared statement, settings made once, and texts that are read
 * and not understood. Then questions by words, of a table with as many terms as usual.
 *
 * <p>{@code build/stores.sh start /tmp/stores pgvector} and {@code mvn -q -Pbenchmark
 * -Dbenchmark=PostgresVectors -Dargs="jdbc:postgresql://127.0.0.1:18301/postgres?prepareThreshold=0
 * 5000"}
 */
public final class PostgresVectors {
  private static final int DIMENSION = 384;
  private static final int ROUNDS = 300;
  private static final String USER = "postgres";

  private PostgresVectors() {}

  /** Vectors of no meaning, the same for the same text. */
  private record Noise() implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      return new Embeddings(texts.stream().map(Noise::of).toList(), Usage.none());
    }

    @Override
    public int dimension() {
      return DIMENSION;
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", "noise");
    }

    static float[] of(String text) {
      Random random = new Random(text.hashCode());
      float[] vector = new float[DIMENSION];
      double square = 0;
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] = (float) random.nextGaussian();
        square += vector[i] * vector[i];
      }
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] /= (float) Math.sqrt(square);
      }
      return vector;
    }
  }

  /** Takes the JDBC URL, and how many passages. */
  public static void main(String... args) throws SQLException {
    if (args.length != 2) {
      System.err.println("say a JDBC URL of PostgreSQL with pgvector, and how many passages");
      System.exit(2);
    }
    List<Passage> passages =
        IntStream.range(0, Integer.parseInt(args[1]))
            .mapToObj(i -> Passage.of("p" + i, text(i)))
            .toList();
    try (Connection connection = DriverManager.getConnection(args[0], USER, "");
        Statement statement = connection.createStatement()) {
      for (String table :
          List.of("noise", "noise_terms", "noise_counts", "noise_documents", "noise_syncs")) {
        statement.execute("drop table if exists " + table);
      }
      try (PgVectorIndex index =
          PgVectorIndex.builder()
              .url(args[0], USER, "")
              .table("noise")
              .embedder(new Noise())
              .open()) {
        long start = System.nanoTime();
        index.addAll(passages);
        System.out.printf(
            Locale.ROOT, "%,.0f passages a second written%n", passages.size() / seconds(start));
        statement.execute("analyze");
        statement.execute("set hnsw.ef_search = 200");
        compare(index, connection);
        byWords(index);
      }
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Some ninety words, of which few are frequent. */
  private static String text(int seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 90; i++) {
      text.append(word(random)).append(' ');
    }
    return text.toString();
  }

  private static String word(Random random) {
    return "w" + (int) Math.exp(2 + random.nextDouble() * Math.log(20_000));
  }

  private static void compare(PgVectorIndex index, Connection connection) throws SQLException {
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    int same = 0;
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select passage from noise order by vector <=> cast(? as vector) limit 10")) {
      for (int round = 0; round < ROUNDS; round++) {
        String question = "question " + round;
        long start = System.nanoTime();
        List<Hit> hits = index.knn().retrieve(question, 10).hits();
        double ourSeconds = seconds(start);
        start = System.nanoTime();
        List<String> found = new ArrayList<>();
        statement.setObject(1, Arrays.toString(Noise.of(question)), Types.OTHER);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            found.add(rows.getString(1));
          }
        }
        double theirSeconds = seconds(start);
        if (round >= ROUNDS / 3) { // the first ones are warming up
          ours.add(ourSeconds);
          theirs.add(theirSeconds);
          same += found.getFirst().contains('"' + hits.getFirst().passage().id() + '"') ? 1 : 0;
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "by vectors: %.2f ms by the index, %.2f ms by hand, ratio %.2f; the same first passage for %,d of %,d%n",
        median(ours) * 1e3,
        median(theirs) * 1e3,
        median(ours) / median(theirs),
        same,
        ours.size());
  }

  private static void byWords(PgVectorIndex index) {
    List<Double> times = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(-round);
      String question = word(random) + " " + word(random) + " " + word(random) + " " + word(random);
      long start = System.nanoTime();
      index.bm25().retrieve(question, 10);
      times.add(seconds(start));
    }
    System.out.printf(
        Locale.ROOT,
        "by four words: %.2f ms, the slowest of a hundred %.2f ms%n",
        median(times.subList(ROUNDS / 3, ROUNDS)) * 1e3,
        times.stream().sorted().toList().get(ROUNDS - ROUNDS / 100) * 1e3);
  }

  private static double median(List<Double> numbers) {
    return numbers.stream().sorted().toList().get(numbers.size() / 2);
  }
}
