package dev.ragwright.onnx.hub;

import java.util.function.Consumer;

/** Counts what one call fetches, and tells the listener of it ten times a second at most. */
final class HubMeter {
  private static final long PAUSE_NANOS = 100_000_000;

  private final String repo;
  private final long total;
  private final Consumer<HubProgress> listener;
  private final long start = System.nanoTime();
  private long told = start - PAUSE_NANOS;
  private long whole;

  HubMeter(String repo, long total, Consumer<HubProgress> listener) {
    this.repo = repo;
    this.total = total;
    this.listener = listener;
  }

  /** A file has so many bytes now. */
  void at(HubFile file, long bytes) {
    long now = System.nanoTime();
    boolean ended = bytes == file.bytes();
    if (ended || now - told >= PAUSE_NANOS) {
      told = now;
      double seconds = Math.max(1, now - start) / 1e9;
      listener.accept(
          new HubProgress(repo, file.name(), whole + bytes, total, (whole + bytes) / seconds));
    }
  }

  /** A file is whole. */
  void add(HubFile file) {
    whole += Math.max(0, file.bytes());
  }
}
