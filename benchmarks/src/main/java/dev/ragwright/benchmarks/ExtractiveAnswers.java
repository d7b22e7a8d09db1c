package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.QuestionSheet;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.answer.RiskCoverage;
import dev.ragwright.eval.answer.SubstringAccuracy;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.source.Folder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the extractive generator's answers are worth, and what its minimum costs and saves: its
 * choice by words beside the one with an embedder, over the same evidence.
 *
 * <p>Each argument is a folder in BEIR's layout, or {@code SHEET=FOLDER}, a {@link QuestionSheet}
 * over a folder of documents; {@code minilm} among them takes that model in place of {@code
 * bge-small-en-v1.5}, {@code hybrid} searches by words and vectors in place of BM25, {@code
 * language=de} compares with the choice by that language's words in place of the one with an
 * embedder, and a number takes that many questions of each set in place of 400. The evidence is the
 * best 8 passages of at most 300 tokens; once of all documents, and once of all but the relevant
 * ones, so that the generator should abstain.
 *
 * <p>An answer is right if a reference answer stands in it ({@link SubstringAccuracy}). Where
 * questions have places in place of answers ({@code answer_spans}), it is right if a quote shares
 * with one of them at least half of the shorter. A longer answer is right more often, so words are
 * counted too.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=ExtractiveAnswers -Dargs="[minilm] [hybrid]
 * [language=de] [400] SET SET ..."}
 */
public final class ExtractiveAnswers {
  private static final double[] COVERAGES = {0.25, 0.5, 0.75, 1};

  private ExtractiveAnswers() {}

  /** Takes the sets. */
  public static void main(String... arguments) {
    List<String> sets = new ArrayList<>(List.of(arguments));
    boolean miniLm = sets.remove("minilm");
    boolean hybrid = sets.remove("hybrid");
    int most =
        sets.stream()
            .filter(one -> one.matches("\\d+"))
            .mapToInt(Integer::parseInt)
            .max()
            .orElse(400);
    sets.removeIf(one -> one.matches("\\d+"));
    Optional<String> language =
        sets.stream().filter(one -> one.startsWith("language=")).findFirst();
    sets.removeIf(one -> one.startsWith("language="));
    if (sets.isEmpty()) {
      System.err.println("name one set or more: folders in BEIR's layout, or SHEET=FOLDER");
      System.exit(2);
    }
    String tag = language.map(one -> one.substring("language=".length())).orElse("en");
    try (OnnxEmbedder model = miniLm ? OnnxEmbedder.allMiniLm() : OnnxEmbedder.bgeSmallEn();
        EmbeddingCache cache = EmbeddingCache.inMemory();
        LuceneIndex words = LuceneIndex.builder().language(tag).open()) {
      Embedder embedder = cache.over(model);
      Generator fused = ExtractiveGenerator.builder().embedder(embedder, 0).build();
      Side other =
          language.isEmpty()
              ? new Side(miniLm ? "minilm" : "bge", 0.4, fused, fused)
              : byWords("words " + tag, builder -> builder.words(tag, words::terms));
      List<Side> sides = List.of(byWords("words", UnaryOperator.identity()), other);
      for (String set : sets) {
        measure(asked(set, most, tag, hybrid ? embedder : null), name(set), sides);
      }
    }
  }

  private static Side byWords(String name, UnaryOperator<ExtractiveGenerator.Builder> settings) {
    return new Side(
        name,
        0.4,
        settings.apply(ExtractiveGenerator.builder()).build(),
        settings.apply(ExtractiveGenerator.builder().lexical(0)).build());
  }

  /**
   * A choice of sentences.
   *
   * @param minimum from which confidence on it answers
   * @param usual what it answers then; by words, the minimum also decides how much is quoted
   * @param forced the same without a minimum, for what it would have said had it not abstained
   */
  private record Side(String name, double minimum, Generator usual, Generator forced) {}

  /** A question with its evidence, and its evidence without what is relevant. */
  private record Asked(
      Question question,
      GenerationRequest request,
      GenerationRequest withheld,
      List<Place> places) {}

  private record Place(String document, int start, int end) {
    boolean isIn(Citation quote) {
      int shared = Math.min(end, quote.end()) - Math.max(start, quote.start());
      int shorter = Math.min(end - start, quote.end() - quote.start());
      return document.equals(quote.documentId()) && 2 * shared >= shorter;
    }
  }

  /** What a generator made of a question, or would have. */
  private record Made(boolean right, boolean answered, double confidence, int words) {}

