package dev.ragwright;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Ticker;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Assembly;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.TraceListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The way of a question to its answer, wired from stages:
 *
 * <pre>
 * expand (optional) -> retrieve -> rerank (optional) -> gate (optional)
 *     -> context -> generate -> check
 * </pre>
 *
 * <p>Each arrow is one call with the same {@link CallContext}, and each leaves a record in the
 * trace. A question for which nothing is retrieved, whose evidence the gate finds weak, or of which
 * nothing is left to read, ends in an abstention before the generator is asked. With a fallback,
 * one of the first two kinds is searched for there first, and what is found is ranked and gated
 * likewise. "check" takes out citations that are not, word for word, of what the generator read,
 * and counts them in the trace.
 *
 * <p>The pipeline holds no model and does no I/O of its own; the stages belong to whoever made
 * them, and it closes none. Immutable and safe to share.
 */
public final class RagPipeline {
  private static final Context NOTHING = new Context(List.of(), 0, List.of());

  private final @Nullable QueryExpander expander;
  private final RankFusion queryFusion;
  private final Retriever retriever;
  private final @Nullable Reranker reranker;
  private final int rerankDepth;
  private final @Nullable EvidenceGate gate;
  private final @Nullable Retriever fallback;
  private final @Nullable RankFusion fallbackFusion;
  private final int topK;
  private final Filter filter;
  private final ContextAssembler assembler;
  private final Generator generator;
  private final @Nullable Duration timeout;
  private final List<TraceListener> listeners;
  private final Ticker ticker;

