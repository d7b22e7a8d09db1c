package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.List;

/**
 * Turns a question into the queries to search with: rewritten, decomposed, or with other words. The
 * pipeline searches with each and fuses. One method, so a lambda will do:
 *
 * {@snippet :
 * QueryExpander both =
 *     (question, context) ->
 *         Expansion.of(List.of(question, Query.of(question.text().toLowerCase(Locale.ROOT))));
 * }
 *
 * <p>Implementations are immutable and safe to share; {@code QueryExpanderContract} of rag-testkit
 * checks what is promised here.
 */
@FunctionalInterface
public interface QueryExpander extends Stage {

  /**
   * Returns at least one query, the most important first; the question itself only if wanted.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Expansion expand(Query question, CallContext context);

  /** The queries for a question, however long it takes. */
  default Expansion expand(String question) {
    return expand(Query.of(question), CallContext.unbounded());
  }

  @Override
  default StageDescription description() {
    return StageDescription.opaque("expander", this);
  }

  /** This expander under a name that its user vouches for: a changed expander gets a new name. */
  default QueryExpander named(String name) {
    QueryExpander expander = this;
    return new QueryExpander() {
      @Override
      public Expansion expand(Query question, CallContext context) {
        return expander.expand(question, context);
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("expander", name);
      }
    };
  }

  /**
   * This expander, or the question alone where it fails, as a hosted model may: a question is then
   * answered as if there were no expander. The failure is in the trace, and what it took is
   * unknown. A call that was cancelled or whose time is up fails all the same.
   */
  default QueryExpander orQuestion() {
    return new ForgivingExpander(this);
  }

  /** The question alone: the level "none" of an experiment. */
  static QueryExpander none() {
    return NoExpander.INSTANCE;
  }
}

enum NoExpander implements QueryExpander {
  INSTANCE;

  @Override
  public Expansion expand(Query question, CallContext context) {
    context.throwIfStopped();
    return Expansion.of(List.of(question), Usage.none());
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("expander", "none");
  }
}

record ForgivingExpander(QueryExpander expander) implements QueryExpander {

  @Override
  public Expansion expand(Query question, CallContext context) {
    context.throwIfStopped();
    long start = context.ticker().nanos();
    try {
      return expander.expand(question, context);
    } catch (RuntimeException e) {
      if (context.shouldStop()) {
        throw e;
      }
      Duration took = Duration.ofNanos(context.ticker().nanos() - start);
      StageRecord failed =
          StageRecord.of("expand", expander.description(), took, Usage.unknown()).failed(e);
      return Expansion.of(List.of(question), Usage.unknown()).withParts(List.of(failed));
    }
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("expander", "or question")
        .withParts(List.of(expander.description()));
  }
}
