package dev.ragwright.onnx.hub;

import dev.ragwright.call.RagException;

/** A model cannot be had from a hub or its cache. */
public class HubException extends RagException {
  private static final long serialVersionUID = 1L;

  /** What a caller can do about it. */
  public enum Reason {
    /** There is no such repository, revision or file, or it is private and there is no token. */
    NOT_FOUND,
    /** A licence has to be accepted on the repository's page, with an account of the hub. */
    GATED,
    /** The token is missing or wrong. */
    UNAUTHORIZED,
    /** The hub does not answer, or says that it cannot now: later it may. */
    UNAVAILABLE,
    /** No network may be used, and the cache does not have it all. */
    OFFLINE,
    /** What came has not the size or the hash that was announced; it was deleted. */
    CORRUPT,
    /** What answers is no hub, or names files that must not be written. */
    NOT_A_HUB,
    /** Only files are there that this library does not fetch or cannot run. */
    UNUSABLE,
    /** The cache's folder cannot be read or written. */
    CACHE
  }

  private final Reason reason;

  HubException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  HubException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What a caller can do about it. */
  public Reason reason() {
    return reason;
  }

  /** True if the hub may answer later. */
  @Override
  public boolean retryable() {
    return reason == Reason.UNAVAILABLE;
  }
}
