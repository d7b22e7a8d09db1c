package dev.ragwright.eval.route;

import dev.ragwright.eval.model.ModelFile;
import dev.ragwright.route.RouteModel;
import java.nio.file.Path;

/**
 * A router's model as a file: JSON with the numbers and what they were learnt for, so that it is
 * refused elsewhere. What is read equals what was written, to the last bit.
 */
public final class RouteModelFile {
  private static final ModelFile<RouteModel> FILE =
      new ModelFile<>(RouteModel.class, "ragwright-route", "router's model", "RouteModelFile");

  private RouteModelFile() {}

  /**
   * Writes the file, replacing one that is there.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public static void write(RouteModel model, Path file) {
    FILE.write(model, file);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws dev.ragwright.document.DocumentReadException if there is no such file, if it is not
   *     JSON, of another version, or if something in it is missing or does not fit, naming what
   */
  public static RouteModel read(Path file) {
    return FILE.read(file);
  }
}
