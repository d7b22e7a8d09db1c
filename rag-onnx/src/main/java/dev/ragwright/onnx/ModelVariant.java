package dev.ragwright.onnx;

import dev.ragwright.onnx.files.ModelGraph;
import java.util.Locale;
import java.util.Optional;

/** One of the files that a model comes in. Immutable. */
public final class ModelVariant {
  private final String name;
  private final String file;
  private final Optional<String> encoderFile;
  private final long bytes;
  private final ModelGraph graph;

  ModelVariant(
      String name, String file, Optional<String> encoderFile, long bytes, ModelGraph graph) {
    this.name = name;
    this.file = file;
    this.encoderFile = encoderFile;
    this.bytes = bytes;
    this.graph = graph;
  }

  /**
   * What the name of the file calls it, in the words of transformers.js: {@code fp32} for {@code
   * model.onnx}, {@code q8} for {@code model_quantized.onnx}, else what stands behind {@code
   * model_}; where that is one of these words and both files are there, the file's name ({@code
   * model_q8} beside {@code model_quantized.onnx}). What is in it, {@link #precision()} tells.
   */
  public String name() {
    return name;
  }

  /** The file, relative to the model's folder; of a model with an encoder that of the decoder. */
  public String file() {
    return file;
  }

  /** The encoder that goes with it, if the model has one. */
  public Optional<String> encoderFile() {
    return encoderFile;
  }

  /** The size of the file or files and of the weights beside them. */
  public long bytes() {
    return bytes;
  }

  /** What {@link #file()} says of itself. */
  ModelGraph graph() {
    return graph;
  }

  /**
   * The formats of its weights, the commonest first, in words: {@code "q4"}, {@code "q4f16"},
   * {@code "int8 54 %, q8 46 %"}; {@code "no weights"} when it multiplies with none.
   */
  public String precision() {
    return graph.precision();
  }

  /** The same, seen from a folder above. */
  ModelVariant within(String folder) {
    return new ModelVariant(
        folder, folder + "/" + file, encoderFile.map(name -> folder + "/" + name), bytes, graph);
  }

  /** For people: name, file, precision and size. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s (%s, %s, %,d bytes)", name, file, precision(), bytes);
  }
}
