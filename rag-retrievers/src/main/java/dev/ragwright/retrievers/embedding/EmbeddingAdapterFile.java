package dev.ragwright.retrievers.embedding;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.index.CorpusSketch;
import dev.ragwright.retrieve.EmbeddingAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * An adapter as a file: JSON with what it was learnt for and from, and each row of its matrix as
 * the Base64 of its floats, little-endian; 790 kB for vectors of 384 numbers. What is read equals
 * what was written, to the last bit, which its digest proves.
 */
public final class EmbeddingAdapterFile {
  private static final String FORMAT = "ragwright-adapter";
  private static final int VERSION = 1;
  private static final String CORPUS = "corpus";
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  private EmbeddingAdapterFile() {}

  /**
   * Writes the file, replacing one that is there.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(EmbeddingAdapter adapter, Path file) {
    write(MAPPER.createObjectNode(), adapter, file);
  }

  /**
   * Writes the file, replacing one that is there, with a sketch of the corpus by which a later one
   * tells how much of it has changed.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(EmbeddingAdapter adapter, CorpusSketch learntOver, Path file) {
    ObjectNode root = MAPPER.createObjectNode();
    root.set(CORPUS, MAPPER.valueToTree(learntOver));
    write(root, adapter, file);
  }

  private static void write(ObjectNode root, EmbeddingAdapter adapter, Path file) {
    root.put("format", FORMAT)
        .put("version", VERSION)
        .put("embedder", adapter.embedder())
        .put("sides", adapter.sides().name().toLowerCase(Locale.ROOT))
        .put("learntOn", adapter.learntOn())
        .put("questions", adapter.questions())
        .put("sha256", adapter.digest());
    ArrayNode rows = root.putArray("rows");
    for (int i = 0; i < adapter.dimension(); i++) {
      byte[] bytes = new byte[Float.BYTES * adapter.embedderDimension()];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(adapter.row(i));
      rows.add(Base64.getEncoder().encodeToString(bytes));
    }
    try {
      Files.writeString(file, MAPPER.writeValueAsString(root) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the adapter " + file, e);
    }
  }

  /**
   * Reads what {@link #write(EmbeddingAdapter, Path)} wrote.
   *
   * @throws IllegalArgumentException if there is no such file, if it is not JSON, of another
   *     version, or damaged, naming what
   * @throws UncheckedIOException if it cannot be read
   */
  public static EmbeddingAdapter read(Path file) {
    return parsed(file, EmbeddingAdapterFile::adapter);
  }

  /**
   * The corpus that the adapter in a file was learnt over; empty if the file does not tell.
   *
   * @throws IllegalArgumentException if there is no such file, if it is not JSON, of another
   *     version, or if what it tells is damaged
   * @throws UncheckedIOException if it cannot be read
   */
  public static Optional<CorpusSketch> learntOver(Path file) {
    return parsed(
        file,
        root -> Optional.ofNullable(MAPPER.treeToValue(root.get(CORPUS), CorpusSketch.class)));
  }

  @FunctionalInterface
  private interface Parser<R> {
    R parse(JsonNode root) throws JsonProcessingException;
  }

  private static <R> R parsed(Path file, Parser<R> parser) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "there is no adapter " + file + "; EmbeddingAdapterFile.write makes one");
    }
    try {
      JsonNode root = MAPPER.readTree(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      if (!root.path("format").asText().equals(FORMAT) || root.path("version").asInt() != VERSION) {
        throw new IllegalArgumentException(
            "it is \"%s\" version %s, expected \"%s\" version %s; learn the adapter anew"
                .formatted(
                    root.path("format").asText(), root.path("version").asText(), FORMAT, VERSION));
      }
      return parser.parse(root);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + ": not an adapter: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": not an adapter: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the adapter " + file, e);
    }
  }

  private static EmbeddingAdapter adapter(JsonNode root) {
    EmbeddingAdapter adapter =
        EmbeddingAdapter.of(
            root.required("embedder").asText(),
            sides(root.required("sides").asText()),
            root.required("learntOn").asText(),
            root.required("questions").asInt(),
            rows(root.required("rows")));
    if (!adapter.digest().equals(root.required("sha256").asText())) {
      throw new IllegalArgumentException(
          "its digest is %s, and it says %s: it is damaged, or was changed by hand"
              .formatted(adapter.digest(), root.required("sha256").asText()));
    }
    return adapter;
  }

  private static EmbeddingAdapter.Sides sides(String name) {
    return switch (name) {
      case "both" -> EmbeddingAdapter.Sides.BOTH;
      case "query" -> EmbeddingAdapter.Sides.QUERY;
      default ->
          throw new IllegalArgumentException("sides must be both or query, was \"" + name + "\"");
    };
  }

  private static float[][] rows(JsonNode encoded) {
    float[][] rows = new float[encoded.size()][];
    for (int i = 0; i < rows.length; i++) {
      ByteBuffer row = ByteBuffer.wrap(Base64.getDecoder().decode(encoded.path(i).asText()));
      if (row.remaining() % Float.BYTES != 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "row %d must have %d bytes for each number, had %d",
                i,
                Float.BYTES,
                row.remaining()));
      }
      rows[i] = new float[row.remaining() / Float.BYTES];
      row.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(rows[i]);
    }
    return rows;
  }
}
