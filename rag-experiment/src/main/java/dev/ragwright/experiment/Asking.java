package dev.ragwright.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.eval.Question;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Assembly;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.pipeline.StageCall;
import dev.ragwright.pipeline.StageInterceptor;
import dev.ragwright.pipeline.Stages;
import dev.ragwright.pipeline.Walk;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.text.Said;
import dev.ragwright.trace.StageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One question and the ways that it takes through arms: the pipelines' own, but that each stage's
 * result is looked up by the content of its input before it is called. For one thread.
 */
final class Asking {
  private final Setting setting;
  private final Question question;
  private final Keys keys;

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
      ChangeCosts pricing,
      int depth,
      int repeat,
      boolean reads,
      CallContext context) {}

  /** Ends the run, not the question: a walk takes it for the failure of a stage. */
  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RuntimeException why;

    Stop(RuntimeException why) {
      super(why);
      this.why = why;
    }
  }

  Asking(Setting setting, Question question) {
    this.setting = setting;
    this.question = question;
    this.keys =
        new Keys(
            setting.identities(),
            setting.passages(),
            new Ranked.Pool(setting.passages()),
            setting.repeat());
  }

  Setting setting() {
    return setting;
  }

  Question question() {
    return question;
  }

  /**
   * Walks until an answer, an abstention or a failure.
   *
   * @param generates whether the generator is asked; else the walk ends before it
   */
  Walked walk(Stages stages, boolean generates) {
    boolean hasGenerator = Arm.generates(stages);
    return walked(
        stages,
        walk -> {
          if (hasGenerator && generates) {
            walk.answer();
          } else if (hasGenerator || setting.reads()) {
            walk.toContext();
          } else {
            walk.toRanking();
          }
        });
  }

  /** As {@link #walk}, from a context on that no stage made. */
  Walked read(Stages stages, Context context) {
    return walked(stages, walk -> walk.answerFrom(context));
  }

  /**
   * The ids of what is found for queries, before any reranker.
   *
   * @param queries none for what the pipeline makes of the question
   * @throws RagException if a stage throws
   */
  List<String> found(Stages stages, int depth, Query... queries) {
    try (Walk walk = begun(stages, depth, new Calls())) {
      List<Hit> found = queries.length == 0 ? walk.search() : walk.search(List.of(queries));
      return keys.rankings().of(found).ids();
    } catch (RagException e) {
      throw ofStage(e);
    }
  }

  private Walk begun(Stages stages, int depth, Calls calls) {
    return new Walk(
            stages, Query.of(question.text()), setting.context(), null, calls::nanos, List.of())
        .lookingAt(depth, calls);
  }

  private Walked walked(Stages stages, Consumer<Walk> way) {
    Calls calls = new Calls();
    try (Walk walk = begun(stages, setting.depth(), calls)) {
      QuestionOutcome.Failure failure = null;
      try {
        way.accept(walk);
      } catch (RagException e) {
        failure = told(ofStage(e));
      }
      return walked(walk, stages, failure, calls.times);
    }
  }

  private Walked walked(
      Walk walk, Stages stages, QuestionOutcome.@Nullable Failure failure, List<StageTime> times) {
    Context read = walk.read();
    Generation written = failure == null ? walk.generation() : null;
    Abstention abstention = failure == null ? walk.abstention() : null;
    Generation answer = abstention == null ? written : null;
    int refused = written == null ? 0 : written.refusedCitations();
    if (answer != null) {
      refused += answer.citations().size() - walk.citations().size();
    }
    Ranked found = walk.found() == null ? null : keys.rankings().of(walk.found());
    Ranked taken = keys.rankings().of(walk.taken());
    Ranked reranked = walk.reranked() == null ? null : keys.rankings().of(walk.reranked());
    QuestionOutcome outcome =
        new QuestionOutcome(
            new QuestionOutcome.Values(
                question.id(),
                found == null ? List.of() : found.ids(),
                stages.depth(),
                (reranked == null ? taken : reranked).ids(),
                read == null
                    ? List.of()
                    : read.evidence().stream().flatMap(e -> e.passageIds().stream()).toList(),
                read == null ? List.of() : read.dropped(),
                read == null ? 0 : read.tokens(),
                answer == null ? null : answer.text(),
                answer == null ? List.of() : walk.citations(),
                refused,
                abstention,
                failure,
                times,
                null));
    Ranked ranking = reranked == null ? found : reranked;
    if (found != null && reranked != null && reranked.hits().size() == taken.hits().size()) {
      // What was retrieved below the reranker's depth stays below, unless it throws passages out.
      ranking = reranked.withTail(found);
    }
    return new Walked(outcome, ranking, read, read == null ? null : walk.context(), walk.trace());
  }

  /** What ends the run, or was meant for it, is thrown; what a stage threw is returned. */
  private RagException ofStage(RagException failed) {
    if (failed.getCause() instanceof Stop stop) {
      throw stop.why;
    }
    setting.context().throwIfStopped();
    return failed;
  }

  private static QuestionOutcome.Failure told(RagException failed) {
    Throwable why =
        failed instanceof StageException && failed.getCause() != null ? failed.getCause() : failed;
    String message = Said.by(why);
    return new QuestionOutcome.Failure(failed.stage().orElseThrow(), message);
  }

  /**
   * The calls of one walk. Its clock goes only while a stage runs, or would have run: the records
   * of what is replayed have the times that were measured.
   */
  private final class Calls implements StageInterceptor {
    private final List<StageTime> times = new ArrayList<>();
    private long nanos;

    long nanos() {
      return nanos;
    }

    @Override
    public StageDescription describe(StageCall<?> call) {
      return call.name().equals(StageCall.CHECK)
          ? call.stage().description()
          : setting.identities().describe(call.stage());
    }

    @Override
    @SuppressWarnings("unchecked") // a key stands for one stage, which gave what is kept under it
    public <T> T intercept(StageCall<T> call, CallContext context) {
      if (call.name().equals(StageCall.CHECK)) {
        return call.run().apply(context);
      }
      StageKey key = keys.of(call);
      StageResult result;
      try {
        result = setting.calls().call(key, () -> given(call.run().apply(setting.context())));
      } catch (StageCaller.Failed e) {
        throw e.why();
      } catch (RuntimeException e) {
        throw new Stop(e);
      }
      nanos += result.wall().toNanos();
      StageDescription stage = setting.identities().description(key.identity());
      times.add(result.time(key.stage(), setting.pricing().of(stage, result)));
      return (T) result.value();
    }

    private static StageCaller.Given given(@Nullable Object value) {
      return switch (Objects.requireNonNull(value, "the stage returned null")) {
        case Retrieval ranking -> new StageCaller.Given(ranking, ranking.usage());
        case EvidenceGate.Verdict verdict -> new StageCaller.Given(verdict, verdict.usage());
        case Assembly assembly -> new StageCaller.Given(assembly, assembly.usage());
        case Generation generation -> new StageCaller.Given(generation, generation.usage());
        case Expansion expansion -> new StageCaller.Given(expansion, expansion.usage());
        case Condenser.Standalone alone -> new StageCaller.Given(alone, alone.usage());
        default -> throw new IllegalArgumentException("no stage gives " + value);
      };
    }
  }
}
