package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;

/** The keys and values of one state. Not for use by several threads. */
sealed interface KvCache permits SharedCache, PassedCache, SourceCache {

  /** The tokens that there is memory for. */
  int capacity();

  /** The memory that it holds, in bytes. */
  long bytes();

  /** Makes room, keeping the first {@code length} tokens. */
  void reserve(int tokens, int length);

  /** Adds what the next run reads, and the memory that it writes to. */
  void bind(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned);

  /** The outputs that the next run has to give besides the pinned ones. */
  Set<String> requested();

  /** Takes over the outputs of a run; the result is then this cache's to close. */
  void take(OrtSession.Result result);

  /** Forgets what is behind the first {@code length} tokens. */
  void rewind(int length) throws OrtException;

  /** Copies the first tokens out, each tensor packed. */
  void copyTo(ByteBuffer[] packed, int length);

  /** Holds, instead of what it held, the first {@code length} of {@code of} packed tokens. */
  void copyFrom(ByteBuffer[] packed, int of, int length) throws OrtException;

  /** Frees the memory. Idempotent. */
  void close();
}
