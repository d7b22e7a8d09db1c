package dev.ragwright.experiment;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps what is measured in this run in memory, as measured, before another store. */
final class RunStore implements StageStore {
  private final StageStore behind;
  private final Map<StageKey, StageResult> measured = new HashMap<>();

  RunStore(StageStore behind) {
    this.behind = behind;
  }

  @Override
  public boolean lasts() {
    return behind.lasts();
  }

  @Override
  public @Nullable StageResult get(StageKey key) {
    StageResult here = measured.get(key);
    return here == null ? behind.get(key) : here;
  }

  @Override
  public void put(StageKey key, StageResult result) {
    measured.put(key, result);
    behind.put(key, result);
  }

  @Override
  public Optional<Taken> taken(String stage, String identity) {
    return behind.taken(stage, identity);
  }

  @Override
  public void describe(String identity, String description) {
    behind.describe(identity, description);
  }

  @Override
  public void close() {
    behind.close();
  }
}
