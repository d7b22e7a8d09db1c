package dev.ragwright.pipeline;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;

/**
 * Stands between a walk and its stages: calls them, or has what they would give from elsewhere.
 * What it throws fails the stage. Asked by one thread at a time; a walk that has one searches for
 * several queries one after the other.
 */
public interface StageInterceptor {

  /** Returns what the stage is. */
  StageDescription describe(StageCall<?> call);

  /** Returns what the stage gives, best by {@link StageCall#run()}. */
  <T> T intercept(StageCall<T> call, CallContext context);
}
