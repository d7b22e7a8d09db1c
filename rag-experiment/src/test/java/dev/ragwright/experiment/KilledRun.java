package dev.ragwright.experiment;

import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.retrieve.Reranker;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An experiment that {@link MemoTest} starts in a process of its own, and kills. */
final class KilledRun {
  private KilledRun() {}

  public static void main(String[] args) {
    Experiment experiment = experiment(Path.of(args[0]));
    try {
      experiment.run(
          state -> {
            if (state.done() == 1) {
              System.out.println("running");
            }
          });
    } catch (MemoException e) {
      System.out.println(e.getMessage());
      System.exit(3);
    }
    System.out.println("done");
  }

  static Experiment experiment(@Nullable Path memo) {
    Map<String, Reranker> rerankers = new LinkedHashMap<>();
    rerankers.put("none", Reranker.none());
    rerankers.put("no-decoys", new Fixture.NoDecoys());
    Experiment.Builder builder =
        Experiment.over(Fixture.set(64))
            .fix(Factor.RETRIEVER, Fixture.words())
            .vary(Factor.RERANKER, rerankers)
            .vary(Factor.TOP_K, 1, 3)
            .vary(
                Factor.GENERATOR,
                Map.of("slow", Fixture.slow("slow"), "slower", Fixture.slow("slower")))
            .measure(Ndcg.at(10), TokenF1.squad());
    return (memo == null ? builder : builder.memo(memo)).build();
  }
}
