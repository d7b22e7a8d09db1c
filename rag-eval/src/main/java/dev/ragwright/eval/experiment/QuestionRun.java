package dev.ragwright.eval.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.eval.Question;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Assembly;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of one question through one arm, by the steps of {@link dev.ragwright.RagPipeline}, whose
 * answer it gives; a test holds them to each other. What differs is for measuring alone:
 *
 * <ul>
 *   <li>Each step is looked up by the content of its input before it is called.
 *   <li>The retriever is asked once, as deep as any arm or metric looks, and the reranker for all
 *       that it is given; arms take the first of these. So a shorter answer must be the beginning
 *       of a longer one, as the interfaces have it: "the best topK".
 * </ul>
 */
final class QuestionRun {
  private final Setting setting;
  private final Ranked.Pool rankings;
  private final Wiring wiring;
  private final Query question;
  private final List<StageTime> times = new ArrayList<>();

  private List<String> retrieved = List.of();
  private List<String> ranked = List.of();
  private @Nullable Ranked ranking;
  private @Nullable Context read;

  /**
   * What all questions and arms of a run have in common.
   *
   * @param depth how many passages retrievers are asked for
   * @param reads whether a context is assembled for its own sake, where there is no generator
   */
  record Setting(
      StageCaller calls,
      Identities identities,
      Passages passages,
      Pricing pricing,
      int depth,
      int repeat,
      boolean reads,
      CallContext context) {

    /** The same with another depth. */
    Setting deep(int other) {
      return new Setting(calls, identities, passages, pricing, other, repeat, reads, context);
    }
  }

  /**
   * Where the question ended, and what its metrics look at.
   *
   * @param ranking what was found, reranked; null when that failed
   * @param read what the context is made of; null when it was not reached
   */
  record Walked(QuestionOutcome outcome, @Nullable Ranked ranking, @Nullable Context read) {}

  private QuestionRun(Setting setting, Ranked.Pool rankings, Wiring wiring, Query question) {
    this.setting = setting;
    this.rankings = rankings;
    this.wiring = wiring;
    this.question = question;
  }

  /**
   * Walks until an answer, an abstention or a failure.
   *
   * @param rankings of this question, shared by the arms
   * @param generates whether the generator is asked; else the walk ends before it
   */
  static Walked of(
      Setting setting, Ranked.Pool rankings, Wiring wiring, Question question, boolean generates) {
    QuestionRun run = new QuestionRun(setting, rankings, wiring, Query.of(question.text()));
    return run.walked(question, () -> run.walk(generates));
  }

  /** As {@link #of}, from a context on that no stage made. */
  static Walked read(
      Setting setting, Ranked.Pool rankings, Wiring wiring, Question question, Context context) {
    QuestionRun run = new QuestionRun(setting, rankings, wiring, Query.of(question.text()));
    Generator generator = Objects.requireNonNull(wiring.generator(), "generator");
    run.read = context;
    return run.walked(question, () -> answered(run.generate(context, generator), context));
  }

  /**
   * What is found for the question, before any reranker, as deep as the setting says.
   *
   * @throws StageCalls.StageFailure if a stage throws
   */
  static Ranked found(Setting setting, Ranked.Pool rankings, Wiring wiring, Query query) {
    QuestionRun run = new QuestionRun(setting, rankings, wiring, query);
    run.retrieve(run.queries());
    return Objects.requireNonNull(run.ranking);
  }

  private Walked walked(Question asked, Supplier<Ending> way) {
    Ending ending;
    try {
      ending = way.get();
    } catch (StageCalls.StageFailure e) {
      ending = new Ending(null, List.of(), 0, null, e.told());
    }
    Context context = read;
    QuestionOutcome outcome =
        new QuestionOutcome(
            asked.id(),
            retrieved,
            wiring.depth(),
            ranked,
            context == null
                ? List.of()
                : context.evidence().stream().flatMap(e -> e.passageIds().stream()).toList(),
            context == null ? List.of() : context.dropped(),
            context == null ? 0 : context.tokens(),
            ending.answer(),
            ending.citations(),
            ending.refused(),
            ending.abstention(),
            ending.failure(),
            times,
            null);
    return new Walked(outcome, ranking, context);
  }

