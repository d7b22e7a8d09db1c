package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.ranking.Recall;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures what making a question stand alone finds, with follow-ups made of judged questions.
 *
 * <p>{@code mvn -q -Pexample -Dexample=ConversationReport -Dargs="--data ../shared/data/nq-gold"}
 */
@Command(
    name = "ConversationReport",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Makes conversations of two turns of a collection in BEIR's layout, and prints recall@10 of the second"
          + " question by each condenser, with the gain over the question as it was asked (95 %% interval,"
          + " paired bootstrap over questions) and how many questions were changed.",
      "",
      "A judged question is used if the title of a document that is relevant to it stands in it, in whole"
          + " words. The turn before is \"tell me about TITLE\", without an answer. In pronoun, the title and"
          + " an article before it become \"it\" or \"its\"; in ellipsis they are left out, and \"and\" is put"
          + " before the rest. In alone, the question is as it was, behind another question of the collection:"
          + " what is changed there is changed wrongly. The row whole searches with the question that the"
          + " follow-up was made of.",
      ""
    })
public final class ConversationReport implements Callable<Integer> {
  private static final String RECALL = Recall.at(10).name();
  private static final Pattern IN_BRACKETS = Pattern.compile("\\s*\\([^)]*\\)\\s*$");
  private static final Pattern SPACE = Pattern.compile("\\s+");

  @Mixin private JudgedOptions judged = new JudgedOptions();

  @Option(
      names = "--condense",
      split = ",",
      paramLabel = "LIST",
      description = "Of " + CondenseName.ALLOWED + "; english,joining unless given.")
  private List<String> names = List.of("english", "joining");

  @Option(names = "--sample", paramLabel = "N", description = "Only N of the questions.")
  private int sample = Integer.MAX_VALUE;

  @Option(names = "--seed", paramLabel = "S", description = "Of the sample; 1 unless given.")
  private long seed = 1;

  @Option(
      names = "--show",
      paramLabel = "N",
      description = "Print the first N conversations and what became of them; 0 unless given.")
  private int show;

  @Option(names = "--json", description = "Print one line of JSON for each row instead.")
  private boolean json;

