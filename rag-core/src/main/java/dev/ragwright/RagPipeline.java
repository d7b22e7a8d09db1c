package dev.ragwright;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Ticker;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.AnswerCache;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.pipeline.Stages;
import dev.ragwright.pipeline.Walk;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.trace.TraceListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The way of a question to its answer, wired from stages:
 *
 * <pre>
 * condense (in a conversation) -> expand (optional) -> retrieve
 *     -> rerank (optional) -> gate (optional) -> context -> generate -> check
 * </pre>
 *
 * <p>Each arrow is one call with the same {@link CallContext}, and each leaves a record in the
 * trace. A question ends in an abstention, before the generator is asked, if nothing is retrieved,
 * if the gate finds the evidence weak, or if nothing is left to read. With a fallback, the pipeline
 * searches that first in the first two cases, and ranks and gates what it finds. "check" removes
 * citations that do not quote, word for word, what the generator read, and counts them in the
 * trace.
 *
 * <p>The steps themselves are in {@code dev.ragwright.pipeline.Walk}, where experiments have them
 * too.
 *
 * <p>The pipeline holds no model and does no I/O of its own; the stages belong to whoever made
 * them, and it closes none. Immutable and safe to share.
 */
public final class RagPipeline {
  private static final int DEEPEST = 1_000;

  private final Stages stages;
  private final @Nullable Duration timeout;
  private final List<TraceListener.Factory> listeners;
  private final List<AnswerListener> told;
  private final @Nullable Ticker ticker;
  private final @Nullable AnswerCache cache;

  private RagPipeline(Builder builder) {
    stages =
        new Stages(
            builder.conversation,
            builder.expander,
            builder.queryFusion,
            required(builder.retriever, "retriever"),
            builder.filter,
            builder.reranker,
            builder.rerankDepth,
            builder.gate,
            builder.fallback,
            builder.fallbackFusion,
            builder.topK,
            builder.assembler,
            required(builder.generator, "generator"));
    timeout = builder.timeout;
    listeners = List.copyOf(builder.listeners);
    told = List.copyOf(builder.told);
    ticker = builder.ticker;
    cache = builder.cache;
    if (cache != null && stages.description().opaque()) {
      throw new IllegalArgumentException(
          "a `cache` needs a pipeline that says what it is, or an answer of another one could be taken for its own; give each stage with a ? a name that changes whenever its results may, with named(\"...\"): "
              + stages.description());
    }
  }

  private static <T> T required(@Nullable T stage, String name) {
    if (stage == null) {
      throw new IllegalStateException("`" + name + "` is required, but was not set");
    }
    return stage;
  }

  /** A builder; {@code retriever} and {@code generator} are required. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns this pipeline with some settings changed. The original stays as it is; both share the
   * stages:
   *
   * {@snippet :
   * rag.with(r -> r.timeout(Duration.ofSeconds(8))).ask(question);
   * }
   */
  public RagPipeline with(UnaryOperator<Builder> change) {
    Builder builder = new Builder();
    builder.conversation = stages.conversation();
    builder.expander = stages.expander();
    builder.queryFusion = stages.queryFusion();
    builder.retriever = stages.retriever();
    builder.reranker = stages.reranker();
    builder.rerankDepth = stages.rerankDepth();
    builder.gate = stages.gate();
    builder.fallback = stages.fallback();
    builder.fallbackFusion = stages.fallbackFusion();
    builder.topK = stages.topK();
    builder.filter = stages.filter();
    builder.assembler = stages.assembler();
    builder.generator = stages.generator();
    builder.timeout = timeout;
    builder.listeners.addAll(listeners);
    builder.told.addAll(told);
    builder.ticker = ticker;
    builder.cache = cache;
    return change.apply(builder).build();
  }

  /**
   * Returns this pipeline with a conversation that its questions follow. A question is first made
   * to stand alone, by the conversation's condenser, unless there is no turn before it; what became
   * of it is searched for, ranked and answered, and is {@link Answer#question}. The original stays
   * as it is, and nothing is added to the conversation here:
   *
   * {@snippet :
   * Conversation talk = Conversation.of(Condenser.english());
   * Answer first = rag.in(talk).ask("How do I delete a passage?");
   * talk = talk.with(first.turn());
   * Answer second = rag.in(talk).ask("and how do I undo it?");
   * }
   *
   * <p>The generator reads none of the turns unless {@code context(c -> c.history(2))} says so.
   */
  public RagPipeline in(Conversation conversation) {
    Objects.requireNonNull(conversation, "conversation");
    return with(
        builder -> {
          builder.conversation = conversation;
          return builder;
        });
  }

