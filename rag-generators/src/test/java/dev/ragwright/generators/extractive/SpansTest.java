package dev.ragwright.generators.extractive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.testkit.seeds.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SpansTest {

  @Test
  void findsWhatTryingAllPairsFinds() {
    RandomGenerator random = Seeds.random();
    for (int trial = 0; trial < 300; trial++) {
      int tokens = 1 + random.nextInt(40);
      int first = random.nextInt(tokens);
      int longest = 1 + random.nextInt(8);
      int most = 1 + random.nextInt(6);
      float[] start = logits(random, tokens);
      float[] end = logits(random, tokens);
      List<Spans.Span> all = new ArrayList<>();
      for (int from = first; from < tokens; from++) {
        for (int to = from; to < tokens && to - from < longest; to++) {
          all.add(new Spans.Span(from, to, (double) start[from] + end[to]));
        }
      }
      all.sort(Spans.Span.BEST_FIRST);
      assertThat(Spans.best(start, end, first, tokens, longest, most))
          .isEqualTo(all.subList(0, Math.min(most, all.size())));
    }
  }

  @Test
  void hasNoSpanInNothing() {
    assertThat(Spans.best(new float[3], new float[3], 2, 2, 5, 3)).isEmpty();
  }

  /** Of few values, so that there are ties. */
  private static float[] logits(RandomGenerator random, int count) {
    float[] logits = new float[count];
    for (int i = 0; i < count; i++) {
      logits[i] = random.nextInt(6);
    }
    return logits;
  }
}
