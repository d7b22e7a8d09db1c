package dev.ragwright.retrievers.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.testkit.seeds.Seeds;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class QuantizedVectorsTest {
  private static final int DIMENSION = 48;

  /** Each number is off by at most half the scale, on both sides. */
  @Test
  void productsStayWithinTheirBound() {
    RandomGenerator random = Seeds.random();
    TokenVectors passage = vectors(random, 40);
    TokenVectors question = vectors(random, 10);
    QuantizedVectors kept = QuantizedVectors.of(passage);
    QuantizedVectors asked = QuantizedVectors.of(question);
    double sum = 0;
    double off = 0;
    for (int q = 0; q < 10; q++) {
      double most = Double.NEGATIVE_INFINITY;
      double mostOff = 0;
      for (int p = 0; p < 40; p++) {
        double exact = 0;
        double bound = 1e-4;
        for (int i = 0; i < DIMENSION; i++) {
          float x = question.values()[q * DIMENSION + i];
          float y = passage.values()[p * DIMENSION + i];
          exact += x * y;
          bound +=
              Math.abs(x) * kept.scale(p) / 2
                  + (Math.abs(y) + kept.scale(p) / 2) * asked.scale(q) / 2;
        }
        assertThat((double) kept.dot(p, asked, q)).isCloseTo(exact, within(bound));
        most = Math.max(most, exact);
        mostOff = Math.max(mostOff, bound);
      }
      sum += most;
      off += mostOff;
    }
    assertThat(kept.maxSim(asked)).isCloseTo(sum, within(off));
  }

  @Test
  void zerosAndNothingGiveZero() {
    QuantizedVectors asked = QuantizedVectors.of(vectors(Seeds.random(), 3));
    float[] zeros = new float[DIMENSION];
    assertThat(QuantizedVectors.of(new TokenVectors(zeros, DIMENSION, 1, 0)).maxSim(asked))
        .isZero();
    assertThat(QuantizedVectors.of(vectors(Seeds.random(), 0)).maxSim(asked)).isZero();
  }

  @Test
  void readsWhatWasStored() {
    RandomGenerator random = Seeds.random();
    QuantizedVectors asked = QuantizedVectors.of(vectors(random, 5));
    for (int tokens : new int[] {0, 1, 7}) {
      QuantizedVectors vectors = QuantizedVectors.of(vectors(random, tokens));
      byte[] stored = vectors.stored();
      assertThat(stored).hasSize(4 + tokens * (DIMENSION + 4));
      byte[] within = new byte[stored.length + 9];
      Arrays.fill(within, (byte) 77);
      System.arraycopy(stored, 0, within, 6, stored.length);
      QuantizedVectors read = QuantizedVectors.read(within, 6, stored.length);
      assertThat(read.maxSim(asked)).isEqualTo(vectors.maxSim(asked));
      assertThat(read.stored()).isEqualTo(stored);
    }
    byte[] stored = QuantizedVectors.of(vectors(random, 2)).stored();
    for (byte[] wrong :
        new byte[][] {
          {}, {1, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, 0, 1}, {-1, -1, -1, 127}, Arrays.copyOf(stored, 99)
        }) {
      assertThatThrownBy(() -> QuantizedVectors.read(wrong, 0, wrong.length))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(wrong.length + " bytes are no vectors of tokens");
    }
  }

  private static TokenVectors vectors(RandomGenerator random, int tokens) {
    float[] numbers = new float[tokens * DIMENSION];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return new TokenVectors(numbers, DIMENSION, tokens, 0);
  }
}