  private RagPipeline(Builder builder) {
    expander = builder.expander;
    queryFusion = builder.queryFusion;
    retriever = required(builder.retriever, "retriever");
    reranker = builder.reranker;
    rerankDepth = builder.rerankDepth;
    gate = builder.gate;
    fallback = builder.fallback;
    fallbackFusion = builder.fallbackFusion;
    topK = builder.topK;
    filter = builder.filter;
    assembler = builder.context.build();
    generator = required(builder.generator, "generator");
    timeout = builder.timeout;
    listeners = List.copyOf(builder.listeners);
    ticker = builder.ticker;
    if (reranker != null && rerankDepth < topK) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the rerank depth must be >= topK, was %d with topK %d",
              rerankDepth,
              topK));
    }
    if (fallback != null && gate == null) {
      throw new IllegalStateException(
          "a `fallback` needs a `gate` that says when, but none was set");
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
   * This pipeline with some settings changed; the original is not, and both share the stages:
   *
   * <pre>{@code
   * rag.with(r -> r.timeout(Duration.ofSeconds(8))).ask(question)
   * }</pre>
   */
  public RagPipeline with(UnaryOperator<Builder> change) {
    Builder builder = new Builder();
    builder.expander = expander;
    builder.queryFusion = queryFusion;
    builder.retriever = retriever;
    builder.reranker = reranker;
    builder.rerankDepth = rerankDepth;
    builder.gate = gate;
    builder.fallback = fallback;
    builder.fallbackFusion = fallbackFusion;
    builder.topK = topK;
    builder.filter = filter;
    builder.context = assembler.toBuilder();
    builder.generator = generator;
    builder.timeout = timeout;
    builder.listeners.addAll(listeners);
    builder.ticker = ticker;
    return change.apply(builder).build();
  }

  /** Asks within the pipeline's timeout, if it has one; see {@link #ask(String, CallContext)}. */
  public Answer ask(String question) {
    return ask(question, CallContext.unbounded());
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
    try (CallContext.Part part = context.part(timeout)) {
      Run run = new Run(question, part.context());
      Context evidence = run.evidence();
      return evidence.evidence().isEmpty()
          ? run.abstained(evidence)
          : run.finished(evidence, run.generation(evidence));
    }
  }

  /** Streams within the pipeline's timeout, if it has one. */
  public AnswerStream stream(String question) {
    return stream(question, CallContext.unbounded());
  }

  /**
   * As {@link #ask(String, CallContext)}, with the text piece by piece. Everything up to the
   * generator is done when this returns, and fails here. Closing the stream cancels the rest.
   */
  public AnswerStream stream(String question, CallContext context) {
    CallContext.Part part = context.part(timeout);
    try {
      Run run = new Run(question, part.context());
      Context evidence = run.evidence();
      if (evidence.evidence().isEmpty()) {
        Answer answer = run.abstained(evidence);
        TokenStream nothing = TokenStream.of(Generation.of(""));
        return new AnswerStream(nothing, () -> answer, part::close);
      }
      return run.streamed(evidence, part);
    } catch (RuntimeException | Error e) {
      part.close();
      throw e;
    }
  }

  /** What the pipeline is: its stages' descriptions, in their order. */
  public StageDescription description() {
    List<StageDescription> parts = new ArrayList<>();
    if (expander != null) {
      parts.add(expander.description());
      parts.add(queryFusion.description());
    }
    parts.add(retriever.description());
    StageDescription described = StageDescription.of("pipeline", "rag").with("topK", topK);
    if (reranker != null) {
      parts.add(reranker.description());
      described = described.with("rerankDepth", rerankDepth);
    }
    if (gate != null) {
      parts.add(gate.description());
    }
    if (fallback != null) {
      parts.add(fallback.description());
    }
    if (fallbackFusion != null) {
      parts.add(fallbackFusion.description());
    }
    parts.add(assembler.description());
    parts.add(generator.description());
    return described.with("filter", filter).withParts(parts);
  }

  /** What was found for one of several queries. */
  private record Found(Retrieval retrieval, StageRecord record) {}

  private static StageRecord told(StageRecord record, List<Found> found) {
    Usage usage =
        found.stream().map(one -> one.retrieval().usage()).reduce(Usage.none(), Usage::plus);
    StageRecord told =
        StageRecord.of(record.stage(), record.description(), record.duration(), usage)
            .with("queries", found.size())
            .with("hits", found.stream().mapToLong(one -> one.retrieval().hits().size()).sum())
            .withParts(found.stream().map(Found::record).toList());
    OptionalDouble best =
        found.stream()
            .flatMap(one -> one.retrieval().hits().stream().limit(1))
            .mapToDouble(Hit::score)
            .max();
    return best.isPresent() ? told.with("best", best.getAsDouble()) : told;
  }

  /** A stage may return more than it was asked for; what is behind it must not depend on that. */
  private static List<Hit> first(int most, List<Hit> hits) {
    return hits.size() <= most ? hits : hits.subList(0, most);
  }

  /** One question on its way. */
  private final class Run {
    private final Query question;
    private final CallContext context;
    private final TraceRecorder recorder;
    private @Nullable Abstention unread; // why there is no evidence, when there is none

    Run(String question, CallContext context) {
      this.question = Query.of(question);
      this.context = context;
      this.recorder = new TraceRecorder(question, listeners, ticker);
    }

    Context evidence() {
      List<Query> queries = queries();
      int depth = reranker == null ? topK : rerankDepth;
      List<Hit> hits = first(depth, retrieved(queries, depth));
      List<Hit> ranked = ranked(hits);
      Retriever second = fallback;
      if (unread != null && second != null) {
        List<Hit> others = fallenBack(second, hits, depth);
        ranked = others.isEmpty() ? ranked : ranked(others);
      }
      if (unread != null) {
        return NOTHING;
      }
      Context context = assembled(ranked);
      if (context.evidence().isEmpty()) {
        unread = unread(ranked.size(), context);
      }
      return context;
    }

    private static Abstention unread(int found, Context context) {
      boolean tooLong =
          context.dropped().stream()
              .anyMatch(dropped -> dropped.reason() == Context.Reason.OVER_BUDGET);
      return tooLong
          ? new Abstention(
              Abstention.Reason.BUDGET,
              String.format(
                  Locale.ROOT,
                  "none of the %d passages found fits into the context's budget, not even its beginning",
                  found))
          : new Abstention(
              Abstention.Reason.WEAK_EVIDENCE,
              String.format(
                  Locale.ROOT,
                  "the context's selection kept nothing of the %d passages found",
                  found));
    }

    /** What is read, in its order; {@link #unread} says why if that is not to be. */
    private List<Hit> ranked(List<Hit> hits) {
      if (hits.isEmpty()) {
        unread = new Abstention(Abstention.Reason.NO_EVIDENCE, "no passage was found");
        return hits;
      }
      List<Hit> ranked = first(topK, reranked(hits));
      if (ranked.isEmpty()) {
        String detail =
            String.format(
                Locale.ROOT, "the reranker kept none of the %d passages found", hits.size());
        unread = new Abstention(Abstention.Reason.WEAK_EVIDENCE, detail);
      } else {
        unread = gated(ranked);
      }
      return ranked;
    }

    private @Nullable Abstention gated(List<Hit> ranked) {
      EvidenceGate used = gate;
      if (used == null) {
        return null;
      }
      EvidenceGate.Verdict verdict =
          recorder.record(
              "gate",
              used::description,
              context,
              () -> used.judge(question, ranked, context),
              TraceRecorder::verdict);
      return verdict.enough()
          ? null
          : new Abstention(Abstention.Reason.WEAK_EVIDENCE, verdict.detail());
    }

    /** The second search's hits, alone or fused with the first's. */
    private List<Hit> fallenBack(Retriever second, List<Hit> hits, int depth) {
      List<Hit> found =
          recorder
              .record(
                  "fallback",
                  second::description,
                  context,
                  () -> second.retrieve(request(question, depth), context),
                  TraceRecorder::retrieval)
              .hits();
      RankFusion fusion = fallbackFusion;
      return first(depth, fusion == null ? found : fused(fusion, List.of(hits, found), depth));
    }

    private List<Hit> fused(RankFusion fusion, List<List<Hit>> rankings, int depth) {
      return recorder.record(
          "fuse",
          fusion::description,
          context,
          () -> fusion.fuse(rankings, depth),
          (record, fused) -> record.with("hits", fused.size()));
    }

    private List<Query> queries() {
      QueryExpander used = expander;
      if (used == null) {
        return List.of(question);
      }
      return recorder.record(
          "expand",
          used::description,
          context,
          () -> expanded(used.expand(question, context)),
          (record, queries) -> record.with("queries", queries.size()));
    }

    private static List<Query> expanded(List<Query> queries) {
      Objects.requireNonNull(queries, "the stage returned null")
          .forEach(query -> Objects.requireNonNull(query, "the expander returned a null query"));
      return queries;
    }

    private List<Hit> retrieved(List<Query> queries, int depth) {
      if (queries.size() == 1) {
        return recorder
            .record(
                "retrieve",
                retriever::description,
                context,
                () -> retriever.retrieve(request(queries.getFirst(), depth), context),
                TraceRecorder::retrieval)
            .hits();
      }
      List<Function<CallContext, Found>> searches =
          queries.stream().map(query -> searching(query, depth)).toList();
      List<List<Hit>> rankings =
          recorder
              .record(
                  "retrieve",
                  retriever::description,
                  context,
                  () -> context.inParallel(searches),
                  RagPipeline::told)
              .stream()
              .map(found -> found.retrieval().hits())
              .toList();
      return fused(queryFusion, rankings, depth);
    }

    private RetrievalRequest request(Query query, int depth) {
      return RetrievalRequest.of(query, depth).withFilter(filter);
    }

    private Function<CallContext, Found> searching(Query query, int depth) {
      return part -> {
        long start = ticker.nanos();
        Retrieval retrieval = retriever.retrieve(request(query, depth), part);
        Objects.requireNonNull(
            retrieval, () -> "the retriever returned null for the query '" + query.text() + "'");
        Duration took = Duration.ofNanos(ticker.nanos() - start);
        StageRecord record =
            StageRecord.of("retrieve", retriever.description(), took, retrieval.usage());
        return new Found(
            retrieval, TraceRecorder.retrieval(record, retrieval).with("query", query.text()));
      };
    }

    private List<Hit> reranked(List<Hit> hits) {
      Reranker used = reranker;
      if (used == null) {
        return hits;
      }
      Retrieval ranked =
          recorder.record(
              "rerank",
              used::description,
              context,
              () -> used.rerank(question, hits, topK, context),
              TraceRecorder::retrieval);
      return ranked.hits();
    }

    private Context assembled(List<Hit> hits) {
      Assembly assembly =
          recorder.record(
              "context",
              assembler::description,
              context,
              () -> assembler.assemble(question, hits, generator.tokenCounter(), context),
              TraceRecorder::context);
      return assembly.context();
    }

    Generation generation(Context evidence) {
      return recorder.record(
          "generate",
          generator::description,
          context,
          () -> generator.generate(GenerationRequest.of(question, evidence), context),
          TraceRecorder::generation);
    }

    AnswerStream streamed(Context evidence, CallContext.Part part) {
      TraceRecorder.Open open = recorder.open("generate", generator::description);
      TokenStream tokens =
          open.attempt(
              context, () -> generator.stream(GenerationRequest.of(question, evidence), context));
      return new AnswerStream(
          open.watched(context, tokens),
          () -> {
            Generation generation = open.finish(context, tokens::result, TraceRecorder::generation);
            part.close();
            return finished(evidence, generation);
          },
          () -> {
            part.context().cancel();
            part.close();
            open.abandon();
          });
    }

    Answer abstained(Context evidence) {
      return abstained(Objects.requireNonNull(unread), evidence);
    }

    private Answer abstained(Abstention why, Context evidence) {
      Outcome outcome = new Outcome.Abstained(why.reason(), why.detail());
      return new Answer(outcome, evidence, recorder.end());
    }

    Answer finished(Context evidence, Generation generation) {
      if (generation.abstention().isPresent()) {
        return abstained(generation.abstention().get(), evidence);
      }
      List<Citation> sound =
          recorder.record(
              "check",
              () -> StageDescription.of("check", "citations"),
              context,
              () ->
                  generation.citations().stream()
                      .filter(citation -> isSound(citation, generation, evidence))
                      .toList(),
              (record, kept) ->
                  record
                      .with("citations", kept.size())
                      .with("refused", generation.citations().size() - kept.size()));
      Outcome outcome = new Outcome.Answered(generation.text(), sound);
      return new Answer(outcome, evidence, recorder.end());
    }
  }

  /** Whether a citation is for words of the answer and quotes what the generator read. */
  private static boolean isSound(Citation citation, Generation generation, Context context) {
    return citation.answerEnd() <= generation.text().length() && context.holds(citation);
  }

  /** Wires a pipeline. Not safe to share. */
  public static final class Builder {
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
    private ContextAssembler.Builder context = ContextAssembler.builder();
    private @Nullable Generator generator;
    private @Nullable Duration timeout;
    private final List<TraceListener> listeners = new ArrayList<>();
    private Ticker ticker = Ticker.system();

    private Builder() {}

    /** What finds passages; required. To ask several, see {@code Retrievers.fuse}. */
    public Builder retriever(Retriever value) {
      retriever = Objects.requireNonNull(value, "retriever");
      return this;
    }

    /**
     * What the question becomes before it is searched for; nothing unless set. Its queries are
     * searched for at the same time, with a part for each in the trace's record of "retrieve", and
     * their rankings are {@linkplain #queryFusion fused}.
     */
    public Builder expander(QueryExpander value) {
      expander = Objects.requireNonNull(value, "expander");
      return this;
    }

    /** Makes one ranking of those of several queries; reciprocal rank with k = 60 unless set. */
    public Builder queryFusion(RankFusion value) {
      queryFusion = Objects.requireNonNull(value, "queryFusion");
      return this;
    }

    /**
     * What ranks the best {@code depth} retrieved passages anew; none unless set.
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
     * What says whether the ranked passages are evidence enough; none unless set. Where they are
     * not, the pipeline abstains with {@link Abstention.Reason#WEAK_EVIDENCE}, or falls back.
     */
    public Builder gate(EvidenceGate value) {
      gate = Objects.requireNonNull(value, "gate");
      return this;
    }

    /**
     * What is searched, with the question as it was asked, when nothing was found or the gate finds
     * it weak; nothing unless set. What it finds takes the place of what was found before, and is
     * ranked and gated likewise; if that is weak too, the pipeline abstains. (The corrective step
     * of Yan et al., "Corrective Retrieval Augmented Generation", 2024.)
     */
    public Builder fallback(Retriever value) {
      fallback = Objects.requireNonNull(value, "fallback");
      fallbackFusion = null;
      return this;
    }

    /**
     * As {@link #fallback(Retriever)}, but what it finds is fused with what was found before,
     * before both are ranked and gated. A gate by score then needs a reranker before it or a scorer
     * in it: fusion gives hits scores of its own.
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
      context = change.apply(context);
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

    /** Adds a listener; they are called in the order in which they were added. */
    public Builder listener(TraceListener value) {
      listeners.add(Objects.requireNonNull(value, "listener"));
      return this;
    }

    /** The clock of the trace; the system's unless set. */
    public Builder ticker(Ticker value) {
      ticker = Objects.requireNonNull(value, "ticker");
      return this;
    }

    /**
     * The pipeline.
     *
     * @throws IllegalStateException if a required stage was not set, naming it; if there is a
     *     fallback and no gate
     * @throws IllegalArgumentException if the rerank depth is less than topK
     */
    public RagPipeline build() {
      return new RagPipeline(this);
    }
  }
}
