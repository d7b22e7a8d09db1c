package dev.ragwright.onnx.hub;

import java.time.Duration;
import java.util.Optional;

/**
 * How far a download is.
 *
 * @param repo the repository
 * @param file the file that is on its way
 * @param bytes how many bytes have arrived of all files that the call fetches; fewer than the time
 *     before when a file had to begin anew
 * @param totalBytes how many there are to fetch
 * @param bytesPerSecond since the call began to fetch
 */
public record HubProgress(
    String repo, String file, long bytes, long totalBytes, double bytesPerSecond) {

  /** How long the rest takes at this rate; empty while nothing has arrived. */
  public Optional<Duration> remaining() {
    return bytesPerSecond > 0
        ? Optional.of(Duration.ofMillis((long) (1000 * (totalBytes - bytes) / bytesPerSecond)))
        : Optional.empty();
  }
}