  private static void measure(List<Asked> asked, String set, List<Side> sides) {
    System.out.printf(
        Locale.ROOT,
        "%n%s, %d questions, the answers to %d of them in the evidence%n%n",
        set,
        asked.size(),
        asked.stream().filter(ExtractiveAnswers::isInEvidence).count());
    System.out.println(
        "| choice | right | wrong | abstains | words | answers without gold | wrong of the surest"
            + " 25 %, 50 %, 75 %, all | area |");
    System.out.println("| --- |" + " ---: |".repeat(7));
    List<Made[]> made = new ArrayList<>();
    List<double[]> withheld = new ArrayList<>();
    for (Side side : sides) {
      made.add(asked.stream().map(one -> made(side, one)).toArray(Made[]::new));
      withheld.add(
          asked.stream()
              .mapToDouble(one -> generate(side.forced(), one.withheld()).confidence().orElse(-1))
              .toArray());
      row(side, made.getLast(), withheld.getLast());
    }
    compare(sides.getLast(), made.getFirst(), made.getLast());
    for (int i = 0; i < sides.size(); i++) {
      minimums(sides.get(i), made.get(i), withheld.get(i));
    }
  }

  private static Generation generate(Generator generator, GenerationRequest request) {
    return generator.generate(request, CallContext.unbounded());
  }

  /** What each minimum would cost and save, the choice of sentences aside. */
  private static void minimums(Side side, Made[] answers, double[] withheld) {
    System.out.printf(
        Locale.ROOT,
        "%n| minimum of %s | answers | wrong of them | answers without gold |%n| ---: | ---: | ---: | ---: |%n",
        side.name());
    for (int twentieths = 4; twentieths <= 14; twentieths++) {
      double minimum = twentieths / 20.0;
      Made[] above =
          Arrays.stream(answers).filter(one -> one.confidence() >= minimum).toArray(Made[]::new);
      System.out.printf(
          Locale.ROOT,
          "| %.2f | %.3f | %.3f | %.3f |%n",
          minimum,
          (double) above.length / answers.length,
          Arrays.stream(above).mapToInt(one -> one.right() ? 0 : 1).average().orElse(Double.NaN),
          Arrays.stream(withheld).filter(one -> one >= minimum).count() / (double) withheld.length);
    }
  }

