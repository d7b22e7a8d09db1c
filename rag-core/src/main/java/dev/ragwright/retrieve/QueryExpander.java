package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import java.util.List;

/**
 * Turns a question into the queries to search with: rewritten, decomposed, or with other words. The
 * pipeline searches with each and fuses. Implementations are immutable and safe to share.
 */
@FunctionalInterface
public interface QueryExpander extends Stage {

  /** Returns at least one query, the most important first; the question itself only if wanted. */
  List<Query> expand(Query question, CallContext context);

  @Override
  default StageDescription description() {
    return StageDescription.opaque("expander", this);
  }

  /** This expander under a name that its user vouches for: a changed expander gets a new name. */
  default QueryExpander named(String name) {
    QueryExpander expander = this;
    return new QueryExpander() {
      @Override
      public List<Query> expand(Query question, CallContext context) {
        return expander.expand(question, context);
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("expander", name);
      }
    };
  }

  /** The question alone: the level "none" of an experiment. */
  static QueryExpander none() {
    return NoExpander.INSTANCE;
  }
}

enum NoExpander implements QueryExpander {
  INSTANCE;

  @Override
  public List<Query> expand(Query question, CallContext context) {
    context.throwIfStopped();
    return List.of(question);
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("expander", "none");
  }
}
