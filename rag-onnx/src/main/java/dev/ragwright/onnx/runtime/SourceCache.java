package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cache of a decoder that attends to a source besides what it has written: what the encoder
 * made of the source, the keys and values that the first step makes of that and all others read,
 * and a {@link PassedCache} of what was written.
 */
final class SourceCache implements KvCache {
  private final DecoderModels models;
  private final OrtSession.Result encoded;
  private final List<CacheTensor> layout; // of the source
  private final CacheMemory ofSource;
  private final CacheMemory nothing; // in its place, for a first step that takes a past
  private final @Nullable OnnxTensor mask;
  private final PassedCache written;
  private boolean begun;

  /**
   * Takes the encoder's output over.
   *
   * @param tokens of the source
   */
  SourceCache(DecoderModels models, OrtSession.Result encoded, int tokens) throws OrtException {
    this.models = models;
    this.encoded = encoded;
    this.layout = models.later().source().cache();
    this.ofSource = new CacheMemory(layout, tokens);
    this.nothing = new CacheMemory(layout, 0);
    DecoderGraph.Input declared = models.sourceMask();
    long[] ones = new long[tokens]; // nothing is padded
    Arrays.fill(ones, 1);
    this.mask = declared == null ? null : DecoderInputs.tensor(declared, LongBuffer.wrap(ones));
    this.written = new PassedCache(models.later().graph().cache());
  }

  @Override
  public int capacity() {
    return written.capacity();
  }

  @Override
  public long bytes() {
    TensorInfo given = hidden().getInfo();
    return written.bytes() + ofSource.bytes() + given.getNumElements() * given.type.size;
  }

  private OnnxTensor hidden() {
    return (OnnxTensor) encoded.get(DecoderGraph.ENCODED).orElseThrow();
  }

  @Override
  public void reserve(int tokens, int length) {}

  @Override
  public void bind(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned) {
    DecoderModels.Step step = begun ? models.later() : models.first();
    DecoderGraph.SourceInputs source = step.source();
    if (source.hidden() != null) {
      inputs.put(DecoderGraph.HIDDEN, hidden());
    }
    if (source.mask() != null && mask != null) {
      inputs.put(source.mask().name(), mask);
    }
    if (!step.graph().cache().isEmpty()) {
      written.bind(inputs, pinned);
    }
    for (int i = 0; i < source.cache().size(); i++) {
      inputs.put(layout.get(i).past(), (begun ? ofSource : nothing).tensor(i));
    }
    for (int i = 0; i < layout.size() && !begun; i++) {
      pinned.put(layout.get(i).present(), ofSource.tensor(i));
    }
  }

  @Override
  public Set<String> requested() {
    return written.requested();
  }

  @Override
  public void take(OrtSession.Result result) {
    written.take(result);
    begun = true;
  }

  /** To nothing: a decoder with an encoder does not go back to less. */
  @Override
  public void rewind(int length) throws OrtException {
    written.rewind(length);
    begun = length > 0;
  }

  @Override
  public void copyTo(ByteBuffer[] packed, int length) {
    throw new UnsupportedOperationException("what was written follows from the source");
  }

  @Override
  public void copyFrom(ByteBuffer[] packed, int of, int length) {
    throw new UnsupportedOperationException("what was written follows from the source");
  }

  @Override
  public void close() {
    written.close();
    ofSource.close();
    nothing.close();
    if (mask != null) {
      mask.close();
    }
    encoded.close();
  }
}
