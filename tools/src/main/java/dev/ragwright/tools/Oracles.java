package dev.ragwright.tools;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.SubstringAccuracy;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a perfect search would find for each question, and, as a control, passages of the same
 * length that do not answer it. Of the questions that have an answer and a relevant passage.
 */
final class Oracles {
  private static final SubstringAccuracy CONTAINS = SubstringAccuracy.create();

  private final EvalSet set;
  private final PassageIndex index;
  private final Map<String, List<Passage>> gold = new LinkedHashMap<>();
  private final Map<String, List<Passage>> wrong = new LinkedHashMap<>();
  private final List<Question> questions = new ArrayList<>();

  private Oracles(EvalSet set, PassageIndex index) {
    this.set = set;
    this.index = index;
  }

  /** Of the passages in the index of these documents. */
  static Oracles of(EvalSet set, DocumentSource documents, PassageIndex index) {
    Oracles oracles = new Oracles(set, index);
    List<Passage> all;
    try (Stream<Document> stream = documents.documents()) {
      all = stream.flatMap(document -> index.passages(document.id()).stream()).toList();
    }
    set.questions().values().forEach(question -> oracles.add(question, all));
    return oracles;
  }

  private void add(Question question, List<Passage> all) {
    Set<String> relevant = set.qrels().judgments(question.id()).relevant();
    List<Passage> found = relevant.stream().flatMap(id -> telling(id, question).stream()).toList();
    if (question.answers().isEmpty() || found.isEmpty() || gold.containsKey(question.text())) {
      return;
    }
    questions.add(question);
    gold.put(question.text(), found);
    List<Passage> others =
        all.stream().filter(passage -> !relevant.contains(passage.documentId())).toList();
    List<Passage> chosen = new ArrayList<>();
    found.forEach(passage -> likeIt(passage, others, chosen, question).ifPresent(chosen::add));
    wrong.put(question.text(), chosen);
  }

  /** The one next to it in length that does not hold an answer; if all do, the next one. */
  private static Optional<Passage> likeIt(
      Passage passage, List<Passage> others, List<Passage> taken, Question question) {
    List<Passage> next =
        others.stream()
            .filter(other -> !taken.contains(other))
            .sorted(
                Comparator.<Passage>comparingInt(other -> Math.abs(length(other) - length(passage)))
                    .thenComparing(Passage::id))
            .toList();
    return next.stream()
        .filter(other -> !holdsAnswer(other, question))
        .findFirst()
        .or(() -> next.stream().findFirst());
  }

  /** The passages of a document that hold an answer; all of them where none does. */
  private List<Passage> telling(String documentId, Question question) {
    List<Passage> all = index.passages(documentId);
    List<Passage> some = all.stream().filter(passage -> holdsAnswer(passage, question)).toList();
    return some.isEmpty() ? all : some;
  }

  private static boolean holdsAnswer(Passage passage, Question question) {
    return CONTAINS
            .evaluate(question.id(), question.answers(), passage.text(), CallContext.unbounded())
            .value()
            .orElse(0)
        == 1;
  }

  private static int length(Passage passage) {
    return passage.text().length();
  }

  /** The questions that there is a relevant passage for; of two with the same words, the first. */
  EvalSet questions() {
    if (questions.isEmpty()) {
      throw new IllegalArgumentException(
          set.name() + " has no question with an answer and a relevant passage");
    }
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    questions.forEach(q -> grades.put(q.id(), set.qrels().judgments(q.id()).grades()));
    return EvalSet.of(set.name(), questions, Qrels.ofGrades(grades));
  }

  /** The relevant passages. */
  Retriever gold() {
    return new FixedPassages("gold", gold);
  }

  /**
   * For each relevant passage the one next to it in length that is not relevant and, if there is
   * such a one, does not hold an answer.
   */
  Retriever wrong() {
    return new FixedPassages("wrong", wrong);
  }

  /** For each question one and the same passage. */
  Retriever always(Passage passage) {
    Map<String, List<Passage>> one = new LinkedHashMap<>();
    gold.keySet().forEach(question -> one.put(question, List.of(passage)));
    return new FixedPassages(passage.id(), one);
  }
}
