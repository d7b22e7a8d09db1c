package dev.ragwright.onnx.runtime;

import dev.ragwright.onnx.files.ProtoReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Constant numbers of a graph: a view of their message (TensorProto). */
record EditableTensor(ProtoMessage message) {
  static final int FLOAT = 1;
  static final int UINT8 = 2;
  static final int INT8 = 3;
  static final int INT32 = 6;
  static final int INT64 = 7;

  /**
   * New numbers.
   *
   * @param raw little endian, the last axis varying fastest
   */
  static EditableTensor of(String name, int type, List<Long> shape, byte[] raw) {
    return new EditableTensor(header(name, type, shape).with(9, raw));
  }

  /** New numbers that are in a file of the model's folder. */
  static EditableTensor beside(
      String name, int type, List<Long> shape, String location, long offset, long length) {
    EditableTensor tensor = new EditableTensor(header(name, type, shape));
    tensor.setPlace(location, offset, length);
    return tensor;
  }

  private static ProtoMessage header(String name, int type, List<Long> shape) {
    ProtoMessage message = new ProtoMessage();
    shape.forEach(axis -> message.with(1, axis));
    return message.with(2, type).with(8, name);
  }

  String name() {
    return message.text(8);
  }

  /** TensorProto.DataType. */
  int type() {
    return (int) message.number(2);
  }

  List<Long> shape() throws IOException {
    return message.numbers(1);
  }

  /** How many numbers it has. */
  long count() throws IOException {
    long count = 1;
    for (long axis : shape()) {
      try {
        count = Math.multiplyExact(count, axis);
      } catch (ArithmeticException e) {
        throw new IOException("a tensor with an axis of " + axis, e);
      }
    }
    return count;
  }

  /** Whether the numbers are in another file, or in a known place of this one. */
  boolean isBeside() {
    return message.number(14) == 1;
  }

  /** Where they are, if {@link #isBeside}: {@code location}, {@code offset}, {@code length}. */
  Map<String, String> place() {
    Map<String, String> place = new HashMap<>();
    message.messages(13).forEach(entry -> place.put(entry.text(1), entry.text(2)));
    return place;
  }

  /** Says that the numbers are in a file, and takes out those that are here. */
  void setPlace(String location, long offset, long length) {
    for (int numbers : new int[] {4, 5, 6, 7, 9, 10, 11, 13, 14}) {
      message.without(numbers);
    }
    message
        .with(13, new ProtoMessage().with(1, "location").with(2, location))
        .with(13, new ProtoMessage().with(1, "offset").with(2, Long.toString(offset)))
        .with(13, new ProtoMessage().with(1, "length").with(2, Long.toString(length)))
        .with(14, 1);
  }

  /** Changes the name of the file that they are in. */
  void setLocation(String location) {
    Map<String, String> place = new TreeMap<>(place());
    place.put("location", location);
    message.replaceMessages(
        13,
        place.entrySet().stream()
            .map(entry -> new ProtoMessage().with(1, entry.getKey()).with(2, entry.getValue()))
            .toList());
  }

  /** Leaves numbers that are not held in the file that they were read from. */
  void leaveIn(String location) throws IOException {
    for (int field : new int[] {9, 4}) { // raw, or packed floats, whose bytes are the same
      List<ProtoMessage.Field> numbers = message.fields(field);
      if (numbers.size() == 1
          && numbers.getFirst() instanceof ProtoMessage.Stretch stretch
          && (field == 9 || (type() == FLOAT && stretch.length() == count() * Float.BYTES))) {
        setPlace(location, stretch.from(), stretch.length());
        return;
      }
    }
  }

  /** Copies numbers that are kept as a list of numbers, as bytes. */
  void copyTyped(ProtoMessage.Source source, OutputStream to) throws IOException {
    int field =
        switch (type()) {
          case FLOAT -> 4;
          case UINT8, INT8, INT32 -> 5;
          case INT64 -> 7;
          default -> throw new IOException("numbers of type " + type() + " that are not raw");
        };
    int width = type() == INT64 ? Long.BYTES : type() == UINT8 || type() == INT8 ? 1 : 4;
    for (ProtoMessage.Field numbers : message.fields(field)) {
      switch (numbers) {
        case ProtoMessage.Figure one -> little(one.value(), width, to);
        case ProtoMessage.Bytes held -> copyPacked(held.value(), width, to);
        case ProtoMessage.Stretch stretch -> {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) stretch.length());
          source.copy(stretch.from(), stretch.length(), bytes);
          copyPacked(bytes.toByteArray(), width, to);
        }
        case ProtoMessage.Nested nested -> throw new IOException("a message for numbers");
      }
    }
  }

  private void copyPacked(byte[] packed, int width, OutputStream to) throws IOException {
    if (type() == FLOAT) {
      to.write(packed);
      return;
    }
    ProtoReader in = new ProtoReader(new ByteArrayInputStream(packed));
    while (in.position() < packed.length) {
      little(in.varint(), width, to);
    }
  }

  private static void little(long value, int width, OutputStream to) throws IOException {
    for (int i = 0; i < width; i++) {
      to.write((int) (value >>> (8 * i)));
    }
  }
}
