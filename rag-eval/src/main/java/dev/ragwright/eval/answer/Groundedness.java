package dev.ragwright.eval.answer;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.Subject;
import dev.ragwright.generate.Entailment;
import dev.ragwright.retrieve.Embedder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How far an answer says what its passages say, from 0 to 1, sentence by sentence: a sentence that
 * cites is held against what it cites, one that does not against all passages that were given. A
 * sentence that cites only what is not there is not supported at all. The expected value is not
 * read. Immutable.
 *
 * <p>It guesses; {@code docs/metrics.md} says how well each way of guessing agrees with people.
 */
public final class Groundedness implements Evaluator<Object, CitedAnswer> {
  private final String name;
  private final Supplier<Support> supports; // one for each answer
  private final boolean weakest;

  private Groundedness(String name, Supplier<Support> supports, boolean weakest) {
    this.name = name;
    this.supports = supports;
    this.weakest = weakest;
  }

  /** How far passages support a sentence. Safe for use by several threads. */
  @FunctionalInterface
  public interface Support {
    /**
     * How far the passages together support the sentence.
     *
     * @param passages at least one
     * @throws RuntimeException if that cannot be told; the case has failed
     */
    Weighted of(String sentence, List<String> passages, CallContext context);
  }

  /**
   * A sentence's support and how much it counts in the answer's support.
   *
   * @param support from 0 to 1
   * @param weight at least 0; a sentence that weighs nothing is left out
   */
  public record Weighted(double support, double weight) {
    /** Refuses what is out of range. */
    public Weighted {
      if (!(support >= 0 && support <= 1) || !(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "support must be from 0 to 1 and weight finite and >= 0, were "
                + support
                + " and "
                + weight);
      }
    }

    /** The same weight for each sentence. */
    public static Weighted evenly(double support) {
      return new Weighted(support, 1);
    }
  }

  /**
   * A sentence and its support.
   *
   * @param support from 0 to 1
   * @param weight what it counted with
   */
  public record Sentence(String text, double support, double weight) {}

  /**
   * The share of the words that stand in the passages, as often as they are used: the free baseline
   * that every dearer judge has to beat. Words are in lower case and stemmed by Porter, without the
   * possessive and without the 33 stop words of Lucene's English analysis (kept in a sentence that
   * has no others). Each sentence counts by its number of words, so that of an answer without
   * citations it is the share of all its words. It knows no negation, no numbers and no order of
   * words.
   */
  public static Groundedness lexical() {
    return by("groundedness-lexical", Groundedness::sharedWords);
  }

  /**
   * How alike a sentence is to a sentence of the passages, in meaning and in words. Half is its
   * likeness (the dot product of the vectors, at least 0) to the most alike of their sentences; a
   * quarter is the share of its words that stand together in one of them; a quarter is the share
   * that stands anywhere, since a sentence may join what several say. Sentences count by their
   * number of words, as with {@link #lexical()}, whose words these are. Both sides are embedded as
   * {@link Embedder.Side#DOCUMENT}, since neither asks.
   *
   * <p>It needs no judge. Each sentence of an answer and its passages is embedded once; a cache
   * around the embedder pays where passages recur. It knows no negation, and a wrong number costs
   * no more than another wrong word. Scores of two embedders do not compare: how far likeness
   * spreads is the model's own.
   */
  public static Groundedness embedding(Embedder embedder) {
    Objects.requireNonNull(embedder, "embedder");
    return new Groundedness("groundedness-embedding", () -> new SentenceAlignment(embedder), false);
  }

  /** The share of the sentences that their passages, joined by line feeds, entail. */
  public static Groundedness entailed(String name, Entailment entailment) {
    Objects.requireNonNull(entailment, "entailment");
    return by(
        name,
        (sentence, passages, context) ->
            Weighted.evenly(
                entailment.entails(String.join("\n", passages), sentence, context) ? 1 : 0));
  }

  /** The mean probability that a sentence's passages, joined by line feeds, entail it. */
  public static Groundedness probability(String name, Entailment entailment) {
    Objects.requireNonNull(entailment, "entailment");
    return by(
        name,
        (sentence, passages, context) ->
            Weighted.evenly(
                entailment.probability(String.join("\n", passages), sentence, context)));
  }

  /**
   * The weighted mean of the sentences' support.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public static Groundedness by(String name, Support support) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a metric needs a name, had \"" + name + "\"");
    }
    Objects.requireNonNull(support, "support");
    return new Groundedness(name, () -> support, false);
  }

  /**
   * The same, but the support of the least supported sentence in place of the mean: for whoever
   * calls an answer supported only if all of it is. It falls with the length of the answer, which
   * makes it the worse of the two for summaries. The name gets {@code -weakest}.
   */
  public Groundedness weakest() {
    return weakest ? this : new Groundedness(name + "-weakest", supports, true);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Subject<?, CitedAnswer> looksAt() {
    return CitedAnswer.SUBJECT;
  }

  /**
   * Returns the answer's support.
   *
   * @param expected not read
   */
  @Override
  public Score evaluate(String caseId, Object expected, CitedAnswer actual, CallContext context) {
    return Judged.score(
        caseId,
        context,
        () -> {
          double weights = 0;
          double sum = 0;
          double least = 1;
          for (Sentence sentence : sentences(actual, context)) {
            if (sentence.weight() > 0) {
              weights += sentence.weight();
              sum += sentence.weight() * sentence.support();
              least = Math.min(least, sentence.support());
            }
          }
          return weights == 0
              ? new Score.NotApplicable(caseId, "the answer has nothing to support")
              : new Score.Scored(caseId, weakest ? least : sum / weights);
        });
  }

  /** The support of each sentence, in the answer's order, to see which one is not supported. */
  public List<Sentence> sentences(CitedAnswer answer, CallContext context) {
    Support support = supports.get();
    List<Sentence> result = new ArrayList<>();
    for (CitedAnswer.Sentence sentence : answer.sentences()) {
      context.throwIfStopped();
      List<String> passages = passages(sentence, answer);
      Weighted weighted = support.of(sentence.text(), passages, context);
      result.add(new Sentence(sentence.text(), weighted.support(), weighted.weight()));
    }
    return result;
  }

  /** Never empty: an empty text supports nothing, and a support has one case less to think of. */
  private static List<String> passages(CitedAnswer.Sentence sentence, CitedAnswer answer) {
    List<String> passages =
        sentence.citations().isEmpty()
            ? answer.passages()
            : sentence.citations().stream()
                .distinct()
                .filter(i -> i >= 0 && i < answer.passages().size())
                .map(answer.passages()::get)
                .toList();
    return passages.isEmpty() ? List.of("") : passages;
  }

  private static Weighted sharedWords(String sentence, List<String> passages, CallContext context) {
    Set<String> given = new HashSet<>();
    passages.forEach(passage -> given.addAll(Words.of(passage)));
    List<String> words = Words.telling(sentence);
    return words.isEmpty()
        ? new Weighted(0, 0)
        : new Weighted((double) Words.found(words, given) / words.size(), words.size());
  }

  @Override
  public String toString() {
    return name;
  }
}
