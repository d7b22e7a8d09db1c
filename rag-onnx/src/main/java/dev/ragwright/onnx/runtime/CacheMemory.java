package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.ragwright.call.RagException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Memory outside the heap for all tensors of a cache, with room for some tokens. */
final class CacheMemory {
  private final int capacity;
  private final ByteBuffer[] buffers;
  private final OnnxTensor[] tensors;

  CacheMemory(List<CacheTensor> layout, int capacity) throws OrtException {
    this.capacity = capacity;
    this.buffers = allocate(layout, capacity);
    this.tensors = new OnnxTensor[buffers.length];
    for (int i = 0; i < buffers.length; i++) {
      tensors[i] = tensor(layout.get(i), buffers[i], capacity);
    }
  }

  /**
   * A buffer for each tensor, with room for some tokens.
   *
   * @throws RagException if there is not as much memory
   */
  static ByteBuffer[] allocate(List<CacheTensor> layout, int tokens) {
    long all = layout.stream().mapToLong(tensor -> tensor.bytes(tokens)).sum();
    ByteBuffer[] buffers = new ByteBuffer[layout.size()];
    try {
      for (int i = 0; i < buffers.length; i++) {
        int bytes = Math.toIntExact(layout.get(i).bytes(tokens));
        buffers[i] = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
      }
    } catch (OutOfMemoryError | ArithmeticException e) {
      throw new RagException(
          String.format(
              Locale.ROOT,
              "a cache for %,d tokens takes %,d bytes outside the heap, which are not there (%s); fewer tokens, fewer states at once, or more memory by -XX:MaxDirectMemorySize would help",
              tokens,
              all,
              e.getMessage()),
          e);
    }
    return buffers;
  }

  static OnnxTensor tensor(CacheTensor layout, ByteBuffer buffer, int tokens) throws OrtException {
    return OnnxTensor.createTensor(
        OnnxRuntime.environment(), buffer, layout.shape(tokens), layout.type());
  }

  int capacity() {
    return capacity;
  }

  long bytes() {
    long bytes = 0;
    for (ByteBuffer buffer : buffers) {
      bytes += buffer.capacity();
    }
    return bytes;
  }

  ByteBuffer buffer(int index) {
    return buffers[index];
  }

  OnnxTensor tensor(int index) {
    return tensors[index];
  }

  void close() {
    for (OnnxTensor tensor : tensors) {
      tensor.close();
    }
  }

  /**
   * What closed states leave for the next ones: Java frees such memory only when it collects
   * garbage, and clears it each time that it is allocated. Safe to share.
   */
  static final class Pool {
    private final List<CacheTensor> layout;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<CacheMemory> idle = new ArrayList<>();
    private boolean closed;

    /** Keeps at most {@code most} of them. */
    Pool(List<CacheTensor> layout, int most) {
      this.layout = layout;
      this.most = most;
    }

    /** The smallest that has room for some tokens, or a new one; of any content. */
    CacheMemory take(int tokens) {
      lock.lock();
      try {
        Optional<CacheMemory> found =
            idle.stream()
                .filter(memory -> memory.capacity >= tokens)
                .min(Comparator.comparingInt(CacheMemory::capacity));
        if (found.isPresent()) {
          idle.remove(found.get());
          return found.get();
        }
      } finally {
        lock.unlock();
      }
      try {
        return new CacheMemory(layout, tokens);
      } catch (OrtException e) {
        throw new RagException("the cache's memory cannot be used", e);
      }
    }

    /** Takes one back, and lets go of the smallest where there are too many. */
    void give(CacheMemory memory) {
      lock.lock();
      try {
        idle.add(memory);
        if (closed) {
          clear();
        } else if (idle.size() > most) {
          idle.sort(Comparator.comparingInt(CacheMemory::capacity));
          idle.removeFirst().close();
        }
      } finally {
        lock.unlock();
      }
    }

    void close() {
      lock.lock();
      try {
        closed = true;
        clear();
      } finally {
        lock.unlock();
      }
    }

    private void clear() {
      idle.forEach(CacheMemory::close);
      idle.clear();
    }
  }
}
