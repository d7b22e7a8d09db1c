package dev.ragwright.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.eval.stats.Resampling;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class RaceTest {
  private static final Race.Rules RULES = Race.Rules.by("context-recall", "em");

  /** How many seeds; 20 take a minute or two: {@code -Drace.seeds=20}. */
  private static final int SEEDS = Integer.getInteger("race.seeds", 2);

  @Test
  void findsTheWinnerOfTheWholeGridWithATwentiethOfItsGenerations() {
    int found = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      ScriptedGrid raced = new ScriptedGrid(seed);
      Race race = raced.experiment().race(RULES, Progress.none());
      ScriptedGrid whole = new ScriptedGrid(seed);
      ExperimentResult all = whole.experiment().run(Progress.none());
      assertThat(all.arms()).hasSize(648);
      assertThat(race.retrieval()).hasSize(54);
      assertThat(race.generations()).isEqualTo(raced.generations.get()).isLessThanOrEqualTo(1_500);
      String winner = race.winners().best();
      String best = all.winners("em").best();
      PairedComparison behind =
          PairedComparison.of(
              all.arm(best).metric("em").values(),
              all.arm(winner).metric("em").values(),
              Resampling.standard());
      System.err.printf(
          Locale.ROOT,
          "seed %d: %d of %d generations, winner %s, of the whole grid %s, behind %s%n",
          seed,
          race.generations(),
          whole.generations.get(),
          winner,
          best,
          behind);
      found += behind.difference() == 0 || behind.pValue() > .05 ? 1 : 0;
    }
    assertThat(found).isGreaterThanOrEqualTo(SEEDS - Math.max(1, SEEDS / 20));
  }

  @Test
  void retrievalIsRankedWithoutAnAnswer() {
    ScriptedGrid grid = new ScriptedGrid(3);
    Race race = grid.experiment().race(RULES, Progress.none());
    assertThat(race.retrieval().getFirst().verdict()).isEqualTo(Race.Retrieval.Verdict.KEPT);
    assertThat(race.retrieval())
        .filteredOn(way -> way.verdict() == Race.Retrieval.Verdict.KEPT)
        .hasSizeLessThanOrEqualTo(4)
        .allSatisfy(way -> assertThat(way.by()).isNull());
    assertThat(race.retrieval())
        .filteredOn(way -> way.verdict() == Race.Retrieval.Verdict.DOMINATED)
        .isNotEmpty()
        .allSatisfy(way -> assertThat(way.by()).isNotNull());
    for (int r = 1; r < race.rounds().size(); r++) {
      assertThat(race.rounds().get(r).questions())
          .isGreaterThan(race.rounds().get(r - 1).questions());
      assertThat(race.rounds().get(r).left().size())
          .isLessThan(race.rounds().get(r - 1).left().size());
    }
    assertThat(race.result().questions()).hasSize(ScriptedGrid.QUESTIONS);
    assertThat(race.result().arms()).hasSizeLessThanOrEqualTo(6);
    assertThat(race.result().metrics()).containsExactly("context-recall", "em");
    assertThat(race.toString()).contains("ways to retrieve kept by context-recall");
  }

  @Test
  void withoutAPriceTheBestByQualityGoOn() {
    Race.Rules rules = RULES.withCosts().withFinalists(2);
    Race race = new ScriptedGrid(3).experiment().race(rules, Progress.none());
    List<Race.Retrieval.Verdict> verdicts =
        race.retrieval().stream().map(Race.Retrieval::verdict).toList();
    assertThat(verdicts.subList(0, 4)).containsOnly(Race.Retrieval.Verdict.KEPT);
    assertThat(verdicts.subList(4, 54)).containsOnly(Race.Retrieval.Verdict.BEYOND);
    assertThat(race.result().arms()).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void theSameSeedGivesTheSameRace() {
    Race one = new ScriptedGrid(5).experiment().race(RULES, Progress.none());
    Race other = new ScriptedGrid(5).experiment().race(RULES, Progress.none());
    assertThat(other.rounds()).isEqualTo(one.rounds());
    assertThat(other.winners()).isEqualTo(one.winners());
  }

  @Test
  void refusesWhatCannotBeRaced() {
    Experiment experiment = new ScriptedGrid(1).experiment();
    assertThatThrownBy(() -> experiment.race(Race.Rules.by("em", "em"), Progress.none()))
        .hasMessage(
            "\"em\" needs an answer, so retrieval cannot be ranked by it without generating; rank by a metric of the ranking or the context");
    assertThatThrownBy(() -> experiment.race(Race.Rules.by("ndcg@10", "em"), Progress.none()))
        .hasMessage("\"ndcg@10\" is not measured; [context-recall, em] are");
    assertThatThrownBy(() -> RULES.keeping(0))
        .hasMessage("keep, finalists and leastQuestions must be >= 1, were 0, 6 and 10");
  }
}
