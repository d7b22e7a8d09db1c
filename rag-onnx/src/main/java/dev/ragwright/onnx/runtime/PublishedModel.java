package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.ragwright.onnx.Int8Weights;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.text.Sha;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model's file as it is published. What has to be read of it is read when it is asked for. */
final class PublishedModel {
  private final ModelFolder folder;
  private final Int8Weights setting;
  private byte @Nullable [] bytes; // where it is no file that native code can open
  private @Nullable String sha256;
  private Int8Weights weights = Int8Weights.AS_PUBLISHED;
  private boolean saturating;

  /**
   * @param folder with its model file set
   * @param setting what becomes of 8-bit weights when it is opened
   */
  PublishedModel(ModelFolder folder, Int8Weights setting) {
    this.folder = folder;
    this.setting = setting;
  }

  /** The digest of all of it. */
  String sha256() throws IOException {
    String digest = sha256;
    if (digest == null) {
      digest = folder.files().modelPath().isPresent() ? folder.modelSha256() : Sha.hex(bytes());
      sha256 = digest;
    }
    return digest;
  }

  /** What identifies it on this machine: without reading it where that can be. */
  String identity() throws IOException {
    Optional<String> origin = folder.files().origin(folder.modelFile());
    return origin.isPresent() ? origin.get() : sha256();
  }

  /** What becomes of its 8-bit weights when it is opened. */
  Int8Weights setting() {
    return setting;
  }

  /** What it was opened with; see {@link Int8Opening.Opened#weights()}. */
  Int8Weights weights() {
    return weights;
  }

  /** Says what something was opened with that was made of it before. */
  void setWeights(Int8Weights opened) {
    weights = opened;
  }

  /** Whether products of what was opened are wrong, as was asked for. */
  boolean saturating() {
    return saturating;
  }

  /**
   * Opens it.
   *
   * @param settings to which is added where weights lie
   * @throws ExactInt8.Refused if a product is not exact and has no other way
   */
  OrtSession open(OrtSession.SessionOptions settings) throws OrtException, IOException {
    Optional<Path> path = folder.files().modelPath();
    Int8Opening.Opened opened =
        path.isPresent()
            ? Int8Opening.open(path.get(), setting, settings)
            : Int8Opening.open(
                bytes(), folder.files().where(folder.modelFile()), setting, settings);
    weights = opened.weights();
    saturating = opened.saturating();
    return opened.session();
  }

  private byte[] bytes() throws IOException {
    byte[] read = bytes;
    if (read == null) {
      try (InputStream in = folder.files().open(folder.modelFile())) {
        read = in.readAllBytes();
      }
      bytes = read;
    }
    return read;
  }
}
