package dev.ragwright.eval.learn;

import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.text.LetterCase;
import dev.ragwright.text.Sampling;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Parts of sets. */
final class Questions {
  private static final long ORDER = 0x5eedL; // which questions a learning curve takes first

  private Questions() {}

  /**
   * The questions that have a relevant document.
   *
   * @throws IllegalArgumentException if there is none
   */
  static EvalSet teaching(EvalSet set) {
    List<Question> kept =
        set.questions().values().stream()
            .filter(question -> set.qrels().judgments(question.id()).atLeast(1) > 0)
            .toList();
    if (kept.isEmpty()) {
      int judged = set.qrels().judgments().size();
      throw new IllegalArgumentException(
          judged == 0
              ? "%s has no judgments, so there is nothing to learn from or to prove it with"
                  .formatted(set.name())
              : "of %s judged questions of %s none has a relevant document (a grade of 1 or more), so there is nothing to learn from or to prove it with"
                  .formatted(judged, set.name()));
    }
    return part(set, kept);
  }

  /** Ids in {@code first} of questions that {@code second} has too, by id or by text. */
  static List<String> shared(EvalSet first, EvalSet second) {
    Set<String> texts = new HashSet<>();
    second.questions().values().forEach(question -> texts.add(plain(question)));
    return first.questions().values().stream()
        .filter(q -> second.questions().containsKey(q.id()) || texts.contains(plain(q)))
        .map(Question::id)
        .toList();
  }

  /** So many parts of about the same size, none of which is empty if there are enough texts. */
  static List<EvalSet> dealt(EvalSet set, int parts, long seed) {
    Map<String, List<Question>> byText = new TreeMap<>();
    for (Question question : set.questions().values()) {
      byText.computeIfAbsent(plain(question), text -> new ArrayList<>()).add(question);
    }
    if (byText.size() < parts) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d folds need as many different questions, and %s has %d",
              parts,
              set.name(),
              byText.size()));
    }
    List<String> order = new ArrayList<>(byText.keySet());
    order.sort(Comparator.comparingDouble(text -> Sampling.fraction(text, seed)));
    List<Set<String>> dealt = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      dealt.add(new HashSet<>());
    }
    for (int i = 0; i < order.size(); i++) {
      for (Question question : byText.getOrDefault(order.get(i), List.of())) {
        dealt.get(i % parts).add(question.id());
      }
    }
    return dealt.stream()
        .map(
            ids ->
                part(
                    set,
                    set.questions().values().stream().filter(q -> ids.contains(q.id())).toList()))
        .toList();
  }

  /**
   * The others.
   *
   * @throws IllegalArgumentException if none is left
   */
  static EvalSet without(EvalSet set, Set<String> ids) {
    List<Question> kept =
        set.questions().values().stream().filter(q -> !ids.contains(q.id())).toList();
    if (kept.isEmpty()) {
      throw new IllegalArgumentException("no question is left of " + set.name());
    }
    return part(set, kept);
  }

  /** At most so many, in an order that depends on their texts alone: more hold the fewer. */
  static EvalSet first(EvalSet set, int most) {
    return set.questions().size() <= most
        ? set
        : part(
            set,
            set.questions().values().stream()
                .sorted(
                    Comparator.comparingDouble((Question q) -> Sampling.fraction(plain(q), ORDER))
                        .thenComparing(Question::id))
                .limit(most)
                .toList());
  }

  /** What makes two questions the same. */
  static String plain(Question question) {
    return LetterCase.lower(question.text().strip());
  }

  private static EvalSet part(EvalSet set, Collection<Question> kept) {
    Map<String, Judgments> judged = new LinkedHashMap<>();
    for (Question question : kept) {
      judged.put(question.id(), set.qrels().judgments(question.id()));
    }
    return EvalSet.of(set.name(), kept, Qrels.of(judged));
  }
}
