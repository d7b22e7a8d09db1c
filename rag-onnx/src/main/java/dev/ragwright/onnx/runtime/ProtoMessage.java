package dev.ragwright.onnx.runtime;

import dev.ragwright.onnx.files.ProtoReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A protobuf message as the list of its fields, unknown ones among them, which can be changed and
 * written anew. Long values are not held: of those only the place in the file is known. Not for use
 * by several threads.
 */
final class ProtoMessage {
  /** Longer ones stay in the file. */
  static final int LONGEST_HELD = 1 << 13;

  private static final int DEEPEST = 100; // the limit of protobuf's own libraries

  /** What is known of a kind of message. */
  interface Shape {
    /** What the messages in a field are like that are to be seen; null for other fields. */
    @Nullable Shape within(int field);

    /** Whether a field is needed to understand the message, and so has to be held. */
    boolean isHeld(int field);
  }

  /** A field: one of the four below. */
  sealed interface Field {
    int number();
  }

  /** A number; {@code wire} is 0, 1 or 5 as in {@link ProtoReader#wire()}. */
  record Figure(int number, int wire, long value) implements Field {}

  /** A text, bytes, packed numbers, or a message that need not be seen. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares or changes it
  record Bytes(int number, byte[] value) implements Field {}

  /** Likewise, but too long to hold: bytes of the file that was read. */
  record Stretch(int number, long from, long length) implements Field {}

  /** A message. */
  record Nested(int number, ProtoMessage value) implements Field {}

  /** Copies bytes of the file that was read. */
  @FunctionalInterface
  interface Source {
    void copy(long from, long length, OutputStream to) throws IOException;
  }

  private final List<Field> fields = new ArrayList<>();

  /**
   * Reads a message.
   *
   * @param end where it ends in the file, {@link Long#MAX_VALUE} for the file itself
   */
  static ProtoMessage read(ProtoReader in, long end, Shape shape) throws IOException {
    return read(in, end, shape, 0);
  }

