package dev.ragwright.spring.boot;

import dev.ragwright.index.IndexSize;
import dev.ragwright.observe.HealthReport;
import dev.ragwright.observe.RetrievalHealth;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the index is, and what the last check of retrieval found. A check asks many questions, so it
 * runs beside whoever asks for the state, who is told what the one before found.
 */
final class RetrievalState {
  private static final Logger LOG = LoggerFactory.getLogger(RetrievalState.class);

  /** Retrieval is not what it was; no reason to send requests elsewhere. */
  static final String DEGRADED = "DEGRADED";

  private final @Nullable LuceneIndex index;
  private final @Nullable RetrievalHealth health;
  private final Duration every;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Instant begun;
  private volatile @Nullable HealthReport report;
  private volatile @Nullable String failure;

  RetrievalState(
      @Nullable LuceneIndex index,
      @Nullable RetrievalHealth health,
      Duration every,
      InstantSource clock) {
    this.index = index;
    this.health = health;
    this.every = every;
    this.clock = clock;
  }

  /**
   * What to tell.
   *
   * @param status {@code UP}, or {@link #DEGRADED}
   */
  record Told(String status, Map<String, Object> details) {}

  /** The state now; throws what the index throws. */
  Told told() {
    Map<String, Object> details = new LinkedHashMap<>();
    if (index != null) {
      IndexSize size = index.size();
      details.put("index", index.toString());
      details.put("documents", size.documents());
      details.put("passages", size.passages());
      details.put("unread", index.problems().size());
    }
    String status = "UP";
    if (health != null) {
      checkIfDue(health);
      HealthReport last = report;
      String failed = failure;
      if (failed != null) {
        details.put("retrieval", "not checked: " + failed);
      } else if (last == null) {
        details.put("retrieval", "not checked yet");
      } else {
        status = last.healthy() ? status : DEGRADED;
        details.put("retrieval", last.checks().stream().map(Object::toString).toList());
      }
    }
    return new Told(status, details);
  }

  private void checkIfDue(RetrievalHealth checked) {
    lock.lock();
    try {
      Instant now = clock.instant();
      if (begun != null && now.isBefore(begun.plus(every))) {
        return;
      }
      begun = now;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("ragwright-health").start(() -> check(checked));
  }

  private void check(RetrievalHealth checked) {
    try {
      report = checked.check();
      failure = null;
    } catch (RuntimeException e) {
      LOG.warn("the health of retrieval could not be checked", e);
      failure = String.valueOf(e.getMessage());
    }
  }
}
