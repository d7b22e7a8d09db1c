package dev.ragwright.experiment;

import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.WordRecall;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.pipeline.Stages;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds out why one arm got one question wrong, by giving its generator other contexts, and where
 * the gold passages were lost, by following them. What it calls is kept like any stage's result:
 * arms that have a generator in common try the same context once.
 */
final class Prober {
  /** Gold as such: nothing of it is left out, and pieces that touch are one again. */
  private static final ContextAssembler GOLD = ContextAssembler.builder().dedupe(false).build();

  private static final Context NOTHING = new Context(List.of(), 0, List.of());
  private static final WordRecall WORDS = WordRecall.create();
  private static final Set<String> YES_OR_NO = Set.of("yes", "no", "true", "false");

  private final Measure measure;
  private final double right;
  private final Asking asking;
  private final Stages stages;
  private final Question question;
  private final Judgments judgments;
  private final Walked walked;
  private final List<GoldEvidence> gold;
  private final List<Probe.Trial> trials = new ArrayList<>();

  /** What the questions of a run have in common. */
  record Kit(Explanation why, Measure measure, Map<String, Document> documents) {

    /** Looks up the gold documents of all questions at once. */
    static Kit of(Explanation why, List<Question> questions, Settings in) {
      Set<String> ids = new HashSet<>();
      for (Question question : questions) {
        ids.addAll(in.set().qrels().judgments(question.id()).relevant());
      }
      return new Kit(why, in.measure(why.metric()), why.corpus().documents(ids));
    }
  }

  private Prober(Kit kit, Asking asking, Stages stages, Judgments judgments, Walked walked) {
    this.measure = kit.measure();
    this.right = kit.why().right();
    this.asking = asking;
    this.stages = stages;
    this.question = asking.question();
    this.judgments = judgments;
    this.walked = walked;
    Ranked found = walked.ranking();
    this.gold =
        GoldEvidence.of(
            question,
            judgments,
            kit.documents(),
            kit.why().corpus(),
            found == null ? List.of() : found.hits());
  }

  /** Tries what there is to try. */
  static Probe of(Kit kit, Asking asking, Stages stages, Judgments judgments, Walked walked) {
    return new Prober(kit, asking, stages, judgments, walked).probe(kit.documents());
  }

  private Probe probe(Map<String, Document> documents) {
    tryContext(Probe.Given.NOTHING, NOTHING);
    GoldPath path = new GoldPath(asking, stages, walked);
    List<Probe.EvidencePath> ways = gold.stream().map(path::of).toList();
    tryGold(ways);
    Probe probe = new Probe(trials, ways, supported(documents));
    probe.lost().flatMap(lost -> Repair.of(stages, lost)).ifPresent(this::tryRepaired);
    return new Probe(trials, ways, probe.supported());
  }

  private void tryGold(List<Probe.EvidencePath> ways) {
    List<Passage> passages = GoldEvidence.passages(gold);
    if (!passages.isEmpty()) {
      tryContext(Probe.Given.GOLD, context(passages));
    }
    boolean cut = ways.stream().anyMatch(way -> way.loss() == EvidenceLoss.CUT_APART);
    boolean works = trials.stream().anyMatch(t -> t.right() && t.given() == Probe.Given.GOLD);
    List<Passage> windows = GoldEvidence.windows(gold);
    if ((cut || !works) && windows.stream().anyMatch(window -> isMore(window, passages))) {
      tryContext(Probe.Given.DOCUMENT, context(windows));
    }
    List<Passage> read =
        passages.stream().filter(p -> walked.outcome().context().contains(p.id())).toList();
    boolean some = ways.stream().anyMatch(way -> way.loss() == null);
    boolean all = ways.stream().allMatch(way -> way.loss() == null);
    if (works && some && !all && !read.isEmpty()) {
      tryContext(Probe.Given.GOLD_READ, context(read));
    }
  }

  /** Whether a stretch of a document has words that its passages do not have. */
  private static boolean isMore(Passage window, List<Passage> passages) {
    return passages.stream()
        .filter(passage -> passage.documentId().equals(window.documentId()))
        .noneMatch(passage -> passage.text().strip().contains(window.text().strip()));
  }

  private Context context(List<Passage> passages) {
    return GOLD.assemble(
            Query.of(question.text()),
            passages.stream().map(passage -> new Hit(passage, 1, "gold")).toList(),
            stages.generator().tokenCounter(),
            asking.setting().context())
        .context();
  }

  private void tryContext(Probe.Given given, Context context) {
    add(given, asking.read(stages, context));
  }

  private void tryRepaired(Stages repaired) {
    add(Probe.Given.REPAIRED, asking.walk(repaired, true));
  }

  private void add(Probe.Given given, Walked way) {
    QuestionOutcome outcome = way.outcome();
    QuestionOutcome.Failure failure = outcome.failure();
    double score =
        measure
            .score(question, judgments, way, asking.setting().context())
            .value()
            .orElse(Double.NaN);
    trials.add(
        new Probe.Trial(
            given,
            outcome.answer(),
            score >= right,
            failure == null ? null : failure.stage() + ": " + failure.message(),
            outcome.stages()));
  }

  /** Whether the gold documents have an answer, or at least half of an answer's words. */
  private boolean supported(Map<String, Document> documents) {
    if (question.answers().stream()
        .allMatch(answer -> YES_OR_NO.contains(answer.strip().toLowerCase(Locale.ROOT)))) {
      return true; // such a word need not stand in what it follows from
    }
    String text =
        gold.stream()
            .map(
                one -> {
                  Document document = documents.get(one.documentId());
                  return document != null
                      ? document.text()
                      : one.passages().stream()
                          .map(Passage::text)
                          .collect(Collectors.joining("\n"));
                })
            .collect(Collectors.joining("\n"));
    return gold.stream().anyMatch(one -> one.holdsAnswer(text))
        || WORDS
                .evaluate(question.id(), question.answers(), text, asking.setting().context())
                .value()
                .orElse(0)
            >= 0.5;
  }
}