  /** Asks within the pipeline's timeout, if it has one; see {@link #ask(String, CallContext)}. */
  public Answer ask(String question) {
    return ask(question, Filter.all(), CallContext.unbounded());
  }

  /**
   * Returns the answer, or an abstention as its outcome.
   *
   * @throws CancelledException if the context was cancelled meanwhile; it names the stage
   * @throws DeadlineExceededException if the context's or the pipeline's time ran out; it names the
   *     stage
   * @throws dev.ragwright.trace.StageException if a stage failed; it names the stage and has the
   *     trace
   */
  public Answer ask(String question, CallContext context) {
    return ask(question, Filter.all(), context);
  }

  /** {@link #ask(String, Filter, CallContext)} within the pipeline's timeout, if it has one. */
  public Answer ask(String question, Filter filter) {
    return ask(question, filter, CallContext.unbounded());
  }

  /**
   * As {@link #ask(String, CallContext)}, among those passages of the pipeline's filter that this
   * one accepts too: for whoever is asking, what was chosen on a page. The fallback is asked with
   * both as well.
   */
  public Answer ask(String question, Filter filter, CallContext context) {
    try (Walk walk = walk(question, filter, context).remembering(cache)) {
      walk.answer();
      return told(filter, answer(walk));
    }
  }

  /** Streams within the pipeline's timeout, if it has one. */
  public AnswerStream stream(String question) {
    return stream(question, Filter.all(), CallContext.unbounded());
  }

  /**
   * As {@link #ask(String, CallContext)}, with the text piece by piece. Everything up to the
   * generator is done when this returns, and fails here. Closing the stream cancels the rest.
   */
  public AnswerStream stream(String question, CallContext context) {
    return stream(question, Filter.all(), context);
  }

  /** {@link #stream(String, Filter, CallContext)} within the pipeline's timeout, if it has one. */
  public AnswerStream stream(String question, Filter filter) {
    return stream(question, filter, CallContext.unbounded());
  }

  /** As {@link #stream(String, CallContext)}, filtered as {@link #ask(String, Filter)} is. */
  public AnswerStream stream(String question, Filter filter, CallContext context) {
    Walk walk = walk(question, filter, context).remembering(cache);
    try {
      if (walk.recalled()) {
        Answer before = answer(walk);
        return new AnswerStream(
            TokenStream.of(Generation.of(before.text())), () -> told(filter, before), walk::close);
      }
      if (!walk.toContext()) {
        return new AnswerStream(
            TokenStream.of(Generation.of("")), () -> told(filter, answer(walk)), walk::close);
      }
      TokenStream tokens = walk.stream();
      return new AnswerStream(
          tokens,
          () -> {
            walk.finish(tokens);
            return told(filter, answer(walk));
          },
          walk::abandon);
    } catch (Throwable e) {
      walk.close();
      throw e;
    }
  }

  /** {@link #explain(String, String, Filter, CallContext)} without a filter more, or a bound. */
  public PassageExplanation explain(String question, String passageId) {
    return explain(question, passageId, Filter.all(), CallContext.unbounded());
  }

  /**
   * Says how far a passage gets on a question's way, up to the context, and where it is lost. The
   * retriever is asked as {@link #ask(String)} asks it, and once more for 1,000 passages if the
   * passage is not among those; the reranker for the order of all that it reads; the generator is
   * not asked, and no listener is told. An index says more of its own search: {@code
   * LuceneIndex.explain}.
   *
   * @param filter accepts the passages that are asked, as in {@link #ask(String, Filter)}
   * @throws dev.ragwright.call.RagException as {@link #ask(String, CallContext)} does; without the
   *     pipeline's timeout, since a deep search may take longer
   */
  public PassageExplanation explain(
      String question, String passageId, Filter filter, CallContext context) {
    Objects.requireNonNull(passageId, "the passage's id is null");
    try (Walk walk = walk(question, filter, context, null, List.of())) {
      walk.lookingAt(0).toContext();
      PassageExplanation explained = PassageExplanation.of(passageId, walk, stages.topK());
      if (explained.end() != PassageExplanation.End.NOT_FOUND) {
        return explained;
      }
    }
    try (Walk deeper = walk(question, filter, context, null, List.of())) {
      List<Hit> deep = deeper.lookingAt(DEEPEST).search();
      return PassageExplanation.deeper(passageId, deep, stages.depth());
    }
  }

