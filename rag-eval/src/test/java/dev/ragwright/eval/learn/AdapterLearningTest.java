package dev.ragwright.eval.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.EmbeddingAdapter;
import dev.ragwright.retrieve.EmbeddingAdapter.Sides;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdapterLearningTest {
  private static final CallContext CONTEXT = CallContext.unbounded();
  private static final int DIMENSION = 16;
  private static final int DOCUMENTS = 120;
  private static final Retriever NOTHING =
      ((Retriever) (request, context) -> Retrieval.of(List.of())).named("nothing");

  /** Vectors of texts that are made up. */
  private record Table(Map<String, float[]> vectors) implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      return new Embeddings(
          texts.stream().map(text -> vectors.getOrDefault(text, new float[0]).clone()).toList(),
          Usage.none());
    }

    @Override
    public int dimension() {
      return DIMENSION;
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", "table");
    }
  }

  private final Map<String, float[]> vectors = new LinkedHashMap<>();
  private final List<Passage> passages = new ArrayList<>();
  private final EvalSet set;

  /**
   * A question's vector is its document's, turned by a fifth of a circle in half of the planes of
   * two neighbours, which a matrix turns back, and with noise.
   */
  AdapterLearningTest() {
    Random random = new Random(7);
    List<Question> questions = new ArrayList<>();
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    for (int i = 0; i < DOCUMENTS; i++) {
      float[] document = new float[DIMENSION];
      float[] question = new float[DIMENSION];
      for (int j = 0; j < DIMENSION; j++) {
        document[j] = (float) random.nextGaussian();
      }
      for (int j = 0; j < DIMENSION; j += 2) {
        double angle = j % 4 == 0 ? Math.PI * 2 / 5 : 0;
        question[j] = (float) (document[j] * Math.cos(angle) - document[j + 1] * Math.sin(angle));
        question[j + 1] =
            (float) (document[j] * Math.sin(angle) + document[j + 1] * Math.cos(angle));
      }
      for (int j = 0; j < DIMENSION; j++) {
        question[j] += 0.5f * (float) random.nextGaussian();
      }
      vectors.put("text " + i, unit(document));
      vectors.put("question " + i, unit(question));
      passages.add(Passage.of("d" + i, "text " + i));
      questions.add(new Question("q" + i, "question " + i, List.of()));
      judgments.put("q" + i, Judgments.of(Map.of("d" + i, 1)));
    }
    set = EvalSet.of("turned", questions, Qrels.of(judgments));
  }

  private static float[] unit(float[] vector) {
    float length = (float) Math.sqrt(Embeddings.dot(vector, vector));
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= length;
    }
    return vector;
  }

  private AdapterLearning learning() {
    return AdapterLearning.over(new Table(vectors), passages, NOTHING);
  }

  @Test
  void aTurnedSpaceIsLearntBackOnQuestionsNotSeen() {
    AdapterLearning learning = learning();
    Card card =
        Proof.of("adapter", learning.learner(Sides.QUERY, 1), learning.bench(set))
            .folds(3, 1, CONTEXT)
            .card();
    assertThat(card.verdict()).as(card.toString()).isEqualTo(Card.Verdict.HELPS);
    assertThat(card.before()).as(card.toString()).isLessThan(card.after() - 0.05);
  }

  @Test
  void oneMapOfBothSidesLeavesOutWhatMisleads() {
    AdapterLearning learning = learning();
    Card card =
        Proof.of(
                "adapter",
                learning.learner(Sides.BOTH, 1),
                learning.fusedBench(set, RankFusion.reciprocalRank(60), 20))
            .folds(3, 1, CONTEXT)
            .card();
    assertThat(card.verdict()).as(card.toString()).isEqualTo(Card.Verdict.HELPS);
  }

  @Test
  void theSameSeedGivesTheSameNumbers() {
    EmbeddingAdapter first = learning().learner(Sides.BOTH, 3).learn(set);
    assertThat(learning().learner(Sides.BOTH, 3).learn(set).digest()).isEqualTo(first.digest());
    assertThat(learning().learner(Sides.BOTH, 4).learn(set).digest()).isNotEqualTo(first.digest());
    assertThat(first.learntOn()).isEqualTo("turned");
    assertThat(first.questions()).isEqualTo(DOCUMENTS);
  }

  @Test
  void nothingToLearnFromIsRefused() {
    Question asked = new Question("q1", "question 1", List.of());
    Learner<EmbeddingAdapter> learner = learning().learner(Sides.BOTH, 1);
    assertThatThrownBy(() -> learner.learn(EvalSet.of("none", List.of(asked), Qrels.of(Map.of()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no judgments");
    for (String document : List.of("d1", "gone")) {
      Qrels one = Qrels.of(Map.of("q1", Judgments.of(Map.of(document, 1))));
      assertThatThrownBy(() -> learner.learn(EvalSet.of("one", List.of(asked), one)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "an adapter needs 2 questions or more with a relevant passage that is here, one to learn from and one to stop by; one has "
                  + (document.equals("d1") ? 1 : 0));
    }
  }

  @Test
  void vectorsThatAreNoNumbersAreRefused() {
    vectors.getOrDefault("text 3", new float[1])[0] = Float.NaN;
    assertThatThrownBy(this::learning)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the embedder table returned a vector of length NaN, not 1 (or all zeros)");
  }

  /** A matrix times its singular vectors has columns that are across each other, longest first. */
  @Test
  void theLongestDirectionsAreSingularVectors() {
    float[][] all = vectors.values().toArray(float[][]::new);
    float[][] directions = Directions.longest(all, DIMENSION);
    double[][] lengths = new double[DIMENSION][DIMENSION];
    for (float[] vector : all) {
      for (int i = 0; i < DIMENSION; i++) {
        for (int j = 0; j < DIMENSION; j++) {
          lengths[i][j] +=
              Embeddings.dot(directions[i], vector) * Embeddings.dot(directions[j], vector);
        }
      }
    }
    for (int i = 0; i < DIMENSION; i++) {
      assertThat(Embeddings.dot(directions[i], directions[i])).isCloseTo(1, within(1e-6));
      for (int j = 0; j < i; j++) {
        assertThat(lengths[i][j]).as("%s, %s", i, j).isCloseTo(0, within(1e-4));
      }
      assertThat(lengths[i][i])
          .isLessThanOrEqualTo(lengths[Math.max(0, i - 1)][Math.max(0, i - 1)]);
    }
  }

  @Test
  void aShorterVectorKeepsAllThatIsInFewerDirections() {
    vectors.forEach((text, vector) -> Arrays.fill(vector, DIMENSION / 2, DIMENSION, 0));
    vectors.values().forEach(AdapterLearningTest::unit);
    EmbeddingAdapter shorter = learning().shorter(DIMENSION / 2);
    assertThat(shorter.dimension()).isEqualTo(DIMENSION / 2);
    assertThat(shorter.learntOn()).isEqualTo("120 passages");
    List<float[]> all = List.copyOf(vectors.values());
    for (int i = 1; i < all.size(); i++) {
      assertThat(Embeddings.dot(shorter.map(all.get(i)), shorter.map(all.get(i - 1))))
          .isCloseTo(Embeddings.dot(all.get(i), all.get(i - 1)), within(1e-5));
    }
    assertThat(learning().shorter(DIMENSION / 2).digest()).isEqualTo(shorter.digest());
    for (int numbers : new int[] {0, DIMENSION}) {
      assertThatThrownBy(() -> learning().shorter(numbers))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a shorter vector has from 1 to 15 numbers, asked for were " + numbers);
    }
  }

  @Test
  void productsAreThoseOfTheTextbook() {
    Random random = new Random(11);
    for (int n = 1; n <= 5; n++) {
      for (int m = 1; m <= 9; m++) {
        float[][] a = new float[n][m];
        float[][] b = new float[m][3];
        for (int k = 0; k < m; k++) {
          for (int i = 0; i < n; i++) {
            a[i][k] = random.nextInt(10);
          }
          for (int j = 0; j < 3; j++) {
            b[k][j] = random.nextInt(10);
          }
        }
        float[][] turned = Matrices.transposed(b, 3);
        float[][] product = Matrices.product(a, b, 3);
        for (int i = 0; i < n; i++) {
          for (int j = 0; j < 3; j++) {
            assertThat((double) product[i][j]).isEqualTo(Embeddings.dot(a[i], turned[j]));
          }
        }
      }
    }
  }
}
