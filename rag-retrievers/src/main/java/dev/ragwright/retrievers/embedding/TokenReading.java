package dev.ragwright.retrievers.embedding;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.runtime.FloatTensor;
import dev.ragwright.onnx.runtime.OnnxEncoder;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import dev.ragwright.retrievers.vectors.TokenVectors;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads the vectors of a text's tokens, by the graph as it is published: that of the embedder, or,
 * where the embedder's is rewritten for the vectors of texts, one that is loaded beside it once
 * somebody asks. Safe to share; the embedder's own model and tokenizer are not closed with it.
 */
final class TokenReading implements AutoCloseable {
  private final ModelFolder folder;
  private final OnnxOptions options;
  private final OnnxModel model;
  private final Tokenizer tokenizer;
  private final ReentrantLock opening = new ReentrantLock();
  private @Nullable OnnxModel published;

  TokenReading(ModelFolder folder, OnnxOptions options, OnnxModel model, Tokenizer tokenizer) {
    this.folder = folder;
    this.options = options;
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /** Whether it reads with another graph than the embedder. */
  boolean isOfAnotherGraph() {
    return model.isForPooling();
  }

  /**
   * The vectors of each text's tokens; special tokens and the prefix have none.
   *
   * @param window how many tokens of a text are read, with the prefix
   */
  List<TokenVectors> of(List<String> texts, String prefix, int window, CallContext context) {
    int skipped = prefix.isEmpty() ? 0 : tokenizer.encode(prefix, "").textSize();
    OnnxModel reading = opened();
    OnnxEncoder encoder = reading.tokenEncoder();
    TokenVectors[] vectors = new TokenVectors[texts.size()];
    reading.inParallel(
        texts,
        text -> vectors[text] = read(encoder, texts.get(text), prefix, window, skipped, context));
    return List.of(vectors);
  }

  private OnnxModel opened() {
    if (!isOfAnotherGraph()) {
      return model;
    }
    opening.lock();
    try {
      OnnxModel there = published;
      if (there == null) {
        there = OnnxModel.load(folder, options);
        published = there;
      }
      return there;
    } finally {
      opening.unlock();
    }
  }

  private TokenVectors read(
      OnnxEncoder encoder,
      String text,
      String prefix,
      int window,
      int skipped,
      CallContext context) {
    Tokens all = tokenizer.encode(prefix, text, context);
    Tokens tokens = tokenizer.cut(all, window);
    FloatTensor output = encoder.run(tokens, context); // (batch = 1, token, dimension)
    int width = Math.toIntExact(output.shape().getLast());
    int first = tokens.before() + Math.min(skipped, tokens.textSize());
    int end = tokens.before() + tokens.textSize();
    float[] values = Arrays.copyOfRange(output.values(), first * width, end * width);
    return TokenVectors.ofLengthOne(
        model.name(), values, width, tokens.size(), all.textSize() - tokens.textSize());
  }

  @Override
  public void close() {
    if (published != null) {
      published.close();
    }
  }
}
