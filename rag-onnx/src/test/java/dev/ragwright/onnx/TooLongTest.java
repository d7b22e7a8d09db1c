package dev.ragwright.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TooLongTest {
  @Test
  void aStageTakesSomeAndNamesThem() {
    assertThat(TooLong.CUT.oneOf(TooLong.WINDOWS, TooLong.CUT)).isEqualTo(TooLong.CUT);
    assertThatThrownBy(() -> TooLong.REFUSE.oneOf(TooLong.WINDOWS, TooLong.CUT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("whenTooLong must be one of [WINDOWS, CUT], was REFUSE");
  }
}