  private Walk walk(String question, Filter filter, CallContext context) {
    return walk(question, filter, context, timeout, listeners);
  }

  private Walk walk(
      String question,
      Filter filter,
      CallContext context,
      @Nullable Duration most,
      List<TraceListener.Factory> watching) {
    Ticker clock = ticker == null ? context.ticker() : ticker;
    return new Walk(stages.within(filter), Query.of(question), context, most, clock, watching);
  }

  private static Answer answer(Walk walk) {
    Abstention why = walk.abstention();
    Outcome outcome =
        why == null
            ? new Outcome.Answered(
                Objects.requireNonNull(walk.generation()).text(),
                walk.citations(),
                walk.generation().finishReason())
            : new Outcome.Abstained(why.reason(), why.detail());
    Generation written = walk.generation();
    return new Answer(
        walk.question().text(),
        outcome,
        walk.context(),
        Objects.requireNonNull(walk.trace()),
        written);
  }

  /** The answer, of which whoever listens has learnt. */
  private Answer told(Filter filter, Answer answer) {
    if (told.isEmpty()) {
      return answer;
    }
    AnswerListener.Asked asked =
        new AnswerListener.Asked(
            answer.trace().question(), filter, Optional.ofNullable(stages.conversation()));
    for (AnswerListener listener : told) {
      try {
        listener.answered(asked, answer);
      } catch (VirtualMachineError e) {
        throw e;
      } catch (Throwable e) { // a checked one too: languages beside Java throw them from anywhere
        LoggerFactory.getLogger(RagPipeline.class)
            .warn("the answer listener {} failed", listener, e);
      }
    }
    return answer;
  }

  /** What the pipeline is: its stages' descriptions, in their order. */
  public StageDescription description() {
    return stages.description();
  }

  /**
   * The stages that it is wired from, for Ragwright's own modules: an experiment walks the same
   * way.
   */
  @SuppressWarnings("exports") // to those modules alone
  public Stages stages() {
    return stages;
  }

  /** Wires a pipeline. Not safe to share. */
  public static final class Builder {
    private @Nullable Conversation conversation;
    private @Nullable QueryExpander expander;
    private RankFusion queryFusion = RankFusion.reciprocalRank(60);
    private @Nullable Retriever retriever;
    private @Nullable Reranker reranker;
    private int rerankDepth;
    private @Nullable EvidenceGate gate;
    private @Nullable Retriever fallback;
    private @Nullable RankFusion fallbackFusion;
    private int topK = 8;
    private Filter filter = Filter.all();
    private ContextAssembler assembler = ContextAssembler.builder().build();
    private @Nullable Generator generator;
    private @Nullable Duration timeout;
    private final List<TraceListener.Factory> listeners = new ArrayList<>();
    private final List<AnswerListener> told = new ArrayList<>();
    private @Nullable Ticker ticker;
    private @Nullable AnswerCache cache;

    private Builder() {}

    /** What finds passages; required. To ask several, see {@code Retrievers.fuse}. */
    public Builder retriever(Retriever value) {
      retriever = Objects.requireNonNull(value, "retriever");
      return this;
    }

    /**
     * Turns the question into the queries to search with; the question itself unless set. The
     * queries are searched for at the same time, each with a record of its own under "retrieve" in
     * the trace, and their rankings are {@linkplain #queryFusion fused}.
     */
    public Builder expander(QueryExpander value) {
      expander = Objects.requireNonNull(value, "expander");
      return this;
    }

    /** Fuses the rankings of several queries into one; reciprocal rank with k = 60 unless set. */
    public Builder queryFusion(RankFusion value) {
      queryFusion = Objects.requireNonNull(value, "queryFusion");
      return this;
    }

    /**
     * Reranks the best {@code depth} retrieved passages; none unless set.
     *
     * @throws IllegalArgumentException if {@code depth < 1}; {@link #build} throws it when {@code
     *     depth} is less than topK
     */
    public Builder reranker(Reranker value, int depth) {
      if (depth < 1) {
        throw new IllegalArgumentException("depth must be >= 1, was " + depth);
      }
      reranker = Objects.requireNonNull(value, "reranker");
      rerankDepth = depth;
      return this;
    }

