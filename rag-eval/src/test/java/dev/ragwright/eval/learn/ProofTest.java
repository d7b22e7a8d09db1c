package dev.ragwright.eval.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class ProofTest {
  private static final CallContext CONTEXT = CallContext.unbounded();

  /** Question i is about document {@code d<i>}, which is its text. */
  private static EvalSet set(String name, int from, int to, int grade) {
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    List<Question> all = new ArrayList<>();
    for (int i = from; i < to; i++) {
      all.add(new Question("q" + i, "d" + i, List.of()));
      judgments.put("q" + i, Judgments.of(Map.of("d" + i, grade)));
    }
    return EvalSet.of(name, all, Qrels.of(judgments));
  }

  /** Finds the right document of the texts that it knows, and a wrong one of others. */
  private static Retriever knowing(Predicate<String> known) {
    return named(
        (request, context) -> {
          String text = request.query().text();
          String id = known.test(text) ? text : "wrong";
          return Retrieval.of(List.of(new Hit(Passage.of(id, "text"), 1, "table")));
        });
  }

  private static Retriever named(Retriever retriever) {
    return retriever.named("table");
  }

  /** Learns by heart, so that whatever it gains on questions of a fold leaked to it. */
  private static final Learner<Set<String>> BY_HEART =
      training -> {
        Set<String> texts = new TreeSet<>();
        training.questions().values().forEach(question -> texts.add(question.text()));
        return texts;
      };

  private static Bench<Set<String>> heart(EvalSet set) {
    return new Bench<>(set, knowing(text -> false), known -> knowing(known::contains));
  }

  @Test
  void whatIsLearntByHeartGainsNothingOnQuestionsNotSeen() {
    Learnt<Set<String>> learnt =
        Proof.of("heart", BY_HEART, heart(set("set", 0, 50, 1)))
            .curve(5, 10, 400)
            .also(List.of(heart(set("seen", 0, 20, 1))))
            .folds(5, 1, CONTEXT);
    Card card = learnt.card();
    assertThat(card.after()).isZero();
    assertThat(card.verdict()).isEqualTo(Card.Verdict.NOT_TOLD_APART);
    assertThat(card.trainingQuestions()).isEqualTo(50);
    assertThat(card.curve()).extracting(Card.Point::questions).containsExactly(5, 10);
    assertThat(card.curve()).extracting(Card.Point::after).containsExactly(0.0, 0.0);
    assertThat(card.half()).map(Card.Point::questions).contains(10);
    assertThat(card.outlook())
        .startsWith("from 10 questions to 40: ")
        .endsWith(
            "; not told apart from 0, so nothing says that more are worth judging; the interval has gains up to +.000");
    // On another set, what was learnt from all questions is measured.
    assertThat(card.elsewhere()).extracting(Card.Elsewhere::after).containsExactly(1.0);
    assertThatThrownBy(learnt::adopt)
        .isInstanceOf(NotProvenException.class)
        .hasMessage(
            "heart is not adopted: its gain in ndcg@10 over table is +.000 [+.000, +.000], p 1.000, 50 questions, which has 0 in its interval. Judge more questions, or take it with adoptUnproven().");
    assertThat(learnt.adoptUnproven()).hasSize(50);
  }

  @Test
  void questionsOfTheSameTextAreNotTornApart() {
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    List<Question> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(
          new Question("q" + i, (i < 20 ? "d" : "D") + i % 20 + (i < 20 ? "" : " "), List.of()));
      judgments.put("q" + i, Judgments.of(Map.of("d" + i % 20, 1)));
    }
    EvalSet set = EvalSet.of("twins", all, Qrels.of(judgments));
    for (EvalSet part : Questions.dealt(set, 4, 7)) {
      assertThat(part.questions()).hasSize(10);
      assertThat(Questions.shared(part, Questions.without(set, part.questions().keySet())))
          .isEmpty();
    }
  }

  /** As where a test split asks the claims of the training split the other way round. */
  @Test
  void whatIsGainedOnOtherDocumentsStandsApart() {
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    List<Question> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(new Question("t" + i, "not d" + i, List.of()));
      judgments.put("t" + i, Judgments.of(Map.of("d" + i, 1, "other", 0)));
    }
    EvalSet test = EvalSet.of("test", all, Qrels.of(judgments));
    Bench<Set<String>> bench =
        new Bench<>(
            test,
            knowing(text -> false),
            known ->
                named(
                    (request, context) -> {
                      String id = request.query().text().substring(4);
                      Passage found = Passage.of(known.contains(id) ? id : "wrong", "text");
                      return Retrieval.of(List.of(new Hit(found, 1, "table")));
                    }));
    Card card = Proof.of("heart", BY_HEART, bench).on(set("train", 0, 30, 1), CONTEXT).card();
    assertThat(card.gain().difference()).isEqualTo(0.75);
    PairedComparison apart = Objects.requireNonNull(card.apart());
    assertThat(apart.questions()).isEqualTo(10);
    assertThat(apart.difference()).isZero();
    assertThat(card.toString())
        .contains(
            "\n  on questions that share no relevant document with these: +.000 [+.000, +.000], p 1.000, 10 questions: not told apart\n");
    assertThat(card.toJson()).contains("\"apart\" : {");
    Card none = Proof.of("heart", BY_HEART, bench).on(set("train", 0, 39, 1), CONTEXT).card();
    assertThat(none.apart()).isNull();
    assertThat(none.toString())
        .contains(
            "  on questions that share no relevant document with these: fewer than two questions\n");
  }

  @Test
  void whatHelpsIsAdopted() {
    // Learns to answer three questions in four, once it has seen eight.
    Learner<Boolean> learner = training -> training.questions().size() >= 8;
    Bench<Boolean> bench =
        new Bench<>(
            set("test", 100, 140, 1),
            knowing(text -> text.endsWith("0")),
            able -> knowing(text -> able && !text.endsWith("7")));
    Learnt<Boolean> learnt =
        Proof.of("eight", learner, bench).curve(7, 8).on(set("train", 0, 20, 1), CONTEXT);
    assertThat(learnt.adopt()).isTrue();
    Card card = learnt.card();
    assertThat(card.before()).isEqualTo(0.1);
    assertThat(card.after()).isEqualTo(0.9);
    assertThat(card.gain().difference()).isEqualTo(0.8);
    assertThat(card.proof()).isEqualTo("test");
    assertThat(card.curve().get(0).gain().difference()).isEqualTo(-0.1);
    assertThat(card.curve().get(1).gain().difference()).isEqualTo(0.8);
    assertThat(card.toString())
        .startsWith(
            """
            eight, learnt from 20 questions of train, proven by test
              over table
              ndcg@10  0.1000 -> 0.9000, +.800 [+.675, +.925], p <.001, 40 questions: helps
              from 7 questions: 0.1000 -> 0.0000, -.100""");
  }

  @Test
  void theCardIsJson() throws Exception {
    Card card =
        Proof.of("heart", BY_HEART, heart(set("set", 0, 50, 1)))
            .curve(5)
            .also(List.of(heart(set("other", 50, 60, 1))))
            .folds(5, 1, CONTEXT)
            .card();
    JsonNode json = new JsonMapper().readTree(card.toJson());
    assertThat(json.path("trainingQuestions").asInt()).isEqualTo(50);
    assertThat(json.path("curve").path(0).path("verdict").asText()).isEqualTo("not told apart");
    assertThat(json.path("elsewhere").path(0).path("set").asText()).isEqualTo("other");
    assertThat(json.path("low").isNumber()).isTrue();
  }

  @Test
  void refusesWhatProvesNothing() {
    Proof<Set<String>> proof = Proof.of("heart", BY_HEART, heart(set("test", 0, 20, 1)));
    assertThatThrownBy(() -> proof.on(set("train", 18, 40, 1), CONTEXT))
        .hasMessage(
            "2 of the questions to learn from are among those to prove it with, by their ids or texts: q18, q19; leave them out of train (onRest does), or use folds");
    assertThat(proof.onRest(set("train", 18, 40, 1), CONTEXT).card().trainingQuestions())
        .isEqualTo(20);
    assertThatThrownBy(() -> proof.onRest(set("train", 3, 9, 1), CONTEXT))
        .hasMessage("no question is left of train");
    assertThatThrownBy(
            () -> Proof.of("heart", BY_HEART, heart(set("one", 0, 1, 1))).folds(5, 1, CONTEXT))
        .hasMessage(
            "5 folds need at least 10 judged questions with a relevant document, and one has 1; judge more, or use fewer folds");
    assertThatThrownBy(() -> proof.on(set("train", 30, 40, 0), CONTEXT))
        .hasMessageStartingWith("of 10 judged questions of train none has a relevant document");
    EvalSet unjudged =
        EvalSet.of("train", List.of(new Question("a", "b", List.of())), Qrels.of(Map.of()));
    assertThatThrownBy(() -> proof.on(unjudged, CONTEXT))
        .hasMessageStartingWith("train has no judgments");
    Bench<Set<String>> broken =
        new Bench<>(
            set("test", 0, 20, 1),
            (request, context) -> {
              throw new IllegalArgumentException("no");
            },
            known -> knowing(known::contains));
    assertThatThrownBy(() -> Proof.of("heart", BY_HEART, broken).folds(2, 1, CONTEXT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot be answered, so nothing is proven");
  }
}
