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
 * off. It is written anew when most of it is no longer wanted. It is opened for each answer, which
 * costs little beside one: so nothing that fails leaves it closed for the next. One cache at a time
 * has the folder. Not by a {@link java.nio.channels.FileChannel}, which an interrupt would close.
 * For one thread at a time.
 */
final class AnswerFile {
  private static final String NAME = "answers.bin";
  private static final long MAGIC = 0x7261_7761_6e73_7773L; // "rawansws"

  /** Changes whenever what is written does. */
  static final int FORMAT = 1;

  private static final int HEADER = Long.BYTES + Integer.BYTES;

  private final Path folder;
  private final RandomAccessFile lockFile;
  private final FileLock lock; // held on to: the JDK forgets one that nobody has
  private final List<AnswerCache.Entry> read = new ArrayList<>();
  private int written; // entries in the file
  private long end; // of the last of them

  private AnswerFile(Path folder, RandomAccessFile lockFile, FileLock lock) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  static AnswerFile open(Path folder) {
    try {
      Files.createDirectories(folder);
      RandomAccessFile lockFile =
          new RandomAccessFile(folder.resolve("answers.lock").toFile(), "rw");
      try {
        FileLock lock = locked(lockFile);
        if (lock == null) {
          throw new IllegalStateException(
              "the cache of answers in %s is in use by another process or cache; close that, or give this one a folder of its own"
                  .formatted(folder));
        }
        AnswerFile opened = new AnswerFile(folder, lockFile, lock);
        opened.read();
        return opened;
      } catch (RuntimeException | IOException | Error e) {
        lockFile.close();
        throw e;
      }
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

  private RandomAccessFile file(String name) throws IOException {
    return new RandomAccessFile(folder.resolve(name).toFile(), "rw");
  }

  private void read() throws IOException {
    try (RandomAccessFile file = file(NAME)) {
      read(file);
    }
  }

  private void read(RandomAccessFile file) throws IOException {
    if (file.length() == 0) {
      begin(file);
      end = HEADER;
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
    end = HEADER;
    try {
      while (end < file.length()) {
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
        end = file.getFilePointer();
        written++;
      }
    } catch (EOFException e) {
      LoggerFactory.getLogger(AnswerCache.class)
          .warn(
              "the cache of answers in {} ends in the middle of an answer, as after a crash; the {} before it are kept",
              folder,
              written);
      file.setLength(end);
    }
  }

  /** What was there when it was opened, the oldest first. */
  List<AnswerCache.Entry> entries() {
    return read;
  }

  /**
   * Appends an answer; where that fails, those before it stay.
   *
   * @param all what is wanted, with it
   * @throws IOException if it cannot be written; the next may be
   */
  void add(AnswerCache.Entry entry, Collection<AnswerCache.Entry> all) throws IOException {
    if (written > 2 * all.size() + 100) {
      rewrite(all);
      return;
    }
    try (RandomAccessFile file = file(NAME)) {
      if (file.length() >= end) {
        file.seek(end);
        try {
          append(file, entry);
        } catch (IOException e) {
          file.setLength(end); // a half would hide what is written behind it
          throw e;
        }
        written++;
        end = file.getFilePointer();
        return;
      }
    }
    rewrite(all); // somebody has cut it, or taken it away
  }

  /**
   * Writes what is wanted and nothing else.
   *
   * @throws IOException if it cannot be written; what was there stays
   */
  void rewrite(Collection<AnswerCache.Entry> all) throws IOException {
    Path fresh = folder.resolve(NAME + ".new");
    try {
      long length;
      try (RandomAccessFile out = file(NAME + ".new")) {
        out.setLength(0);
        begin(out);
        for (AnswerCache.Entry entry : all) {
          append(out, entry);
        }
        length = out.getFilePointer();
      }
      Files.move(fresh, folder.resolve(NAME), StandardCopyOption.REPLACE_EXISTING);
      written = all.size();
      end = length;
    } catch (IOException e) {
      Files.deleteIfExists(fresh); // the disk may be full
      throw e;
    }
  }

  private static void begin(RandomAccessFile out) throws IOException {
    out.writeLong(MAGIC);
    out.writeInt(FORMAT);
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

  @SuppressWarnings("try") // the file only has to be closed
  void close() {
    try (RandomAccessFile closing = lockFile) {
      lock.release();
    } catch (IOException e) {
      throw new UncheckedIOException("the cache of answers in " + folder + " cannot be closed", e);
    }
  }
}
