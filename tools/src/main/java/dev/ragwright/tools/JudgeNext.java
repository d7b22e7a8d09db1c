package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.JudgmentSheet;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.learn.Card;
import dev.ragwright.eval.learn.FusionLearning;
import dev.ragwright.eval.learn.NextQuestions;
import dev.ragwright.eval.learn.Proof;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.text.Decimals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Says which questions to judge next, and reads what was judged.
 *
 * <p>{@code mvn -q -Pexample -Dexample=JudgeNext -Dargs="--data ../shared/data/cranfield --n 50
 * --out judge.tsv"}
 */
@Command(
    name = "JudgeNext",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Chooses questions of queries.jsonl to judge, and writes a table with the passages that words and"
          + " vectors find for each (bm25 and dense, the best 10 of both). Write a grade into the column"
          + " judgment, 0 for what does not answer; an empty cell is no judgment. Judgments in qrels/ are"
          + " not looked at.",
      "",
      "With --read it first reads tables that were filled in: questions judged there are not chosen"
          + " again, and where there are ten with a relevant passage or more, the learning curve of a"
          + " fusion's ranker says whether more are worth judging.",
      "",
      "With --measure it says instead, on a collection that is judged, what a ranker learns from"
          + " questions chosen in each way, over as many chosen by chance.",
      ""
    })
public final class JudgeNext implements Callable<Integer> {
  private static final int POOL = 10; // of each retriever, to judge
  private static final int LEAST = 10; // questions for a curve in 5 folds

  @Option(
      names = "--data",
      required = true,
      paramLabel = "BEIR_DIR",
      description = "The folder with corpus.jsonl[.gz] and queries.jsonl[.gz].")
  private Path data = Path.of("");

  @Option(names = "--n", paramLabel = "N", description = "How many questions; 50 unless given.")
  private @Nullable Integer count;

  @Option(
      names = "--by",
      paramLabel = "chance|disagreement|smallest_lead",
      description =
          "chance: a draw. disagreement: where bm25 and dense find different documents."
              + " smallest_lead: where the first of both together hardly leads. chance unless given.")
  private NextQuestions.@Nullable By by;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of what is drawn, and of the folds; ${DEFAULT-VALUE} unless given.")
  private long seed = 1;

  @Option(
      names = "--out",
      paramLabel = "FILE.tsv",
      description = "The table to write; one that is there is kept, and this an error.")
  private @Nullable Path out;

  @Option(
      names = "--read",
      arity = "1..*",
      paramLabel = "FILE.tsv",
      description = "Tables that were filled in.")
  private List<Path> read = List.of();

  @Option(
      names = "--qrels",
      paramLabel = "FILE",
      description =
          "Write the judgments of --read, such as to DATA/qrels/judged.tsv; a file that is there is"
              + " kept, and this an error.")
  private @Nullable Path qrels;

  @Option(
      names = "--measure",
      paramLabel = "N",
      split = ",",
      description =
          "Compare the ways of choosing so many questions, in 5 folds of the judged ones.")
  private int[] measure = {};

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private HybridOptions hybrid = new HybridOptions();

