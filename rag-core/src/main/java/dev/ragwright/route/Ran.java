package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** What ran for one answer so far, each with its record. For one thread. */
final class Ran {
  private final CallContext context;
  private final List<StageRecord> records = new ArrayList<>();

  Ran(CallContext context) {
    this.context = context;
  }

  /** What the clock of the records says. */
  long now() {
    return context.ticker().nanos();
  }

  /** A record of what began at {@code start} and ends now. */
  StageRecord record(String stage, StageDescription description, long start, Usage usage) {
    return StageRecord.of(stage, description, Duration.ofNanos(now() - start), usage);
  }

  void add(StageRecord record) {
    records.add(record);
  }

  /** Asks a generator, which has its record then. */
  Generation generate(NamedGenerator one, GenerationRequest request) {
    context.throwIfStopped();
    long start = now();
    try {
      Generation made = one.generator().generate(request, context);
      add(told(one, start, Objects.requireNonNull(made, "the generator returned null")));
      return made;
    } catch (RagException e) {
      throw failed(one, start, e);
    }
  }

  /** The answer with all that ran for it. */
  Generation whole(Generation made) {
    return made.withUsage(usage()).withParts(records);
  }

  /** Streams a generator's answer, which has all that ran for it at its end. */
  TokenStream stream(NamedGenerator one, GenerationRequest request) {
    context.throwIfStopped();
    long start = now();
    try {
      return new Streamed(one, start, one.generator().stream(request, context));
    } catch (RagException e) {
      throw failed(one, start, e);
    }
  }

  private StageRecord told(NamedGenerator one, long start, Generation made) {
    StageRecord record =
        record("generator", one.generator().description(), start, made.usage())
            .with("route", one.name())
            .withServed(made.model().orElse(""))
            .withParts(made.parts());
    if (made.abstention().isPresent()) {
      record = record.with("abstained", made.abstention().get().reason().name());
    }
    return made.confidence().isPresent()
        ? record.with("confidence", made.confidence().getAsDouble())
        : record;
  }

  private Usage usage() {
    return records.stream().map(StageRecord::usage).reduce(Usage.none(), Usage::plus);
  }

  private RagException failed(NamedGenerator one, long start, RagException failure) {
    StageRecord record =
        record("generator", one.generator().description(), start, failure.usage())
            .with("route", one.name());
    return failed("the generator \"" + one.name() + "\" of the route failed", record, failure);
  }

  /**
   * A failure, with what ran and was paid before it.
   *
   * @param what failed, for the text
   * @param record of what failed
   */
  RagException failed(String what, StageRecord record, RagException failure) {
    List<StageRecord> all = new ArrayList<>(records);
    all.add(record.failed(failure));
    return RouteFailedException.of(what, failure, all);
  }

  /** A stream whose result has all that ran for it. */
  private final class Streamed implements TokenStream {
    private final NamedGenerator one;
    private final long start;
    private final TokenStream stream;
    private @Nullable Generation whole;

    Streamed(NamedGenerator one, long start, TokenStream stream) {
      this.one = one;
      this.start = start;
      this.stream = stream;
    }

    @Override
    public Stream<String> text() {
      Iterator<String> pieces = stream.text().iterator();
      Iterator<String> told =
          new Iterator<>() {
            @Override
            public boolean hasNext() {
              try {
                return pieces.hasNext();
              } catch (RagException e) {
                throw failed(one, start, e);
              }
            }

            @Override
            public String next() {
              return pieces.next();
            }
          };
      int traits = Spliterator.ORDERED | Spliterator.NONNULL;
      return StreamSupport.stream(Spliterators.spliteratorUnknownSize(told, traits), false);
    }

    @Override
    public Generation result() {
      if (whole == null) {
        try {
          Generation made = stream.result();
          add(told(one, start, made));
          whole = Ran.this.whole(made);
        } catch (RagException e) {
          throw failed(one, start, e);
        }
      }
      return whole;
    }

    @Override
    public void close() {
      stream.close();
    }
  }
}
