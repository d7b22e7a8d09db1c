package dev.ragwright.eval.learn;

import dev.ragwright.eval.model.ModelFile;
import dev.ragwright.index.CorpusSketch;
import dev.ragwright.retrieve.FusionModel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A fusion's model as a file: JSON with the numbers and what they were learnt for, so that it is
 * refused elsewhere. What is read equals what was written, to the last bit.
 */
public final class FusionModelFile {
  private static final ModelFile<FusionModel> FILE =
      new ModelFile<>(FusionModel.class, "ragwright-fusion", "fusion's model", "FusionModelFile");

  private FusionModelFile() {}

  /**
   * Writes the file, replacing one that is there.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public static void write(FusionModel model, Path file) {
    FILE.write(model, file);
  }

  /**
   * Writes the file, replacing one that is there, with a sketch of the corpus by which a later one
   * tells how much of it has changed.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public static void write(FusionModel model, CorpusSketch learntOver, Path file) {
    FILE.write(model, learntOver, file);
  }

  /**
   * The corpus that the model in a file was learnt over; empty if the file does not tell.
   *
   * @throws dev.ragwright.document.DocumentReadException as {@link #read} has it
   */
  public static Optional<CorpusSketch> learntOver(Path file) {
    return Optional.ofNullable(FILE.corpus(file));
  }

  /**
   * Reads what {@link #write(FusionModel, Path)} wrote.
   *
   * @throws dev.ragwright.document.DocumentReadException if there is no such file, if it is not
   *     JSON, of another version, or if something in it is missing or does not fit, naming what
   */
  public static FusionModel read(Path file) {
    return FILE.read(file);
  }
}
