package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.StageDescription;
import java.util.function.Supplier;

/** What every stage promises of its description. */
final class Descriptions {
  private Descriptions() {}

  static void assertStable(String kind, Supplier<StageDescription> description) {
    StageDescription first = description.get();
    assertThat(first).isNotNull();
    assertThat(first.kind()).isEqualTo(kind);
    assertThat(first.name()).isNotBlank();
    assertThat(description.get()).isEqualTo(first).hasToString(first.toString());
  }
}
