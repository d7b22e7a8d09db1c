package dev.ragwright.eval.answer;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.Subject;
import dev.ragwright.generate.Entailment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Citation recall and precision of ALCE (Gao et al., EMNLP 2023), over any {@link Entailment};
 * ALCE's own is an 11-billion-parameter model, so its logic is what is the same here, not its
 * figures.
 *
 * <ul>
 *   <li>A sentence is supported if the passages that it cites, joined by line feeds, entail it. It
 *       is not if it cites nothing, or anything that is not there.
 *   <li>Recall is the share of the sentences that are supported.
 *   <li>A citation is right if its sentence is supported and either it entails the sentence on its
 *       own, or the sentence's other citations do not; a lone citation is right if its sentence is
 *       supported. Precision is the share of the citations that are right; 0 if there are none.
 *       Citations of a sentence that cites what is not there do not count.
 *   <li>Only the first citations of a sentence are read: three unless set otherwise.
 * </ul>
 *
 * <p>ALCE writes {@code Title:} and the title above each passage; a caller who wants that gives the
 * passages so. An answer without a sentence is not applicable: ALCE passes over it.
 */
public final class CitationQuality {
  private final Entailment entailment;
  private final int citationsPerSentence;

  private CitationQuality(Entailment entailment, int citationsPerSentence) {
    this.entailment = entailment;
    this.citationsPerSentence = citationsPerSentence;
  }

  /** What was counted in an answer. */
  public record Counts(int sentences, int supported, int citations, int right) {}

  /** Reads the first three citations of a sentence, as ALCE does. */
  public static CitationQuality by(Entailment entailment) {
    return new CitationQuality(Objects.requireNonNull(entailment, "entailment"), 3);
  }

  /**
   * The same, reading more or fewer citations of a sentence.
   *
   * @throws IllegalArgumentException if {@code most < 1}
   */
  public CitationQuality withCitationsPerSentence(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("citationsPerSentence must be >= 1, was " + most);
    }
    return new CitationQuality(entailment, most);
  }

  /**
   * The share of the sentences that are supported by what they cite; the expected value is not
   * read.
   */
  public Evaluator<Object, CitedAnswer> recall() {
    return new Measure(
        "citation-recall",
        (answer, context) ->
            (double) count(answer, context).supported() / answer.sentences().size());
  }

  /** The share of the citations that their sentence needs; the expected value is not read. */
  public Evaluator<Object, CitedAnswer> precision() {
    return new Measure(
        "citation-precision",
        (answer, context) -> {
          Counts counts = count(answer, context);
          return counts.citations() == 0 ? 0 : (double) counts.right() / counts.citations();
        });
  }

  /**
   * Counts for recall and precision at once, and so asks the entailment once for what both need.
   */
  public Counts count(CitedAnswer answer, CallContext context) {
    int supported = 0;
    int citations = 0;
    int right = 0;
    for (CitedAnswer.Sentence sentence : answer.sentences()) {
      List<Integer> cited = sentence.citations();
      if (cited.isEmpty() || cited.stream().anyMatch(i -> i < 0 || i >= answer.passages().size())) {
        continue;
      }
      cited = cited.subList(0, Math.min(cited.size(), citationsPerSentence));
      citations += cited.size();
      if (entailed(cited, sentence, answer, context)) {
        supported++;
        right += right(cited, sentence, answer, context);
      }
    }
    return new Counts(answer.sentences().size(), supported, citations, right);
  }

  /** Of a supported sentence. */
  private int right(
      List<Integer> cited, CitedAnswer.Sentence sentence, CitedAnswer answer, CallContext context) {
    if (cited.size() == 1) {
      return 1;
    }
    int right = 0;
    for (Integer citation : cited) {
      List<Integer> others = new ArrayList<>(cited);
      others.remove(/* element */ citation);
      if (entailed(List.of(citation), sentence, answer, context)
          || !entailed(others, sentence, answer, context)) {
        right++;
      }
    }
    return right;
  }

  private boolean entailed(
      List<Integer> cited, CitedAnswer.Sentence sentence, CitedAnswer answer, CallContext context) {
    context.throwIfStopped();
    String premise = String.join("\n", cited.stream().map(answer.passages()::get).toList());
    return entailment.entails(premise, sentence.text(), context);
  }

  private interface Formula {
    double value(CitedAnswer answer, CallContext context);
  }

  private record Measure(String name, Formula formula) implements Evaluator<Object, CitedAnswer> {
    @Override
    public Subject<?, CitedAnswer> looksAt() {
      return CitedAnswer.SUBJECT;
    }

    @Override
    public Score evaluate(String caseId, Object expected, CitedAnswer actual, CallContext context) {
      if (actual.sentences().isEmpty()) {
        return new Score.NotApplicable(caseId, "the answer has no sentence");
      }
      return Judged.score(
          caseId, context, () -> new Score.Scored(caseId, formula.value(actual, context)));
    }
  }
}
