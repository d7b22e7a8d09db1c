package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.FollowUp;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Hop;
import dev.ragwright.retrieve.Query;
import java.util.ArrayList;
import java.util.List;

/** What a generator asks next, of the best passages of each hop. */
record GeneratedFollowUp(Generator generator, int most) implements FollowUp {
  private static final int OF_EACH = 3;
  private static final ContextAssembler READING =
      ContextAssembler.builder().budget(1_000).mergeNeighbours(false).build();

  @Override
  public Expansion next(Query question, List<Hop> hops, CallContext context) {
    context.throwIfStopped();
    if (question.text().isBlank()) {
      return Expansion.of(List.of(question), Usage.none());
    }
    List<Hit> best = new ArrayList<>();
    hops.forEach(hop -> hop.unseen().stream().limit(OF_EACH).forEach(best::add));
    Context read =
        READING.assemble(question, List.of(), best, generator.tokenCounter(), context).context();
    Asked asked = Asked.of(generator, question, read, context);
    Generation generation = asked.generation();
    List<Query> queries = new ArrayList<>(GeneratedQueries.lines(generation, most).toList());
    return Expansion.of(queries.isEmpty() ? List.of(question) : queries, generation.usage())
        .withParts(List.of(asked.record()));
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("follow-up", "generated")
        .with("queries", most)
        .withParts(List.of(generator.description()));
  }
}
