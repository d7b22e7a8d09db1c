package dev.ragwright.onnx;

/**
 * A file in a repository of a hub.
 *
 * @param name its path in the repository
 * @param bytes its size
 * @param hash in lower-case hex: of large files the SHA-256 (64 digits), of others git's blob hash
 *     (40 digits: the SHA-1 of {@code "blob SIZE\0"} and the content)
 */
public record HubFile(String name, long bytes, String hash) {

  /** Whether {@link #hash()} is a SHA-256. */
  boolean isSha256() {
    return hash.length() == 64;
  }
}