  private JudgeNext() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new JudgeNext(), args);
  }

  @Override
  public Integer call() {
    check();
    EvalSet known = known();
    try (RetrievalOptions.Opened opened =
            hybrid.of(data).open(BeirFolder.of(data), RetrievalOptions::windows);
        OrderlyEnd end = new OrderlyEnd()) {
      NextQuestions next = NextQuestions.over(POOL, opened.index().bm25(), opened.index().knn());
      FusionLearning learning =
          FusionLearning.over(HybridOptions.DEPTH, opened.index().bm25(), opened.index().knn());
      if (measure.length > 0) {
        measure(new ChoiceTrial(known, next, learning, HybridOptions.PLAIN, seed), end.context());
      } else {
        ObjectNode told = Cli.JSON.createObjectNode();
        if (!read.isEmpty()) {
          tell(told, known, learning, end.context());
        }
        choose(told, known, next, end.context());
        if (json) {
          System.out.println(told);
        }
      }
    }
    return 0;
  }

  private EvalSet known() {
    if (measure.length > 0) {
      return EvalSet.beir(data, EvalSet.defaultSplit(data));
    }
    Path plain = data.resolve("queries.jsonl");
    EvalSet known =
        EvalSet.questions(Files.exists(plain) ? plain : data.resolve("queries.jsonl.gz"));
    if (!read.isEmpty()) {
      Set<String> ids;
      try (Stream<Document> documents = BeirFolder.of(data).documents()) {
        ids = documents.map(Document::id).collect(Collectors.toSet());
      }
      for (Path file : read) {
        known = JudgmentSheet.read(file, known, ids);
      }
      if (qrels != null) {
        known.qrels().write(qrels);
      }
    }
    return known;
  }

  private void tell(ObjectNode told, EvalSet known, FusionLearning learning, CallContext context) {
    long teaching =
        known.qrels().judgments().values().stream().filter(one -> one.atLeast(1) > 0).count();
    told.put("judged", known.qrels().judgments().size()).put("withRelevant", teaching);
    String outlook;
    if (teaching < LEAST) {
      outlook =
          String.format(
              Locale.ROOT,
              "nothing can be said of more judgments: %d questions have a relevant passage, and a"
                  + " curve needs %d",
              teaching,
              LEAST);
    } else {
      int half = (int) (teaching * 2 / 5); // of the four fifths that a fold learns from
      Card card =
          Proof.of("ranker", learning.ranker(), learning.bench(known, HybridOptions.PLAIN))
              .curve(half / 2, half)
              .folds(5, seed, context)
              .card();
      outlook = card.outlook();
      told.put("gain", card.gain().difference())
          .put("low", card.gain().interval().low())
          .put("high", card.gain().interval().high());
      if (!json) {
        System.out.println(card);
      }
    }
    told.put("outlook", outlook);
    if (!json) {
      System.out.printf(
          Locale.ROOT,
          "judged: %s, %d with a relevant passage%n%s%n",
          Decimals.counted(known.qrels().judgments().size(), "question"),
          teaching,
          outlook);
    }
  }

  private void choose(ObjectNode told, EvalSet known, NextQuestions next, CallContext context) {
    if (out == null && !read.isEmpty()) {
      return;
    }
    Map<Question, List<Passage>> pools =
        next.choose(
            known,
            count == null ? 50 : count,
            by == null ? NextQuestions.By.CHANCE : by,
            seed,
            context);
    if (out != null) {
      JudgmentSheet.propose(out, pools);
    }
    ArrayNode chosen = told.putArray("chosen");
    pools.forEach(
        (question, pool) -> {
          chosen.addObject().put("id", question.id()).put("passages", pool.size());
          if (!json) {
            System.out.printf(
                Locale.ROOT, "%s\t%d\t%s%n", question.id(), pool.size(), question.text());
          }
        });
  }

  private void measure(ChoiceTrial trial, CallContext context) {
    double plain = trial.plain(context);
    ArrayNode rows = Cli.JSON.createArrayNode();
    if (!json) {
      System.out.printf(Locale.ROOT, "reciprocal ranks (k 60): ndcg@10 %.4f%n", plain);
      System.out.println("questions  by             to judge  teaching  ndcg@10  over chance");
    }
    for (int questions : measure) {
      for (ChoiceTrial.Row row : trial.rows(questions, context)) {
        rows.addObject()
            .put("questions", questions)
            .put("by", row.by().name().toLowerCase(Locale.ROOT))
            .put("passages", row.passages())
            .put("teaching", row.teaching())
            .put("plain", plain)
            .put("ndcg@10", row.ndcg())
            .put("gain", row.gain().difference())
            .put("low", row.gain().interval().low())
            .put("high", row.gain().interval().high());
        if (!json) {
          System.out.printf(
              Locale.ROOT,
              "%9d  %-13s  %8.1f  %7.0f%%  %7.4f  %s%n",
              questions,
              row.by().name().toLowerCase(Locale.ROOT),
              row.passages(),
              100 * row.teaching(),
              row.ndcg(),
              row.by() == NextQuestions.By.CHANCE
                  ? "the mean of " + ChoiceTrial.DRAWS + " draws"
                  : row.gain() + ": " + Card.Verdict.of(row.gain()).words());
        }
      }
    }
    if (json) {
      System.out.println(rows);
    }
  }

  private void check() {
    if (qrels != null && read.isEmpty()) {
      throw new IllegalArgumentException("--qrels writes what --read has; give that too");
    }
    if (measure.length > 0 && (out != null || !read.isEmpty())) {
      throw new IllegalArgumentException(
          "--measure takes the judgments of the collection; leave --out and --read away");
    }
    boolean chooses = measure.length == 0 && (out != null || read.isEmpty());
    if (!chooses && (count != null || by != null)) {
      throw new IllegalArgumentException(
          "%s is about the questions to choose, and %s chooses none"
              .formatted(
                  count != null ? "--n" : "--by",
                  measure.length > 0 ? "--measure" : "--read without --out"));
    }
    Cli.checkNew("--out", out);
    Cli.checkNew("--qrels", qrels);
  }
}
