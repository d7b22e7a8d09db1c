package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoraAdapter;
import ai.onnxruntime.OrtSession;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.files.ModelGraph;
import dev.ragwright.text.Sha;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The weights of an adapter, which the runtime gives to the inputs of their names in each run. */
final class LoraAdapter implements AutoCloseable {
  private final OrtLoraAdapter adapter;
  private final String sha256;

  private LoraAdapter(OrtLoraAdapter adapter, String sha256) {
    this.adapter = adapter;
    this.sha256 = sha256;
  }

  /** Loads a file for a model that has inputs for an adapter. */
  static LoraAdapter load(Path file, ModelFolder folder) {
    ModelGraph graph = folder.files().graph();
    if (graph.loraInputs().isEmpty()) {
      throw new ModelLoadException(
          folder.files().where(folder.modelFile()),
          "no input for the weights of an adapter among " + graph.inputs(),
          "inputs whose names have lora in them, or no loraAdapter among the options: " + file);
    }
    String expected = "an adapter for " + OnnxModel.runtime() + " (.onnx_adapter)";
    byte[] bytes;
    try {
      Optional<? extends RuntimeException> pointer = folder.files().pointer(file);
      if (pointer.isPresent()) {
        throw pointer.get();
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ModelLoadException(file.toString(), e.toString(), expected, e);
    }
    try {
      return new LoraAdapter(OrtLoraAdapter.create(bytes), Sha.hex(bytes));
    } catch (OrtException e) {
      throw new ModelLoadException(
          file.toString(),
          folder.files().found(bytes).orElse(String.valueOf(e.getMessage())),
          expected,
          e);
    }
  }

  String sha256() {
    return sha256;
  }

  void addTo(OrtSession.RunOptions options) throws OrtException {
    options.addActiveLoraAdapter(adapter);
  }

  /** After the last run. */
  @Override
  public void close() {
    adapter.close();
  }
}