  /** The way of a question through an arm that cannot be asked at all. */
  static Walked broken(int depth, String question, String why) {
    return new Walked(
        new QuestionOutcome(
            question,
            List.of(),
            depth,
            List.of(),
            List.of(),
            List.of(),
            0,
            null,
            List.of(),
            0,
            null,
            new QuestionOutcome.Failure(Steps.RETRIEVE, why),
            List.of(),
            null),
        null,
        null);
  }

  private record Ending(
      @Nullable String answer,
      List<Citation> citations,
      int refused,
      @Nullable Abstention abstention,
      QuestionOutcome.@Nullable Failure failure) {

    static final Ending NOT_ASKED = new Ending(null, List.of(), 0, null, null);

    static Ending abstained(Abstention.Reason reason, String detail) {
      return new Ending(null, List.of(), 0, new Abstention(reason, detail), null);
    }
  }

  private Ending walk(boolean generates) {
    Ranked hits = retrieve(queries());
    if (hits.hits().isEmpty()) {
      return Ending.abstained(Abstention.Reason.NO_EVIDENCE, "no passage was found");
    }
    Ranked best = rerank(hits).first(wiring.topK());
    if (best.hits().isEmpty()) {
      return Ending.abstained(
          Abstention.Reason.WEAK_EVIDENCE,
          String.format(
              Locale.ROOT, "the reranker kept none of the %d passages found", hits.hits().size()));
    }
    Generator generator = wiring.generator();
    if (generator == null && !setting.reads()) {
      return Ending.NOT_ASKED;
    }
    Context context = assemble(best, generator);
    read = context;
    if (context.evidence().isEmpty()) {
      return Ending.abstained(
          Abstention.Reason.BUDGET,
          String.format(
              Locale.ROOT,
              "none of the %d passages found fits into the context's budget, not even its beginning",
              best.hits().size()));
    }
    return generator == null || !generates
        ? Ending.NOT_ASKED
        : answered(generate(context, generator), context);
  }

  private static Ending answered(Generation generation, Context context) {
    if (generation.abstention().isPresent()) {
      return new Ending(
          null, List.of(), generation.refusedCitations(), generation.abstention().get(), null);
    }
    List<Citation> sound =
        generation.citations().stream()
            .filter(citation -> citation.answerEnd() <= generation.text().length())
            .filter(context::holds)
            .toList();
    int refused = generation.refusedCitations() + generation.citations().size() - sound.size();
    return new Ending(generation.text(), sound, refused, null, null);
  }

  private List<Query> queries() {
    if (!wiring.expands()) {
      return List.of(question);
    }
    QueryExpander expander = wiring.expander();
    Digest input = Digest.start().add(question.text());
    return step(
            key(Steps.EXPAND, expander, expander::description, input),
            () ->
                new StageCaller.Given(
                    new StageResult.Queries(
                        List.copyOf(expander.expand(question, setting.context()))),
                    Usage.unknown()))
        .queries();
  }

  /** What the pipeline goes on with; what is shown and scored is deeper. */
  private Ranked retrieve(List<Query> queries) {
    List<Ranked> found = queries.stream().map(this::search).toList();
    Ranked deep = found.size() == 1 ? found.getFirst() : fused(found, setting.depth());
    ranking = deep;
    retrieved = deep.ids();
    int depth = wiring.depth();
    Ranked taken =
        found.size() == 1
            ? deep.first(depth)
            : fuse(found.stream().map(hits -> hits.first(depth)).toList(), depth);
    ranked = taken.ids();
    return taken;
  }

  private Ranked search(Query query) {
    Retriever retriever = wiring.retriever();
    int depth = setting.depth();
    Digest input = Digest.start().add(query.text()).add(depth);
    StageResult result =
        step(
            key(Steps.RETRIEVE, retriever, retriever::description, input),
            () ->
                given(
                    retriever.retrieve(RetrievalRequest.of(query, depth), setting.context()),
                    depth));
    return rankings.of(result.hits());
  }

