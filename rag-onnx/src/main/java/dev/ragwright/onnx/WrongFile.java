package dev.ragwright.onnx;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ragwright.text.LetterCase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells what a file holds in place of what it should hold, where its beginning shows it: what comes
 * of a clone without Git LFS, of a download that was refused, or of a file saved under another's
 * name. Parsers would only say that they cannot read it.
 */
final class WrongFile {
  /** The specification bounds a pointer by 1024 bytes. */
  private static final int LONGEST_POINTER = 1024;

  private static final Pattern POINTER =
      Pattern.compile(
          "version https://(?:git-lfs|hawser)\\.github\\.com/spec/[^\\n]*\\n.*", Pattern.DOTALL);

  private static final Pattern SIZE = Pattern.compile("(?m)^size (\\d+)$");
  private static final int SHOWN = 60;
  private static final String SAFETENSORS = "a file of the format safetensors";

  /** How {@link #found} describes what is JSON as far as it goes. */
  private static final Pattern JSON = Pattern.compile("a text of \\d+ bytes, \"[{\\[].*");

  private WrongFile() {}

  /**
   * Where a file is a Git LFS pointer, says so and what to do; no file of a model is ever one.
   *
   * @see <a href="https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md">the specification</a>
   */
  static Optional<ModelLoadException> pointer(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > LONGEST_POINTER) {
      return Optional.empty();
    }
    String text = new String(Files.readAllBytes(file), UTF_8);
    if (!POINTER.matcher(text).matches()) {
      return Optional.empty();
    }
    Matcher size = SIZE.matcher(text);
    return Optional.of(
        new ModelLoadException(
            file.toString(),
            "a Git LFS pointer in place of a file"
                + (size.find() ? " of %s bytes".formatted(size.group(1)) : ""),
            "the file itself: run \"git lfs pull\" in the clone that it is in, or let ModelHub fetch"
                + " the model"));
  }

  /**
   * An error for a file that cannot be read as what it should be, with what its beginning shows it
   * to be in place of {@code found}, where that tells more.
   *
   * @param found what the parser said
   */
  static ModelLoadException instead(
      ModelFiles files, String file, String found, String expected, Throwable cause) {
    Optional<String> shown = Optional.empty();
    try (InputStream in = files.open(file)) {
      if (in != null) {
        byte[] beginning = in.readNBytes(4096);
        shown = found(beginning, files.size(file).orElse(beginning.length));
      }
    } catch (ModelLoadException e) {
      return e; // it is a pointer
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    // Of what is of the right kind, the parser knows more.
    if (shown.isEmpty() || (file.endsWith(".json") && JSON.matcher(shown.get()).matches())) {
      return new ModelLoadException(files.where(file), found, expected, cause);
    }
    boolean isTensors = file.endsWith(".safetensors") && shown.get().equals(SAFETENSORS);
    return new ModelLoadException(
        files.where(file), isTensors ? found : shown.get(), expected, cause);
  }

  /**
   * What a beginning shows.
   *
   * @param size of the whole
   */
  static Optional<String> found(byte[] beginning, long size) {
    if (size == 0) {
      return Optional.of("an empty file");
    }
    String bytes = new String(beginning, ISO_8859_1);
    if (bytes.startsWith("\u001f\u008b")) {
      return Optional.of("a gzip archive, still packed");
    }
    if (bytes.startsWith("PK\u0003\u0004")) {
      return Optional.of(
          bytes.contains("data.pkl") ? "a checkpoint of PyTorch" : "a zip archive, still packed");
    }
    if (bytes.startsWith("\u0080") && beginning.length > 1 && beginning[1] <= 5) {
      return Optional.of("a pickle of Python, such as a checkpoint of PyTorch");
    }
    if (bytes.startsWith("GGUF")) {
      return Optional.of("a model of the format GGUF");
    }
    if (bytes.startsWith("\u0089HDF")) {
      return Optional.of("a file of the format HDF5, such as a checkpoint of Keras");
    }
    if (bytes.startsWith("ORTM", 4)) {
      return Optional.of("a model of ONNX Runtime's own format (.ort)");
    }
    if (isSafetensors(beginning, size)) {
      return Optional.of(SAFETENSORS);
    }
    return isZero(beginning) ? Optional.of("nothing but zeros") : text(beginning, size);
  }

  private static boolean isSafetensors(byte[] beginning, long size) {
    if (beginning.length < 10 || beginning[8] != '{' || beginning[9] != '"') {
      return false;
    }
    long header = ByteBuffer.wrap(beginning).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return header > 0 && header <= size - Long.BYTES;
  }

  private static boolean isZero(byte[] beginning) {
    return beginning.length >= Long.BYTES
        && Arrays.mismatch(beginning, new byte[beginning.length]) < 0;
  }

  private static Optional<String> text(byte[] beginning, long size) {
    String text = new String(beginning, UTF_8).strip();
    boolean isText =
        text.chars()
            .limit(SHOWN)
            .noneMatch(c -> c == '\uFFFD' || (c < ' ' && !Character.isWhitespace(c)));
    if (!isText || text.isEmpty()) {
      return Optional.empty();
    }
    String lower = LetterCase.lower(text);
    String kind =
        lower.startsWith("<!doctype html") || lower.startsWith("<html")
            ? "a page of HTML"
            : "a text";
    String shown = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    return Optional.of(
        String.format(
            Locale.ROOT, "%s of %d bytes, \"%s\"", kind, size, shown.replaceAll("\\s+", " ")));
  }
}
