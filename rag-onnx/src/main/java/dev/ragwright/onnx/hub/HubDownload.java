package dev.ragwright.onnx.hub;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.hub.HubException.Reason;
import dev.ragwright.text.Sha;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Fetches one file and checks it. A connection that breaks is taken up again where it ended, and so
 * is what an earlier call left. The hash is taken of what is on the disk in the end, so that it
 * does not matter who wrote that.
 */
final class HubDownload {
  private final HubClient client;
  private final HubModel model;
  private final URI uri;
  private final HubFile file;
  private final LongConsumer progress;
  private long done;

  HubDownload(HubClient client, HubModel model, URI uri, HubFile file, LongConsumer progress) {
    this.client = client;
    this.model = model;
    this.uri = uri;
    this.file = file;
    this.progress = progress;
  }

  /**
   * Writes the file to a path, behind what is there of it. If this throws, there is what came, for
   * another call to go on with; nothing, if nothing came or it is not what the hub announced.
   *
   * @throws HubException if it cannot be had, or is not what the hub announced
   */
  void to(Path path, CallContext context) {
    try {
      fetch(path, context);
      check(path, context);
    } catch (IOException e) {
      throw new HubException(Reason.CACHE, "%s cannot be written: %s".formatted(path, e), e);
    } catch (HubException e) {
      done = e.reason() == Reason.CORRUPT ? 0 : done;
      throw e;
    } finally {
      if (done == 0 && file.bytes() > 0) {
        delete(path);
      }
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new HubException(Reason.CACHE, "%s cannot be deleted: %s".formatted(path, e), e);
    }
  }

  private void fetch(Path path, CallContext context) throws IOException {
    int fruitless = 0;
    try (RandomAccessFile out = new RandomAccessFile(path.toFile(), "rw")) {
      resume(out);
      long furthest = done;
      while (done == 0 || done < file.bytes() || file.bytes() < 0) {
        HubException failure = attempt(out, context);
        if (failure == null) {
          return;
        }
        fruitless = done > furthest ? 1 : fruitless + 1;
        furthest = Math.max(furthest, done);
        client.retries().await(fruitless, client.retries().attempts(), failure, context);
      }
    }
  }

  private void resume(RandomAccessFile out) throws IOException {
    if (out.length() > file.bytes()) { // so it is where the size is not known
      out.setLength(0);
    }
    done = out.length();
    out.seek(done);
    if (done > 0) {
      progress.accept(done);
    }
  }

  /** Takes one connection to its end; null when the file is whole. Throws what is for good. */
  @SuppressWarnings("try") // the registration only has to be closed
  private @Nullable HubException attempt(RandomAccessFile out, CallContext context)
      throws IOException {
    HubClient.Answer answer;
    try {
      answer = client.get(uri, done, model, context);
    } catch (IOException e) {
      return client.unavailable(uri, e);
    } catch (HubException e) {
      if (!e.retryable()) {
        throw e;
      }
      if (done > 0 && e instanceof HubErrors.Refused refused && refused.isOfARange()) {
        restart(out);
      }
      return e;
    }
    try (answer;
        CallContext.Registration stop = context.onStop(answer::close)) {
      if (done > 0 && answer.isPacked()) { // a part of which is no part of the content
        restart(out);
        if (answer.status() == 206) {
          return client.unavailable(uri, new IOException("a part of packed content"));
        }
      }
      begin(answer, out);
      return receive(answer, out, context);
    }
  }

  /** Goes back to the first byte where the server sends the whole file again. */
  private void begin(HubClient.Answer answer, RandomAccessFile out) throws IOException {
    String range = answer.headers().firstValue("Content-Range").orElse("");
    boolean continues = answer.status() == 206 && range.startsWith("bytes " + done + "-");
    if (done > 0 && !continues) {
      restart(out);
      if (answer.status() == 206) {
        throw corrupt(
            String.format(
                Locale.ROOT, "the range \"%s\" instead of the bytes from %d", range, done));
      }
    }
    long announced = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
    if (announced >= 0 && !answer.isPacked() && !file.hasSize(done + announced)) {
      throw corrupt(String.format(Locale.ROOT, "%d bytes behind the first %d", announced, done));
    }
  }

  private void restart(RandomAccessFile out) throws IOException {
    done = 0;
    out.setLength(0);
    progress.accept(0);
  }

  private @Nullable HubException receive(
      HubClient.Answer answer, RandomAccessFile out, CallContext context) throws IOException {
    byte[] buffer = new byte[1 << 16];
    InputStream in = null;
    while (true) {
      int read;
      try {
        in = in == null ? answer.stream(client.timeout()) : in;
        read = in.read(buffer);
      } catch (ZipException e) {
        throw corrupt("content that is not packed as its Content-Encoding says");
      } catch (IOException e) {
        return client.unavailable(uri, e);
      }
      context.throwIfStopped();
      if (read < 0) {
        return file.hasSize(done)
            ? null
            : client.unavailable(
                uri,
                new IOException(
                    String.format(
                        Locale.ROOT, "it ended after %d of %d bytes", done, file.bytes())));
      }
      out.write(buffer, 0, read);
      done += read;
      if (file.bytes() >= 0 && done > file.bytes()) {
        throw corrupt("more than its bytes");
      }
      progress.accept(done);
    }
  }

  private void check(Path path, CallContext context) throws IOException {
    if (file.isSha256()) {
      require(hash(path, Sha.sha256(), "", context));
    } else if (file.isSha1()) {
      String git = hash(path, Sha.sha1(), "blob " + Files.size(path) + "\0", context);
      if (!git.equals(file.hash()) && !hash(path, Sha.sha1(), "", context).equals(file.hash())) {
        require(git);
      }
    } // else an ETag that says nothing of the content
  }

  private void require(String hash) {
    if (!hash.equals(file.hash())) {
      throw corrupt("content with the hash " + hash);
    }
  }

  private static String hash(Path path, MessageDigest digest, String before, CallContext context)
      throws IOException {
    digest.update(before.getBytes(StandardCharsets.UTF_8));
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(path)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        context.throwIfStopped();
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private HubException corrupt(String found) {
    return new HubException(
        Reason.CORRUPT,
        String.format(
            Locale.ROOT,
            "%s gave %s; the hub announced %d bytes with the %s %s. What came was deleted; try again, and if it stays so, something between here and the hub changes files",
            uri,
            found,
            file.bytes(),
            file.isSha256() ? "SHA-256" : "git hash",
            file.hash()));
  }
}