  private Ranked fuse(List<Ranked> found, int depth) {
    RankFusion fusion = wiring.fusion();
    Digest input = Digest.start().add(depth).add(found.size());
    found.forEach(hits -> input.add(hits.digest()));
    StageResult result =
        step(
            key(Steps.FUSE, fusion, fusion::description, input),
            () ->
                new StageCaller.Given(
                    new StageResult.Hits(fused(found, depth).hits()), Usage.none()));
    return rankings.of(result.hits());
  }

  private Ranked fused(List<Ranked> found, int depth) {
    List<List<Hit>> lists = found.stream().map(Ranked::hits).toList();
    return rankings.of(guarded(Steps.FUSE, () -> List.copyOf(wiring.fusion().fuse(lists, depth))));
  }

  private Ranked rerank(Ranked found) {
    if (!wiring.reranks()) {
      return found;
    }
    Reranker reranker = wiring.reranker();
    List<Hit> hits = found.hits();
    Digest input = Digest.start().add(question.text()).add(found.digest());
    StageResult result =
        step(
            key(Steps.RERANK, reranker, reranker::description, input),
            () ->
                given(
                    reranker.rerank(question, hits, hits.size(), setting.context()), hits.size()));
    Ranked best = rankings.of(result.hits());
    ranked = best.ids();
    // What was retrieved below the reranker's depth stays below, unless it throws passages out.
    Ranked deep = ranking;
    ranking = deep == null || best.hits().size() < hits.size() ? best : best.withTail(deep);
    return best;
  }

  /** Without a generator the context is counted in tokens of no model in particular. */
  private Context assemble(Ranked best, @Nullable Generator generator) {
    ContextAssembler assembler = wiring.context();
    TokenCounter counter =
        generator == null
            ? TokenCounter.approximate()
            : guarded(Steps.CONTEXT, generator::tokenCounter);
    StageDescription counting = guarded(Steps.CONTEXT, counter::description);
    String identity =
        generator != null && counting.opaque()
            ? setting.identities().of(generator, generator::description)
            : Digest.start().add(counting).end();
    Digest input = Digest.start().add(identity).add(question.text()).add(best.digest());
    return step(
            key(Steps.CONTEXT, assembler, assembler::description, input),
            () -> {
              Assembly made = assembler.assemble(question, best.hits(), counter, setting.context());
              return new StageCaller.Given(new StageResult.Read(made.context()), made.usage());
            })
        .context();
  }

  /** By what is read, not by how it was found: two ways to the same prompt share an answer. */
  private Generation generate(Context context, Generator generator) {
    Digest input = Digest.start().add(question.text()).add(context.evidence().size());
    for (Evidence evidence : context.evidence()) {
      input.add(setting.passages().digest(evidence.passage())).add(evidence.retrieved().size());
      for (Passage passage : evidence.retrieved()) {
        input.add(setting.passages().digest(passage));
      }
    }
    context.titles().forEach(input::add);
    return step(
            key(Steps.GENERATE, generator, generator::description, input),
            () -> {
              Generation generation =
                  generator.generate(GenerationRequest.of(question, context), setting.context());
              return new StageCaller.Given(new StageResult.Written(generation), generation.usage());
            })
        .generation();
  }

  /** What is asked of a stage beside its call may throw too, and fails the question alike. */
  private static <T> T guarded(String stage, Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      throw new StageCalls.StageFailure(stage, e);
    }
  }

  private StageResult step(StageKey key, Supplier<StageCaller.Given> work) {
    StageResult result = setting.calls().call(key, work);
    StageDescription stage = setting.identities().description(key.identity());
    times.add(result.time(key.stage(), setting.pricing().of(stage, result.usage(), result.cpu())));
    return result;
  }

  private StageKey key(
      String stage, Object object, Supplier<StageDescription> describing, Digest input) {
    String identity = setting.identities().of(object, describing);
    return new StageKey(stage, identity, input.add(setting.repeat()).end());
  }

  private static StageCaller.Given given(Retrieval retrieval, int most) {
    List<Hit> hits = retrieval.hits();
    return new StageCaller.Given(
        new StageResult.Hits(List.copyOf(hits.subList(0, Math.min(most, hits.size())))),
        retrieval.usage());
  }
}
