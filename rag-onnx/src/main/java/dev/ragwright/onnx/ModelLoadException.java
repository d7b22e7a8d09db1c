package dev.ragwright.onnx;

import dev.ragwright.call.RagException;

/** A model's files are missing, damaged, or of a kind that cannot be used. */
public final class ModelLoadException extends RagException {
  private static final long serialVersionUID = 1L;

  private final String file;

  /**
   * Creates one without a cause.
   *
   * @param file the file or folder that was read
   * @param found what it held
   * @param expected what it should hold, or what to do about it
   */
  public ModelLoadException(String file, String found, String expected) {
    super(message(file, found, expected));
    this.file = file;
  }

  /** As the other constructor, around the failure that led to it. */
  public ModelLoadException(String file, String found, String expected, Throwable cause) {
    super(message(file, found, expected), cause);
    this.file = file;
  }

  private static String message(String file, String found, String expected) {
    return "cannot load %s: found %s; expected %s".formatted(file, found, expected);
  }

  /** The file or folder that was read. */
  public String file() {
    return file;
  }
}
