package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToLongFunction;

/** What one run of a decoder reads besides its cache. */
final class DecoderInputs implements AutoCloseable {
  private final Map<String, OnnxTensor> own = new HashMap<>();
  private LongBuffer memory;

  /**
   * Binds some tokens behind those that were read before.
   *
   * @param keep how many of the last positions to give logits of, 0 for all
   */
  DecoderInputs(
      DecoderGraph graph,
      int length,
      int[] tokens,
      int from,
      int count,
      int keep,
      Workers.Worker worker)
      throws OrtException {
    memory = worker.memory(3 * count + length + 1);
    try {
      whole(graph.ids(), count, i -> tokens[from + i]);
      if (graph.mask() != null) {
        whole(graph.mask(), length + count, i -> 1); // nothing is padded
      }
      if (graph.positions() != null) {
        whole(graph.positions(), count, i -> length + i);
      }
      if (graph.keep() != null) {
        whole(graph.keep(), 1, i -> keep);
      }
      if (graph.branch() != null) {
        own.put(
            graph.branch().name(),
            OnnxTensor.createTensor(OnnxRuntime.environment(), new boolean[] {length > 0}));
      }
    } catch (OrtException e) {
      close();
      throw e;
    }
  }

  private void whole(DecoderGraph.Input input, int count, IntToLongFunction values)
      throws OrtException {
    LongBuffer longs = memory.slice(0, count);
    memory = memory.slice(count, memory.capacity() - count);
    for (int i = 0; i < count; i++) {
      longs.put(i, values.applyAsLong(i));
    }
    own.put(input.name(), tensor(input, longs));
  }

  /** Values as an input takes them; memory outside the heap is used in place where it can be. */
  static OnnxTensor tensor(DecoderGraph.Input input, LongBuffer values) throws OrtException {
    int count = values.remaining();
    long[] shape =
        switch (input.axes()) {
          case 0 -> new long[0];
          case 1 -> new long[] {count};
          default -> new long[] {1, count};
        };
    if (input.type() == OnnxJavaType.INT64) {
      return OnnxTensor.createTensor(OnnxRuntime.environment(), values, shape);
    }
    int[] ints = new int[count];
    for (int i = 0; i < count; i++) {
      ints[i] = Math.toIntExact(values.get(i));
    }
    return OnnxTensor.createTensor(OnnxRuntime.environment(), IntBuffer.wrap(ints), shape);
  }

  /** A new map of these inputs by name, to which more can be added. */
  Map<String, OnnxTensor> bound() {
    return new HashMap<>(own);
  }

  @Override
  public void close() {
    own.values().forEach(OnnxTensor::close);
  }
}
