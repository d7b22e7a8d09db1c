package dev.ragwright.experiment;

import dev.ragwright.call.Usage;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where results of stages outlive a run. */
interface StageStore extends AutoCloseable {

  /** Whether results outlive the run, so that a stage must be able to say what it is. */
  boolean lasts();

  /** The result under a key, as replayed; null when there is none. */
  @Nullable StageResult get(StageKey key);

  /** Keeps a result for good before it returns. */
  void put(StageKey key, StageResult result);

  /** What the stage took whenever it was measured; empty if it never was. */
  Optional<Taken> taken(String stage, String identity);

  /** What several calls took together. */
  record Taken(long calls, Duration wall, Duration cpu, Usage usage) {
    Taken plus(StageResult more) {
      return new Taken(
          calls + 1, wall.plus(more.wall()), cpu.plus(more.cpu()), usage.plus(more.usage()));
    }
  }

  /** Remembers what an identity stands for, so that people can read the store. */
  default void describe(String identity, String description) {}

  /** Keeps what is left to keep. Idempotent. */
  @Override
  default void close() {}

  /** Keeps nothing. */
  static StageStore none() {
    return new StageStore() {
      @Override
      public boolean lasts() {
        return false;
      }

      @Override
      public @Nullable StageResult get(StageKey key) {
        return null;
      }

      @Override
      public void put(StageKey key, StageResult result) {}

      @Override
      public Optional<Taken> taken(String stage, String identity) {
        return Optional.empty();
      }
    };
  }
}
