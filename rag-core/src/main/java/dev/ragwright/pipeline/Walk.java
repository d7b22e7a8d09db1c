package dev.ragwright.pipeline;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Ticker;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.AnswerCache;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * One question on its way through a pipeline's stages. What it came to can be read at any time, and
 * is what was reached where a stage has failed. For one thread, but for {@link #abandon}.
 *
 * <p>Whoever measures may {@linkplain #lookingAt look deeper} than the pipeline: retrievers are
 * then asked once, as deep as anybody looks, and the reranker for all that it is given, and the
 * walk goes on with the first of these. So a shorter answer must be the beginning of a longer one,
 * as the interfaces have it: "the best topK".
 */
public final class Walk implements AutoCloseable {
  private static final Context NOTHING = new Context(List.of(), 0, List.of());

  private final Stages stages;
  private Query question; // standing alone, once that was reached
  private boolean condensed;
  private final TraceRecorder recorder;
  private final CallContext.Part part;
  private final CallContext context;
  private @Nullable StageInterceptor interceptor;
  private int look; // how deep somebody looks; 0: nobody beside the pipeline

  private @Nullable Found found;
  private @Nullable Replaced replaced;
  private @Nullable List<Hit> reranked;
  private List<Hit> best = List.of();
  private @Nullable Context read;
  private @Nullable Abstention abstention;
  private @Nullable Generation generation;
  private List<Citation> citations = List.of();
  private TraceRecorder.@Nullable Open writing;
  private @Nullable AnswerCache cache;
  private AnswerCache.@Nullable LookUp lookUp;

  /**
   * What a search found.
   *
   * @param deep as deep as somebody looks
   * @param taken what the pipeline takes of it
   */
  private record Found(List<Hit> deep, List<Hit> taken) {}

  /**
   * What was found before the fallback was asked.
   *
   * @param hits as many as the pipeline takes
   * @param reranked in the reranker's order; null without one
   * @param why it was not enough
   */
  public record Replaced(List<Hit> hits, @Nullable List<Hit> reranked, String why) {}

  /**
   * Begins the walk, of which the listeners learn.
   *
   * @param timeout the most time it may have, or null for no bound but the context's
   * @param ticker the clock of its records
   */
  public Walk(
      Stages stages,
      Query question,
      CallContext context,
      @Nullable Duration timeout,
      Ticker ticker,
      List<TraceListener.Factory> listeners) {
    this.stages = stages;
    this.question = question;
    this.recorder = new TraceRecorder(question.text(), listeners, ticker);
    this.part = context.part(timeout, recorder);
    this.context = part.context();
  }

  /**
   * Has retrievers asked as deep as {@code depth} if that is more, and the reranker for the order
   * of all that it is given.
   */
  public Walk lookingAt(int depth) {
    this.look = Math.max(depth, stages.depth());
    return this;
  }

  /** {@link #lookingAt(int)}, with stages called by an interceptor. */
  public Walk lookingAt(int depth, StageInterceptor interceptor) {
    this.interceptor = interceptor;
    return lookingAt(depth);
  }

  /**
   * Has the question looked up before anything is searched for, and what it comes to kept. Whoever
   * measures has none: what is measured is the way itself.
   */
  public Walk remembering(@Nullable AnswerCache answers) {
    this.cache = answers;
    return this;
  }

  /** Whether the question was answered before, which has ended it. */
  public boolean recalled() {
    AnswerCache answers = cache;
    if (answers == null) {
      return false;
    }
    condense();
    AnswerCache.LookUp found = run(StageCall.recall(answers, Scope.of(stages), question));
    AnswerCache.Remembered before = found.remembered().orElse(null);
    if (before == null) {
      lookUp = found;
      return false;
    }
    read = before.context();
    generation = before.generation();
    abstention = before.abstention();
    citations = before.citations();
    if (goesOn()) {
      recorder.end(Trace.Outcome.ANSWERED, null);
    }
    return true;
  }

  /**
   * Keeps what the question came to, unless its scope changed meanwhile, as an index may, or a
   * failure made it what it is.
   */
  private void remember() {
    AnswerCache answers = cache;
    AnswerCache.LookUp asked = lookUp;
    Trace whole = recorder.ended();
    try {
      if (answers != null
          && asked != null
          && whole != null
          && !anotherWay(whole.stages())
          && asked.scope().equals(Scope.of(stages))) {
        answers.keep(
            asked,
            new AnswerCache.Remembered(
                question, context(), generation, abstention, citations, whole.usage()));
      }
    } catch (RuntimeException e) { // the answer is no worse for that
      LoggerFactory.getLogger(AnswerCache.class).warn("an answer could not be kept", e);
    }
  }

  /**
   * Whether something failed that the same stage did not do after all: then another stage took its
   * place, or nothing did.
   */
  private static boolean anotherWay(List<StageRecord> records) {
    return records.stream()
        .anyMatch(
            record ->
                record.error().isEmpty()
                    ? anotherWay(record.parts())
                    : records.stream()
                        .noneMatch(other -> other.error().isEmpty() && isSame(record, other)));
  }

  private static boolean isSame(StageRecord one, StageRecord other) {
    return one.stage().equals(other.stage()) && one.description().equals(other.description());
  }

  /** All of the way. */
  public void answer() {
    if (!recalled() && toContext()) {
      finish(run(generate()));
    }
  }

  /** From a context on that no stage made. */
  public void answerFrom(Context given) {
    condense();
    read = given;
    finish(run(generate()));
  }

  /** Up to the context; false if there is nothing to read, which has ended the question. */
  public boolean toContext() {
    toRanking();
    if (abstention == null) {
      Context made =
          run(StageCall.assemble(
                  stages.assembler(), stages.conversation(), question, best, stages.generator()))
              .context();
      read = made;
      abstention = made.evidence().isEmpty() ? unread(best.size(), made) : null;
    }
    return goesOn();
  }

  /** Up to the ranking that the context is made of, and what is said of it. */
  public void toRanking() {
    Found first = toFound();
    best = ranked(first.taken());
    Retriever second = stages.fallback();
    if (abstention != null && second != null) {
      Replaced before = new Replaced(first.taken(), reranked, abstention.detail());
      RankFusion fusion = stages.fallbackFusion();
      Found other = searched("fallback", second, List.of(question));
      Found both = fusion == null ? other : fused(fusion, List.of(first, other));
      if (!both.taken().isEmpty()) {
        found = both;
        replaced = fusion == null ? before : null;
        best = ranked(both.taken());
      }
    }
  }

  /** Up to what is found for the question, before any reranker. */
  public List<Hit> search() {
    return toFound().deep();
  }

  /** What the retriever finds for queries that no expander made. */
  public List<Hit> search(List<Query> queries) {
    return searched("retrieve", stages.retriever(), queries).deep();
  }

  /** A question that follows others is made to stand alone; the first of them does. */
  private void condense() {
    Conversation conversation = stages.conversation();
    if (!condensed && conversation != null && !conversation.turns().isEmpty()) {
      question = run(StageCall.condense(conversation, question)).question();
    }
    condensed = true;
  }

  private Found toFound() {
    condense();
    List<Query> queries =
        stages.expander() == null
            ? List.of(question)
            : run(StageCall.expand(stages.expander(), question)).queries();
    Found searched = searched("retrieve", stages.retriever(), queries);
    found = searched;
    return searched;
  }

  /** Begins the answer of a context that was reached; {@link #finish(TokenStream)} ends it. */
  public TokenStream stream() {
    StageCall<Generation> call = generate();
    TraceRecorder.Open open = recorder.open(call.name(), () -> description(call));
    writing = open;
    TokenStream tokens = open.attempt(context, () -> stages.generator().stream(request(), context));
    return open.watched(context, tokens);
  }

  /** Ends what {@link #stream()} began, after what is left of the pieces was taken. */
  public void finish(TokenStream tokens) {
    Generation whole =
        Objects.requireNonNull(writing).finish(context, any -> tokens.result(), generate().told());
    close();
    finish(whole);
  }

  /** Ends an answer that is no longer wanted, if it has not ended; from any thread. */
  public void abandon() {
    context.cancel();
    close();
    if (writing != null) {
      writing.abandon();
    }
  }

  /** Unties the walk from its context. Idempotent. */
  @Override
  public void close() {
    part.close();
  }

  /** What was found before, where the fallback's passages took its place; null where not. */
  public @Nullable Replaced replaced() {
    return replaced;
  }

  /** The question as it is searched for and answered, as far as that was reached. */
  public Query question() {
    return question;
  }

  /** What was found, as deep as somebody looks, best first; null when that failed. */
  public @Nullable List<Hit> found() {
    return found == null ? null : found.deep();
  }

  /** The part of it that the pipeline takes. */
  public List<Hit> taken() {
    return found == null ? List.of() : found.taken();
  }

  /** That part in the reranker's order; null where no reranker was reached. */
  public @Nullable List<Hit> reranked() {
    return reranked;
  }

  /** What the context is made of; null when that was not reached. */
  public @Nullable Context read() {
    return read;
  }

  /** What the generator read; empty when it was not reached. */
  public Context context() {
    Context made = read == null ? NOTHING : read;
    return generation == null ? made : generation.context().orElse(made);
  }

  /** Why there is no answer; null when there is one, or none yet. */
  public @Nullable Abstention abstention() {
    return abstention;
  }

  /** What the generator wrote; null when it was not reached. */
  public @Nullable Generation generation() {
    return generation;
  }

  /** Its citations without those that do not hold. */
  public List<Citation> citations() {
    return citations;
  }

  /** All that happened; null until the question has ended, well or not. */
  public @Nullable Trace trace() {
    return recorder.ended();
  }

  /** Every stage is called here. */
  private <T> T run(StageCall<T> call) {
    return recorder
        .open(call.name(), () -> description(call))
        .finish(context, running(call), call.told());
  }

  private <T> Function<CallContext, T> running(StageCall<T> call) {
    StageInterceptor between = interceptor;
    return between == null ? call.run() : within -> between.intercept(call, within);
  }

  private StageDescription description(StageCall<?> call) {
    return interceptor == null ? call.stage().description() : interceptor.describe(call);
  }

  private GenerationRequest request() {
    return GenerationRequest.of(question, Objects.requireNonNull(read));
  }

  private StageCall<Generation> generate() {
    return StageCall.generate(stages.generator(), request());
  }

  private void finish(Generation written) {
    generation = written;
    abstention = written.abstention().orElse(null);
    if (goesOn()) {
      citations = run(StageCall.check(written, context()));
      recorder.end(Trace.Outcome.ANSWERED, null);
      remember();
    }
  }

  /** Ends the question if there is a reason to. */
  private boolean goesOn() {
    if (abstention != null) {
      recorder.end(Trace.Outcome.ABSTAINED, abstention.reason().name());
      remember();
    }
    return abstention == null;
  }

  /** A stage may return more than it was asked for; what is behind it must not depend on that. */
  private static List<Hit> first(int most, List<Hit> hits) {
    return hits.size() <= most ? hits : hits.subList(0, most);
  }

  private Found of(List<Hit> hits) {
    return new Found(first(Math.max(look, stages.depth()), hits), first(stages.depth(), hits));
  }

  private Found searched(String name, Retriever retriever, List<Query> queries) {
    if (queries.size() == 1) {
      return of(run(retrieve(name, retriever, queries.getFirst())).hits());
    }
    List<StageCall<Retrieval>> calls =
        queries.stream().map(query -> retrieve(name, retriever, query)).toList();
    List<Search> searches =
        recorder
            .open(name, () -> description(calls.getFirst()))
            .finish(context, whole -> all(calls, queries, whole), this::told);
    return fused(
        stages.queryFusion(), searches.stream().map(one -> of(one.retrieval().hits())).toList());
  }

  private StageCall<Retrieval> retrieve(String name, Retriever retriever, Query query) {
    int depth = stages.depth();
    RetrievalRequest request =
        RetrievalRequest.of(query, Math.max(look, depth)).withFilter(stages.filter());
    return StageCall.retrieve(name, retriever, request, depth);
  }

  /** What was found for one of several queries. */
  private record Search(Retrieval retrieval, StageRecord record) {}

  private List<Search> all(
      List<StageCall<Retrieval>> calls, List<Query> queries, CallContext whole) {
    List<Function<CallContext, Search>> tasks = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      StageCall<Retrieval> call = calls.get(i);
      String query = queries.get(i).text();
      tasks.add(within -> search(call, query, within));
    }
    return interceptor == null
        ? whole.inParallel(tasks)
        : tasks.stream().map(task -> task.apply(whole)).toList();
  }

  private Search search(StageCall<Retrieval> call, String query, CallContext within) {
    long start = within.ticker().nanos();
    Retrieval found = running(call).apply(within);
    Objects.requireNonNull(
        found, () -> "the retriever returned null for the query '" + query + "'");
    Duration took = Duration.ofNanos(within.ticker().nanos() - start);
    StageRecord record = StageRecord.of(call.name(), description(call), took, found.usage());
    return new Search(found, call.told().apply(record, found).with("query", query));
  }

  private StageRecord told(StageRecord record, List<Search> searches) {
    Usage usage = Usage.none();
    long hits = 0;
    OptionalDouble best = OptionalDouble.empty();
    for (Search one : searches) {
      List<Hit> found = one.retrieval().hits();
      usage = usage.plus(one.retrieval().usage());
      hits += first(stages.depth(), found).size();
      if (!found.isEmpty()) {
        double score = found.getFirst().score();
        best = OptionalDouble.of(Math.max(best.orElse(score), score));
      }
    }
    StageRecord told =
        StageRecord.of(record.stage(), record.description(), record.duration(), usage)
            .with("queries", searches.size())
            .with("hits", hits)
            .withParts(searches.stream().map(Search::record).toList());
    return best.isPresent() ? told.with("best", best.getAsDouble()) : told;
  }

  /** The pipeline's ranking, and beside it the one that somebody looks at deeper. */
  private Found fused(RankFusion fusion, List<Found> rankings) {
    int depth = stages.depth();
    StageCall<Retrieval> call =
        StageCall.fuse(fusion, rankings.stream().map(Found::taken).toList(), depth);
    return recorder
        .open(call.name(), () -> description(call))
        .finish(
            context,
            within -> {
              List<Hit> fused = running(call).apply(within).hits();
              if (look <= depth) {
                return of(fused);
              }
              List<List<Hit>> deep = rankings.stream().map(Found::deep).toList();
              return new Found(first(look, fusion.fuse(deep, look)), first(depth, fused));
            },
            (record, both) -> record.with("hits", both.taken().size()));
  }

  /** What is read, in its order; {@link #abstention} says why if that is not to be. */
  private List<Hit> ranked(List<Hit> hits) {
    abstention = null;
    reranked = null;
    if (hits.isEmpty()) {
      abstention = new Abstention(Abstention.Reason.NO_EVIDENCE, "no passage was found");
      return hits;
    }
    List<Hit> all = hits;
    Reranker reranker = stages.reranker();
    if (reranker != null) {
      int asked = look > 0 ? hits.size() : stages.topK();
      all =
          first(
              hits.size(),
              run(StageCall.rerank(reranker, question, hits, asked, stages.topK())).hits());
      reranked = all;
    }
    List<Hit> ranked = first(stages.topK(), all);
    EvidenceGate gate = stages.gate();
    if (ranked.isEmpty()) {
      abstention =
          new Abstention(
              Abstention.Reason.WEAK_EVIDENCE,
              String.format(
                  Locale.ROOT, "the reranker kept none of the %d passages found", hits.size()));
    } else if (gate != null) {
      EvidenceGate.Verdict verdict = run(StageCall.gate(gate, question, ranked));
      abstention =
          verdict.enough()
              ? null
              : new Abstention(Abstention.Reason.WEAK_EVIDENCE, verdict.detail());
    }
    return ranked;
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
}
