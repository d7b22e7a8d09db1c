package dev.ragwright.onnx.runtime;

import dev.ragwright.onnx.files.ProtoReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX model that can be changed and written anew, without holding its weights: whatever is
 * longer than {@value ProtoMessage#LONGEST_HELD} bytes stays in the file. What is written is a
 * small graph whose weights are "external data": stretches of the very file that was read, or of
 * the files beside it. So weights are never copied here, and files of any size can be read. A model
 * that is no file is written with its weights.
 *
 * <p>Nothing is lost: fields that are not known are written as they were. Not for use by several
 * threads.
 */
final class EditableModel {
  private static final int COPIED_AT_ONCE = 1 << 16;

  private final ProtoMessage message; // ModelProto
  private final Opening file;
  private @Nullable Path folder;
  private @Nullable Set<String> used;

  /** Opens what was read, at its beginning. */
  @FunctionalInterface
  private interface Opening {
    InputStream open() throws IOException;
  }

  private EditableModel(Opening file, @Nullable Path folder, ProtoMessage message) {
    this.file = file;
    this.folder = folder;
    this.message = message;
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, is no ONNX model, or weights of it are missing or
   *     outside of its folder
   */
  static EditableModel read(Path file) throws IOException {
    Path real = file.toRealPath();
    ProtoMessage message = read(() -> Files.newInputStream(real));
    List<EditableTensor> tensors = new ArrayList<>();
    for (EditableGraph graph : new EditableGraph(message.message(7).orElseThrow()).all()) {
      tensors.addAll(graph.tensors().values());
    }
    IdentityHashMap<EditableTensor, Path> beside = new IdentityHashMap<>();
    for (EditableTensor tensor : tensors) {
      if (tensor.isBeside()) {
        beside.put(tensor, weights(file, tensor));
      }
    }
    Path folder = common(real, beside.values());
    for (EditableTensor tensor : tensors) {
      Path weights = beside.get(tensor);
      if (weights == null) {
        tensor.leaveIn(relative(folder, real));
      } else {
        tensor.setLocation(relative(folder, weights));
      }
    }
    return new EditableModel(() -> Files.newInputStream(real), folder, message);
  }

  /** Reads a model that is no file. */
  static EditableModel read(byte[] bytes) throws IOException {
    Opening file = () -> new ByteArrayInputStream(bytes);
    return new EditableModel(file, null, read(file));
  }

  private static ProtoMessage read(Opening file) throws IOException {
    try (InputStream in = file.open()) {
      ProtoMessage message =
          ProtoMessage.read(new ProtoReader(in), Long.MAX_VALUE, OnnxMessage.MODEL);
      if (message.message(7).isEmpty()) {
        throw new IOException("no graph");
      }
      return message;
    }
  }

  /** The real file of weights beside the model; the runtime too takes none from elsewhere. */
  private static Path weights(Path model, EditableTensor tensor) throws IOException {
    String location = tensor.place().getOrDefault("location", "");
    Path beside = model.toAbsolutePath().getParent();
    Path file = beside == null ? Path.of(location) : beside.resolve(location);
    if (beside == null || !Files.isRegularFile(file)) {
      throw new IOException("weights in \"" + location + "\", which is no file");
    }
    Path real = file.toRealPath();
    if (!real.startsWith(beside.toRealPath())
        && !real.startsWith(String.valueOf(model.toRealPath().getParent()))) {
      throw new IOException("weights in \"" + location + "\", outside of the model's folder");
    }
    return real;
  }

  private static Path common(Path model, Collection<Path> weights) throws IOException {
    Path common = model.getParent();
    for (Path file : weights) {
      while (common != null && !file.startsWith(common)) {
        common = common.getParent();
      }
    }
    if (common == null) {
      throw new IOException("weights on another disk than the model");
    }
    return common;
  }

  private static String relative(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  EditableGraph graph() {
    return new EditableGraph(message.message(7).orElseThrow());
  }

  /** The nodes of the model's own operators (FunctionProto), whose weights are their inputs. */
  List<EditableNode> functionNodes() {
    List<EditableNode> nodes = new ArrayList<>();
    for (ProtoMessage function : message.messages(25)) {
      function.messages(7).forEach(node -> nodes.add(new EditableNode(node)));
    }
    return nodes;
  }

  /**
   * The folder that the files of the weights are given relative to, for the runtime's setting
   * {@code session.model_external_initializers_file_folder_path}; empty for a model that is no
   * file.
   */
  Optional<Path> folder() {
    return Optional.ofNullable(folder);
  }

  /**
   * What a file is called in {@link #folder()}, which is widened to have it.
   *
   * @throws IOException if it is on another disk than the model, of those that have names
   */
  String locate(Path file) throws IOException {
    Path real = file.toRealPath();
    Path from = folder;
    Path to = common(real, from == null ? List.of() : List.of(from.resolve("model")));
    if (from != null && !to.equals(from)) {
      for (EditableGraph graph : graph().all()) {
        for (EditableTensor tensor : graph.tensors().values()) {
          if (tensor.isBeside()) {
            Path weights = from.resolve(tensor.place().getOrDefault("location", ""));
            tensor.setLocation(relative(to, weights));
          }
        }
      }
    }
    folder = to;
    return relative(to, real);
  }

  /** Adds a domain of operators, unless the model has one of that name. */
  void importOperators(String domain, long version) {
    for (ProtoMessage.Field field : message.fields(8)) {
      if (field instanceof ProtoMessage.Nested nested && nested.value().text(1).equals(domain)) {
        return;
      }
    }
    message.with(8, new ProtoMessage().with(1, domain).with(2, version));
  }

  /** A name that no value of the model has, and none that was given here before. */
  String unused(String name) {
    Set<String> taken = used;
    if (taken == null) {
      taken = new HashSet<>();
      for (EditableGraph graph : graph().all()) {
        taken.addAll(graph.tensors().keySet());
        taken.addAll(graph.inputs());
        for (EditableNode node : graph.nodes()) {
          taken.addAll(node.inputs());
          taken.addAll(node.outputs());
        }
      }
      used = taken;
    }
    String unused = name;
    for (int i = 2; !taken.add(unused); i++) {
      unused = name + "_" + i;
    }
    return unused;
  }

  /**
   * Copies the numbers of a tensor, little endian, from the file or those beside it.
   *
   * @throws IOException if they cannot be read, or the tensor is of a type that is not read here
   */
  void copy(EditableTensor tensor, OutputStream to) throws IOException {
    if (tensor.isBeside()) {
      Map<String, String> place = tensor.place();
      Path weights = folder == null ? null : folder.resolve(place.getOrDefault("location", ""));
      if (weights == null) {
        throw new IOException("weights beside a model that is no file");
      }
      long offset = number(place, "offset", 0);
      long length = number(place, "length", Files.size(weights) - offset);
      copy(() -> Files.newInputStream(weights), offset, length, to);
      return;
    }
    List<ProtoMessage.Field> raw = tensor.message().fields(9);
    if (raw.isEmpty()) {
      tensor.copyTyped(this::copy, to);
    } else if (raw.getLast() instanceof ProtoMessage.Bytes held) {
      to.write(held.value());
    } else if (raw.getLast() instanceof ProtoMessage.Stretch stretch) {
      copy(stretch.from(), stretch.length(), to);
    }
  }

  /** The numbers of a tensor that is not large; see {@link #copy}. */
  byte[] bytes(EditableTensor tensor) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    copy(tensor, bytes);
    return bytes.toByteArray();
  }

  /**
   * The model as it is now, to be loaded with {@link #folder()}.
   *
   * @throws IOException if the file cannot be read any more, or it takes more than two gigabytes
   */
  byte[] toBytes() throws IOException {
    long size = message.size();
    if (size > Integer.MAX_VALUE - 8) {
      throw new IOException(
          String.format(Locale.ROOT, "a graph of %,d bytes without its weights", size));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) size);
    message.write(bytes, this::copy);
    return bytes.toByteArray();
  }

  private void copy(long from, long length, OutputStream to) throws IOException {
    copy(file, from, length, to);
  }

  private static void copy(Opening file, long from, long length, OutputStream to)
      throws IOException {
    byte[] part = new byte[(int) Math.min(length, COPIED_AT_ONCE)];
    try (InputStream in = file.open()) {
      in.skipNBytes(from);
      for (long left = length; left > 0; ) {
        int read = in.read(part, 0, (int) Math.min(left, part.length));
        if (read < 0) {
          throw new EOFException("the file ends in the middle");
        }
        to.write(part, 0, read);
        left -= read;
      }
    }
  }

  private static long number(Map<String, String> place, String key, long otherwise)
      throws IOException {
    String value = place.get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IOException("the %s \"%s\" of weights".formatted(key, value), e);
    }
  }
}
