package dev.ragwright.eval.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.learn.NextQuestions.By;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NextQuestionsTest {
  private static final CallContext CONTEXT = CallContext.unbounded();

  private static EvalSet set(Map<String, Map<String, Integer>> judged, String... ids) {
    List<Question> questions = new ArrayList<>();
    for (String id : ids) {
      questions.add(new Question(id, id, List.of()));
    }
    return EvalSet.of("set", questions, Qrels.ofGrades(judged));
  }

  /** Finds the passages that it has for a question's text, best first; one for any other. */
  private static Retriever table(Map<String, List<String>> found) {
    Retriever retriever =
        (request, context) -> {
          List<Hit> hits = new ArrayList<>();
          for (String id : found.getOrDefault(request.query().text(), List.of("a"))) {
            hits.add(new Hit(passage(id), 1.0 / (1 + hits.size()), "table"));
          }
          return Retrieval.of(hits.subList(0, Math.min(hits.size(), request.topK())));
        };
    return retriever.named("table");
  }

  /** {@code d1#2} is of document {@code d1}. */
  private static Passage passage(String id) {
    Passage passage = Passage.of(id, "text");
    return id.indexOf('#') < 0
        ? passage
        : new Passage(
            id, id.substring(0, id.indexOf('#')), 0, 4, "text", List.of(), passage.metadata());
  }

  private static final NextQuestions NEXT =
      NextQuestions.over(
          2,
          table(
              Map.of(
                  "same", List.of("a", "b"),
                  "turned", List.of("a", "b"),
                  "other", List.of("a", "b#1"),
                  "none", List.of())),
          table(
              Map.of(
                  "same", List.of("a", "b", "c"),
                  "turned", List.of("b", "a"),
                  "other", List.of("c", "b#2"),
                  "none", List.of())));

  private static List<String> chosen(EvalSet set, int count, By by, long seed) {
    return NEXT.choose(set, count, by, seed, CONTEXT).keySet().stream().map(Question::id).toList();
  }

  @Test
  void choosesWhereTheRetrieversDisagreeMost() {
    EvalSet set = set(Map.of(), "none", "same", "turned", "other");
    assertThat(chosen(set, 2, By.DISAGREEMENT, 1)).containsExactly("other", "turned");
    // Both put another first, so neither leads the fused ranking.
    assertThat(chosen(set, 2, By.SMALLEST_LEAD, 1)).containsExactlyInAnyOrder("turned", "other");
    assertThat(chosen(set, 3, By.SMALLEST_LEAD, 1).getLast()).isEqualTo("same");
  }

  @Test
  void poolsADocumentOnceByRanks() {
    EvalSet set = set(Map.of(), "other");
    Map<Question, List<Passage>> pools = NEXT.choose(set, 1, By.CHANCE, 1, CONTEXT);
    assertThat(pools.values().iterator().next())
        .extracting(Passage::id)
        .containsExactly("a", "c", "b#1");
  }

  @Test
  void chanceIsTheSeedsAndPassesOverWhatIsJudged() {
    String[] ids = new String[50];
    Map<String, Map<String, Integer>> judged = new LinkedHashMap<>();
    for (int i = 0; i < ids.length; i++) {
      ids[i] = "q" + i;
      if (i < 10) {
        judged.put("q" + i, Map.of("d", i % 2));
      }
    }
    EvalSet set = set(judged, ids);
    List<String> all = chosen(set, 40, By.CHANCE, 1);
    assertThat(all).doesNotContainAnyElementsOf(judged.keySet()).doesNotHaveDuplicates();
    assertThat(chosen(set, 7, By.CHANCE, 1)).isEqualTo(all.subList(0, 7));
    assertThat(chosen(set, 40, By.CHANCE, 2)).isNotEqualTo(all).hasSameElementsAs(all);
    // What splits a set by the same seed does not say what is drawn.
    Set<String> choosing = set.split(0.5, 1).choosing().questions().keySet();
    assertThat(choosing).containsAnyElementsOf(all.subList(0, 10));
    assertThat(choosing.containsAll(all.subList(0, 10))).isFalse();
  }

  @Test
  void saysWhatCannotBeChosen() {
    EvalSet set = set(Map.of("same", Map.of("a", 0)), "same", "turned");
    for (int count : new int[] {0, 2}) {
      assertThatThrownBy(() -> NEXT.choose(set, count, By.CHANCE, 1, CONTEXT))
          .hasMessage(
              "%s questions to judge are asked for, and of 2 in set 1 have no judgment"
                  .formatted(count));
    }
    EvalSet unfound = set(Map.of(), "none", "same");
    for (By by : By.values()) {
      assertThat(chosen(unfound, 1, by, 1)).containsExactly("same");
      assertThatThrownBy(() -> NEXT.choose(unfound, 2, by, 1, CONTEXT))
          .hasMessage(
              "2 questions to judge are asked for, and of 2 in set 2 have no judgment; for 1 of"
                  + " these something is found");
    }
    assertThatThrownBy(() -> NextQuestions.over(10, table(Map.of())))
        .hasMessage(
            "questions to judge are chosen by two retrievers or more and a depth >= 1, had 1 and 10");
  }
}
