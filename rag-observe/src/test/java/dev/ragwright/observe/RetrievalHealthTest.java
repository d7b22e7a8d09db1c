package dev.ragwright.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.observe.HealthReport.Check;
import dev.ragwright.observe.HealthReport.Status;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.seeds.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetrievalHealthTest {
  private static final int QUESTIONS = 60;

  /** Finds a question's document where the predicate holds for its number, and another one else. */
  private static Retriever finding(String index, IntPredicate found) {
    return new Retriever() {
      @Override
      public Retrieval retrieve(RetrievalRequest request, CallContext context) {
        context.throwIfStopped();
        int number = Integer.parseInt(request.query().text().substring("question ".length()));
        String id = (found.test(number) ? "d" : "other") + number;
        return Retrieval.of(List.of(new Hit(Passage.of(id, "text"), 1, "test")));
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("retriever", "test").with("k1", 1.2).with("index", index);
      }
    };
  }

  private static EvalSet set() {
    List<Question> questions = new ArrayList<>();
    Map<String, Judgments> judged = new LinkedHashMap<>();
    for (int i = 0; i < QUESTIONS; i++) {
      questions.add(new Question("q" + i, "question " + i, List.of()));
      judged.put("q" + i, Judgments.of(Map.of("d" + i, 1)));
    }
    return EvalSet.of("numbers", questions, Qrels.of(judged));
  }

  private static FrozenQuestions frozen() {
    return FrozenQuestions.freeze(set(), finding("then", i -> true), 3, CallContext.unbounded());
  }

  private static Check check(HealthReport report, String name) {
    return report.checks().stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatHasNotChangedIsHealthyThoughItsIndexGrew() {
    HealthReport report = RetrievalHealth.of(finding("now", i -> true), frozen()).check();
    assertThat(report.healthy()).as(report.toString()).isTrue();
    assertThat(report.checks())
        .extracting(Check::name)
        .containsExactly("stage", "canaries", "failures", "recall@3", "unjudged@3", "scores");
    assertThat(check(report, "canaries").status()).isEqualTo(Status.NOT_CHECKED);
    assertThat(check(report, "canaries").detail()).isEqualTo("the questions were frozen without");
    assertThat(check(report, "scores").detail()).isEqualTo("no window of live scores was given");
  }

  @Test
  void lostDocumentsRaiseAnAlarm() {
    List<Check> alarms = new ArrayList<>();
    HealthReport report =
        RetrievalHealth.of(finding("now", i -> i % 3 > 0), frozen()).onAlarm(alarms::add).check();
    assertThat(report.healthy()).isFalse();
    assertThat(check(report, "recall@3").status()).isEqualTo(Status.ALARM);
    assertThat(check(report, "recall@3").detail())
        .startsWith("0.6667, was 1.0000 over 60 questions (-.333 [");
    assertThat(check(report, "unjudged@3").status()).isEqualTo(Status.ALARM);
    assertThat(alarms).isEqualTo(report.alarms()).hasSize(2);
  }

  @Test
  void oneQuestionOfSixtyIsNoAlarm() {
    assertThat(RetrievalHealth.of(finding("now", i -> i > 0), frozen()).check().healthy()).isTrue();
  }

  @Test
  void whatGotBetterIsNoAlarm() {
    FrozenQuestions bad =
        FrozenQuestions.freeze(set(), finding("then", i -> i > 30), 3, CallContext.unbounded());
    Check recall = check(RetrievalHealth.of(finding("now", i -> true), bad).check(), "recall@3");
    assertThat(recall.status()).isEqualTo(Status.OK);
    assertThat(recall.pValue().orElseThrow()).isGreaterThan(0.9);
  }

  @Test
  void anotherSettingRaisesAnAlarmThatNamesBoth() {
    Retriever other = finding("now", i -> true).named("another");
    Check stage = check(RetrievalHealth.of(other, frozen()).check(), "stage");
    assertThat(stage.status()).isEqualTo(Status.ALARM);
    assertThat(stage.detail()).isEqualTo("is another, was test(k1=1.2)");
  }

  @Test
  void aFailingSearchRaisesAnAlarmAndTheOthersGoOn() {
    Retriever failing =
        (request, context) -> {
          if (request.query().text().equals("question 7")) {
            throw new IllegalStateException("disk gone");
          }
          return finding("now", i -> true).retrieve(request, context);
        };
    HealthReport report = RetrievalHealth.of(failing.named("test"), frozen()).check();
    assertThat(check(report, "failures").status()).isEqualTo(Status.ALARM);
    assertThat(check(report, "failures").detail())
        .isEqualTo(
            "1 of 60 questions, first question \"q7\": java.lang.IllegalStateException: disk gone");
    assertThat(check(report, "recall@3").detail()).contains("over 59 questions");
  }

  @Test
  void movedVectorsRaiseAnAlarm() {
    FrozenQuestions canaries =
        frozen().withCanaries(FakeEmbedder.of(16), 5, CallContext.unbounded());
    RetrievalHealth health = RetrievalHealth.of(finding("now", i -> true), canaries);
    assertThat(check(health.check(), "canaries").detail()).isEqualTo("no embedder was given");
    assertThat(check(health.embedder(FakeEmbedder.of(16)).check(), "canaries").status())
        .isEqualTo(Status.OK);
    Check moved = check(health.embedder(FakeEmbedder.of(17)).check(), "canaries");
    assertThat(moved.status()).isEqualTo(Status.ALARM);
    assertThat(moved.detail())
        .startsWith("the least cosine of 5 vectors with what they were is 0.0");
  }

  @Test
  void liveScoresThatMovedRaiseAnAlarm() {
    RandomGenerator random = Seeds.random();
    ScoreWindow window = ScoreWindow.of(50);
    RetrievalHealth health = RetrievalHealth.of(finding("now", i -> true), frozen()).scores(window);
    random.doubles(60).forEach(window::add);
    assertThat(check(health.check(), "scores").detail()).isEqualTo("the windows are not full yet");
    random.doubles(60).map(score -> score - 1).forEach(window::add);
    assertThat(check(health.check(), "scores").status()).as(Seeds.replay()).isEqualTo(Status.ALARM);
  }

  /** Retrieval that loses and wins at random as much as it did: the rate is 5 %. */
  @Test
  void falseAlarmsAreAsRareAsStated() {
    RandomGenerator random = Seeds.random();
    int alarms = 0;
    int rounds = 200;
    for (int round = 0; round < rounds; round++) {
      boolean[] then = new boolean[QUESTIONS];
      boolean[] now = new boolean[QUESTIONS];
      for (int i = 0; i < QUESTIONS; i++) {
        then[i] = random.nextDouble() < 0.7;
        now[i] = random.nextDouble() < 0.7;
      }
      FrozenQuestions past =
          FrozenQuestions.freeze(set(), finding("a", i -> then[i]), 3, CallContext.unbounded());
      HealthReport report =
          RetrievalHealth.of(finding("b", i -> now[i]), past).falseAlarmRate(0.05).check();
      alarms += check(report, "recall@3").status() == Status.ALARM ? 1 : 0;
    }
    assertThat(alarms).as(Seeds.replay()).isLessThanOrEqualTo(18); // 10 expected at most, sd 3.1
  }

  @Test
  void aFileHoldsAllOfIt(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("frozen.json");
    frozen().withCanaries(FakeEmbedder.of(16), 2, CallContext.unbounded()).write(file);
    FrozenQuestions read = FrozenQuestions.read(file);
    assertThat(read.toString()).isEqualTo("60 questions to depth 3 of test(k1=1.2)");
    HealthReport report =
        RetrievalHealth.of(finding("now", i -> true), read).embedder(FakeEmbedder.of(16)).check();
    assertThat(report.healthy()).as(report.toString()).isTrue();

    String text = Files.readString(file);
    Files.writeString(file, "\uFEFF" + text);
    assertThat(FrozenQuestions.read(file).toString()).isEqualTo(read.toString());
    Files.writeString(file, text.replace("\"version\" : 1", "\"version\" : 9"));
    assertThatThrownBy(() -> FrozenQuestions.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageEndingWith(
            "has version 9, and this version of Ragwright reads 1; freeze the questions again");
    Files.writeString(file, text.substring(0, text.length() / 2));
    assertThatThrownBy(() -> FrozenQuestions.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageContaining("frozen.json");
    Files.writeString(file, "{}");
    assertThatThrownBy(() -> FrozenQuestions.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageEndingWith("is not a file of frozen questions");
    assertThatThrownBy(() -> FrozenQuestions.read(folder.resolve("none")))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageEndingWith("FrozenQuestions.freeze makes them");
  }

  @Test
  void aRetrieverThatDoesNotSayWhatItIsCannotBeFrozen() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                FrozenQuestions.freeze(
                    set(),
                    (request, context) -> Retrieval.of(List.of()),
                    3,
                    CallContext.unbounded()))
        .withMessageContaining("give it a name with named(...)");
  }

  @Test
  void aCheckCanBeCancelled() {
    CallContext context = CallContext.withTimeout(Duration.ofHours(1));
    context.cancel();
    assertThatThrownBy(() -> RetrievalHealth.of(finding("now", i -> true), frozen()).check(context))
        .isInstanceOf(CancelledException.class);
  }
}
