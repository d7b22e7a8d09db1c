package dev.ragwright.benchmarks;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Passages of 60 words with vectors that are given: words as frequent as Zipf's law has them, of a
 * vocabulary of 30,000, and vectors around centres, one for each 50 passages. Questions are ten
 * words of a passage, with a vector near its own. Made anew from a seed, so nothing is read;
 * vectors are held, or made each time they are asked for, which takes about ten microseconds.
 *
 * <p>It embeds a text by the number that the text begins with, so that searches cost what searching
 * costs.
 */
final class ClusteredCorpus implements Embedder {
  static final int DIMENSION = 384;
  private static final int WORDS = 60;
  private static final int VOCABULARY = 30_000;
  private static final double NOISE = 0.9;

  private final int size;
  private final float[][] centres;
  private final float @Nullable [][] held;
  private final float[][] questionVectors;
  private final List<String> questions = new ArrayList<>();
  private final long seed;

  /** One that holds its vectors. */
  ClusteredCorpus(int size, int questions, long seed) {
    this(size, questions, seed, true);
  }

  ClusteredCorpus(int size, int questions, long seed, boolean hold) {
    this.size = size;
    this.seed = seed;
    SplittableRandom random = new SplittableRandom(seed);
    this.centres = new float[Math.max(1, size / 50)][];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = unit(random, new float[DIMENSION], 1);
    }
    this.held = hold ? new float[size][] : null;
    for (int i = 0; i < size && held != null; i++) {
      held[i] = made(i);
    }
    this.questionVectors = new float[questions][];
    for (int i = 0; i < questions; i++) {
      int about = random.nextInt(size);
      questionVectors[i] = unit(random, vector(about), NOISE);
      String[] words = text(about).split(" ", -1);
      StringBuilder question = new StringBuilder("q" + i);
      for (int j = 0; j < 10; j++) {
        question.append(' ').append(words[1 + random.nextInt(WORDS)]);
      }
      this.questions.add(question.toString());
    }
  }

  /** A vector of length 1: a centre, and so much noise of its length. */
  private static float[] unit(SplittableRandom random, float[] centre, double noise) {
    double[] numbers = new double[DIMENSION];
    double square = 0;
    for (int i = 0; i < DIMENSION; i++) {
      numbers[i] = centre[i] + noise * random.nextGaussian() / Math.sqrt(DIMENSION);
      square += numbers[i] * numbers[i];
    }
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) (numbers[i] / Math.sqrt(square));
    }
    return vector;
  }

  private String text(int passage) {
    SplittableRandom random = new SplittableRandom(seed * 31 + passage);
    StringBuilder text = new StringBuilder("p" + passage);
    for (int i = 0; i < WORDS; i++) {
      // The inverse of a distribution that falls as 1 / rank.
      int word = (int) Math.pow(VOCABULARY, random.nextDouble());
      text.append(' ').append(word(word));
    }
    return text.toString();
  }

  /** Syllables for the digits, which no stemmer changes. */
  private static String word(int number) {
    StringBuilder word = new StringBuilder();
    for (int rest = number; rest > 0 || word.isEmpty(); rest /= 20) {
      word.append("bcdfghklmnprtvwzjqxs".charAt(rest % 20)).append("aou".charAt(rest % 3));
    }
    return word.append('k').toString();
  }

  int size() {
    return size;
  }

  Passage passage(int i) {
    return Passage.of("document-" + i, text(i));
  }

  /** Some passages, made as they are asked for. */
  List<Passage> passages(int from, int to) {
    List<Passage> passages = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      passages.add(passage(i));
    }
    return passages;
  }

  List<String> questions() {
    return questions;
  }

  float[] vector(int passage) {
    return held == null ? made(passage) : held[passage];
  }

  private float[] made(int passage) {
    SplittableRandom random = new SplittableRandom(seed * 37 + passage);
    return unit(random, centres[random.nextInt(centres.length)], NOISE);
  }

  float[] questionVector(int question) {
    return questionVectors[question];
  }

  @Override
  public Embeddings embed(List<String> texts, Side side, CallContext context) {
    List<float[]> all = new ArrayList<>(texts.size());
    for (String text : texts) {
      int end = text.indexOf(' ');
      int number = Integer.parseInt(text, 1, end, 10);
      all.add((text.charAt(0) == 'q' ? questionVectors[number] : vector(number)).clone());
    }
    return new Embeddings(all, Usage.none());
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("embedder", "clustered " + seed + " " + size);
  }
}
