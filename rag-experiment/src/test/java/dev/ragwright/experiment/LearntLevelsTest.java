package dev.ragwright.experiment;

import static dev.ragwright.experiment.Factor.GENERATOR;
import static dev.ragwright.experiment.Factor.RETRIEVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.learn.Card;
import dev.ragwright.eval.learn.FusionLearning;
import dev.ragwright.eval.learn.Learner;
import dev.ragwright.eval.learn.Proof;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.FusionModel;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.testkit.FakeGenerator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Levels that are learnt in folds. */
class LearntLevelsTest {
  private static final int DEPTH = 100;
  private static final RankFusion PLAIN = RankFusion.reciprocalRank(60);

  @TempDir Path folder;

  /** Question i is about document i. */
  private static EvalSet set(int questions) {
    List<Question> all = new ArrayList<>();
    Map<String, Judgments> judged = new LinkedHashMap<>();
    for (int i = 0; i < questions; i++) {
      all.add(new Question("q" + i, "what is entry " + i, List.of("entry " + i)));
      judged.put("q" + i, Judgments.of(Map.of("d" + i, 1)));
    }
    return EvalSet.of("entries", all, Qrels.of(judged));
  }

  /** Finds twenty documents in an order drawn for the question, the right one at a drawn place. */
  private static Retriever drawn(String name, int worst, long seed) {
    Retriever retriever =
        (request, context) -> {
          String text = request.query().text();
          int right = Integer.parseInt(text.substring(text.lastIndexOf(' ') + 1));
          Random random = new Random(seed * 1_000 + right);
          int place = random.nextInt(worst);
          List<Hit> hits = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            int document = i == place ? right : 1_000 + random.nextInt(500);
            Passage passage = Passage.of("d" + document, "the text of document " + document);
            if (hits.stream().noneMatch(hit -> hit.passage().equals(passage))) {
              hits.add(new Hit(passage, 1 - i / 20.0 - random.nextDouble() / 50, name));
            }
          }
          return Retrieval.ranked(hits, request.topK(), Usage.none());
        };
    return retriever.named(name + " " + seed);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void hasTheFiguresOfTheProofWithTheSameFolds(long seed) {
    EvalSet set = set(60);
    Retriever words = drawn("words", 15, seed);
    Retriever vectors = drawn("vectors", 3, seed);
    FusionLearning learning = FusionLearning.over(DEPTH, words, vectors);
    Learner<FusionModel> weights = learning.weights();
    Card card =
        Proof.of("weights", weights, learning.bench(set, PLAIN))
            .folds(4, seed, CallContext.unbounded())
            .card();
    ExperimentResult result =
        Experiment.over(set)
            .vary(RETRIEVER, Map.of("plain", Retrievers.fuse(PLAIN, DEPTH, words, vectors)))
            .learn(
                RETRIEVER,
                "weights",
                weights.then(
                    model -> Retrievers.fuse(RankFusion.learnt(model), DEPTH, words, vectors)))
            .folds(4)
            .seed(seed)
            .measure(Ndcg.at(10))
            .build()
            .run(Progress.none());
    assertThat(result.factors()).containsEntry("retriever", List.of("plain", "weights"));
    assertThat(mean(result, "plain")).isEqualTo(card.before(), within(1e-12));
    assertThat(mean(result, "weights")).isEqualTo(card.after(), within(1e-12));
    assertThat(card.after()).isGreaterThan(card.before());
    assertThat(result.arm("weights").stages().get("retriever"))
        .startsWith("learnt, 4 folds: ")
        .contains("modelNumbers");
    assertThat(result.arm("plain").stages().get("retriever")).doesNotContain("learnt");
    assertThat(result.settings().get("learnt.retriever.weights"))
        .matches("4 folds, seed -?\\d+; from all 60 judged questions in \\d+\\.\\d\\d CPU-seconds");
  }

