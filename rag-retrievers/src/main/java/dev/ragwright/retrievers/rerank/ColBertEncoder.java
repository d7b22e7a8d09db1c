package dev.ragwright.retrievers.rerank;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.runtime.DenseLayers;
import dev.ragwright.onnx.runtime.FloatTensor;
import dev.ragwright.onnx.runtime.OnnxEncoder;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.TokenLimit;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrievers.vectors.TokenVectors;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * An encoder that was trained for late interaction, as PyLate runs it ({@code preprocess} and
 * {@code encode} of pylate/models/colbert.py, which agree with ColBERT's own tokenizers): a marker
 * behind the leading special token; a query filled up with mask tokens, of which every token has a
 * vector; of a passage all tokens but those to be skipped. Safe to share; owns model and tokenizer.
 */
final class ColBertEncoder implements TokenEncoder {
  private final OnnxModel model;
  private final Tokenizer tokenizer;
  private final OnnxEncoder encoder;
  private final ColBertSettings settings;
  private final ColBertSettings.Vocabulary vocabulary;
  private final DenseLayers projection;
  private final String queryPrompt;
  private final String documentPrompt;
  private final StageDescription description;

  ColBertEncoder(
      ModelFolder folder, ColBertSettings settings, OnnxModel model, Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.settings = settings;
    this.encoder = model.tokenEncoder();
    this.vocabulary = settings.in(folder);
    this.queryPrompt = behind(settings.queryMarker(), folder.queryPrefix());
    this.documentPrompt = behind(settings.documentMarker(), folder.documentPrefix());
    requireRoom(folder, "queryLength", settings.queryLength());
    requireRoom(folder, "documentLength", settings.documentLength());
    int width =
        width(run(tokens("", Side.QUERY, CallContext.unbounded()).read(), CallContext.unbounded()));
    this.projection = Projection.of(folder, settings, width, encoder.output().name());
    this.description =
        StageDescription.of("encoder", folder.name())
            .with(model.description().parameters())
            .with(tokenizer.description().parameters())
            .with("projection", projection.isEmpty() ? "in the graph" : projection)
            .with("queryMarker", settings.queryMarker())
            .with("documentMarker", settings.documentMarker())
            .with("queryPrompt", queryPrompt)
            .with("documentPrompt", documentPrompt)
            .with("queryLength", settings.queryLength())
            .with("documentLength", settings.documentLength())
            .with("queryExpansion", expansion())
            .with("skipped", String.join(" ", settings.skipped()));
  }

  /** A prompt without the marker, which sentence-transformers writes into it as well. */
  private static String behind(String marker, String prompt) {
    return prompt.startsWith(marker) ? prompt.substring(marker.length()) : prompt;
  }

  private String expansion() {
    return settings.expands()
        ? String.format(
            Locale.ROOT,
            "%s by token %d",
            settings.attendsToExpansion() ? "attended" : "not attended",
            vocabulary.mask().orElseThrow())
        : "none";
  }

  /** Not {@link TokenLimit}: PyLate writes the length of its training there. */
  private void requireRoom(ModelFolder folder, String option, int length) {
    int least = tokenizer.specialTokens() + 2; // a marker and a token of text
    int most =
        ColBertSettings.json(folder, "config.json")
            .path("max_position_embeddings")
            .asInt(Integer.MAX_VALUE);
    if (length < least) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s must be >= %d for the special tokens, the marker and a text, was %d",
              option,
              least,
              length));
    }
    if (length > most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s must be <= %d, the positions of %s, was %d",
              option,
              most,
              folder.name(),
              length));
    }
  }

  /**
   * A text as it is read.
   *
   * @param cut how many of its tokens are not
   */
  private record Read(Tokens read, int cut) {}

  private Read tokens(String text, Side side, CallContext context) {
    boolean query = side == Side.QUERY;
    OptionalInt marker = query ? vocabulary.queryMarker() : vocabulary.documentMarker();
    int length = query ? settings.queryLength() : settings.documentLength();
    int room = length - tokenizer.specialTokens() - (marker.isPresent() ? 1 : 0);
    Tokens all = tokenizer.encode(query ? queryPrompt : documentPrompt, text, context);
    Tokens read = tokenizer.cut(all, room);
    int cut = all.textSize() - read.textSize();
    if (marker.isPresent()) {
      read = read.withMarker(marker.getAsInt());
    }
    if (query && settings.expands()) {
      read =
          read.expandedTo(length, vocabulary.mask().orElseThrow(), settings.attendsToExpansion());
    }
    return new Read(read, cut);
  }

  @Override
  public List<TokenVectors> tokenVectors(List<String> texts, Side side, CallContext context) {
    context.throwIfStopped();
    TokenVectors[] vectors = new TokenVectors[texts.size()];
    model.inParallel(
        vectors.length, text -> vectors[text] = vectors(texts.get(text), side, context));
    return List.of(vectors);
  }

  private TokenVectors vectors(String text, Side side, CallContext context) {
    Read tokens = tokens(text, side, context);
    FloatTensor output = run(tokens.read(), context);
    int width = width(output);
    float[] values = output.values();
    if (side == Side.DOCUMENT) {
      int[] kept =
          IntStream.range(0, tokens.read().size())
              .filter(token -> !vocabulary.skipped().contains(tokens.read().id(token)))
              .toArray();
      values = new float[kept.length * width];
      for (int i = 0; i < kept.length; i++) {
        System.arraycopy(output.values(), kept[i] * width, values, i * width, width);
      }
    }
    float[] projected = projection.of(values);
    return TokenVectors.ofLengthOne(
        model.name(), projected, projection.width(width), tokens.read().size(), tokens.cut());
  }

  private FloatTensor run(Tokens tokens, CallContext context) {
    return encoder.run(tokens, context); // (batch = 1, token, width)
  }

  private static int width(FloatTensor output) {
    return Math.toIntExact(output.shape().getLast());
  }

  @Override
  public StageDescription description() {
    return description;
  }

  @Override
  public String scale() {
    return settings.expands()
        ? String.format(Locale.ROOT, ", %d query tokens", settings.queryLength())
        : "";
  }

  @Override
  public void close() {
    try (tokenizer) {
      model.close();
    }
  }
}