  private ConversationReport() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new ConversationReport(), args);
  }

  /** What follows. */
  private enum Kind {
    pronoun,
    ellipsis,
    alone
  }

  /** A judged question, and where in it the title stands of what answers it. */
  private record Named(Question question, Matcher place, String title) {}

  /** A judged question as the second of a conversation. */
  private record FollowUp(Question whole, Turn before, String asked) {}

  @Override
  public Integer call() {
    judged.retriever.requireNoTokens();
    if (sample < 1) {
      throw new IllegalArgumentException("--sample must be >= 1, was " + sample);
    }
    List<CondenseName> ways =
        Cli.distinct("--condense", names.stream().map(CondenseName::of).toList());
    EvalSet all = judged.questions();
    Map<Kind, List<FollowUp>> talks = conversations(all);
    if (talks.getOrDefault(Kind.alone, List.of()).size() < 2) {
      throw new IllegalArgumentException(
          "--data: in "
              + talks.getOrDefault(Kind.alone, List.of()).size()
              + " of "
              + all.questions().size()
              + " questions of "
              + judged.data
              + " stands the title of a document that is relevant to it; 2 are needed");
    }
    if (judged.retriever == RetrievalOptions.Kind.bm25) {
      measure(all, talks, ways, null);
      return 0;
    }
    try (OnnxEmbedder embedder = RetrievalOptions.embedder(judged.model)) {
      measure(all, talks, ways, embedder);
    }
    return 0;
  }

  private Map<Kind, List<FollowUp>> conversations(EvalSet all) {
    Map<String, String> titles = new LinkedHashMap<>();
    try (Stream<Document> documents = judged.folder().documents(problem -> {})) {
      documents.forEach(
          one -> {
            if (one.metadata().get("title") instanceof String title) {
              titles.put(one.id(), title);
            }
          });
    }
    Map<String, Named> named = new LinkedHashMap<>();
    for (Question question : all.questions().values()) {
      for (Map.Entry<String, Integer> judged :
          all.qrels().judgments(question.id()).grades().entrySet()) {
        String full = judged.getValue() > 0 ? titles.getOrDefault(judged.getKey(), "") : "";
        String title = IN_BRACKETS.matcher(full).replaceFirst("");
        Matcher place = place(title, question.text());
        if (!title.isBlank() && place.find() && isMore(place, question.text())) {
          named.putIfAbsent(question.id(), new Named(question, place, title));
        }
      }
    }
    List<Named> drawn = Cli.sample(List.copyOf(named.values()), sample, seed);
    Map<Kind, List<FollowUp>> talks = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      List<FollowUp> made = new ArrayList<>();
      for (int i = 0; i < drawn.size(); i++) {
        Named one = drawn.get(i);
        Question other = drawn.get((i + 1) % drawn.size()).question();
        made.add(
            kind == Kind.alone
                ? new FollowUp(one.question(), Turn.of(other.text(), ""), one.question().text())
                : new FollowUp(
                    one.question(),
                    Turn.of("tell me about " + one.title(), ""),
                    without(one.place(), one.question().text(), kind)));
      }
      talks.put(kind, made);
    }
    return talks;
  }

  /** Where the title stands in whole words, with an article before it and a genitive behind it. */
  private static Matcher place(String title, String question) {
    String words =
        SPACE
            .splitAsStream(title.strip())
            .map(Pattern::quote)
            .reduce((a, b) -> a + "\\s+" + b)
            .orElse("");
    return Pattern.compile(
            "(?<![\\p{L}\\p{N}])(?:(?:the|a|an)\\s+)?"
                + words
                + "(?<genitive>['\u2019]s?)?(?![\\p{L}\\p{N}])",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
        .matcher(question);
  }

  /** Whether something is asked about it. */
  private static boolean isMore(Matcher place, String question) {
    return question.length() - (place.end() - place.start()) > 8;
  }

  private static String without(Matcher place, String question, Kind kind) {
    boolean genitive = place.group("genitive") != null;
    String pronoun = kind == Kind.ellipsis ? "" : genitive ? "its" : "it";
    String rest = question.substring(0, place.start()) + pronoun + question.substring(place.end());
    String text = SPACE.matcher(rest.strip()).replaceAll(" ");
    return kind == Kind.ellipsis ? "and " + text : text;
  }

  private void measure(
      EvalSet all,
      Map<Kind, List<FollowUp>> talks,
      List<CondenseName> ways,
      @Nullable OnnxEmbedder embedder) {
    LuceneIndex.Builder opening = LuceneIndex.builder();
    try (LuceneIndex index = (embedder == null ? opening : opening.embedder(embedder)).open();
        StageNames models = new StageNames()) {
      List<Passage> passages = new ArrayList<>();
      try (Stream<Passage> made = judged.folder().passages(RetrievalOptions.windows(embedder))) {
        made.forEach(passages::add);
      }
      index.addAll(passages);
      Retriever search = RetrievalOptions.retriever(judged.retriever, index);
      Map<CondenseName, Condenser> condensers = new LinkedHashMap<>();
      ways.forEach(way -> condensers.put(way, way.open(models::closing)));
      if (!json) {
        System.out.printf(
            Locale.ROOT,
            "| %s, %,d conversations | condenser | recall@10 | gain | changed |%n| --- | --- | ---: | ---: | ---: |%n",
            judged.retriever,
            talks.getOrDefault(Kind.alone, List.of()).size());
      }
      talks.forEach(
          (kind, followUps) -> {
            Row plain = row(all, kind, "none", followUps, Condenser.none(), search);
            print(plain, plain);
            condensers.forEach(
                (way, condenser) -> {
                  if (!way.text().equals("none")) {
                    print(row(all, kind, way.toString(), followUps, condenser, search), plain);
                  }
                });
            if (kind != Kind.alone) {
              Condenser right = (turns, question, context) -> Condenser.Standalone.of(question);
              List<FollowUp> whole =
                  followUps.stream()
                      .map(one -> new FollowUp(one.whole(), one.before(), one.whole().text()))
                      .toList();
              print(row(all, kind, "whole", whole, right, search), plain);
            }
          });
    }
  }

  /** What was measured of a condenser. */
  private record Row(Kind kind, String name, Evaluation evaluation, int changed) {
    double recall() {
      return evaluation.mean(RECALL).orElse(0);
    }

    PairedComparison gain(Row plain) {
      return evaluation.comparedWith(plain.evaluation).metric(RECALL).paired().orElseThrow();
    }
  }

  private Row row(
      EvalSet all,
      Kind kind,
      String name,
      List<FollowUp> followUps,
      Condenser condenser,
      Retriever search) {
    List<Question> questions = new ArrayList<>();
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    int changed = 0;
    for (FollowUp one : followUps) {
      String alone =
          condenser
              .condense(List.of(one.before()), Query.of(one.asked()), CallContext.unbounded())
              .question()
              .text();
      changed += alone.equals(one.asked()) ? 0 : 1;
      if (questions.size() < show) {
        System.err.printf(Locale.ROOT, "%s, %s: %s -> %s%n", kind, name, one.asked(), alone);
      }
      questions.add(new Question(one.whole().id(), alone, one.whole().answers()));
      judgments.put(one.whole().id(), all.qrels().judgments(one.whole().id()));
    }
    EvalSet set = EvalSet.of(all.name(), questions, Qrels.of(judgments));
    Evaluation evaluation = RetrievalEvaluation.of(set, search.named(name), Recall.at(10));
    return new Row(kind, name, evaluation, changed);
  }

  private void print(Row row, Row plain) {
    boolean self = row.name().equals(plain.name());
    PairedComparison gain = row.gain(plain);
    if (json) {
      ObjectNode line = Cli.JSON.createObjectNode();
      line.put("set", row.evaluation().set()).put("retriever", judged.retriever.name());
      line.put("kind", row.kind().name()).put("condenser", row.name());
      line.put("questions", row.evaluation().scores(RECALL).scored()).put("changed", row.changed());
      line.put(RECALL, row.recall()).put("gain", gain.difference());
      line.put("low", gain.interval().low()).put("high", gain.interval().high());
      System.out.println(line);
      return;
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | `%s` | %.4f | %s | %s |%n",
        row.kind(),
        row.name(),
        row.recall(),
        self
            ? ""
            : String.format(
                Locale.ROOT,
                "%+.4f [%+.4f, %+.4f] %s",
                gain.difference(),
                gain.interval().low(),
                gain.interval().high(),
                RerankStages.verdict(gain.interval())),
        row.name().equals("whole") ? "" : String.format(Locale.ROOT, "%,d", row.changed()));
  }
}
