package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cache that each run writes anew: what one run gives is what the next one reads, in the
 * runtime's own memory. For graphs that append the new tokens to the old ones. A step copies the
 * whole cache, within the runtime; to forget tokens copies what stays, through the heap.
 */
final class PassedCache implements KvCache {
  private final List<CacheTensor> tensors;
  private final Set<String> presents;
  private OnnxTensor[] current;
  private OrtSession.@Nullable Result result;
  private int length;

  PassedCache(List<CacheTensor> tensors) throws OrtException {
    this.tensors = tensors;
    this.presents =
        tensors.stream().map(CacheTensor::present).collect(Collectors.toUnmodifiableSet());
    this.current = own(CacheMemory.allocate(tensors, 0), 0);
  }

  private OnnxTensor[] own(ByteBuffer[] buffers, int tokens) throws OrtException {
    OnnxTensor[] owned = new OnnxTensor[buffers.length];
    for (int i = 0; i < owned.length; i++) {
      owned[i] = CacheMemory.tensor(tensors.get(i), buffers[i], tokens);
    }
    return owned;
  }

  @Override
  public int capacity() {
    return length;
  }

  @Override
  public long bytes() {
    return tensors.stream().mapToLong(tensor -> tensor.bytes(length)).sum();
  }

  @Override
  public void reserve(int tokens, int kept) {}

  @Override
  public void bind(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned) {
    for (int i = 0; i < current.length; i++) {
      inputs.put(tensors.get(i).past(), current[i]);
    }
  }

  @Override
  public Set<String> requested() {
    return presents;
  }

  @Override
  public void take(OrtSession.Result next) {
    OnnxTensor[] given = new OnnxTensor[current.length];
    for (int i = 0; i < given.length; i++) {
      given[i] = (OnnxTensor) next.get(tensors.get(i).present()).orElseThrow();
    }
    replace(given, next);
    for (int i = 0; i < given.length; i++) {
      if (tensors.get(i).hasTokens()) {
        length = Math.toIntExact(given[i].getInfo().getShape()[tensors.get(i).axis()]);
        return;
      }
    }
  }

  private void replace(OnnxTensor[] next, OrtSession.@Nullable Result owner) {
    OrtSession.Result old = result;
    if (old == null) {
      for (OnnxTensor tensor : current) {
        tensor.close();
      }
    } else {
      old.close();
    }
    current = next;
    result = owner;
  }

  @Override
  public void rewind(int tokens) throws OrtException {
    if (tokens != length) {
      ByteBuffer[] kept = CacheMemory.allocate(tensors, tokens);
      copyTo(kept, tokens);
      replace(own(kept, tokens), null);
      length = tokens;
    }
  }

  @Override
  public void copyTo(ByteBuffer[] packed, int tokens) {
    for (int i = 0; i < packed.length && tokens > 0; i++) {
      ByteBuffer all = current[i].getByteBuffer().order(ByteOrder.nativeOrder()); // on the heap
      tensors.get(i).copy(all, length, packed[i], tokens, tokens);
    }
  }

  @Override
  public void copyFrom(ByteBuffer[] packed, int of, int tokens) throws OrtException {
    ByteBuffer[] copied = CacheMemory.allocate(tensors, tokens);
    for (int i = 0; i < packed.length; i++) {
      tensors.get(i).copy(packed[i], of, copied[i], tokens, tokens);
    }
    replace(own(copied, tokens), null);
    length = tokens;
  }

  @Override
  public void close() {
    replace(new OnnxTensor[0], null);
    length = 0;
  }
}
