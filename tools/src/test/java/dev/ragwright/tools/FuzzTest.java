package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A few inputs of each target, the same in every run; {@link Fuzz} reads more. A fault prints what
 * {@code Fuzz --replay} takes.
 */
class FuzzTest {
  private static final int INPUTS = 100;
  private static FuzzTargets targets;

  @BeforeAll
  static void open() throws IOException {
    targets = new FuzzTargets();
  }

  @AfterAll
  static void close() {
    targets.close();
  }

  static List<String> names() {
    return targets.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void validInputsAreRead(String name) throws Exception {
    FuzzTarget target = targets.named(name);
    for (byte[] seed : target.seeds()) {
      target.reading().read(seed);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void inputsAreReadOrRefusedForWhatTheyAre(String name) throws Exception {
    List<String> told = new ArrayList<>();
    FuzzRun run = new FuzzRun(targets.named(name), 7, told::add).read(0, INPUTS, 300);
    assertThat(run.faults()).as(String.join("\n", told)).isEmpty();
    assertThat(run.done()).isEqualTo(INPUTS);
  }

  @Test
  void anInputIsTheSameWheneverItIsMade() {
    FuzzTarget target = targets.named("citations");
    FuzzInput input = FuzzInput.of(target, 1, 17);
    assertThat(FuzzInput.of(target, 1, 17).bytes()).isEqualTo(input.bytes());
    assertThat(FuzzInput.of(target, 2, 17).bytes()).isNotEqualTo(input.bytes());
  }

  @Test
  void whatIsNotDocumentedIsAFault() throws Exception {
    FuzzTarget real = targets.named("filter");
    FuzzTarget broken =
        new FuzzTarget(
            "broken",
            real.seeds(),
            real.pieces(),
            real.brackets(),
            real.documented(),
            real.memory(),
            input -> {
              throw new IllegalStateException("found " + input.length);
            });
    List<String> told = new ArrayList<>();
    FuzzRun run = new FuzzRun(broken, 1, told::add).read(0, 20, 60);
    assertThat(run.faults().values()).containsExactly(20L);
    assertThat(told.getFirst()).startsWith("FAULT broken:1:0 (").contains("found ");
  }

  @Test
  void whatDoesNotEndIsAFaultAndLeftBehind() throws Exception {
    FuzzTarget real = targets.named("filter");
    AtomicBoolean over = new AtomicBoolean();
    FuzzTarget endless =
        new FuzzTarget(
            "endless",
            real.seeds(),
            real.pieces(),
            real.brackets(),
            real.documented(),
            real.memory(),
            input -> {
              while (!over.get()) {
                Thread.onSpinWait();
              }
            });
    List<String> told = new ArrayList<>();
    FuzzRun run = new FuzzRun(endless, 1, told::add).read(0, 2, 60);
    over.set(true);
    assertThat(run.faults().values()).containsExactly(2L);
    assertThat(run.faults().keySet()).singleElement().asString().startsWith("takes over ");
  }

  @Test
  void namesTheTargetsThatThereAre() {
    assertThatThrownBy(() -> targets.named("citation"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--target takes one of [citations, markdown, filter");
  }
}