  @Test
  void itsOwnQuestionsDoNotGateIt() {
    Winner winner =
        Experiment.over(set(12))
            .learn(RETRIEVER, "words", training -> drawn("words", 5, 1))
            .folds(2)
            .measure(Ndcg.at(10))
            .build()
            .run(Progress.none())
            .winner();
    assertThatThrownBy(winner::baseline)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the retriever \"words\" of the arm \"")
        .hasMessageContaining("was learnt from the questions of entries");
    assertThatThrownBy(() -> winner.toTest("Found")).hasMessageContaining("was learnt from");
  }

  private static double mean(ExperimentResult result, String arm) {
    return result.arm(arm).metric("ndcg@10").mean().orElseThrow();
  }

  /** Learns the texts by heart, and finds what it knows; is asked only what it cannot know. */
  private static Learner<Retriever> byHeart(AtomicInteger calls, List<String> seen) {
    return training -> {
      List<String> known =
          training.questions().values().stream().map(Question::text).sorted().toList();
      Retriever retriever =
          (request, context) -> {
            calls.incrementAndGet();
            if (known.contains(request.query().text())) {
              seen.add(request.query().text());
            }
            return Retrieval.of(
                List.of(new Hit(Passage.of("d0", "the text of document 0"), 1, "heart")));
          };
      return retriever.named("knows " + known);
    };
  }

  @Test
  void noArmHasSeenWhatItIsAsked() {
    List<Question> all = new ArrayList<>(set(23).questions().values());
    all.add(new Question("twin", "what is entry 3", List.of())); // same text
    all.add(new Question("unjudged", "what is entry 5", List.of()));
    all.add(new Question("alone", "what is nothing", List.of()));
    Map<String, Judgments> judged = new LinkedHashMap<>(set(23).qrels().judgments());
    judged.put("twin", Judgments.of(Map.of("d7", 1)));
    EvalSet set = EvalSet.of("entries", all, Qrels.of(judged));
    AtomicInteger calls = new AtomicInteger();
    List<String> seen = new ArrayList<>();
    Experiment experiment =
        Experiment.over(set)
            .learn(RETRIEVER, "one", byHeart(calls, seen))
            .learn(RETRIEVER, "two", byHeart(calls, seen))
            .vary(GENERATOR, Map.of("a", FakeGenerator.create(), "b", other()))
            .seed(7)
            .measure(Ndcg.at(10))
            .memo(folder)
            .build();
    assertThat(experiment.dryRun().stages().get("retrieve")).returns(26L, Plan.Step::calls);
    ExperimentResult first = experiment.run(Progress.none());
    assertThat(first.arms()).hasSize(4);
    assertThat(seen).isEmpty();
    // Both levels are the same thing, learnt from the same folds, and texts are asked once.
    assertThat(calls).hasValue(24);
    assertThat(experiment.run(Progress.none()).stageCalls().get("retrieve")).isZero();
    assertThat(calls).hasValue(24);

    experiment.pipeline("one + a").ask("what is entry 3");
    assertThat(seen).containsExactly("what is entry 3"); // production has learnt from all
  }

  private static Generator other() {
    Generator other = (request, context) -> FakeGenerator.create().generate(request, context);
    return other.named("other");
  }

  @Test
  void otherFoldsAreOtherModels() {
    AtomicInteger calls = new AtomicInteger();
    Experiment.Builder builder =
        Experiment.over(set(20))
            .learn(RETRIEVER, "heart", byHeart(calls, new ArrayList<>()))
            .measure(Ndcg.at(10))
            .memo(folder);
    builder.build().run(Progress.none());
    assertThat(calls).hasValue(20);
    ExperimentResult again = builder.questions(10).folds(4).build().run(Progress.none());
    assertThat(calls).hasValue(30);
    assertThat(again.settings().get("learnt.retriever.heart"))
        .startsWith("4 folds, seed 42; from all 20 judged questions");
  }

  @Test
  void whatNoArmHasIsNotLearnt() {
    AtomicInteger lessons = new AtomicInteger();
    Learner<Retriever> counted =
        training -> {
          lessons.incrementAndGet();
          return drawn("words", 5, 1);
        };
    Map<String, Generator> two = Map.of("a", FakeGenerator.create(), "b", other());
    Experiment.over(set(20))
        .learn(RETRIEVER, "one", counted)
        .learn(
            RETRIEVER,
            "two",
            training -> {
              throw new IllegalArgumentException("nothing to learn");
            })
        .vary(GENERATOR, two)
        .exclude(levels -> "two".equals(levels.get("retriever")))
        .folds(4)
        .measure(Ndcg.at(10))
        .build();
    assertThat(lessons).hasValue(5); // all and four folds, once for both arms
  }

  @Test
  void refusesWhatCannotBeLearnt() {
    Learner<Retriever> lazy =
        training -> {
          throw new IllegalArgumentException("nothing to learn");
        };
    Experiment.Builder builder =
        Experiment.over(set(20))
            .vary(RETRIEVER, Map.of("plain", drawn("words", 3, 1)))
            .measure(Ndcg.at(10));
    assertThatThrownBy(() -> builder.learn(RETRIEVER, "plain", lazy))
        .hasMessage("the factor retriever has two levels \"plain\"");
    assertThatThrownBy(() -> builder.folds(1)).hasMessage("folds must be >= 2, was 1");
    builder.learn(RETRIEVER, "lazy", lazy);
    assertThatThrownBy(() -> builder.learn(RETRIEVER, "lazy", lazy))
        .hasMessage("the factor retriever has two levels \"lazy\"");
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the level lazy of the factor retriever cannot be learnt: nothing to learn");
    assertThatThrownBy(() -> builder.folds(11).build())
        .hasMessageContaining("11 folds need at least 22 judged questions");
    assertThatThrownBy(() -> builder.fix(GENERATOR, other()).learn(GENERATOR, "x", t -> other()))
        .hasMessage("the factor generator is set twice");
    assertThatThrownBy(
            () ->
                Experiment.over(set(20))
                    .learn(RETRIEVER, "x", lazy)
                    .fix(RETRIEVER, drawn("words", 3, 1)))
        .hasMessage("the factor retriever is set twice");
  }
}
