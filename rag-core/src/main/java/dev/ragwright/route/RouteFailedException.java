package dev.ragwright.route;

import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import dev.ragwright.text.Said;
import dev.ragwright.trace.Attempted;
import dev.ragwright.trace.StageRecord;
import java.util.List;

/** A part of a route failed; what ran before it, and beside it, is told and charged as well. */
final class RouteFailedException extends RagException implements Attempted {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;
  private final transient Usage usage;
  private final transient List<StageRecord> ran;

  private RouteFailedException(String what, RagException cause, List<StageRecord> ran) {
    super(what + ": " + Said.by(cause), cause);
    this.retryable = cause.retryable();
    this.usage = ran.stream().map(StageRecord::usage).reduce(Usage.none(), Usage::plus);
    this.ran = List.copyOf(ran);
  }

  /**
   * The failure to throw: the one given where the call was stopped, which callers tell by its type,
   * and which says of its own that nobody knows what was counted.
   *
   * @param what failed, for the text
   * @param ran all that ran, what failed included
   */
  static RagException of(String what, RagException failure, List<StageRecord> ran) {
    boolean stopped =
        failure instanceof CancelledException || failure instanceof DeadlineExceededException;
    return stopped ? failure : new RouteFailedException(what, failure, ran);
  }

  @Override
  public boolean retryable() {
    return retryable;
  }

  @Override
  public Usage usage() {
    return usage;
  }

  @Override
  public List<StageRecord> attempts() {
    return ran;
  }
}
