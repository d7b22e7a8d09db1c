package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What {@link QueryExpander} promises. */
public abstract class QueryExpanderContract {
  private static final Query QUESTION = Query.of("where does the river rise");

  /** For subclasses. */
  protected QueryExpanderContract() {}

  /** Returns the expander under test. */
  protected abstract QueryExpander expander();

  /**
   * Closes what owns an expander that {@link #expander} made; nothing unless overridden. A call
   * that is refused because of it throws {@link IllegalStateException}.
   */
  protected void close(QueryExpander expander) {}

  private void with(Consumer<QueryExpander> test) {
    QueryExpander expander = expander();
    try {
      test.accept(expander);
    } finally {
      close(expander);
    }
  }

  private static List<Query> queries(QueryExpander expander, Query question) {
    return expander.expand(question, CallContext.unbounded()).queries();
  }

  private static void assertSound(List<Query> queries) {
    assertThat(queries).isNotEmpty().doesNotContainNull().doesNotHaveDuplicates();
  }

  @Test
  void returnsAQueryAtLeast() {
    with(expander -> assertSound(queries(expander, QUESTION)));
  }

  @Test
  void takesAnyText() {
    with(
        expander -> {
          List<String> texts = new ArrayList<>(OddTexts.shortOnes());
          texts.addAll(OddTexts.operators());
          texts.add(OddTexts.longWord());
          texts.add(OddTexts.manyWords());
          texts.forEach(text -> assertSound(queries(expander, Query.of(text))));
          assertSound(queries(expander, Query.like("The river rises in the Alps.")));
        });
  }

  @Test
  void givesTheSameQueriesForTheSameQuestion() {
    with(
        expander -> assertThat(queries(expander, QUESTION)).isEqualTo(queries(expander, QUESTION)));
  }

  @Test
  void throwsWhenCancelledBefore() {
    with(
        expander -> {
          CallContext context = CallContext.unbounded();
          context.cancel();
          assertThatThrownBy(() -> expander.expand(QUESTION, context))
              .isInstanceOf(CancelledException.class);
        });
  }

  @Test
  void throwsWhenItsTimeIsUp() {
    with(
        expander ->
            assertThatThrownBy(() -> expander.expand(QUESTION, TestClock.expired()))
                .isInstanceOf(DeadlineExceededException.class));
  }

  @Test
  void givesParallelCallersTheSameQueries() {
    with(
        expander -> {
          List<Query> alone = queries(expander, QUESTION);
          Crowd.agree(Crowd.each(member -> queries(expander, QUESTION)), alone);
        });
  }

  @Test
  void mayBeClosedInTheMidst() {
    QueryExpander expander = expander();
    List<Query> expected = queries(expander, QUESTION);
    Crowd.closeInTheMidst(
        () -> assertThat(queries(expander, QUESTION)).isEqualTo(expected), () -> close(expander));
    close(expander);
  }

  @Test
  void countsWhatItUsed() {
    with(
        expander ->
            assertThat(expander.expand(QUESTION, CallContext.unbounded()).usage()).isNotNull());
  }

  @Test
  void describesItself() {
    with(expander -> Descriptions.assertStable("expander", expander::description));
  }
}
