package dev.ragwright.tools;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.text.Sha;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An embedder that embeds each text once, and says that it is the other. The vectors may be kept in
 * a file, for the next run. What was counted of a text is known of its first time only.
 */
final class EmbeddedOnce implements Embedder {
  private final Embedder embedder;
  private final @Nullable Path file;
  private final Map<String, float[]> vectors = new LinkedHashMap<>();

  /**
   * Reads the file, where there is one.
   *
   * @throws IllegalArgumentException if it is another embedder's
   */
  EmbeddedOnce(Embedder embedder, @Nullable Path file) {
    this.embedder = embedder;
    this.file = file;
    if (file != null && Files.exists(file)) {
      read(file);
    }
  }

  private String owner() {
    return "vectors of " + embedder.description();
  }

  private void read(Path from) {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(from)))) {
      String owner = in.readUTF();
      if (!owner.equals(owner())) {
        throw new IllegalArgumentException(
            "--keep %s has other vectors than --model gives: %s, not %s; name another file"
                .formatted(from, Cli.oneLine(owner), owner()));
      }
      for (int left = in.readInt(); left > 0; left--) {
        String key = in.readUTF();
        float[] vector = new float[dimension()];
        for (int i = 0; i < vector.length; i++) {
          vector[i] = in.readFloat();
        }
        vectors.put(key, vector);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--keep %s is no file of vectors that was written here; name another file"
              .formatted(from),
          e);
    }
  }

  /** Writes the file, if there is to be one. */
  synchronized void save() {
    if (file == null) {
      return;
    }
    Path whole = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(whole)))) {
        out.writeUTF(owner());
        out.writeInt(vectors.size());
        for (Map.Entry<String, float[]> entry : vectors.entrySet()) {
          out.writeUTF(entry.getKey());
          for (float number : entry.getValue()) {
            out.writeFloat(number);
          }
        }
      }
      Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write --keep " + file, e);
    }
  }

  @Override
  public synchronized Embeddings embed(List<String> texts, Side side, CallContext context) {
    List<String> keys =
        texts.stream().map(text -> side + Sha.hex(text.getBytes(StandardCharsets.UTF_8))).toList();
    Map<String, String> missing = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      if (!vectors.containsKey(keys.get(i))) {
        missing.put(keys.get(i), texts.get(i));
      }
    }
    Usage usage = Usage.none();
    if (!missing.isEmpty()) {
      Embeddings made = embedder.embed(List.copyOf(missing.values()), side, context);
      int next = 0;
      for (String key : missing.keySet()) {
        vectors.put(key, made.vectors().get(next++));
      }
      usage = made.usage();
    }
    List<float[]> all = new ArrayList<>();
    for (String key : keys) {
      all.add(Objects.requireNonNull(vectors.get(key), key).clone());
    }
    return new Embeddings(all, usage);
  }

  @Override
  public int dimension() {
    return embedder.dimension();
  }

  @Override
  public StageDescription description() {
    return embedder.description();
  }
}
