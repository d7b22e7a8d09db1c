package dev.ragwright;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Ticker;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Assembly;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Times the stages of one question, tells the listeners, and gives what a stage throws its place in
 * the trace. For one thread, but that a stage can be abandoned from another.
 */
final class TraceRecorder {
  private static final Logger logger = LoggerFactory.getLogger(RagPipeline.class);
  private static final String CLOSED = "the stream was closed before its end";
  private static final StageDescription UNDESCRIBED =
      new StageDescription("stage", "undescribed", new TreeMap<>(), List.of(), true);

  private final String question;
  private final List<TraceListener> listeners;
  private final Ticker ticker;
  private final long start;
  private final List<StageRecord> stages = new CopyOnWriteArrayList<>();

  TraceRecorder(String question, List<TraceListener> listeners, Ticker ticker) {
    this.question = question;
    this.listeners = listeners;
    this.ticker = ticker;
    this.start = ticker.nanos();
    tell(listener -> listener.questionStarted(question));
  }

  <T> T record(
      String stage,
      Supplier<StageDescription> description,
      CallContext context,
      Supplier<T> work,
      BiFunction<StageRecord, T, StageRecord> result) {
    return open(stage, description).finish(context, work, result);
  }

  Open open(String stage, Supplier<StageDescription> description) {
    tell(listener -> listener.stageStarted(question, stage));
    return new Open(stage, description);
  }

  Trace end() {
    Trace trace = Trace.of(question, stages, elapsed(start));
    tell(listener -> listener.questionEnded(trace));
    return trace;
  }

  private Duration elapsed(long since) {
    return Duration.ofNanos(ticker.nanos() - since);
  }

  private void tell(Consumer<TraceListener> event) {
    for (TraceListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (VirtualMachineError e) {
        throw e;
      } catch (Throwable e) { // a checked one too: languages beside Java throw them from anywhere
        logger.warn("the trace listener {} failed", listener, e);
      }
    }
  }

  static StageRecord retrieval(StageRecord record, Retrieval retrieval) {
    StageRecord told =
        StageRecord.of(record.stage(), record.description(), record.duration(), retrieval.usage())
            .with("hits", retrieval.hits().size())
            .withParts(retrieval.parts());
    return retrieval.hits().isEmpty()
        ? told
        : told.with("best", retrieval.hits().getFirst().score());
  }

  static StageRecord verdict(StageRecord record, EvidenceGate.Verdict verdict) {
    return StageRecord.of(record.stage(), record.description(), record.duration(), verdict.usage())
        .with("verdict", verdict.enough() ? "enough" : "weak")
        .with("because", verdict.detail());
  }

  static StageRecord context(StageRecord record, Assembly assembly) {
    Context context = assembly.context();
    StageRecord told =
        StageRecord.of(record.stage(), record.description(), record.duration(), assembly.usage())
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

  static StageRecord generation(StageRecord record, Generation generation) {
    StageRecord told =
        StageRecord.of(record.stage(), record.description(), record.duration(), generation.usage());
    return generation
        .abstention()
        .map(abstention -> told.with("abstained", abstention.reason().name()))
        .orElseGet(() -> answered(told, generation));
  }

  private static StageRecord answered(StageRecord record, Generation generation) {
    StageRecord told = record.with("finish", generation.finishReason().name());
    int refused = generation.refusedCitations();
    return refused == 0 ? told : told.with("refused", refused);
  }

  static StageRecord check(StageRecord record, List<Citation> kept, Generation generation) {
    long unquoted = kept.stream().filter(citation -> !citation.quoted()).count();
    StageRecord told = record.with("citations", kept.size());
    return (unquoted == 0 ? told : told.with("unquoted", unquoted))
        .with("refused", generation.citations().size() - kept.size());
  }

  /**
   * A stage that has begun. One thread works at it, another may {@linkplain #abandon abandon} it:
   * whoever ends it first tells the listeners, once. What it is, is asked inside it: what is closed
   * may not even be able to say that.
   */
  final class Open {
    private final String stage;
    private final Supplier<StageDescription> describing;
    private final long began = ticker.nanos();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable StageDescription description;
    private @Nullable RuntimeException failure;

    private Open(String stage, Supplier<StageDescription> describing) {
      this.stage = stage;
      this.describing = describing;
    }

    /** Does the last part of the work and ends the stage, well or not. */
    <T> T finish(
        CallContext context, Supplier<T> work, BiFunction<StageRecord, T, StageRecord> result) {
      return attempt(
          context,
          () -> {
            T done = Objects.requireNonNull(work.get(), "the stage returned null");
            if (!end(result.apply(record(Usage.none()), done))) {
              throw new CancelledException(CLOSED);
            }
            return done;
          });
    }

    /** Does a part of the work; ends the stage only if that fails. */
    <T> T attempt(CallContext context, Supplier<T> work) {
      if (failure != null) {
        throw failure;
      }
      try {
        if (description == null) {
          description = Objects.requireNonNull(describing.get(), "the description is null");
        }
        context.throwIfStopped();
        return work.get();
      } catch (RuntimeException | Error e) {
        throw failed(e);
      }
    }

    /** The stream, with the failures of its pieces recorded. */
    TokenStream watched(CallContext context, TokenStream tokens) {
      return new TokenStream() {
        @Override
        public Stream<String> text() {
          Iterator<String> pieces = attempt(context, () -> tokens.text().iterator());
          Iterator<String> watched =
              new Iterator<>() {
                @Override
                public boolean hasNext() {
                  return attempt(context, pieces::hasNext);
                }

                @Override
                public String next() {
                  return pieces.next();
                }
              };
          return StreamSupport.stream(Spliterators.spliteratorUnknownSize(watched, 0), false);
        }

        @Override
        public Generation result() {
          return tokens.result();
        }

        @Override
        public void close() {
          tokens.close();
        }
      };
    }

    /** Ends the stage, and with it the question, if that has not happened yet. */
    void abandon() {
      if (end(record(Usage.unknown()).failed(CLOSED))) {
        TraceRecorder.this.end();
      }
    }

    private StageRecord record(Usage usage) {
      StageDescription described = description;
      return StageRecord.of(
          stage, described == null ? UNDESCRIBED : described, elapsed(began), usage);
    }

    /** Whether the stage had not ended before. */
    private boolean end(StageRecord record) {
      if (!ended.compareAndSet(false, true)) {
        return false;
      }
      stages.add(record);
      tell(listener -> listener.stageEnded(question, record));
      return true;
    }

    private RuntimeException failed(Throwable thrown) {
      String message = thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
      Trace trace =
          end(record(Usage.unknown()).failed(message))
              ? TraceRecorder.this.end()
              : Trace.of(question, stages, elapsed(start));
      if (thrown instanceof Error error) {
        throw error;
      }
      failure =
          switch (thrown) {
            case CancelledException cancelled -> cancelled.in(stage);
            case DeadlineExceededException late -> late.in(stage);
            default -> new StageException(stage, trace, thrown);
          };
      return failure;
    }
  }
}