    /**
     * Decides whether the ranked passages are evidence enough; no gate unless set. Where they are
     * not, the pipeline abstains with {@link Abstention.Reason#WEAK_EVIDENCE}, or falls back.
     */
    public Builder gate(EvidenceGate value) {
      gate = Objects.requireNonNull(value, "gate");
      return this;
    }

    /**
     * The retriever to search, with the question as it was asked, when nothing was found or the
     * gate finds the evidence weak; none unless set. Its hits take the place of those found before,
     * and are ranked and gated as they were; if they are weak too, the pipeline abstains. (The
     * corrective step of Yan et al., "Corrective Retrieval Augmented Generation", 2024.)
     */
    public Builder fallback(Retriever value) {
      fallback = Objects.requireNonNull(value, "fallback");
      fallbackFusion = null;
      return this;
    }

    /**
     * As {@link #fallback(Retriever)}, but its hits are fused with those found before, and the
     * fused ranking is reranked and gated. A gate by score then needs a reranker before it or a
     * scorer in it: fusion gives hits scores of its own.
     */
    public Builder fallback(Retriever value, RankFusion fusion) {
      fallback = Objects.requireNonNull(value, "fallback");
      fallbackFusion = Objects.requireNonNull(fusion, "fusion");
      return this;
    }

    /**
     * The most passages handed to the context, whatever a retriever or a reranker returns; 8 unless
     * set.
     *
     * @throws IllegalArgumentException if {@code value < 1}
     */
    public Builder topK(int value) {
      if (value < 1) {
        throw new IllegalArgumentException("topK must be >= 1, was " + value);
      }
      topK = value;
      return this;
    }

    /** Which passages may be retrieved; all unless set. */
    public Builder filter(Filter value) {
      filter = Objects.requireNonNull(value, "filter");
      return this;
    }

    /** Changes how the context is assembled: {@code c -> c.budget(1_200).order(BEST_LAST)}. */
    public Builder context(UnaryOperator<ContextAssembler.Builder> change) {
      return context(assembler.with(change));
    }

    /** How the context is assembled; with an assembler's defaults unless set. */
    public Builder context(ContextAssembler value) {
      assembler = Objects.requireNonNull(value, "context");
      return this;
    }

    /** What answers; required. */
    public Builder generator(Generator value) {
      generator = Objects.requireNonNull(value, "generator");
      return this;
    }

    /**
     * The most time for a question; unbounded unless set.
     *
     * @throws IllegalArgumentException if {@code value <= 0}
     */
    public Builder timeout(Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new IllegalArgumentException("timeout must be > 0, was " + value);
      }
      timeout = value;
      return this;
    }

    /**
     * Adds a factory, which makes a listener for each question. Listeners are called in the order
     * in which their factories were added.
     */
    public Builder listener(TraceListener.Factory value) {
      listeners.add(Objects.requireNonNull(value, "listener"));
      return this;
    }

    /**
     * Adds a listener of answers. They are called in the order in which they were added; an
     * experiment and {@link #explain} tell none.
     */
    public Builder answers(AnswerListener value) {
      told.add(Objects.requireNonNull(value, "answers"));
      return this;
    }

    /**
     * The clock that the trace and its stages measure durations with; the call's own unless set.
     */
    public Builder ticker(Ticker value) {
      ticker = Objects.requireNonNull(value, "ticker");
      return this;
    }

    /**
     * Answers a question that was answered before from this cache, and keeps what is answered; none
     * unless set. The first step of the trace, {@code cache}, says whether it was found, and what
     * the answer took when it was made; for a question that is found it is the only one, and counts
     * nothing but an embedding of the question, if there was one. An answer that is streamed from
     * it comes in one piece. The cache belongs to whoever opened it; several pipelines may share
     * one, and find nothing of each other's. Experiments and trials of routes walk without it.
     *
     * @param value null takes it away, in a copy of a pipeline that has one
     */
    public Builder cache(@Nullable AnswerCache value) {
      cache = value;
      return this;
    }

    /**
     * The pipeline.
     *
     * @throws IllegalStateException if a required stage was not set, naming it; if there is a
     *     fallback and no gate
     * @throws IllegalArgumentException if the rerank depth is less than topK; if there is a cache
     *     and a stage that does not say what it is
     */
    public RagPipeline build() {
      return new RagPipeline(this);
    }
  }
}
