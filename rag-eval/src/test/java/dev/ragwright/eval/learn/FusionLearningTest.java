package dev.ragwright.eval.learn;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.index.CorpusSketch;
import dev.ragwright.retrieve.FusionFeatures;
import dev.ragwright.retrieve.FusionModel;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.testkit.seeds.Seeds;
import dev.ragwright.text.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FusionLearningTest {
  private static final int DEPTH = 40;
  private static final RankFusion PLAIN = RankFusion.reciprocalRank(60);

  @TempDir Path folder;

  /** Each question has one relevant document of forty; its text says so if it is to be readable. */
  private static EvalSet set(long seed, int questions) {
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    List<Question> all = new ArrayList<>();
    for (int i = 0; i < questions; i++) {
      all.add(new Question("q" + i, "question number" + i, List.of()));
      int relevant = (int) (DEPTH * Sampling.fraction("relevant" + i, seed));
      judgments.put("q" + i, Judgments.of(Map.of("d" + relevant, 1, "d" + (relevant + 1), 0)));
    }
    return EvalSet.of("synthetic", all, Qrels.of(judgments));
  }

  /** Scores at random, and more by {@code knows} if the document is relevant. */
  private static Retriever scoring(EvalSet set, String name, long seed, double knows) {
    Map<String, String> ids = new LinkedHashMap<>();
    set.questions().values().forEach(question -> ids.put(question.text(), question.id()));
    Retriever retriever =
        (request, context) -> {
          String text = request.query().text();
          Judgments judged = set.qrels().judgments(ids.getOrDefault(text, ""));
          List<Hit> hits = new ArrayList<>();
          for (int d = 0; d < DEPTH; d++) {
            double score =
                Sampling.fraction(name + text + d, seed)
                    + (judged.grade("d" + d).orElse(0) > 0 ? knows : 0);
            hits.add(new Hit(Passage.of("d" + d, "words of document" + d), score, name));
          }
          hits.sort(Hit.BEST_FIRST);
          return Retrieval.of(hits.subList(0, Math.min(request.topK(), hits.size())));
        };
    return retriever.named(name);
  }

  @Test
  void learnsWhichRankingToTrust() {
    long seed = Seeds.seed();
    EvalSet set = set(seed, 100);
    FusionLearning learning =
        FusionLearning.over(DEPTH, scoring(set, "good", seed, 0.6), scoring(set, "noise", seed, 0));
    for (Learner<FusionModel> learner : List.of(learning.weights(), learning.ranker())) {
      Learnt<FusionModel> learnt =
          Proof.of("fusion", learner, learning.bench(set, PLAIN))
              .folds(5, 1, CallContext.unbounded());
      assertThat(learnt.card().verdict()).as(Seeds.replay()).isEqualTo(Card.Verdict.HELPS);
      assertThat(learnt.card().gain().difference()).as(Seeds.replay()).isGreaterThan(0.1);
      assertThat(learnt.adopt().retrievers()).containsExactly("good", "noise");
    }
    FusionModel weights = learning.weights().learn(set);
    assertThat(weights.weights().getFirst()).as(Seeds.replay()).isGreaterThan(0.7);
    assertThat(weights.weights().stream().mapToDouble(w -> w).sum()).isCloseTo(1, within(1e-9));
  }

  @Test
  void aFewQuestionsDoNotMoveItFar() {
    EvalSet one = set(7, 1);
    FusionLearning learning =
        FusionLearning.over(DEPTH, scoring(one, "a", 1, 0.3), scoring(one, "b", 2, 0.3));
    FusionModel weights = learning.weights().learn(one);
    assertThat(weights.questions()).isEqualTo(1);
    assertThat(weights.weights()).allSatisfy(weight -> assertThat(weight).isBetween(0.0, 1.0));
    // With fewer than ten questions there is nothing to choose a penalty with.
    assertThat(learning.ranker().learn(one)).isEqualTo(weights);
  }

  @Test
  void theSameQuestionsTeachTheSameToTheByte() throws Exception {
    List<String> files = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      EvalSet set = set(3, 60);
      FusionLearning learning =
          FusionLearning.over(DEPTH, scoring(set, "a", 1, 0.4), scoring(set, "b", 2, 0.1));
      FusionModel model = learning.ranker().learn(set);
      Path file = folder.resolve("model" + run + ".json");
      FusionModelFile.write(model, file);
      assertThat(FusionModelFile.read(file)).isEqualTo(model);
      files.add(Files.readString(file));
    }
    assertThat(files.get(0)).isEqualTo(files.get(1)).hasSizeLessThan(4096);
  }

  @Test
  void aFileTellsWhatItWasLearntOver() throws IOException {
    EvalSet set = set(1, 40);
    FusionModel model =
        FusionLearning.over(DEPTH, scoring(set, "a", 1, 0.4), scoring(set, "b", 2, 0.1))
            .weights()
            .learn(set);
    Path file = folder.resolve("model.json");
    FusionModelFile.write(model, file);
    assertThat(FusionModelFile.learntOver(file)).isEmpty();
    CorpusSketch corpus =
        CorpusSketch.of(IntStream.range(0, 300).mapToObj(i -> Passage.of("p" + i, "text " + i)));
    FusionModelFile.write(model, corpus, file);
    assertThat(FusionModelFile.read(file)).isEqualTo(model);
    assertThat(FusionModelFile.learntOver(file)).contains(corpus);
    Files.writeString(
        file, Files.readString(file).replace("\"passages\" : 300", "\"passages\" : 30"));
    assertThatThrownBy(() -> FusionModelFile.learntOver(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageContaining("a sketch of 30 passages has 30 ascending hashes, had 256");
    assertThat(FusionModelFile.read(file)).isEqualTo(model);
  }

  @Test
  void measuresAsTheMetricDoes() {
    long seed = Seeds.seed();
    EvalSet set = set(seed, 40);
    Retriever a = scoring(set, "a", seed, 0.2);
    Retriever b = scoring(set, "b", seed, 0.2);
    Evaluation evaluation =
        RetrievalEvaluation.of(
            set, Retrievers.fuse(RankFusion.minMax(0.3, 0.7), DEPTH, a, b), Ndcg.at(10));
    int second = FusionFeatures.names(2).indexOf("minMax.1");
    for (Question question : set.questions().values()) {
      double ndcg =
          JudgedLists.of(question, set.qrels().judgments(question.id()), DEPTH, List.of(a, b))
              .ndcg(new int[] {0, second}, new double[] {0.3, 0.7});
      Score score = evaluation.scores("ndcg@10").byCase().get(question.id());
      assertThat(score).isNotNull();
      assertThat(ndcg)
          .as(Seeds.replay())
          .isCloseTo(requireNonNull(score).value().orElseThrow(), within(1e-12));
    }
  }

  @Test
  void theFileIsRefusedWhereItDoesNotFit() throws Exception {
    EvalSet set = set(3, 20);
    Retriever a = scoring(set, "a", 1, 0.4);
    Retriever b = scoring(set, "b", 2, 0.1);
    FusionModel model = FusionLearning.over(DEPTH, a, b).weights().learn(set);
    RankFusion fusion = RankFusion.learnt(model);
    assertThatThrownBy(() -> Retrievers.fuse(fusion, DEPTH, b, a))
        .hasMessage(
            "the fusion was learnt for [a, b] to a depth of 40, and here are [b, a] to a depth of 40; learn one for these");
    assertThatThrownBy(() -> Retrievers.fuse(fusion, 100, a, b))
        .hasMessageContaining("here are [a, b] to a depth of 100");
    assertThatThrownBy(() -> Retrievers.fuse(fusion.named("mine"), 100, a, b))
        .hasMessageContaining("learn one for these");
    assertThatThrownBy(
            () -> FusionLearning.over(DEPTH, a, (request, context) -> Retrieval.of(List.of())))
        .hasMessageContaining("does not say what it is, so a fusion cannot be learnt for it");
    Path file = folder.resolve("model.json");
    FusionModelFile.write(model, file);
    Files.writeString(file, Files.readString(file).replace("\"version\" : 1", "\"version\" : 2"));
    assertThatThrownBy(() -> FusionModelFile.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageContaining("version 2, expected \"ragwright-fusion\" version 1");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("\"version\" : 2", "\"version\" : 1")
            .replaceFirst("\"weights\" : \\[ [^,]*", "\"weights\" : [ \"NaN\""));
    assertThatThrownBy(() -> FusionModelFile.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageContaining("finite weight for each feature");
    assertThatThrownBy(() -> FusionModelFile.read(folder.resolve("none.json")))
        .hasMessageContaining("there is no fusion's model");
  }
}
