package dev.ragwright.call;

import static dev.ragwright.call.Usage.INPUT_TOKENS;
import static dev.ragwright.call.Usage.OUTPUT_TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class UsageTest {

  @Test
  void isZeroForWhatACompleteUsageDoesNotList() {
    assertThat(Usage.none().count(INPUT_TOKENS)).hasValue(0);
    assertThat(Usage.of(INPUT_TOKENS, 12).count(INPUT_TOKENS)).hasValue(12);
    assertThat(Usage.of(INPUT_TOKENS, 12).count(OUTPUT_TOKENS)).hasValue(0);
  }

  @Test
  void isUnknownForWhatAnIncompleteUsageDoesNotList() {
    assertThat(Usage.unknown().count(INPUT_TOKENS)).isEmpty();
    Usage some = Usage.unknown().with(INPUT_TOKENS, 0);
    assertThat(some.count(INPUT_TOKENS)).hasValue(0);
    assertThat(some.count(OUTPUT_TOKENS)).isEmpty();
    assertThat(some.isComplete()).isFalse();
  }

  @Test
  void sumsCounterByCounter() {
    Usage sum =
        Usage.of(INPUT_TOKENS, 12)
            .plus(Usage.of(INPUT_TOKENS, 3).with(OUTPUT_TOKENS, 4))
            .plus(Usage.none());
    assertThat(sum).isEqualTo(Usage.of(OUTPUT_TOKENS, 4).with(INPUT_TOKENS, 15));
    assertThat(sum).hasSameHashCodeAs(Usage.of(OUTPUT_TOKENS, 4).with(INPUT_TOKENS, 15));
  }

  @Test
  void keepsUnknownUnknownInASum() {
    Usage local = Usage.of(INPUT_TOKENS, 12);
    assertThat(local.plus(Usage.unknown()).count(INPUT_TOKENS)).isEmpty();
    assertThat(Usage.unknown().plus(local).count(OUTPUT_TOKENS)).isEmpty();
    Usage partly = local.withUnknown(OUTPUT_TOKENS);
    assertThat(partly.isComplete()).isTrue();
    assertThat(partly.plus(Usage.of(OUTPUT_TOKENS, 7)).count(OUTPUT_TOKENS)).isEmpty();
    assertThat(partly.plus(Usage.of(OUTPUT_TOKENS, 7)).count(INPUT_TOKENS)).hasValue(12);
    assertThat(partly.plus(Usage.none()).count("other")).hasValue(0);
  }

  @Test
  void setsACounterEitherWay() {
    Usage usage = Usage.none().withUnknown(INPUT_TOKENS);
    assertThat(usage.unknownCounters()).containsExactly(INPUT_TOKENS);
    assertThat(usage.with(INPUT_TOKENS, 1)).isEqualTo(Usage.of(INPUT_TOKENS, 1));
    assertThat(Usage.of(INPUT_TOKENS, 1).withUnknown(INPUT_TOKENS)).isEqualTo(usage);
  }

  @Test
  void refusesNegativeCountsAndSumsBeyondLong() {
    assertThatThrownBy(() -> Usage.of(INPUT_TOKENS, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("inputTokens must be >= 0, was -1");
    Usage most = Usage.of(INPUT_TOKENS, Long.MAX_VALUE);
    assertThatThrownBy(() -> most.plus(most)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void tellsPeople() {
    assertThat(Usage.none()).hasToString("nothing");
    assertThat(Usage.unknown()).hasToString("unknown");
    assertThat(Usage.of(OUTPUT_TOKENS, 4).withUnknown(INPUT_TOKENS))
        .hasToString("inputTokens unknown, outputTokens 4");
    assertThat(Usage.unknown().with(OUTPUT_TOKENS, 4))
        .hasToString("outputTokens 4, the rest unknown");
  }
}
