package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.ThresholdCalibration;
import dev.ragwright.generate.AnswerCache;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures how often a cache of answers gives the answer of another question, and learns from which
 * similarity on to trust it.
 *
 * <p>{@code mvn -q -Pexample -Dexample=CacheReport -Dargs="--data ../shared/data/nq-gold"}
 */
@Command(
    name = "CacheReport",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Puts one half of a set's judged questions into a cache of answers and asks the other half, none of"
          + " which was asked before. A hit is false unless both questions share a relevant document and, where"
          + " answers are known, an answer. Then the cached questions are asked in other words, by rule. The"
          + " learnt similarity is that which at most a stated share of new questions falsely reaches; it is"
          + " learnt on one half of the new questions and measured on the other, both ways round.",
      ""
    })
public final class CacheReport implements Callable<Integer> {

  @Option(
      names = "--data",
      required = true,
      paramLabel = "BEIR_DIR",
      description = "The folder with queries.jsonl[.gz] and qrels/*.tsv.")
  private Path data = Path.of("");

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "The questions judged in qrels/NAME.tsv; test or the only one unless given.")
  private @Nullable String split;

  @Option(
      names = "--model",
      paramLabel = RetrievalOptions.MODELS,
      description = "The embedding model; bge unless given.")
  private String model = "bge";

  @Option(
      names = "--vectors",
      paramLabel = "FILE",
      description = "Keep vectors in this file: the next run embeds only what is new.")
  private @Nullable Path vectors;

  @Option(
      names = "--from",
      split = ",",
      paramLabel = "S,...",
      description = "The similarities to measure; .80,.85,.90,.95 unless given.")
  private List<Double> from = List.of(.80, .85, .90, .95);

  @Option(
      names = "--error",
      paramLabel = "SHARE",
      description = "The most new questions that may be answered falsely; .01 unless given.")
  private double error = .01;

  @Option(
      names = "--confidence",
      paramLabel = "SHARE",
      description = "How often that promise is kept; .9 unless given.")
  private double confidence = .9;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description = "How many cached questions are asked in other words; 300 unless given.")
  private int sample = 300;

  @Option(names = "--seed", paramLabel = "S", description = "Of all draws; 1 unless given.")
  private long seed = 1;

  @Option(names = "--json", description = "Print one line of JSON for each row instead.")
  private boolean json;

  private CacheReport() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new CacheReport(), args);
  }

  /** What a look-up found: how close it is, and whether it is the right one. */
  private record Found(double similarity, boolean right) {
    boolean falseFrom(double threshold) {
      return similarity >= threshold && !right;
    }

    boolean rightFrom(double threshold) {
      return similarity >= threshold && right;
    }
  }

  /** The rules by which a question is asked in other words. */
  private static Map<String, UnaryOperator<String>> rules() {
    Map<String, UnaryOperator<String>> rules = new LinkedHashMap<>();
    rules.put("polite", question -> "can you tell me " + question + "?");
    rules.put(
        "keywords",
        question ->
            Stream.of(question.split("\\s+", -1))
                .filter(word -> word.length() > 3)
                .collect(Collectors.joining(" ")));
    rules.put(
        "turned",
        question -> {
          List<String> words = new ArrayList<>(Arrays.asList(question.split("\\s+", -1)));
          Collections.rotate(words, words.size() / 2);
          return String.join(" ", words);
        });
    rules.put("misspelt", ExpandReport::misspelt);
    return rules;
  }

  @Override
  public Integer call() {
    if (sample < 1) {
      throw new IllegalArgumentException("--sample must be >= 1, was " + sample);
    }
    Cli.checkWritable("--vectors", vectors);
    EvalSet all = EvalSet.beir(data, split == null ? EvalSet.defaultSplit(data) : split);
    EvalSet.Split halves = all.split(.5, seed);
    try (OnnxEmbedder loaded = RetrievalOptions.embedder(model);
        EmbeddingCache kept = Cli.vectors("--vectors", vectors)) {
      measure(all, halves.choosing(), halves.reporting(), kept.over(loaded));
    }
    return 0;
  }

  private void measure(EvalSet all, EvalSet cached, EvalSet fresh, Embedder embedder) {
    Threshold any =
        new Threshold(
            Double.NEGATIVE_INFINITY, AnswerCache.source(embedder), error, confidence, 0, 0);
    int capacity = Math.max(1, cached.questions().size());
    try (AnswerCache cache =
        AnswerCache.builder().capacity(capacity).byMeaning(embedder, any).open()) {
      Map<String, String> ids = new HashMap<>(); // by question
      ProgressLine progress = new ProgressLine();
      for (Question question : cached.questions().values()) {
        if (ids.putIfAbsent(question.text(), question.id()) == null) {
          keep(cache, question);
        }
        progress.show("%,d questions cached", ids.size());
      }
      Map<String, Found> found = new LinkedHashMap<>();
      for (Question question : fresh.questions().values()) {
        found.put(question.id(), asked(all, cache, ids, question.text(), question));
        progress.show("%,d new questions", found.size());
      }
      List<String> first = Cli.sample(found.keySet(), found.size() / 2, seed);
      List<String> second = found.keySet().stream().filter(id -> !first.contains(id)).toList();
      Threshold one = learnt(first, found, embedder);
      Threshold other = learnt(second, found, embedder);
      Map<String, List<Found>> worded = new LinkedHashMap<>();
      List<Question> drawn = Cli.sample(cached.questions().values(), sample, seed);
      rules()
          .forEach(
              (rule, words) ->
                  worded.put(
                      rule,
                      drawn.stream()
                          .map(
                              question ->
                                  asked(all, cache, ids, words.apply(question.text()), question))
                          .toList()));
      if (!json) {
        System.out.printf(
            Locale.ROOT,
            "| %s, %,d answers cached | false hits of %,d new questions |%s%n| --- | ---: |%s%n",
            embedder.description().name(),
            ids.size(),
            found.size(),
            worded.keySet().stream().map(rule -> " " + rule + " |").collect(Collectors.joining()),
            " ---: |".repeat(worded.size()));
      }
      for (double threshold : from) {
        long wrong = found.values().stream().filter(each -> each.falseFrom(threshold)).count();
        row(String.format(Locale.ROOT, "%.3f", threshold), wrong, found.size(), worded, threshold);
      }
      long wrong = wrong(second, found, one.value()) + wrong(first, found, other.value());
      row(
          String.format(
              Locale.ROOT,
              "%.3f and %.3f, learnt (error <= %s, confidence %s)",
              one.value(),
              other.value(),
              error,
              confidence),
          wrong,
          found.size(),
          worded,
          Math.max(one.value(), other.value()));
    }
  }

  private static void keep(AnswerCache cache, Question question) {
    Query query = Query.of(question.text());
    cache.keep(
        cache.find("report", query, CallContext.unbounded()),
        new AnswerCache.Remembered(
            query,
            new Context(List.of(), 0, List.of()),
            Generation.of(question.id()),
            null,
            List.of(),
            Usage.none()));
  }

  private static Found asked(
      EvalSet all, AnswerCache cache, Map<String, String> ids, String words, Question asks) {
    AnswerCache.LookUp lookUp = cache.find("report", Query.of(words), CallContext.unbounded());
    return lookUp
        .remembered()
        .map(
            before -> {
              String id = ids.getOrDefault(before.question().text(), "");
              Question other = all.questions().get(id);
              return new Found(lookUp.similarity(), other != null && same(all, asks, other));
            })
        .orElse(new Found(Double.NEGATIVE_INFINITY, false));
  }

  /** Whether one's answer answers the other. */
  private static boolean same(EvalSet all, Question one, Question other) {
    Judgments first = all.qrels().judgments(one.id());
    Judgments second = all.qrels().judgments(other.id());
    boolean document =
        first.grades().entrySet().stream()
            .anyMatch(grade -> grade.getValue() > 0 && second.grade(grade.getKey()).orElse(0) > 0);
    boolean told = !one.answers().isEmpty() && !other.answers().isEmpty();
    return document
        && (!told || one.answers().stream().anyMatch(answer -> has(other.answers(), answer)));
  }

  private static boolean has(List<String> answers, String answer) {
    return answers.stream().anyMatch(each -> each.strip().equalsIgnoreCase(answer.strip()));
  }

  private Threshold learnt(List<String> learning, Map<String, Found> found, Embedder embedder) {
    double[] wrong =
        learning.stream()
            .map(id -> Objects.requireNonNull(found.get(id)))
            .mapToDouble(each -> each.right() ? Double.NEGATIVE_INFINITY : each.similarity())
            .toArray();
    return ThresholdCalibration.reachedByAtMost(
        AnswerCache.source(embedder), wrong, error, confidence);
  }

  private static long wrong(List<String> measured, Map<String, Found> found, double threshold) {
    return measured.stream()
        .filter(id -> Objects.requireNonNull(found.get(id)).falseFrom(threshold))
        .count();
  }

  private void row(
      String name, long wrong, int asked, Map<String, List<Found>> worded, double threshold) {
    if (json) {
      ObjectNode line =
          Cli.JSON.createObjectNode().put("from", name).put("false", wrong).put("new", asked);
      worded.forEach(
          (rule, all) ->
              line.putObject(rule)
                  .put("right", all.stream().filter(each -> each.rightFrom(threshold)).count())
                  .put("false", all.stream().filter(each -> each.falseFrom(threshold)).count())
                  .put("asked", all.size()));
      System.out.println(line);
      return;
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %d (%.1f %%) |%s%n",
        name,
        wrong,
        100. * wrong / asked,
        worded.values().stream()
            .map(
                all ->
                    String.format(
                        Locale.ROOT,
                        " %.1f %%, false %.1f %% |",
                        100.
                            * all.stream().filter(each -> each.rightFrom(threshold)).count()
                            / all.size(),
                        100.
                            * all.stream().filter(each -> each.falseFrom(threshold)).count()
                            / all.size()))
            .collect(Collectors.joining()));
  }
}
