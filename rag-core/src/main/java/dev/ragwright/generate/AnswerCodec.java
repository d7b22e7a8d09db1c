package dev.ragwright.generate;

import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Query;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * An answer as bytes, exactly, but for the records of what ran inside its generator. A change here
 * is another {@link AnswerFile#FORMAT}.
 */
final class AnswerCodec {
  private AnswerCodec() {}

  /** Writes one of several. */
  private interface Writer<T> {
    void write(T value, DataOutputStream out) throws IOException;
  }

  /** Reads one of several. */
  private interface Reader<T> {
    T read(DataInputStream in) throws IOException;
  }

  static void write(AnswerCache.Entry entry, DataOutputStream out) throws IOException {
    text(entry.key().scope(), out);
    text(entry.key().question(), out);
    float[] vector = entry.vector();
    out.writeInt(vector == null ? -1 : vector.length);
    if (vector != null) {
      for (float number : vector) {
        out.writeFloat(number);
      }
    }
    out.writeLong(entry.at().toEpochMilli());
    AnswerCache.Remembered kept = entry.remembered();
    text(kept.question().text(), out);
    out.writeBoolean(kept.question().side() == Embedder.Side.DOCUMENT);
    context(kept.context(), out);
    nullable(kept.generation(), AnswerCodec::generation, out);
    nullable(kept.abstention(), AnswerCodec::abstention, out);
    all(kept.citations(), AnswerCodec::citation, out);
    usage(kept.usage(), out);
  }

  static AnswerCache.Entry read(DataInputStream in) throws IOException {
    AnswerCache.Key key = new AnswerCache.Key(text(in), text(in));
    int numbers = in.readInt();
    float[] vector = numbers < 0 ? null : new float[numbers];
    if (vector != null) {
      for (int i = 0; i < numbers; i++) {
        vector[i] = in.readFloat();
      }
    }
    Instant at = Instant.ofEpochMilli(in.readLong());
    String asked = text(in);
    Query question = in.readBoolean() ? Query.like(asked) : Query.of(asked);
    Context context = context(in);
    return new AnswerCache.Entry(
        key,
        vector,
        at,
        new AnswerCache.Remembered(
            question,
            context,
            nullable(AnswerCodec::generation, in),
            nullable(AnswerCodec::abstention, in),
            all(AnswerCodec::citation, in),
            usage(in)));
  }

  private static void context(Context context, DataOutputStream out) throws IOException {
    all(context.evidence(), AnswerCodec::evidence, out);
    out.writeInt(context.tokens());
    all(
        context.dropped(),
        (dropped, to) -> {
          text(dropped.passageId(), to);
          text(dropped.reason().name(), to);
        },
        out);
    all(context.titles(), AnswerCodec::text, out);
    all(
        context.history(),
        (turn, to) -> {
          text(turn.asked(), to);
          text(turn.question(), to);
          text(turn.answer(), to);
        },
        out);
  }

  private static Context context(DataInputStream in) throws IOException {
    return new Context(
        all(AnswerCodec::evidence, in),
        in.readInt(),
        all(from -> new Context.Dropped(text(from), Context.Reason.valueOf(text(from))), in),
        all(AnswerCodec::text, in),
        all(from -> new Turn(text(from), text(from), text(from)), in));
  }

  private static void evidence(Evidence evidence, DataOutputStream out) throws IOException {
    passage(evidence.passage(), out);
    out.writeDouble(evidence.score());
    all(evidence.retrieved(), AnswerCodec::passage, out);
  }

  private static Evidence evidence(DataInputStream in) throws IOException {
    return new Evidence(passage(in), in.readDouble(), all(AnswerCodec::passage, in));
  }

  private static void passage(Passage passage, DataOutputStream out) throws IOException {
    text(passage.id(), out);
    text(passage.documentId(), out);
    out.writeInt(passage.start());
    out.writeInt(passage.end());
    text(passage.text(), out);
    all(passage.headings(), AnswerCodec::text, out);
    Map<String, Object> metadata = passage.metadata().asMap();
    out.writeInt(metadata.size());
    for (Map.Entry<String, Object> each : metadata.entrySet()) {
      text(each.getKey(), out);
      value(each.getValue(), out);
    }
    out.writeBoolean(passage.places().known());
    if (passage.places().known()) {
      text(passage.places().toString(), out);
    }
  }

  private static Passage passage(DataInputStream in) throws IOException {
    String id = text(in);
    String document = text(in);
    int start = in.readInt();
    int end = in.readInt();
    String text = text(in);
    List<String> headings = all(AnswerCodec::text, in);
    Metadata metadata = Metadata.empty();
    for (int left = in.readInt(); left > 0; left--) {
      metadata = value(metadata, text(in), in);
    }
    Places places = in.readBoolean() ? Places.parse(text(in)) : Places.unknown();
    return new Passage(id, document, start, end, text, headings, metadata, places);
  }

  private static void value(Object value, DataOutputStream out) throws IOException {
    switch (value) {
      case String text -> {
        out.writeByte('s');
        text(text, out);
      }
      case Long number -> {
        out.writeByte('l');
        out.writeLong(number);
      }
      case Double number -> {
        out.writeByte('d');
        out.writeDouble(number);
      }
      case Boolean truth -> {
        out.writeByte('b');
        out.writeBoolean(truth);
      }
      case List<?> several -> {
        out.writeByte('m');
        all(several, (one, to) -> text(one.toString(), to), out);
      }
      default -> throw new IllegalArgumentException("metadata holds no " + value.getClass());
    }
  }

  private static Metadata value(Metadata metadata, String key, DataInputStream in)
      throws IOException {
    byte type = in.readByte();
    return switch (type) {
      case 's' -> metadata.with(key, text(in));
      case 'l' -> metadata.with(key, in.readLong());
      case 'd' -> metadata.with(key, in.readDouble());
      case 'b' -> metadata.with(key, in.readBoolean());
      case 'm' -> metadata.with(key, all(AnswerCodec::text, in));
      default -> throw new IOException("a value of the unknown type " + type);
    };
  }

  private static void generation(Generation made, DataOutputStream out) throws IOException {
    text(made.text(), out);
    all(made.citations(), AnswerCodec::citation, out);
    text(made.finishReason().name(), out);
    nullable(made.abstention().orElse(null), AnswerCodec::abstention, out);
    out.writeInt(made.refusedCitations());
    OptionalDouble confidence = made.confidence();
    out.writeDouble(confidence.orElse(Double.NaN));
    nullable(made.model().orElse(null), AnswerCodec::text, out);
    usage(made.usage(), out);
  }

  private static Generation generation(DataInputStream in) throws IOException {
    String text = text(in);
    List<Citation> citations = all(AnswerCodec::citation, in);
    Generation.FinishReason finish = Generation.FinishReason.valueOf(text(in));
    Abstention abstention = nullable(AnswerCodec::abstention, in);
    int refused = in.readInt();
    double confidence = in.readDouble();
    String model = nullable(AnswerCodec::text, in);
    Usage usage = usage(in);
    Generation made =
        abstention == null
            ? Generation.of(text, citations, finish, usage)
            : Generation.abstained(abstention, finish, usage);
    made = made.withRefusedCitations(refused);
    made = Double.isNaN(confidence) ? made : made.withConfidence(confidence);
    return model == null ? made : made.withModel(model);
  }

  private static void abstention(Abstention why, DataOutputStream out) throws IOException {
    text(why.reason().name(), out);
    text(why.detail(), out);
  }

  private static Abstention abstention(DataInputStream in) throws IOException {
    return new Abstention(Abstention.Reason.valueOf(text(in)), text(in));
  }

  private static void citation(Citation citation, DataOutputStream out) throws IOException {
    text(citation.passageId(), out);
    text(citation.documentId(), out);
    out.writeInt(citation.start());
    out.writeInt(citation.end());
    text(citation.quote(), out);
    all(citation.headings(), AnswerCodec::text, out);
    text(citation.location(), out);
    out.writeInt(citation.answerStart());
    out.writeInt(citation.answerEnd());
    out.writeBoolean(citation.quoted());
  }

  private static Citation citation(DataInputStream in) throws IOException {
    return new Citation(
        text(in),
        text(in),
        in.readInt(),
        in.readInt(),
        text(in),
        all(AnswerCodec::text, in),
        text(in),
        in.readInt(),
        in.readInt(),
        in.readBoolean());
  }

  private static void usage(Usage usage, DataOutputStream out) throws IOException {
    out.writeBoolean(usage.isComplete());
    all(
        usage.known().entrySet(),
        (count, to) -> {
          text(count.getKey(), to);
          to.writeLong(count.getValue());
        },
        out);
    all(usage.unknownCounters(), AnswerCodec::text, out);
  }

  private static Usage usage(DataInputStream in) throws IOException {
    Usage usage = in.readBoolean() ? Usage.none() : Usage.unknown();
    for (int left = in.readInt(); left > 0; left--) {
      usage = usage.with(text(in), in.readLong());
    }
    for (String counter : all(AnswerCodec::text, in)) {
      usage = usage.withUnknown(counter);
    }
    return usage;
  }

  /** In UTF-16, so that half a character is kept as it is. */
  private static void text(String text, DataOutputStream out) throws IOException {
    out.writeInt(text.length());
    out.writeChars(text);
  }

  private static String text(DataInputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int left = in.readInt(); left > 0; left--) {
      text.append(in.readChar());
    }
    return text.toString();
  }

  private static <T> void nullable(@Nullable T value, Writer<T> writer, DataOutputStream out)
      throws IOException {
    out.writeBoolean(value != null);
    if (value != null) {
      writer.write(value, out);
    }
  }

  private static <T> @Nullable T nullable(Reader<T> reader, DataInputStream in) throws IOException {
    return in.readBoolean() ? reader.read(in) : null;
  }

  private static <T> void all(
      Collection<? extends T> values, Writer<T> writer, DataOutputStream out) throws IOException {
    out.writeInt(values.size());
    for (T value : values) {
      writer.write(value, out);
    }
  }

  private static <T> List<T> all(Reader<T> reader, DataInputStream in) throws IOException {
    List<T> values = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      values.add(reader.read(in));
    }
    return values;
  }
}
