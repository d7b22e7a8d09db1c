package dev.ragwright.onnx.runtime;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.ragwright.call.RagException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A tokenizer of Hugging Face's native library, by the binding of DJL: of what that can tell of a
 * text only what is asked for is made, where its own class makes all of it. Nothing is truncated or
 * padded.
 */
final class NativeTokenizer implements AutoCloseable {
  static {
    // Before any class of DJL is there: it would report its use, and look for other native builds.
    setIfUnset("OPT_OUT_TRACKING", "true");
    setIfUnset("ai.djl.offline", "true");
  }

  static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

  private static boolean started;

  private final long handle;

  /**
   * Loads one.
   *
   * @param json a {@code tokenizer.json}
   * @param cache where to find the native library unpacked, if nothing has loaded it before
   * @throws RuntimeException of no kind of its own if the library refuses it
   */
  NativeTokenizer(String json, @Nullable StartCache cache) {
    start(cache);
    handle = LIBRARY.createTokenizerFromString(json);
    LIBRARY.disableTruncation(handle);
    LIBRARY.disablePadding(handle);
  }

  /**
   * Tokenizes a text.
   *
   * @param special whether the model's special tokens stand around it
   * @param reading what is asked of {@link #LIBRARY} of the encoding, which ends with it
   */
  <T> T encode(String text, boolean special, LongFunction<T> reading) {
    return read(() -> LIBRARY.encode(handle, text, special), reading);
  }

  /** As {@link #encode}, of two texts with the model's special tokens. */
  <T> T encodePair(String first, String second, LongFunction<T> reading) {
    return read(() -> LIBRARY.encodeDual(handle, first, second, true), reading);
  }

  private static <T> T read(LongSupplier encode, LongFunction<T> reading) {
    long encoding;
    try {
      encoding = encode.getAsLong();
    } catch (RuntimeException e) { // a file that was loaded may still lack what a text needs
      throw new RagException(
          "the model's tokenizer.json cannot tokenize a text: %s; it is damaged, or not of this model"
              .formatted(e.getMessage()),
          e);
    }
    try {
      return reading.apply(encoding);
    } finally {
      LIBRARY.deleteEncoding(encoding);
    }
  }

  @Override
  public void close() {
    LIBRARY.deleteTokenizer(handle);
  }

  private static synchronized void start(@Nullable StartCache cache) {
    if (!started && (cache == null || !startUnpacked(cache))) {
      LibUtils.checkStatus();
    }
    started = true;
  }

  /**
   * Loads the library for a processor as DJL would, without its search for graphics cards, which
   * takes longer than all else that it does. Only where the binding's class finds it so: a library
   * belongs to the loader of the class that loads it.
   */
  private static boolean startUnpacked(StartCache cache) {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String system = os.startsWith("mac") ? "osx" : os.startsWith("linux") ? "linux" : "";
    if (system.isEmpty()
        || isSet("RUST_LIBRARY_PATH")
        || isSet("RUST_FLAVOR")
        || !TokenizersLibrary.class
            .getClassLoader()
            .equals(NativeTokenizer.class.getClassLoader())) {
      return false;
    }
    String arch = System.getProperty("os.arch").replace("amd64", "x86_64");
    String file = System.mapLibraryName("tokenizers");
    Optional<Path> unpacked =
        cache.unpacked(
            TokenizersLibrary.class, "/native/lib/" + system + "-" + arch + "/cpu/", List.of(file));
    if (unpacked.isEmpty()) {
      return false;
    }
    try {
      System.load(unpacked.get().resolve(file).toAbsolutePath().toString());
      return true;
    } catch (UnsatisfiedLinkError e) { // as in a folder from which nothing may be run
      LoggerFactory.getLogger(NativeTokenizer.class).warn("cannot load {}", unpacked.get(), e);
      return false;
    }
  }

  /** Whether DJL is told to take another library. */
  private static boolean isSet(String name) {
    return System.getenv(name) != null || System.getProperty(name) != null;
  }

  private static void setIfUnset(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
