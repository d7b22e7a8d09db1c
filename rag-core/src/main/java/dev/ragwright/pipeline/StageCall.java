package dev.ragwright.pipeline;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.AnswerCache;
import dev.ragwright.generate.Assembly;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One call of a stage as a value.
 *
 * @param name the step's name in the trace
 * @param stage what is called
 * @param reads all that decides what it gives: queries, numbers, filters, rankings (lists of hits),
 *     requests, conversations, and the generator in whose tokens it counts
 * @param run calls it
 * @param told what the trace tells of what it gave
 * @param <T> what it gives
 */
public record StageCall<T>(
    String name,
    Stage stage,
    List<?> reads,
    Function<CallContext, T> run,
    BiFunction<StageRecord, T, StageRecord> told) {

  /** The last step's name; whether citations hold is no stage's to say. */
  public static final String CHECK = "check";

  private static final StageDescription CITATIONS = StageDescription.of(CHECK, "citations");

  static StageCall<Condenser.Standalone> condense(Conversation conversation, Query question) {
    Condenser condenser = conversation.condenser();
    return new StageCall<>(
        "condense",
        condenser,
        List.of(question, conversation),
        context -> condenser.condense(conversation.turns(), question, context),
        (record, alone) ->
            counted(record, alone.usage())
                .with("question", alone.question().text())
                .withParts(alone.parts()));
  }

  static StageCall<AnswerCache.LookUp> recall(AnswerCache cache, String scope, Query question) {
    return new StageCall<>(
        "cache",
        cache,
        List.of(question),
        context -> cache.find(scope, question, context),
        (record, lookUp) -> recalled(counted(record, lookUp.usage()), lookUp));
  }

  /** What the answer had cost is a text: nothing of it is charged again. */
  private static StageRecord recalled(StageRecord record, AnswerCache.LookUp lookUp) {
    AnswerCache.Remembered found = lookUp.remembered().orElse(null);
    if (found == null) {
      return record.with("verdict", "miss");
    }
    boolean same = found.question().text().equals(lookUp.question());
    StageRecord told = record.with("verdict", same ? "same words" : "same meaning");
    return (same
            ? told
            : told.with("similarity", lookUp.similarity()).with("asked", found.question().text()))
        .with("spared", found.usage().toString());
  }

  static StageCall<Expansion> expand(QueryExpander expander, Query question) {
    return new StageCall<>(
        "expand",
        expander,
        List.of(question),
        context -> expander.expand(question, context),
        (record, expansion) ->
            counted(record, expansion.usage())
                .with("queries", expansion.queries().size())
                .withParts(expansion.parts()));
  }

  /**
   * A search.
   *
   * @param request may ask deeper than the pipeline looks
   * @param taken how many hits that takes
   */
  static StageCall<Retrieval> retrieve(
      String name, Retriever retriever, RetrievalRequest request, int taken) {
    return new StageCall<>(
        name,
        retriever,
        List.of(request.query(), request.topK(), request.filter()),
        context -> retriever.retrieve(request, context),
        (record, found) -> ranking(record, found, taken));
  }

  static StageCall<Retrieval> fuse(RankFusion fusion, List<List<Hit>> rankings, int topK) {
    List<Object> reads = new ArrayList<>(List.of(topK, rankings.size()));
    reads.addAll(rankings);
    return new StageCall<>(
        "fuse",
        fusion,
        reads,
        context -> {
          List<Hit> fused = fusion.fuse(rankings, topK);
          return Retrieval.of(
              Objects.requireNonNull(fused, "the stage returned null"), Usage.none());
        },
        (record, fused) -> record.with("hits", fused.hits().size()));
  }

  /**
   * Ranks anew.
   *
   * @param topK may be more than the pipeline takes: the shorter answer begins the longer one
   */
  static StageCall<Retrieval> rerank(
      Reranker reranker, Query question, List<Hit> hits, int topK, int taken) {
    return new StageCall<>(
        "rerank",
        reranker,
        List.of(question, hits),
        context -> reranker.rerank(question, hits, topK, context),
        (record, ranked) -> ranking(record, ranked, taken));
  }

  static StageCall<EvidenceGate.Verdict> gate(EvidenceGate gate, Query question, List<Hit> hits) {
    return new StageCall<>(
        "gate",
        gate,
        List.of(question, hits),
        context -> gate.judge(question, hits, context),
        (record, verdict) ->
            counted(record, verdict.usage())
                .with("verdict", verdict.enough() ? "enough" : "weak")
                .with("because", verdict.detail()));
  }

  static StageCall<Assembly> assemble(
      ContextAssembler assembler,
      @Nullable Conversation conversation,
      Query question,
      List<Hit> hits,
      Generator reader) {
    List<Turn> turns = conversation == null ? List.of() : conversation.turns();
    return new StageCall<>(
        "context",
        assembler,
        conversation == null
            ? List.of(reader, question, hits)
            : List.of(reader, question, hits, conversation),
        context -> assembler.assemble(question, turns, hits, reader.tokenCounter(), context),
        StageCall::assembled);
  }

  static StageCall<Generation> generate(Generator generator, GenerationRequest request) {
    return new StageCall<>(
        "generate",
        generator,
        List.of(request),
        context -> generator.generate(request, context),
        StageCall::written);
  }

  /** Keeps the citations that are for words of the answer and quote what the generator read. */
  static StageCall<List<Citation>> check(Generation generation, Context read) {
    List<Citation> all = generation.citations();
    int end = generation.text().length();
    return new StageCall<>(
        CHECK,
        () -> CITATIONS,
        List.of(),
        context ->
            all.stream()
                .filter(citation -> citation.answerEnd() <= end && read.holds(citation))
                .toList(),
        (record, kept) -> checked(record, kept, all.size()));
  }

  private static StageRecord checked(StageRecord record, List<Citation> kept, int all) {
    long unquoted = kept.stream().filter(citation -> !citation.quoted()).count();
    StageRecord told = record.with("citations", kept.size());
    return (unquoted == 0 ? told : told.with("unquoted", unquoted))
        .with("refused", all - kept.size());
  }

  /** The same record of a stage that counted something. */
  private static StageRecord counted(StageRecord record, Usage usage) {
    return StageRecord.of(record.stage(), record.description(), record.duration(), usage);
  }

  private static StageRecord ranking(StageRecord record, Retrieval retrieval, int taken) {
    List<Hit> hits = retrieval.hits();
    StageRecord told =
        counted(record, retrieval.usage()).with("hits", Math.min(taken, hits.size()));
    told = retrieval.parts().isEmpty() ? told : told.withParts(retrieval.parts());
    return hits.isEmpty() ? told : told.with("best", hits.getFirst().score());
  }

  private static StageRecord assembled(StageRecord record, Assembly assembly) {
    Context context = assembly.context();
    StageRecord told =
        counted(record, assembly.usage())
            .with("evidence", context.evidence().size())
            .with("tokens", context.tokens())
            .withParts(assembly.parts());
    return context.dropped().isEmpty()
        ? told
        : told.with(
            "dropped",
            context.dropped().stream()
                .map(Context.Dropped::toString)
                .collect(Collectors.joining("; ")));
  }

  private static StageRecord written(StageRecord record, Generation generation) {
    StageRecord told = counted(record, generation.usage());
    told = generation.parts().isEmpty() ? told : told.withParts(generation.parts());
    told = told.withServed(generation.model().orElse(""));
    if (generation.abstention().isPresent()) {
      return sure(
          told.with("abstained", generation.abstention().get().reason().name()), generation);
    }
    int refused = generation.refusedCitations();
    told = told.with("finish", generation.finishReason().name());
    return sure(refused == 0 ? told : told.with("refused", refused), generation);
  }

  private static StageRecord sure(StageRecord record, Generation generation) {
    return generation.confidence().isPresent()
        ? record.with("confidence", generation.confidence().getAsDouble())
        : record;
  }
}
