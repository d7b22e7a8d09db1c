package dev.ragwright.experiment;

import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.Turn;
import dev.ragwright.pipeline.StageCall;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import java.util.List;

/**
 * What decides a stage's result, of one question: what the stage is, and all that it is given, by
 * content. For one thread.
 */
record Keys(Identities identities, Passages passages, Ranked.Pool rankings, int repeat) {

  StageKey of(StageCall<?> call) {
    Digest input = Digest.start();
    call.reads().forEach(value -> add(value, call.stage(), input));
    return new StageKey(call.name(), identities.of(call.stage()), input.add(repeat).end());
  }

  /** A list is a ranking: no call reads another one. */
  @SuppressWarnings("unchecked")
  private void add(Object read, Stage by, Digest input) {
    switch (read) {
      case Query query -> add(query, input);
      case Integer number -> input.add(number);
      case Filter filter when filter.equals(Filter.all()) -> {}
      case Filter filter -> input.add(filter.toString());
      case List<?> hits -> input.add(rankings.of((List<Hit>) hits).digest());
      case Generator reader -> input.add(counting(reader));
      case Conversation conversation -> add(conversation.turns(), input);
      case GenerationRequest request -> {
        input.add(request.question().text());
        add(request.context(), by instanceof Generator one && one.readsTextOnly(), input);
      }
      default -> throw new IllegalArgumentException("a stage read " + read.getClass());
    }
  }

  /** One that is written as a passage is another one than its words. */
  private static void add(Query query, Digest input) {
    input.add(query.text());
    if (query.side() == Embedder.Side.DOCUMENT) {
      input.add(query.side().name());
    }
  }

  private static void add(List<Turn> turns, Digest input) {
    input.add(turns.size());
    turns.forEach(turn -> input.add(turn.asked()).add(turn.question()).add(turn.answer()));
  }

  /** What the budget is counted in. */
  private String counting(Generator reader) {
    TokenCounter counter = reader.tokenCounter();
    StageDescription counting = counter.description();
    return counting.opaque() && reader != NoGenerator.INSTANCE
        ? identities.of(reader)
        : Digest.start().add(counting).end();
  }

  /** What is read; of a generator that does not say what it ignores, all that there is to read. */
  private void add(Context context, boolean textOnly, Digest input) {
    input.add(context.evidence().size());
    for (Evidence evidence : context.evidence()) {
      input.add(passages.digest(evidence.passage())).add(evidence.retrieved().size());
      for (Passage passage : evidence.retrieved()) {
        input.add(passages.digest(passage));
      }
    }
    context.titles().forEach(input::add);
    if (!context.history().isEmpty()) {
      add(context.history(), input);
    }
    if (!textOnly) {
      input.add(context.titles().size()).add(context.tokens());
      context.evidence().forEach(evidence -> input.add(evidence.score()));
      context
          .dropped()
          .forEach(dropped -> input.add(dropped.passageId()).add(dropped.reason().name()));
    }
  }
}
