package dev.ragwright.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TokenSpansTest {
  private static final TokenSpans HELLO_WORLD = spans(0, 5, 6, 9, 9, 11);

  private static TokenSpans spans(int... places) {
    int[] starts = new int[places.length / 2];
    int[] ends = new int[starts.length];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = places[2 * i];
      ends[i] = places[2 * i + 1];
    }
    return TokenSpans.of(starts, ends);
  }

  @Test
  void countsWhatLiesWhollyOrPartlyWithin() {
    assertThat(HELLO_WORLD.count(0, 11)).isEqualTo(3);
    assertThat(HELLO_WORLD.count(0, 6)).isEqualTo(1);
    assertThat(HELLO_WORLD.count(4, 7)).isEqualTo(2);
    assertThat(HELLO_WORLD.count(5, 6)).isZero();
    assertThat(HELLO_WORLD.count(9, 9)).isZero();
    assertThat(HELLO_WORLD.count(11, 50)).isZero();
    assertThat(spans().count(0, 10)).isZero();
  }

  @Test
  void countsTokensThatShareAPlace() {
    TokenSpans rocket = spans(0, 1, 1, 3, 1, 3, 1, 3, 3, 4);
    assertThat(rocket.count(1, 3)).isEqualTo(3);
    assertThat(rocket.count(0, 2)).isEqualTo(4);
    assertThat(rocket.firstStartingAt(1)).isEqualTo(1);
    assertThat(rocket.firstEndingAfter(2)).isEqualTo(1);
    assertThat(rocket.firstEndingAfter(4)).isEqualTo(5);
  }

  @Test
  void countsAsAWalkOverTheTokensWould() {
    TokenSpans tokens = spans(0, 2, 0, 2, 2, 2, 3, 5, 4, 6, 6, 7, 6, 7, 9, 12);
    for (int start = 0; start <= 13; start++) {
      for (int end = start + 1; end <= 13; end++) {
        int expected = 0;
        for (int i = 0; i < tokens.size(); i++) {
          boolean empty = tokens.start(i) == tokens.end(i);
          if (!empty && tokens.start(i) < end && tokens.end(i) > start) {
            expected++;
          }
          if (empty && tokens.start(i) > start && tokens.start(i) < end) {
            expected++;
          }
        }
        assertThat(tokens.count(start, end)).as("[%d, %d)", start, end).isEqualTo(expected);
      }
    }
  }

  @Test
  void refusesPlacesThatDescend() {
    assertThatThrownBy(() -> TokenSpans.of(new int[2], new int[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 starts do not fit 1 ends");
    assertThatThrownBy(() -> spans(0, 5, 4, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token 1 at [4, 4) stands before the one in front of it");
    assertThatThrownBy(() -> spans(3, 2))
        .hasMessage("token 0 at [3, 2) stands before the one in front of it");
  }

  @Test
  void keepsItsOwnCopy() {
    int[] starts = {0};
    TokenSpans tokens = TokenSpans.of(starts, new int[] {1});
    starts[0] = 7;
    assertThat(tokens.start(0)).isZero();
  }
}
