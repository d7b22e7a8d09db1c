package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.files.FolderFiles;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads a tensor out of a safetensors file: eight bytes with the length of a header, little endian;
 * the header, JSON with type, shape and place of each tensor; the numbers, little endian. Unlike a
 * pickle it holds no code.
 */
final class Safetensors {
  private static final JsonMapper JSON = new JsonMapper();

  /** The types that are read, and how many bytes a number of each has. */
  private static final Map<String, Integer> TYPES =
      Map.of("F64", 8, "F32", 4, "F16", 2, "BF16", 2, "I64", 8, "I32", 4, "I8", 1);

  /** The limit of the format's own library. */
  private static final long LONGEST_HEADER = 100_000_000;

  private Safetensors() {}

  /** A file that is not well formed; the text says what was found. */
  static final class Damaged extends IOException {
    private static final long serialVersionUID = 1L;

    Damaged(String found) {
      super(found);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  /**
   * One tensor of a safetensors file, in single precision, which holds whole numbers up to 2^24
   * exactly; empty when there is no such file, or none of that name in it. Reads the header and
   * that tensor.
   *
   * @param file relative to the folder, such as {@code 1_Dense/model.safetensors}
   * @throws ModelLoadException if the file is damaged, or the tensor is not of F64, F32, F16, BF16,
   *     I64, I32 or I8
   * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
   */
  static Optional<FloatTensor> tensor(ModelFolder folder, String file, String name) {
    FolderFiles files = folder.files();
    Optional<InputStream> found = files.find(file);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = found.get()) {
      return read(in, name);
    } catch (Damaged e) {
      throw files.damaged(file, e.getMessage(), "a safetensors file", e);
    } catch (IOException e) {
      throw files.unreadable(file, e);
    }
  }

  /** The tensor of that name, from the beginning of a file; empty when there is none. */
  static Optional<FloatTensor> read(InputStream in, String name) throws IOException {
    JsonNode tensor = header(in).path(name);
    if (tensor.isMissingNode()) {
      return Optional.empty();
    }
    List<Long> shape = new ArrayList<>();
    tensor.path("shape").forEach(axis -> shape.add(axis.asLong(-1)));
    String type = tensor.path("dtype").asText();
    long begin = tensor.path("data_offsets").path(0).asLong(-1);
    long bytes = tensor.path("data_offsets").path(1).asLong(-1) - begin;
    double expected = TYPES.getOrDefault(type, 0); // exact below 2^53
    for (long axis : shape) {
      expected *= axis;
    }
    boolean fits = begin >= 0 && bytes == expected && bytes <= Integer.MAX_VALUE;
    if (!fits || shape.stream().anyMatch(axis -> axis < 0) || !TYPES.containsKey(type)) {
      throw new Damaged("for \"%s\" %s".formatted(name, tensor));
    }
    skip(in, begin);
    return Optional.of(new FloatTensor(numbers(bytes(in, (int) bytes), type), shape));
  }

  private static void skip(InputStream in, long count) throws IOException {
    try {
      in.skipNBytes(count);
    } catch (EOFException e) {
      throw new Damaged("an end in the midst");
    }
  }

  private static JsonNode header(InputStream in) throws IOException {
    long length = ByteBuffer.wrap(bytes(in, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > LONGEST_HEADER) {
      throw new Damaged(String.format(Locale.ROOT, "a header of %d bytes", length));
    }
    try {
      return JSON.readTree(bytes(in, (int) length));
    } catch (JacksonException e) {
      throw new Damaged("a header that is not JSON: " + e.getOriginalMessage());
    }
  }

  private static byte[] bytes(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new Damaged("an end in the midst");
    }
    return bytes;
  }

  private static float[] numbers(byte[] bytes, String type) {
    ByteBuffer raw = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[] numbers = new float[bytes.length / Objects.requireNonNull(TYPES.get(type))];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          switch (type) {
            case "F64" -> (float) raw.getDouble();
            case "F32" -> raw.getFloat();
            case "I64" -> raw.getLong();
            case "I32" -> raw.getInt();
            case "I8" -> raw.get();
            case "F16" -> Float.float16ToFloat(raw.getShort());
            default -> Float.intBitsToFloat(raw.getShort() << 16);
          };
    }
    return numbers;
  }
}
