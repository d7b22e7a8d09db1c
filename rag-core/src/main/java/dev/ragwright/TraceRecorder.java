package dev.ragwright;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Ticker;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Times the stages of one question, tells the listeners, and gives what a stage throws its place in
 * the trace. For one thread.
 */
final class TraceRecorder {
  private static final Logger logger = LoggerFactory.getLogger(RagPipeline.class);

  private final String question;
  private final List<TraceListener> listeners;
  private final Ticker ticker;
  private final long start;
  private final List<StageRecord> stages = new ArrayList<>();

  TraceRecorder(String question, List<TraceListener> listeners, Ticker ticker) {
    this.question = question;
    this.listeners = listeners;
    this.ticker = ticker;
    this.start = ticker.nanos();
    tell(listener -> listener.questionStarted(question));
  }

  <T> T record(
      String stage,
      StageDescription description,
      CallContext context,
      Supplier<T> work,
      BiFunction<StageRecord, T, StageRecord> result) {
    return open(stage, description).finish(context, work, result);
  }

  Open open(String stage, StageDescription description) {
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
      } catch (RuntimeException e) {
        logger.warn("the trace listener {} failed", listener, e);
      }
    }
  }

  static StageRecord retrieval(StageRecord record, Retrieval retrieval) {
    return StageRecord.of(
            record.stage(), record.description(), record.duration(), retrieval.usage())
        .with("hits", retrieval.hits().size())
        .withParts(retrieval.parts());
  }

  static StageRecord context(StageRecord record, Context context) {
    StageRecord told =
        record.with("evidence", context.evidence().size()).with("tokens", context.tokens());
    return context.dropped().isEmpty()
        ? told
        : told.with(
            "dropped",
            context.dropped().stream()
                .map(dropped -> dropped.passageId() + " " + dropped.reason())
                .collect(Collectors.joining("; ")));
  }

  static StageRecord generation(StageRecord record, Generation generation) {
    StageRecord told =
        StageRecord.of(record.stage(), record.description(), record.duration(), generation.usage());
    return generation
        .abstention()
        .map(abstention -> told.with("abstained", abstention.reason().name()))
        .orElseGet(() -> told.with("finish", generation.finishReason().name()));
  }

  /** A stage that has begun and not ended. */
  final class Open {
    private final String stage;
    private final StageDescription description;
    private final long began = ticker.nanos();
    private boolean ended;

    private Open(String stage, StageDescription description) {
      this.stage = stage;
      this.description = description;
    }

    /** Does the last part of the work and ends the stage, well or not. */
    <T> T finish(
        CallContext context, Supplier<T> work, BiFunction<StageRecord, T, StageRecord> result) {
      T done = attempt(context, work);
      end(result.apply(StageRecord.of(stage, description, elapsed(began), Usage.none()), done));
      return done;
    }

    /** Does a part of the work; ends the stage only if that fails. */
    <T> T attempt(CallContext context, Supplier<T> work) {
      try {
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
          return attempt(context, () -> tokens.text().peek(piece -> context.throwIfStopped()));
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

    private void end(StageRecord record) {
      if (!ended) {
        ended = true;
        stages.add(record);
        tell(listener -> listener.stageEnded(question, record));
      }
    }

    private RuntimeException failed(Throwable failure) {
      String message = String.valueOf(failure.getMessage());
      StageRecord record = StageRecord.of(stage, description, elapsed(began), Usage.unknown());
      boolean first = !ended;
      end(record.failed(message));
      Trace trace = first ? TraceRecorder.this.end() : Trace.of(question, stages, elapsed(start));
      if (failure instanceof Error error) {
        throw error;
      }
      return failure instanceof CancelledException
              || failure instanceof DeadlineExceededException
              || failure instanceof StageException
          ? (RuntimeException) failure
          : new StageException(stage, trace, failure);
    }
  }
}
