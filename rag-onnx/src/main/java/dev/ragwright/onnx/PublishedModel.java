package dev.ragwright.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model's file as it is published. What has to be read of it is read when it is asked for. */
final class PublishedModel {
  private final ModelFolder folder;
  private byte @Nullable [] bytes; // where it is no file that native code can open
  private @Nullable String sha256;

  /**
   * @param folder with its model file set
   */
  PublishedModel(ModelFolder folder) {
    this.folder = folder;
  }

  /** The digest of all of it. */
  String sha256() throws IOException {
    String digest = sha256;
    if (digest == null) {
      digest = folder.modelPath().isPresent() ? folder.modelSha256() : ModelFolder.sha256(bytes());
      sha256 = digest;
    }
    return digest;
  }

  /** What identifies it on this machine: without reading it where that can be. */
  String identity() throws IOException {
    Optional<String> origin = folder.modelOrigin();
    return origin.isPresent() ? origin.get() : sha256();
  }

  /** Opens it with the given settings. */
  OrtSession open(OrtSession.SessionOptions settings) throws OrtException, IOException {
    Optional<Path> path = folder.modelPath();
    if (path.isEmpty()) {
      return OnnxRuntime.environment().createSession(bytes(), settings);
    }
    long size = Files.size(path.get());
    OrtSession session = OnnxRuntime.environment().createSession(path.get().toString(), settings);
    NativeHeap.trimAfter(size);
    return session;
  }

  private byte[] bytes() throws IOException {
    byte[] read = bytes;
    if (read == null) {
      try (InputStream in = folder.open(folder.modelFile())) {
        read = in.readAllBytes();
      }
      bytes = read;
    }
    return read;
  }
}
