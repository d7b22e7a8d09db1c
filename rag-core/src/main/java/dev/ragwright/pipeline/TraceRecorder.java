package dev.ragwright.pipeline;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Ticker;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Times the stages of one question, tells the listeners, and gives what a stage throws its place in
 * the trace. For one thread, but that a stage can be abandoned from another, and that any thread
 * may say that it works.
 */
final class TraceRecorder implements CallContext.Watch {
  private static final Logger logger = LoggerFactory.getLogger("dev.ragwright.RagPipeline");
  private static final String CLOSED = "the stream was closed before its end";
  private static final StageDescription UNDESCRIBED =
      new StageDescription("stage", "undescribed", new TreeMap<>(), List.of(), true);

  /** Ids of calls: those of two processes differ in the first part, those of one in the last. */
  private static final String PROCESS =
      Long.toHexString(ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE) + "-";

  private static final AtomicLong CALLS = new AtomicLong();

  private final String id = PROCESS + CALLS.incrementAndGet();
  private final String question;
  private final List<TraceListener> listeners = new ArrayList<>(0);
  private final Ticker ticker;
  private final long start;
  private final List<StageRecord> stages = new CopyOnWriteArrayList<>();
  private volatile @Nullable Trace ended;

  TraceRecorder(String question, List<TraceListener.Factory> factories, Ticker ticker) {
    this.question = question;
    this.ticker = ticker;
    this.start = ticker.nanos();
    for (TraceListener.Factory factory : factories) {
      safely(
          factory,
          () -> listeners.add(Objects.requireNonNull(factory.create(id, question), "null")));
    }
  }

  @Override
  public Ticker ticker() {
    return ticker;
  }

  @Override
  public Runnable enter() {
    if (listeners.isEmpty()) {
      return () -> {};
    }
    List<Runnable> leaving = new ArrayList<>();
    tell(listener -> leaving.add(listener.entered()));
    return () -> leaving.reversed().forEach(leave -> safely(leave, leave));
  }

  Open open(String stage, Supplier<StageDescription> description) {
    tell(listener -> listener.stageStarted(stage));
    return new Open(stage, description);
  }

  /** Ends the question; with a reason if it was abstained from. */
  Trace end(Trace.Outcome outcome, @Nullable String reason) {
    Trace trace = trace(outcome, reason);
    ended = trace;
    tell(listener -> listener.questionEnded(trace));
    return trace;
  }

  /** The question's trace; null until it has ended. */
  @Nullable Trace ended() {
    return ended;
  }

  private Trace trace(Trace.Outcome outcome, @Nullable String reason) {
    return Trace.of(id, question, stages, elapsed(start), outcome, reason);
  }

  private Duration elapsed(long since) {
    return Duration.ofNanos(ticker.nanos() - since);
  }

  private void tell(Consumer<TraceListener> event) {
    for (TraceListener listener : listeners) {
      safely(listener, () -> event.accept(listener));
    }
  }

  private static void safely(Object listener, Runnable event) {
    try {
      event.run();
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) { // a checked one too: languages beside Java throw them from anywhere
      logger.warn("the trace listener {} failed", listener, e);
    }
  }

  /**
   * A stage that has begun. One thread works at it, another may {@linkplain #abandon abandon} it:
   * whoever ends it first tells the listeners, once. What it is, is asked inside it: what is closed
   * may not even be able to say that. Whatever is thrown is caught, a checked exception too, as
   * languages beside Java throw them from anywhere.
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
        CallContext context,
        Function<CallContext, T> work,
        BiFunction<StageRecord, T, StageRecord> told) {
      Runnable leave = begin(context);
      T done;
      try {
        done = Objects.requireNonNull(work.apply(context), "the stage returned null");
      } catch (Throwable e) {
        leave.run();
        throw failed(e);
      }
      leave.run();
      try {
        if (!end(told.apply(record(Usage.none()), done))) {
          throw new CancelledException(CLOSED);
        }
        return done;
      } catch (Throwable e) {
        throw failed(e);
      }
    }

    /** Does a part of the work; ends the stage only if that fails. */
    <T> T attempt(CallContext context, Supplier<T> work) {
      Runnable leave = begin(context);
      T done;
      try {
        done = work.get();
      } catch (Throwable e) {
        leave.run();
        throw failed(e);
      }
      leave.run();
      return done;
    }

    private Runnable begin(CallContext context) {
      if (failure != null) {
        throw failure;
      }
      Runnable leave = enter();
      try {
        if (description == null) {
          description = Objects.requireNonNull(describing.get(), "the description is null");
        }
        context.throwIfStopped();
        return leave;
      } catch (Throwable e) {
        leave.run();
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
        TraceRecorder.this.end(Trace.Outcome.CANCELLED, null);
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
      tell(listener -> listener.stageEnded(record));
      return true;
    }

    private RuntimeException failed(Throwable thrown) {
      Usage usage = thrown instanceof RagException known ? known.usage() : Usage.unknown();
      Trace.Outcome outcome =
          thrown instanceof CancelledException ? Trace.Outcome.CANCELLED : Trace.Outcome.FAILED;
      Trace trace =
          end(record(usage).failed(thrown))
              ? TraceRecorder.this.end(outcome, null)
              : trace(outcome, null);
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
