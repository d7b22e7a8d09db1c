package dev.ragwright.retrievers.embedding;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.text.Sha;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Vectors of texts, in a file or in memory, so that no model embeds a text twice: an index that is
 * made anew, with another chunker or language, or in another place, then costs only the texts that
 * are new. A vector is found by the embedder's description, which names its model and tokenizer by
 * digest, the side, and the text; so one file serves any number of embedders, and gives the same
 * vectors to the last bit. Nothing is ever removed: delete the file to begin anew.
 *
 * <p>The file is H2's MVStore, whose jar, {@code com.h2database:h2-mvstore}, an application adds.
 * It is only appended to; a process that is killed loses what it embedded in the last second. It
 * takes four bytes for a number, so about 1.6 MB for a thousand vectors of 384.
 *
 * <p>Safe for use by several threads, which may embed a text twice if both ask for it at once; for
 * one process at a time.
 */
public final class EmbeddingCache implements AutoCloseable {
  private final VectorFile vectors;
  private final Lifecycle lifecycle;

  private EmbeddingCache(String name, @Nullable Path file) {
    try {
      this.vectors = VectorFile.open(name, file);
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "a cache of vectors needs the jar com.h2database:h2-mvstore; add it as a dependency", e);
    }
    this.lifecycle = new Lifecycle(name);
  }

  /**
   * Keeps vectors until it is closed.
   *
   * @throws IllegalStateException if the jar is missing
   */
  public static EmbeddingCache inMemory() {
    return new EmbeddingCache("the cache of vectors in memory", null);
  }

  /**
   * Opens the vectors in a file, which is made if it is missing, as is its folder.
   *
   * @throws IllegalStateException if another process, or another cache of this one, has it open; or
   *     if the jar is missing
   * @throws IllegalArgumentException if it is not a file of vectors, or is damaged
   * @throws UncheckedIOException if its folder cannot be made
   */
  public static EmbeddingCache open(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder of the vectors' file " + file, e);
    }
    return new EmbeddingCache("the cache of vectors " + file, file);
  }

  /**
   * The same embedder, by description and by vectors, which asks its model only for texts whose
   * vectors are not here. What it gives is counted: texts taken from here as {@link
   * Usage#REMEMBERED_TEXTS}, and else what the model counts. It is of use as long as the cache is
   * open; closing the embedder stays the caller's.
   *
   * @throws IllegalArgumentException if the embedder does not say what it is, so that another one's
   *     vectors could be taken for its own
   */
  public Embedder over(Embedder embedder) {
    if (embedder.description().opaque()) {
      throw new IllegalArgumentException(
          "the embedder %s does not say what it is, so its vectors cannot be told from another's; override its description(), with all that changes its vectors"
              .formatted(embedder.description()));
    }
    return new Cached(embedder);
  }

  /** How many vectors are here, of all embedders. */
  @SuppressWarnings("try") // the lease only has to be closed
  public long size() {
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      return vectors.size();
    }
  }

  /** Writes what is not written yet, and closes the file. Does nothing the second time. */
  @Override
  public void close() {
    lifecycle.close(vectors::close);
  }

  private final class Cached implements Embedder {
    private final Embedder embedder;

    Cached(Embedder embedder) {
      this.embedder = embedder;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the cache is closed, or the embedder gives what no embedder
     *     may: such vectors are not kept
     * @throws RagException if the file cannot be read or written
     */
    @Override
    @SuppressWarnings("try") // the lease only has to be closed
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      context.throwIfStopped();
      try (Lifecycle.Lease lease = lifecycle.acquire()) {
        String owner = embedder.description() + "\n" + side + "\n";
        List<String> distinct = texts.stream().distinct().toList();
        List<String> keys = distinct.stream().map(text -> key(owner, text)).toList();
        List<byte[]> kept = vectors.get(keys);
        Map<String, float[]> found = new HashMap<>();
        Map<String, String> missing = new LinkedHashMap<>(); // text to key
        for (int i = 0; i < keys.size(); i++) {
          float[] vector = decode(kept.get(i));
          if (vector == null) {
            missing.put(distinct.get(i), keys.get(i));
          } else {
            found.put(distinct.get(i), vector);
          }
        }
        Usage usage =
            Usage.of(Usage.REMEMBERED_TEXTS, found.size())
                .plus(embed(missing, side, found, context));
        return new Embeddings(
            texts.stream().map(text -> Objects.requireNonNull(found.get(text)).clone()).toList(),
            usage);
      }
    }

    private Usage embed(
        Map<String, String> missing, Side side, Map<String, float[]> found, CallContext context) {
      if (missing.isEmpty()) {
        return Usage.none();
      }
      Embeddings made = embedder.embed(List.copyOf(missing.keySet()), side, context);
      Iterator<float[]> next = made.checked(missing.size(), embedder).iterator();
      Map<String, byte[]> entries = new HashMap<>();
      missing.forEach(
          (text, key) -> {
            float[] vector = next.next();
            found.put(text, vector);
            entries.put(key, encode(vector));
          });
      vectors.put(entries);
      return made.usage();
    }

    @Override
    public boolean readsSurroundings() {
      return embedder.readsSurroundings();
    }

    /**
     * {@inheritDoc} Where the embedder reads what surrounds a passage, its vector is found by that,
     * too: by its document's text, as far as the call has it, and its place there.
     */
    @Override
    @SuppressWarnings("try") // the lease only has to be closed
    public Embeddings embedPassages(List<Passage> passages, CallContext context) {
      if (!embedder.readsSurroundings()) {
        return Embedder.super.embedPassages(passages, context);
      }
      context.throwIfStopped();
      try (Lifecycle.Lease lease = lifecycle.acquire()) {
        String owner = embedder.description() + "\nTOGETHER\n";
        String[] keys = new String[passages.size()];
        List<Integer> missing = new ArrayList<>();
        float[][] found = new float[passages.size()][];
        for (ReadTogether document : ReadTogether.of(passages)) {
          String whole = key(owner, document.text());
          document
              .places()
              .forEach(
                  place -> keys[place.index()] = key(whole, place.start() + " " + place.end()));
          List<byte[]> kept =
              vectors.get(document.places().stream().map(place -> keys[place.index()]).toList());
          boolean all = true;
          for (int i = 0; i < kept.size(); i++) {
            float[] vector = decode(kept.get(i));
            found[document.places().get(i).index()] = vector;
            all &= vector != null;
          }
          if (!all) { // it is read as a whole
            document.places().forEach(place -> missing.add(place.index()));
          }
        }
        missing.sort(null);
        Usage usage = Usage.of(Usage.REMEMBERED_TEXTS, passages.size() - missing.size());
        if (!missing.isEmpty()) {
          Embeddings made =
              embedder.embedPassages(missing.stream().map(passages::get).toList(), context);
          Iterator<float[]> next = made.checked(missing.size(), embedder).iterator();
          Map<String, byte[]> entries = new HashMap<>();
          for (int index : missing) {
            found[index] = next.next();
            entries.put(keys[index], encode(found[index]));
          }
          vectors.put(entries);
          usage = usage.plus(made.usage());
        }
        return new Embeddings(List.of(found), usage);
      }
    }

    /** Null if there is none, or one of another length, which no embedder of this name made. */
    private float @Nullable [] decode(byte[] bytes) {
      if (bytes.length != dimension() * Float.BYTES) {
        return null;
      }
      float[] vector = new float[dimension()];
      ByteBuffer.wrap(bytes).asFloatBuffer().get(vector);
      return vector;
    }

    private static byte[] encode(float[] vector) {
      ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
      bytes.asFloatBuffer().put(vector);
      return bytes.array();
    }

    /**
     * Of the text's units as they are: an encoding would give all halves of characters one form.
     */
    private static String key(String owner, String text) {
      String whole = owner + text;
      ByteBuffer units = ByteBuffer.allocate(whole.length() * Character.BYTES);
      units.asCharBuffer().put(whole);
      return Base64.getEncoder()
          .withoutPadding()
          .encodeToString(Sha.sha256().digest(units.array()));
    }

    @Override
    public int dimension() {
      return embedder.dimension();
    }

    @Override
    public Sent mostSent() {
      return embedder.mostSent();
    }

    @Override
    public StageDescription description() {
      return embedder.description();
    }

    @Override
    public StageDescription passageDescription() {
      return embedder.passageDescription();
    }
  }
}