  private static void row(Side side, Made[] answers, double[] withheld) {
    long answered = Arrays.stream(answers).filter(Made::answered).count();
    long right = Arrays.stream(answers).filter(one -> one.answered() && one.right()).count();
    double words =
        Arrays.stream(answers)
            .filter(Made::answered)
            .mapToInt(Made::words)
            .average()
            .orElse(Double.NaN);
    double area =
        RiskCoverage.of(
                Arrays.stream(answers).mapToDouble(Made::confidence).toArray(),
                Arrays.stream(answers).mapToDouble(one -> one.right() ? 0 : 1).toArray())
            .area();
    String risks =
        Arrays.stream(COVERAGES)
            .mapToObj(
                coverage -> {
                  int count = (int) Math.round(coverage * answers.length);
                  double wrong = Arrays.stream(wrongOfSurest(answers, count)).sum();
                  return String.format(Locale.ROOT, "%.3f", wrong / count);
                })
            .collect(Collectors.joining(", "));
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %d | %d | %.0f | %.3f | %s | %.3f |%n",
        side.name(),
        right,
        answered - right,
        answers.length - answered,
        words,
        Arrays.stream(withheld).filter(one -> one >= side.minimum()).count()
            / (double) withheld.length,
        risks,
        area);
  }

  /** As many answers of each as the first gives: which of them are wrong, question by question. */
  private static void compare(Side side, Made[] first, Made[] second) {
    int answered = (int) Arrays.stream(first).filter(Made::answered).count();
    double[] before = wrongOfSurest(first, answered);
    double[] after = wrongOfSurest(second, answered);
    double wrongBefore = Arrays.stream(before).sum();
    double wrongAfter = Arrays.stream(after).sum();
    System.out.printf(
        Locale.ROOT,
        "%nthe surest %d of each: wrong %.0f by words, %.0f with %s (%.2f of them); wrong answers a question %s%n",
        answered,
        wrongBefore,
        wrongAfter,
        side.name(),
        wrongAfter / wrongBefore,
        PairedComparison.of(after, before));
  }

  /** By question: 1 if it is among the {@code count} surest and wrong, else 0; ties by place. */
  private static double[] wrongOfSurest(Made[] answers, int count) {
    double[] wrong = new double[answers.length];
    IntStream.range(0, answers.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -answers[i].confidence()))
        .limit(count)
        .forEach(i -> wrong[i] = answers[i].right() ? 0 : 1);
    return wrong;
  }

  private static Made made(Side side, Asked asked) {
    Generation made = generate(side.forced(), asked.request());
    boolean answered = made.confidence().orElse(-1) >= side.minimum();
    if (answered && !side.usual().equals(side.forced())) {
      made = generate(side.usual(), asked.request());
    }
    boolean right =
        asked.places().isEmpty()
            ? holds(made.text(), asked.question())
            : made.citations().stream()
                .anyMatch(quote -> asked.places().stream().anyMatch(place -> place.isIn(quote)));
    return new Made(
        right, answered, made.confidence().orElse(-1), made.text().split("\\s+", -1).length);
  }

  /** Whether any answer from the evidence could be right. */
  private static boolean isInEvidence(Asked asked) {
    return asked.request().context().evidence().stream()
        .anyMatch(
            evidence ->
                asked.places().isEmpty()
                    ? holds(evidence.passage().text(), asked.question())
                    : asked.places().stream()
                        .anyMatch(
                            place ->
                                place.isIn(
                                    evidence.cite(
                                        evidence.passage().start(),
                                        evidence.passage().end(),
                                        0,
                                        0))));
  }

  private static boolean holds(String text, Question question) {
    return SubstringAccuracy.create()
                .evaluate(question.id(), question.answers(), text, CallContext.unbounded())
            instanceof Score.Scored(String id, double value)
        && value == 1;
  }

  private static String name(String set) {
    Path path = Path.of(set.substring(0, set.indexOf('=') < 0 ? set.length() : set.indexOf('=')));
    int names = path.getNameCount();
    String last = path.getName(names - 1).toString();
    return last.length() > 2 || names < 2 ? last : path.getName(names - 2) + "/" + last;
  }

  private static List<Asked> asked(
      String argument, int most, String language, @Nullable Embedder embedder) {
    int parted = argument.indexOf('=');
    Path folder = Path.of(argument.substring(parted + 1));
    DocumentSource documents = parted < 0 ? BeirFolder.of(folder) : Folder.of(folder);
    EvalSet set =
        parted < 0
            ? EvalSet.beir(folder)
            : QuestionSheet.read(Path.of(argument.substring(0, parted)), documents).byDocument();
    Map<String, List<Place>> places = parted < 0 ? places(folder, documents) : Map.of();
    LuceneIndex.Builder opening = LuceneIndex.builder().language(language);
    try (LuceneIndex index = (embedder == null ? opening : opening.embedder(embedder)).open()) {
      Retriever retriever = embedder == null ? index.bm25() : index.hybrid();
      index.sync(documents, Chunkers.markdown(300));
      return set.questions().values().stream()
          .filter(question -> !set.qrels().judgments(question.id()).isEmpty())
          .limit(most)
          .map(
              question -> {
                Set<String> gold = set.qrels().judgments(question.id()).relevant();
                return new Asked(
                    question,
                    request(retriever, question, Filter.all()),
                    request(retriever, question, Filter.documents(gold).not()),
                    question.answers().isEmpty()
                        ? places.getOrDefault(question.id(), List.of())
                        : List.of());
              })
          .toList();
    }
  }

  /** Of questions that have places in place of answers; in the file they count code points. */
  private static Map<String, List<Place>> places(Path folder, DocumentSource documents) {
    Map<String, List<Place>> places = new HashMap<>();
    Path queries = folder.resolve("queries.jsonl");
    if (!Files.exists(queries)) {
      return places;
    }
    JsonMapper mapper = new JsonMapper();
    Map<String, String> texts;
    try (Stream<Document> all = documents.documents();
        BufferedReader lines = Files.newBufferedReader(queries)) {
      texts = all.collect(Collectors.toMap(Document::id, Document::text));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode query = mapper.readTree(line);
        String document = query.path("doc").asText();
        String text = texts.get(document);
        if (text != null) {
          List<Place> its = new ArrayList<>();
          for (JsonNode span : query.path("answer_spans")) {
            int start = text.offsetByCodePoints(0, span.get(0).asInt());
            its.add(new Place(document, start, text.offsetByCodePoints(0, span.get(1).asInt())));
          }
          places.put(query.path("_id").asText(), its);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return places;
  }

  private static GenerationRequest request(Retriever retriever, Question asked, Filter filter) {
    Query question = Query.of(asked.text());
    RetrievalRequest request = RetrievalRequest.of(question, 8).withFilter(filter);
    Context context =
        ContextAssembler.builder()
            .build()
            .assemble(
                question,
                retriever.retrieve(request, CallContext.unbounded()).hits(),
                TokenCounter.approximate(),
                CallContext.unbounded())
            .context();
    return GenerationRequest.of(question, context);
  }
}
