package dev.ragwright.onnx.hub;

/**
 * A file in a repository of a hub.
 *
 * @param name its path in the repository
 * @param bytes its size; -1 where a hub without a list of its files does not say it
 * @param hash in lower-case hex: of large files the SHA-256 (64 digits), of others git's blob hash
 *     (40 digits: the SHA-1 of {@code "blob SIZE\0"} and the content); of a hub without such a list
 *     its {@code ETag}, which may be no hash of the content
 */
public record HubFile(String name, long bytes, String hash) {

  /** Whether {@link #hash()} is a SHA-256. */
  boolean isSha256() {
    return hash.matches("[0-9a-f]{64}");
  }

  /** Whether {@link #hash()} is a SHA-1, of git or of the content alone. */
  boolean isSha1() {
    return hash.matches("[0-9a-f]{40}");
  }

  /** Whether a file of so many bytes may be this one. */
  boolean hasSize(long size) {
    return bytes < 0 || bytes == size;
  }
}