  private static ProtoMessage read(ProtoReader in, long end, Shape shape, int depth)
      throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("messages inside messages, more than " + DEEPEST + " deep");
    }
    ProtoMessage message = new ProtoMessage();
    while (in.next(end)) {
      message.fields.add(field(in, shape, depth));
    }
    return message;
  }

  private static Field field(ProtoReader in, Shape shape, int depth) throws IOException {
    int number = in.field();
    if (in.isNumber()) {
      return new Figure(number, 0, in.number());
    }
    if (in.wire() != 2) {
      return new Figure(number, in.wire(), in.fixed());
    }
    Shape within = shape.within(number);
    if (within != null) {
      return new Nested(number, read(in, in.end(), within, depth + 1));
    }
    long from = in.position();
    long length = in.end() - from;
    if (length <= LONGEST_HELD || shape.isHeld(number)) {
      return new Bytes(number, in.bytes(LONGEST_HELD));
    }
    in.skip();
    return new Stretch(number, from, length);
  }

  /** All fields, in their order, to be changed. */
  List<Field> fields() {
    return fields;
  }

  /** The fields of that number, in their order. */
  List<Field> fields(int number) {
    return fields.stream().filter(field -> field.number() == number).toList();
  }

  boolean has(int number) {
    return fields.stream().anyMatch(field -> field.number() == number);
  }

  /** The last number of a field, as protobuf has it; 0 if there is none. */
  long number(int number) {
    long last = 0;
    for (Field field : fields) {
      if (field instanceof Figure value && value.number == number) {
        last = value.value;
      }
    }
    return last;
  }

  /** The numbers of a field, each alone or packed. */
  List<Long> numbers(int number) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (Field field : fields(number)) {
      switch (field) {
        case Figure value -> numbers.add(value.value);
        case Bytes packed -> {
          ProtoReader in = new ProtoReader(new ByteArrayInputStream(packed.value));
          while (in.position() < packed.value.length) {
            numbers.add(in.varint());
          }
        }
        default -> throw new IOException("too many numbers in field " + number);
      }
    }
    return numbers;
  }

  /** The text of a field, or nothing. */
  String text(int number) {
    List<String> texts = texts(number);
    return texts.isEmpty() ? "" : texts.getLast();
  }

  List<String> texts(int number) {
    return fields(number).stream()
        .filter(Bytes.class::isInstance)
        .map(field -> new String(((Bytes) field).value, StandardCharsets.UTF_8))
        .toList();
  }

  List<ProtoMessage> messages(int number) {
    return fields(number).stream()
        .filter(Nested.class::isInstance)
        .map(field -> ((Nested) field).value)
        .toList();
  }

  Optional<ProtoMessage> message(int number) {
    return messages(number).stream().findFirst();
  }

  ProtoMessage with(int number, long value) {
    fields.add(new Figure(number, 0, value));
    return this;
  }

  ProtoMessage with(int number, String value) {
    return with(number, value.getBytes(StandardCharsets.UTF_8));
  }

  ProtoMessage with(int number, byte[] value) {
    fields.add(new Bytes(number, value));
    return this;
  }

  ProtoMessage with(int number, ProtoMessage value) {
    fields.add(new Nested(number, value));
    return this;
  }

  /** Takes out all fields of a number. */
  ProtoMessage without(int number) {
    fields.removeIf(field -> field.number() == number);
    return this;
  }

  /** Puts texts in the place of all fields of a number: where the first was, or at the end. */
  void replace(int number, List<String> texts) {
    replaceWith(
        number,
        texts.stream()
            .<Field>map(text -> new Bytes(number, text.getBytes(StandardCharsets.UTF_8)))
            .toList());
  }

  /** Likewise, messages. */
  void replaceMessages(int number, List<ProtoMessage> messages) {
    replaceWith(
        number, messages.stream().<Field>map(message -> new Nested(number, message)).toList());
  }

  private void replaceWith(int number, List<Field> values) {
    int place = 0;
    while (place < fields.size() && fields.get(place).number() != number) {
      place++;
    }
    without(number);
    fields.addAll(place, values);
  }

  /** A copy that can be changed without changing this. */
  ProtoMessage copy() {
    ProtoMessage copy = new ProtoMessage();
    for (Field field : fields) {
      copy.fields.add(
          field instanceof Nested nested ? new Nested(nested.number, nested.value.copy()) : field);
    }
    return copy;
  }

  /** How many bytes it takes. */
  long size() {
    long size = 0;
    for (Field field : fields) {
      size += size((long) field.number() << 3);
      size +=
          switch (field) {
            case Figure value ->
                switch (value.wire) {
                  case 0 -> size(value.value);
                  case 1 -> Long.BYTES;
                  default -> Integer.BYTES;
                };
            case Bytes bytes -> size(bytes.value.length) + bytes.value.length;
            case Stretch stretch -> size(stretch.length) + stretch.length;
            case Nested nested -> {
              long within = nested.value.size();
              yield size(within) + within;
            }
          };
    }
    return size;
  }

  /** Writes it. */
  void write(OutputStream out, Source source) throws IOException {
    for (Field field : fields) {
      int wire = field instanceof Figure value ? value.wire : 2;
      varint(((long) field.number() << 3) | wire, out);
      switch (field) {
        case Figure value -> {
          if (value.wire == 0) {
            varint(value.value, out);
          } else {
            for (int i = 0; i < (value.wire == 1 ? Long.BYTES : Integer.BYTES); i++) {
              out.write((int) (value.value >>> (8 * i)));
            }
          }
        }
        case Bytes bytes -> {
          varint(bytes.value.length, out);
          out.write(bytes.value);
        }
        case Stretch stretch -> {
          varint(stretch.length, out);
          source.copy(stretch.from, stretch.length, out);
        }
        case Nested nested -> {
          varint(nested.value.size(), out);
          nested.value.write(out, source);
        }
      }
    }
  }

  private static int size(long varint) {
    return varint == 0 ? 1 : (70 - Long.numberOfLeadingZeros(varint)) / 7;
  }

  private static void varint(long value, OutputStream out) throws IOException {
    long rest = value;
    for (; (rest & ~127L) != 0; rest >>>= 7) {
      out.write((int) ((rest & 127) | 128));
    }
    out.write((int) rest);
  }
}
