package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import java.util.List;
import java.util.Objects;

/**
 * Says what to search for next, from what was found so far: for questions whose answer is in
 * several passages, one of which names the other. One method, so a lambda will do. Implementations
 * are immutable and safe to share, and keep nothing between calls: all that was asked and found is
 * in the hops.
 */
@FunctionalInterface
public interface FollowUp extends Stage {

  /**
   * Returns the queries to search with next, the most important first. What was asked before is not
   * asked again, so to return the question alone is to have nothing more to ask.
   *
   * @param hops the searches so far, at least one; the first of them is of the question
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Expansion next(Query question, List<Hop> hops, CallContext context);

  @Override
  default StageDescription description() {
    return StageDescription.opaque("follow-up", this);
  }

  /** This follow-up under a name that its user vouches for: a changed one gets a new name. */
  default FollowUp named(String name) {
    FollowUp followUp = this;
    return new FollowUp() {
      @Override
      public Expansion next(Query question, List<Hop> hops, CallContext context) {
        return followUp.next(question, hops, context);
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("follow-up", name);
      }
    };
  }

  /**
   * Follows the names in what the question found, without a model: one passage after the other, in
   * the question's ranking, becomes a query of up to eight names that it has and the question has
   * not, and of the question's words that it has not. Names from sentences that share more words
   * with the question come first. A name is a run of words that begin with a capital, and of
   * numbers behind them, before each of which may stand a word of up to three small letters; one
   * word at the beginning of a sentence is none. A passage without any is passed over.
   *
   * <p>For scripts that have capitals; in others it finds no name and asks nothing.
   */
  static FollowUp names() {
    return NamesFollowUp.STANDARD;
  }

  /**
   * Asks what an expander makes of the question, whatever was found: each further hop is one of its
   * queries, and brings what those before it did not.
   */
  static FollowUp of(QueryExpander expander) {
    return new ExpandingFollowUp(Objects.requireNonNull(expander, "expander"));
  }
}

/** All of an expander's queries, at once. */
record ExpandingFollowUp(QueryExpander expander) implements FollowUp {

  @Override
  public Expansion next(Query question, List<Hop> hops, CallContext context) {
    if (hops.size() > 1) {
      context.throwIfStopped();
      return Expansion.of(List.of(question), Usage.none());
    }
    return expander.expand(question, context);
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("follow-up", "expander").withParts(List.of(expander.description()));
  }
}
