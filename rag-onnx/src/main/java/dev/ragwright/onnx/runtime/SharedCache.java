package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A cache that the graph writes to in place: each tensor has room for {@link #capacity()} tokens
 * and is both what a run reads and what it writes. A step then copies nothing, and to forget tokens
 * is to attend to fewer. Works for graphs whose attention takes past and present in one memory
 * (GroupQueryAttention), which {@link OnnxDecoder} finds out by trying.
 */
final class SharedCache implements KvCache {
  private final CacheMemory.Pool pool;
  private final List<CacheTensor> tensors;
  private @Nullable CacheMemory memory;

  SharedCache(List<CacheTensor> tensors, CacheMemory.Pool pool, int capacity) {
    this.tensors = tensors;
    this.pool = pool;
    this.memory = pool.take(capacity);
  }

  @Override
  public int capacity() {
    return memory().capacity();
  }

  @Override
  public long bytes() {
    return memory().bytes();
  }

  @Override
  public void reserve(int tokens, int length) {
    if (tokens <= capacity()) {
      return;
    }
    CacheMemory larger = pool.take(tokens);
    CacheMemory old = memory();
    for (int i = 0; i < tensors.size(); i++) {
      tensors
          .get(i)
          .copy(old.buffer(i), old.capacity(), larger.buffer(i), larger.capacity(), length);
    }
    memory = larger;
    pool.give(old);
  }

  @Override
  public void bind(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned) {
    for (int i = 0; i < tensors.size(); i++) {
      inputs.put(tensors.get(i).past(), memory().tensor(i));
      pinned.put(tensors.get(i).present(), memory().tensor(i));
    }
  }

  @Override
  public Set<String> requested() {
    return Set.of();
  }

  @Override
  public void take(OrtSession.Result result) {
    result.close();
  }

  @Override
  public void rewind(int length) {}

  @Override
  public void copyTo(ByteBuffer[] packed, int length) {
    for (int i = 0; i < packed.length; i++) {
      tensors.get(i).copy(memory().buffer(i), capacity(), packed[i], length, length);
    }
  }

  @Override
  public void copyFrom(ByteBuffer[] packed, int of, int length) {
    reserve(length, 0);
    for (int i = 0; i < packed.length; i++) {
      tensors.get(i).copy(packed[i], of, memory().buffer(i), capacity(), length);
    }
  }

  @Override
  public void close() {
    CacheMemory last = memory;
    memory = null;
    if (last != null) {
      pool.give(last);
    }
  }

  private CacheMemory memory() {
    if (memory == null) {
      throw new IllegalStateException("the decode state is closed");
    }
    return memory;
  }
}
