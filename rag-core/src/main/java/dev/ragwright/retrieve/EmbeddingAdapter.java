package dev.ragwright.retrieve;

import dev.ragwright.call.StageDescription;
import dev.ragwright.text.Sha;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;

/**
 * A linear map of an embedder's vectors, learnt from judged questions, or to fewer numbers from the
 * vectors of passages: a vector times a matrix, scaled to length 1. {@code AdapterLearning} of
 * rag-eval learns one, {@code EmbeddingAdapterFile} of rag-retrievers keeps it, and {@link
 * Embedder#adapted} uses it. Immutable and safe to share.
 */
public final class EmbeddingAdapter {
  private final String embedder;
  private final Sides sides;
  private final String learntOn;
  private final int questions;
  private final float[][] rows;
  private final String digest;

  /** Which vectors are mapped. */
  public enum Sides {
    /** Those of questions and of passages, by the same matrix: an index is made anew with it. */
    BOTH,
    /** Those of questions alone: an index of the embedder's own vectors stays as it is. */
    QUERY
  }

  private EmbeddingAdapter(
      String embedder, Sides sides, String learntOn, int questions, float[][] rows) {
    this.embedder = embedder;
    this.sides = sides;
    this.learntOn = learntOn;
    this.questions = questions;
    this.rows = rows;
    this.digest = digest(embedder, sides, rows);
  }

  /**
   * An adapter.
   *
   * @param embedder whose vectors it maps, as {@link #settings} has it
   * @param sides which of its vectors
   * @param learntOn what it was learnt from, such as {@code scifact/train}
   * @param questions how many questions were in that; 0 if it was passages alone
   * @param rows the matrix: as many numbers in each row as a vector of the embedder has, and as
   *     many rows as a mapped one; copied
   * @throws IllegalArgumentException if its rows are not of one length, if there are more of them
   *     than that, or fewer and questions alone are mapped, or if a number is not finite
   */
  public static EmbeddingAdapter of(
      String embedder, Sides sides, String learntOn, int questions, float[][] rows) {
    if (rows.length == 0) {
      throw new IllegalArgumentException("an adapter's matrix must have a row, had none");
    }
    int columns = rows[0].length;
    if (rows.length > columns) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "an adapter's matrix must have no more rows than numbers in each, had %d rows of %d",
              rows.length,
              columns));
    }
    if (rows.length < columns && sides == Sides.QUERY) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "an adapter of questions alone must leave them as many numbers as passages have, had %d rows of %d; map both sides",
              rows.length,
              columns));
    }
    float[][] copy = new float[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "an adapter's rows must be of one length, had %d numbers in row 0 and %d in row %d",
                columns,
                rows[i].length,
                i));
      }
      for (float number : rows[i]) {
        if (!Float.isFinite(number)) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "an adapter's numbers must be finite, had %s in row %d",
                  Float.toString(number),
                  i));
        }
      }
      copy[i] = rows[i].clone();
    }
    return new EmbeddingAdapter(
        Objects.requireNonNull(embedder, "embedder"),
        Objects.requireNonNull(sides, "sides"),
        Objects.requireNonNull(learntOn, "learntOn"),
        questions,
        copy);
  }

  /**
   * What an embedder is for an adapter: its description, which names its model by digest.
   *
   * @throws IllegalArgumentException if it does not say what it is
   */
  public static String settings(Embedder embedder) {
    StageDescription description = embedder.description();
    if (description.opaque()) {
      throw new IllegalArgumentException(
          "the embedder %s does not say what it is, so an adapter cannot be known to be learnt for it; override its description(), with all that changes its vectors"
              .formatted(description));
    }
    return description.toString();
  }

  /** Whose vectors it maps. */
  public String embedder() {
    return embedder;
  }

  /** Which of its vectors it maps. */
  public Sides sides() {
    return sides;
  }

  /** What it was learnt from. */
  public String learntOn() {
    return learntOn;
  }

  /** How many questions were in that; 0 if it was passages alone. */
  public int questions() {
    return questions;
  }

  /** How many numbers a mapped vector has: {@link #embedderDimension}, or fewer. */
  public int dimension() {
    return rows.length;
  }

  /** How many numbers a vector of the embedder has. */
  public int embedderDimension() {
    return rows[0].length;
  }

  /** A row of the matrix, a copy. */
  public float[] row(int index) {
    return rows[index].clone();
  }

  /** The SHA-256 of what it does: the embedder, the sides and the numbers; in hex. */
  public String digest() {
    return digest;
  }

  /**
   * Maps a vector: each number is the {@link Embeddings#dot} of a row and the vector, and all are
   * scaled to length 1. Equal vectors give equal bits everywhere.
   *
   * @return a new array; zeros where the product is zeros
   * @throws IllegalArgumentException if it is of another dimension
   */
  public float[] map(float[] vector) {
    double[] product = new double[rows.length];
    double squares = 0;
    for (int i = 0; i < rows.length; i++) {
      product[i] = Embeddings.dot(rows[i], vector);
      squares += product[i] * product[i];
    }
    float[] mapped = new float[rows.length];
    if (squares != 0) { // true of what is no number, which whoever checks the vector then sees
      double length = Math.sqrt(squares);
      for (int i = 0; i < mapped.length; i++) {
        mapped[i] = (float) (product[i] / length);
      }
    }
    return mapped;
  }

  private static String digest(String embedder, Sides sides, float[][] rows) {
    MessageDigest sha = Sha.sha256();
    sha.update((embedder + "\n" + sides + "\n").getBytes(StandardCharsets.UTF_8));
    ByteBuffer bytes = ByteBuffer.allocate(rows[0].length * Float.BYTES);
    for (float[] row : rows) {
      bytes.asFloatBuffer().put(row);
      sha.update(bytes.array());
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  /** Whose, which sides, how large, and the digest's beginning. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "adapter %s of %d numbers a vector for %s, %s, learnt from %s",
        digest.substring(0, 8),
        rows.length,
        embedder,
        sides == Sides.BOTH ? "both sides" : "questions alone",
        learntOn);
  }
}
