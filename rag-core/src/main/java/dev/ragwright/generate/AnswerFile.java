package dev.ragwright.generate;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Answers in a file that is only appended to: a header with the format's number, then each answer
 * with its length and its checksum. An end that was not written whole, as after a crash, is cut
 * off. It is written anew when most of it is no longer wanted. One cache at a time has it open. Not
 * by a {@link java.nio.channels.FileChannel}, which an interrupt would close under all others. For
 * one thread at a time.
 */
final class AnswerFile {
  private static final String NAME = "answers.bin";
  private static final long MAGIC = 0x7261_7761_6e73_7773L; // "rawansws"

  /** Changes whenever what is written does. */
  static final int FORMAT = 1;

  private static final int HEADER = Long.BYTES + Integer.BYTES;

  private final Path folder;
  private final RandomAccessFile lockFile;
  private final FileLock lock;
  private RandomAccessFile file;
  private final List<AnswerCache.Entry> read = new ArrayList<>();
  private int written; // entries in the file

  private AnswerFile(Path folder, RandomAccessFile lockFile, FileLock lock) throws IOException {
    this.folder = folder;
    this.lockFile = lockFile;
    this.lock = lock;
    this.file = new RandomAccessFile(folder.resolve(NAME).toFile(), "rw");
  }

  static AnswerFile open(Path folder) {
    try {
      Files.createDirectories(folder);
      RandomAccessFile lockFile =
          new RandomAccessFile(folder.resolve("answers.lock").toFile(), "rw");
      FileLock lock = locked(lockFile);
      if (lock == null) {
        lockFile.close();
        throw new IllegalStateException(
            "the cache of answers in %s is in use by another process or cache; close that, or give this one a folder of its own"
                .formatted(folder));
      }
      AnswerFile opened = new AnswerFile(folder, lockFile, lock);
      try {
        opened.read();
      } catch (RuntimeException | IOException e) {
        opened.close();
        throw e;
      }
      return opened;
    } catch (IOException e) {
      throw new UncheckedIOException("the cache of answers in " + folder + " cannot be read", e);
    }
  }

  private static @Nullable FileLock locked(RandomAccessFile file) throws IOException {
    try {
      return file.getChannel().tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private void read() throws IOException {
    if (file.length() == 0) {
      file.writeLong(MAGIC);
      file.writeInt(FORMAT);
      return;
    }
    if (file.length() < HEADER || file.readLong() != MAGIC) {
      throw new IllegalArgumentException(
          "%s is no cache of answers; name another folder".formatted(folder.resolve(NAME)));
    }
    int format = file.readInt();
    if (format != FORMAT) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the cache of answers in %s was written by another version of Ragwright, in format %d, and this one reads format %d; delete the folder, or name another",
              folder,
              format,
              FORMAT));
    }
    long whole = HEADER;
    try {
      while (whole < file.length()) {
        int length = file.readInt();
        int sum = file.readInt();
        if (length < 0 || length > file.length() - file.getFilePointer()) {
          throw new EOFException();
        }
        byte[] bytes = new byte[length];
        file.readFully(bytes);
        if (sum(bytes) != sum) {
          throw new EOFException();
        }
        read.add(AnswerCodec.read(new DataInputStream(new ByteArrayInputStream(bytes))));
        whole = file.getFilePointer();
        written++;
      }
    } catch (EOFException e) {
      LoggerFactory.getLogger(AnswerCache.class)
          .warn(
              "the cache of answers in {} ends in the middle of an answer, as after a crash; the {} before it are kept",
              folder,
              written);
      file.setLength(whole);
    }
  }

  /** What was there when it was opened, the oldest first. */
  List<AnswerCache.Entry> entries() {
    return read;
  }

  /**
   * Appends an answer.
   *
   * @param all what is wanted, with it
   */
  void add(AnswerCache.Entry entry, Collection<AnswerCache.Entry> all) {
    if (written > 2 * all.size() + 100) {
      rewrite(all);
      return;
    }
    try {
      file.seek(file.length());
      append(file, entry);
      written++;
    } catch (IOException e) {
      throw new UncheckedIOException("the cache of answers in " + folder + " cannot be written", e);
    }
  }

  /** Writes what is wanted and nothing else. */
  void rewrite(Collection<AnswerCache.Entry> all) {
    Path fresh = folder.resolve(NAME + ".new");
    try {
      Files.deleteIfExists(fresh);
      try (RandomAccessFile out = new RandomAccessFile(fresh.toFile(), "rw")) {
        out.writeLong(MAGIC);
        out.writeInt(FORMAT);
        for (AnswerCache.Entry entry : all) {
          append(out, entry);
        }
      }
      file.close();
      Files.move(fresh, folder.resolve(NAME), StandardCopyOption.REPLACE_EXISTING);
      file = new RandomAccessFile(folder.resolve(NAME).toFile(), "rw");
      written = all.size();
    } catch (IOException e) {
      throw new UncheckedIOException("the cache of answers in " + folder + " cannot be written", e);
    }
  }

  private static void append(RandomAccessFile out, AnswerCache.Entry entry) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    AnswerCodec.write(entry, new DataOutputStream(bytes));
    byte[] payload = bytes.toByteArray();
    ByteArrayOutputStream framed = new ByteArrayOutputStream(payload.length + 2 * Integer.BYTES);
    DataOutputStream frame = new DataOutputStream(framed);
    frame.writeInt(payload.length);
    frame.writeInt(sum(payload));
    frame.write(payload);
    out.write(framed.toByteArray());
  }

  private static int sum(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  @SuppressWarnings("try") // the files only have to be closed
  void close() {
    try {
      try {
        file.close();
      } finally {
        lock.release();
        lockFile.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the cache of answers in " + folder + " cannot be closed", e);
    }
  }
}
