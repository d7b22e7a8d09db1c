package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.ragwright.onnx.Int8Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the session of a model's file, with the 8-bit weights that are exact here. */
final class Int8Opening {
  private static final Logger logger = LoggerFactory.getLogger(Int8Opening.class);

  private Int8Opening() {}

  /**
   * An open session.
   *
   * @param weights {@link Int8Weights#UNSIGNED} if weights were changed, else {@link
   *     Int8Weights#AS_PUBLISHED}
   * @param saturating whether products are wrong, as it was asked for
   */
  record Opened(OrtSession session, Int8Weights weights, boolean saturating) {}

  /**
   * Opens a file.
   *
   * @param settings to which is added where weights lie
   * @throws ExactInt8.Refused if a product is not exact and has no other way
   */
  static Opened open(Path file, Int8Weights setting, OrtSession.SessionOptions settings)
      throws OrtException, IOException {
    Opened changed = null;
    ExactInt8 exact = null;
    Optional<EditableModel> model = model(() -> EditableModel.read(file));
    if (model.isPresent()) {
      exact = ExactInt8.of(model.get(), setting);
      changed = changed(model.get(), exact, file.toString(), settings);
    }
    if (changed == null) {
      changed =
          asPublished(OnnxRuntime.environment().createSession(file.toString(), settings), exact);
    }
    NativeHeap.trimAfter(Files.size(file));
    return changed;
  }

  /** Opens a model that is no file. */
  static Opened open(
      byte[] bytes, String name, Int8Weights setting, OrtSession.SessionOptions settings)
      throws OrtException, IOException {
    ExactInt8 exact = null;
    Optional<EditableModel> model = model(() -> EditableModel.read(bytes));
    if (model.isPresent()) {
      exact = ExactInt8.of(model.get(), setting);
      Opened changed = changed(model.get(), exact, name, settings);
      if (changed != null) {
        return changed;
      }
    }
    return asPublished(OnnxRuntime.environment().createSession(bytes, settings), exact);
  }

  @FunctionalInterface
  private interface Reading {
    EditableModel read() throws IOException;
  }

  /** Empty for what cannot be read, which the runtime then says in its own words. */
  private static Optional<EditableModel> model(Reading reading) {
    try {
      return Optional.of(reading.read());
    } catch (IOException e) {
      logger.debug("a model that cannot be looked into", e);
      return Optional.empty();
    }
  }

  private static Opened asPublished(OrtSession session, @Nullable ExactInt8 exact) {
    return new Opened(session, Int8Weights.AS_PUBLISHED, exact != null && exact.isInexact());
  }

  private static @Nullable Opened changed(
      EditableModel model, ExactInt8 exact, String name, OrtSession.SessionOptions settings)
      throws OrtException, IOException {
    if (exact.isInexact()) {
      logger.warn("the 8-bit products of {} saturate on this processor, as was asked for", name);
    }
    if (!exact.changes()) {
      return null;
    }
    Path weights = temporary();
    try {
      exact.apply(weights);
      logger.info("{} has other weights so that its products are exact: {}", name, exact);
      settings.addConfigEntry(
          "session.model_external_initializers_file_folder_path",
          model.folder().orElseThrow().toString());
      OrtSession session = OnnxRuntime.environment().createSession(model.toBytes(), settings);
      return new Opened(session, Int8Weights.UNSIGNED, false);
    } finally {
      try {
        Files.delete(weights); // what the runtime has mapped it keeps
      } catch (IOException e) {
        weights.toFile().deleteOnExit(); // as where mapped files cannot be deleted
      }
    }
  }

  /** A file that only the owner may read. */
  private static Path temporary() throws IOException {
    try {
      return Files.createTempFile("ragwright-weights-", ".bin");
    } catch (IOException e) {
      throw new IOException(
          "8-bit weights of another sign need a temporary file; the system property"
              + " java.io.tmpdir changes where: "
              + e.getMessage(),
          e);
    }
  }
}
