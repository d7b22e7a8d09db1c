package dev.ragwright.generators.onnx;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.onnx.check.ModelFidelity;
import dev.ragwright.onnx.runtime.DecodeState;
import dev.ragwright.onnx.runtime.OnnxDecoder;
import dev.ragwright.retrieve.Query;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers with a small language model that runs in this process: the request becomes a prompt, the
 * model writes, and what it cites is checked against the evidence ({@link CitedText}). It needs a
 * model's folder, and no server. An answer's {@linkplain Generation#confidence() confidence} is the
 * mean of its tokens' log-probabilities ({@link ChatReply#meanLogprob}), at most 0.
 *
 * <p>Safe to share. Close it when done: that waits for steps under way and refuses later ones. A
 * model that it was given stays its maker's to close.
 */
public final class OnnxGenerator implements Generator, AutoCloseable {
  /** Counts evidence that was left out because the prompt was longer than the model can read. */
  public static final String DROPPED_EVIDENCE = "droppedEvidence";

  private final OnnxChatModel model;
  private final boolean owned;
  private final PromptTemplate prompt;
  private final DecodingOptions decoding;
  private final TooLong tooLong;
  private final @Nullable PrefixCache prefixes;
  private final boolean quotesOnly;
  private volatile @Nullable Beginning latest;

  private OnnxGenerator(Builder builder, OnnxChatModel model, boolean owned) {
    this.model = model;
    this.owned = owned;
    this.quotesOnly = builder.quotesOnly;
    this.prompt = builder.prompt == null ? standardPrompt(quotesOnly) : builder.prompt;
    this.decoding = builder.decoding;
    this.tooLong = builder.tooLong;
    this.prefixes = builder.prefixes;
    if (prefixes != null && model.decoder().hasEncoder()) {
      throw new IllegalArgumentException(
          "%s has an encoder, which reads a prompt as a whole: no beginning of it can be kept (PrefixCache, ContextCache)"
              .formatted(model.name()));
    }
  }

  private static PromptTemplate standardPrompt(boolean quotesOnly) {
    return quotesOnly
        ? PromptTemplate.grounded(QuotedText.INSTRUCTIONS, QuotedText.NO_ANSWER)
        : PromptTemplate.grounded();
  }

  /** The model in a folder, with the builder's defaults. */
  public static OnnxGenerator load(Path folder) {
    return load(ModelFolder.of(folder));
  }

  /** As {@link #load(Path)}. */
  public static OnnxGenerator load(ModelFolder folder) {
    return builder(folder).build();
  }

  /** Starts from the defaults, of a model that is loaded, and closed with the generator. */
  public static Builder builder(ModelFolder folder) {
    Objects.requireNonNull(folder, "folder");
    return new Builder(
        builder -> {
          OnnxChatModel model = OnnxChatModel.load(folder, builder.options);
          try {
            if (builder.reference != null) {
              builder.reference.require(folder, model, builder.options);
            }
            return new OnnxGenerator(builder, model, true);
          } catch (RuntimeException e) {
            model.close();
            throw e;
          }
        });
  }

  /** Starts from the defaults, of a model that others may use too, and that stays its maker's. */
  public static Builder builder(OnnxChatModel model) {
    Objects.requireNonNull(model, "model");
    return new Builder(builder -> new OnnxGenerator(builder, model, false));
  }

  /**
   * As {@link Generator#generate}.
   *
   * @throws dev.ragwright.call.RagException if the prompt is longer than the model can read, unless
   *     {@link TooLong#DROP_EVIDENCE} is chosen
   */
  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    try (TokenStream stream = stream(request, context)) {
      return stream.result();
    }
  }

  /** As {@link #generate}; the model writes while the reader asks for more, on its thread. */
  @Override
  public TokenStream stream(GenerationRequest request, CallContext context) {
    context.throwIfStopped();
    GenerationRequest fitting = fitting(request, context);
    int dropped = request.context().evidence().size() - fitting.context().evidence().size();
    if (quotesOnly && !QuoteGrammar.canQuote(QuotedText.texts(fitting.context()))) {
      return TokenStream.of(QuotedText.nothingToQuote(fitting.context()));
    }
    ReplyStream reply =
        model.stream(prompt(fitting, context), decoding(fitting.context()), prefixes, context);
    return new Answering(reply, answerText(fitting.context()), dropped);
  }

  private DecodingOptions decoding(Context context) {
    return quotesOnly
        ? decoding.with(
            o ->
                o.constraint(
                    QuoteGrammar.constraint(QuotedText.texts(context), prompt.abstention())))
        : decoding;
  }

  private AnswerText answerText(Context context) {
    if (quotesOnly) {
      return new QuotedText(context);
    }
    return decoding.constraint().isPresent()
        ? AnswerText.verbatim()
        : AnswerText.of(CitedText.of(context, prompt));
  }

  /**
   * The model's reply as it wrote it, with its tokens, their probabilities and the times, before
   * its citations are read.
   *
   * @throws IllegalArgumentException if {@linkplain Builder#quotesOnly() only quotes} are wanted
   *     and no evidence has a word
   */
  public ChatReply reply(GenerationRequest request, CallContext context) {
    try (ReplyStream reply = replyStream(request, context)) {
      return reply.reply();
    }
  }

  /** As {@link #reply}, piece by piece; the caller closes it. */
  public ReplyStream replyStream(GenerationRequest request, CallContext context) {
    context.throwIfStopped();
    GenerationRequest fitting = fitting(request, context);
    return model.stream(prompt(fitting, context), decoding(fitting.context()), prefixes, context);
  }

  /**
   * How likely the model finds a given answer to a request, the end of its turn not counted. It is
   * one reading: much faster than writing the answer, and it moves with the evidence where a small
   * model's own words do not.
   */
  public Likelihood likelihood(GenerationRequest request, String answer, CallContext context) {
    context.throwIfStopped();
    OnnxChatModel.Prompt asked = prompt(fitting(request, context), context);
    int[] tokens = model.replyTokens(answer);
    try (DecodeState state = model.newState(asked, tokens.length, context)) {
      return Likelihood.of(state, asked.runs().readRest(state, context), tokens, context);
    }
  }

  /**
   * A request's prompt, cut where its question begins: where prompts begin to differ whose
   * questions do.
   */
  private OnnxChatModel.Prompt prompt(GenerationRequest request, CallContext call) {
    OnnxChatModel.Prompt whole = model.prompt(prompt.messages(request), call);
    if (model.decoder().hasEncoder()) {
      return whole;
    }
    int stable = alike(beginning(request.context(), call), whole.tokens());
    return whole.withStable(Math.min(stable, whole.tokens().length - 1));
  }

  /** What the prompts of two questions to a context have in common. */
  private int[] beginning(Context context, CallContext call) {
    Beginning known = latest;
    if (known != null && known.context.equals(context)) {
      return known.tokens;
    }
    int[] one = probe(context, "a", call);
    int[] tokens = Arrays.copyOf(one, alike(one, probe(context, "1", call)));
    latest = new Beginning(context, tokens);
    return tokens;
  }

  /** Found by rendering two prompts; the latest is kept, since it is often asked for again. */
  private static final class Beginning {
    private final Context context;
    private final int[] tokens;

    Beginning(Context context, int[] tokens) {
      this.context = context;
      this.tokens = tokens;
    }
  }

  private int[] probe(Context context, String question, CallContext call) {
    return model
        .prompt(prompt.messages(GenerationRequest.of(Query.of(question), context)), call)
        .tokens();
  }

  private static int alike(int[] a, int[] b) {
    int mismatch = Arrays.mismatch(a, b);
    return mismatch < 0 ? a.length : mismatch;
  }

  /** This generator with another cache; it shares the model, whose closing stays with this one. */
  OnnxGenerator with(PrefixCache cache) {
    return builder(model).prompt(prompt).like(this).prefixes(cache).build();
  }

  /** Reads all of a context that stands before the question, for later questions. */
  PrefixCache.Pinned pin(Context corpus, CallContext context) {
    PrefixCache cache = Objects.requireNonNull(prefixes, "prefixes");
    OnnxChatModel.Prompt shortest = prompt(GenerationRequest.of(Query.of("a"), corpus), context);
    model.requireRoom(shortest, decoding);
    PromptRuns runs = shortest.runs();
    if (runs.stable() == 0) {
      throw new IllegalArgumentException(
          "the prompt template " + prompt.description() + " begins with the question");
    }
    PromptRuns beginning = runs.beginning();
    try (DecodeState state = model.newState(shortest, 0, context)) {
      beginning.readRest(state, context);
      return cache.pin(model.decoder(), state, beginning);
    }
  }

  private GenerationRequest fitting(GenerationRequest request, CallContext context) {
    GenerationRequest fitting = request;
    while (tooLong == TooLong.DROP_EVIDENCE
        && !fitting.context().evidence().isEmpty()
        && model.excess(model.prompt(prompt.messages(fitting), context), decoding) > 0) {
      context.throwIfStopped();
      fitting = withoutWeakest(fitting);
    }
    return fitting;
  }

  private static GenerationRequest withoutWeakest(GenerationRequest request) {
    Context all = request.context();
    List<Evidence> kept = new ArrayList<>(all.evidence());
    Evidence weakest =
        kept.reversed().stream().min(Comparator.comparingDouble(Evidence::score)).orElseThrow();
    kept.remove(kept.lastIndexOf(weakest));
    List<Context.Dropped> dropped = new ArrayList<>(all.dropped());
    weakest
        .passageIds()
        .forEach(id -> dropped.add(new Context.Dropped(id, Context.Reason.OVER_BUDGET)));
    return GenerationRequest.of(
        request.question(), new Context(kept, all.tokens(), dropped, all.titles(), all.history()));
  }

  @Override
  public TokenCounter tokenCounter() {
    return model.tokenCounter();
  }

  /** Unless {@link TooLong#DROP_EVIDENCE} goes by scores, or the prompt does. */
  @Override
  public boolean readsTextOnly() {
    return tooLong == TooLong.REFUSE && prompt.readsTextOnly();
  }

  @Override
  public Optional<PromptTemplate> prompt() {
    return Optional.of(prompt);
  }

  @Override
  public OnnxGenerator withPrompt(PromptTemplate other) {
    return builder(model).prompt(other).like(this).build();
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("generator", "onnx")
        .with("tooLong", tooLong)
        .with("quotesOnly", quotesOnly)
        .withParts(List.of(model.description(), prompt.description(), decoding.description()));
  }

  /** Waits for steps under way and refuses later ones, if it loaded the model. Idempotent. */
  @Override
  public void close() {
    if (owned) {
      model.close();
    }
  }

  /** Settings of a generator. Not safe to share. */
  public static final class Builder {
    private final Function<Builder, OnnxGenerator> making;
    private @Nullable PromptTemplate prompt;
    private DecodingOptions decoding = DecodingOptions.greedy();
    private OnnxOptions options = OnnxOptions.forDecoders();
    private TooLong tooLong = TooLong.REFUSE;
    private @Nullable PrefixCache prefixes;
    private boolean quotesOnly;
    private @Nullable Reference reference;

    private Builder(Function<Builder, OnnxGenerator> making) {
      this.making = making;
    }

    /** All settings of another generator but its prompt. */
    private Builder like(OnnxGenerator other) {
      decoding = other.decoding;
      tooLong = other.tooLong;
      prefixes = other.prefixes;
      quotesOnly = other.quotesOnly;
      return this;
    }

    /**
     * What the model is told; {@link PromptTemplate#grounded()} unless set, or with {@link
     * #quotesOnly()} its like that asks for quotes.
     */
    public Builder prompt(PromptTemplate value) {
      prompt = value;
      return this;
    }

    /**
     * How it writes; {@link DecodingOptions#greedy()} unless set. With a {@linkplain
     * DecodingOptions.Builder#constraint constraint} the answer's text is the reply as it is,
     * without citations.
     */
    public Builder decoding(DecodingOptions value) {
      decoding = value;
      return this;
    }

    /**
     * Lets the model write quotes of the evidence and nothing else ({@link Constraint#quotes}), or
     * the prompt's {@linkplain PromptTemplate#abstention() words to decline with}. The answer is
     * the quotes, each in quotation marks on a line of its own, and each cites exactly its words; a
     * quote that {@link DecodingOptions#maxTokens()} cut off is left out. It comes line by line.
     * Evidence without a word is an abstention without asking the model. Takes the place of the
     * options' constraint.
     */
    public Builder quotesOnly() {
      quotesOnly = true;
      return this;
    }

    /** Its threads; {@link OnnxOptions#forDecoders()} unless set. Of a folder's model. */
    public Builder options(OnnxOptions value) {
      options = value;
      return this;
    }

    /**
     * Has {@link #build} refuse a variant that is not faithful enough to another one of the same
     * folder: both read a text, and behind enough of its tokens they have to agree on the likeliest
     * next one ({@link ModelFidelity}). Not asked for unless set, since that takes the reference's
     * memory while it lasts, and the time of reading the text some twenty times.
     *
     * @param variant the reference's name, such as {@code fp32}
     * @param minSameTop the least share of predictions, from 0 to 1; lower it to take the variant
     *     all the same
     * @param text of the kind that the model will read; a thousand words tell enough
     * @throws IllegalArgumentException if the share is not from 0 to 1
     */
    public Builder fidelityTo(String variant, double minSameTop, String text) {
      if (!(minSameTop >= 0 && minSameTop <= 1)) {
        throw new IllegalArgumentException("minSameTop must be from 0 to 1, was " + minSameTop);
      }
      reference = new Reference(variant, minSameTop, text);
      return this;
    }

    /** What a variant is compared with before it is used, and on what. */
    private record Reference(String variant, double minSameTop, String text) {
      void require(ModelFolder folder, OnnxChatModel model, OnnxOptions options) {
        try (OnnxDecoder decoder = OnnxDecoder.load(folder.withVariant(variant), options)) {
          ModelFidelity.of(
                  decoder, model.decoder(), model.replyTokens(text), CallContext.unbounded())
              .require(minSameTop, folder.modelFile(), "OnnxGenerator.Builder.fidelityTo");
        }
      }
    }

    /**
     * What to do with a prompt that is longer than the model can read: {@link TooLong#REFUSE}
     * unless set, or {@link TooLong#DROP_EVIDENCE}, counted in {@link #DROPPED_EVIDENCE}.
     *
     * @throws IllegalArgumentException if it is another
     */
    public Builder whenTooLong(TooLong value) {
      tooLong = value.oneOf(TooLong.REFUSE, TooLong.DROP_EVIDENCE);
      return this;
    }

    /**
     * Where to keep what the model made of the beginnings of prompts; nowhere unless set. The
     * answers stay the same. The cache stays its maker's to close. A model {@linkplain
     * dev.ragwright.onnx.runtime.OnnxDecoder#hasEncoder() with an encoder} is refused then.
     */
    public Builder prefixes(PrefixCache value) {
      prefixes = value;
      return this;
    }

    /**
     * Makes the generator, of a folder with its model.
     *
     * @throws dev.ragwright.onnx.ModelLoadException if the model cannot be loaded, or is a variant
     *     that is not {@linkplain #fidelityTo faithful} enough
     * @throws ChatTemplateException if its chat template cannot be used
     * @throws IllegalArgumentException if the model cannot do with an option
     */
    public OnnxGenerator build() {
      return making.apply(this);
    }
  }
}
