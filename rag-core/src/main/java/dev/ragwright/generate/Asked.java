package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.retrieve.Query;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;

/** What a generator wrote for another stage, and the record of that. */
record Asked(Generation generation, StageRecord record) {

  /** Asks it about a question, with this to read. */
  static Asked of(Generator generator, Query question, Context read, CallContext context) {
    long start = context.ticker().nanos();
    Generation generation = generator.generate(GenerationRequest.of(question, read), context);
    return new Asked(
        generation,
        StageRecord.of(
                "generate",
                generator.description(),
                Duration.ofNanos(context.ticker().nanos() - start),
                generation.usage())
            .with("finish", generation.finishReason().name()));
  }
}
