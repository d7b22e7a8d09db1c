package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Query;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@link Condenser} promises. */
public abstract class CondenserContract {
  private static final List<Turn> TURNS =
      List.of(
          Turn.of("Where does the Rhine rise?", "The Rhine rises in the Alps. [1]"),
          new Turn("And its end?", "And its end (Rhine rise)?", ""));
  private static final Query QUESTION = Query.of("how long is it?");

  /** For subclasses. */
  protected CondenserContract() {}

  /** Returns the condenser under test. */
  protected abstract Condenser condenser();

  private Query condensed(List<Turn> turns, Query question) {
    return condenser().condense(turns, question, CallContext.unbounded()).question();
  }

  @Test
  void takesAnyText() {
    List<String> texts = new ArrayList<>(OddTexts.shortOnes());
    texts.addAll(OddTexts.operators());
    texts.add(OddTexts.longWord());
    texts.add(OddTexts.manyWords());
    for (String text : texts) {
      assertThat(condensed(TURNS, Query.of(text))).isNotNull();
      assertThat(condensed(List.of(Turn.of(text, text)), QUESTION)).isNotNull();
    }
  }

  @Test
  void leavesABlankQuestionAndTheFirstOneAsTheyAre() {
    assertThat(condensed(TURNS, Query.of(" \n"))).isEqualTo(Query.of(" \n"));
    assertThat(condensed(List.of(), QUESTION)).isEqualTo(QUESTION);
  }

  @Test
  void keepsHowAQueryIsRead() {
    assertThat(condensed(TURNS, Query.like("It is long.")).side())
        .isEqualTo(Embedder.Side.DOCUMENT);
  }

  /** Whoever keeps all that was ever said must not wait for it, nor pay for it. */
  @Test
  void doesNotGrowWithTheTurns() {
    List<Turn> many = new ArrayList<>(Collections.nCopies(1_000, TURNS.getFirst()));
    String end = condensed(many, QUESTION).text();
    List<Turn> chain = new ArrayList<>(List.of(TURNS.getFirst()));
    for (int i = 0; i < 1_000; i++) {
      List<Turn> last = chain.subList(Math.max(0, chain.size() - 20), chain.size());
      String alone = condensed(last, Query.of("and why is it so?")).text();
      chain.add(new Turn("and why is it so?", alone, "It is."));
    }
    assertThat(end.length()).isLessThan(1_000);
    assertThat(chain.getLast().question().length()).isLessThan(1_000);
  }

  @Test
  void givesTheSameQuestionForTheSame() {
    assertThat(condensed(TURNS, QUESTION)).isEqualTo(condensed(TURNS, QUESTION));
  }

  @Test
  void throwsWhenCancelledBefore() {
    CallContext context = CallContext.unbounded();
    context.cancel();
    assertThatThrownBy(() -> condenser().condense(TURNS, QUESTION, context))
        .isInstanceOf(CancelledException.class);
  }

  @Test
  void throwsWhenItsTimeIsUp() {
    assertThatThrownBy(() -> condenser().condense(TURNS, QUESTION, TestClock.expired()))
        .isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  void givesParallelCallersTheSameQuestion() {
    Condenser shared = condenser();
    List<Query> alone =
        List.of(shared.condense(TURNS, QUESTION, CallContext.unbounded()).question());
    Crowd.agree(
        Crowd.each(
            member ->
                List.of(shared.condense(TURNS, QUESTION, CallContext.unbounded()).question())),
        alone);
  }

  @Test
  void countsWhatItUsed() {
    assertThat(condenser().condense(TURNS, QUESTION, CallContext.unbounded()).usage()).isNotNull();
  }

  @Test
  void describesItself() {
    Descriptions.assertStable("condenser", condenser()::description);
  }
}
