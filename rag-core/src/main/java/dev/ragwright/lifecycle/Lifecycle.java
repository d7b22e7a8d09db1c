package dev.ragwright.lifecycle;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Open until closed: what an owner of a native or file resource needs so that closing it is
 * idempotent, refuses new uses, and waits for the running ones. Each use takes a {@link Lease}:
 *
 * <pre>{@code
 * try (Lifecycle.Lease lease = lifecycle.acquire()) {
 *   ...use the resource...
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads. A lease may be closed by another thread than took it. Closing
 * the resource while holding a lease on the same thread would wait for itself for ever.
 */
public final class Lifecycle {
  private final String what;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int leases;
  private boolean closing;
  private boolean released;

  /**
   * Creates an open one.
   *
   * @param what names the resource in the error of a late use, such as {@code "the index at /data"}
   */
  public Lifecycle(String what) {
    this.what = what;
  }

  /**
   * Keeps the resource open until the lease is closed.
   *
   * @throws IllegalStateException if the resource is closed or closing
   */
  public Lease acquire() {
    lock.lock();
    try {
      if (closing) {
        throw new IllegalStateException(what + " is closed");
      }
      leases++;
    } finally {
      lock.unlock();
    }
    return new Lease(this);
  }

  /**
   * Refuses new leases, waits until the last one is given back, then runs {@code release} if this
   * is the first call. A later call waits until the first has released the resource.
   */
  public void close(Runnable release) {
    lock.lock();
    try {
      if (closing) {
        while (!released) {
          changed.awaitUninterruptibly();
        }
        return;
      }
      closing = true;
      while (leases > 0) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    try {
      release.run();
    } finally {
      lock.lock();
      try {
        released = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void giveBack() {
    lock.lock();
    try {
      if (--leases == 0) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A use of the resource. */
  public static final class Lease implements AutoCloseable {
    private final Lifecycle lifecycle;
    private boolean given;

    private Lease(Lifecycle lifecycle) {
      this.lifecycle = lifecycle;
    }

    /** Ends the use. Idempotent for one thread. */
    @Override
    public void close() {
      if (!given) {
        given = true;
        lifecycle.giveBack();
      }
    }
  }
}
