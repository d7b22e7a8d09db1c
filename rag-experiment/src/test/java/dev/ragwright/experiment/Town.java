package dev.ragwright.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.ExactMatch;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A town of houses with a good pipeline that answers "what is the code of house h7", and faults
 * that can be planted in it, each for the questions that it is planted for. The stages are real
 * ones but for their script: the index searches words, the assembler is the library's, the
 * generator reads.
 */
final class Town {
  private static final Pattern CODE = Pattern.compile("house (h\\d+) .*?code (c\\d+)");
  private static final Pattern ASKED = Pattern.compile("h\\d+");

  /** A fault, by what of the pipeline has it. */
  enum Fault {
    NONE,
    NOT_INDEXED,
    FILTERED,
    CUT_APART,
    TOO_DEEP,
    UNRANKED,
    RERANKED_AWAY,
    OVER_BUDGET,
    DUPLICATE,
    MISREAD,
    IGNORED,
    CONFUSED,
    MISLED,
    WRONG_GOLD
  }

  private final long seed;
  private final List<Fault> faults; // of each question
  private final Map<String, Fault> byHouse = new HashMap<>();
  private final List<Passage> index = new ArrayList<>();
  private final List<Document> source = new ArrayList<>();

  Town(long seed, List<Fault> faults) {
    this.seed = seed;
    this.faults = List.copyOf(faults);
    for (int i = 0; i < faults.size(); i++) {
      byHouse.put(house(i), faults.get(i));
      build(i, faults.get(i));
    }
  }

  /** So many questions, a share of them with the fault, the others without any. */
  static Town with(long seed, int questions, double share, Fault fault) {
    SplittableRandom random = new SplittableRandom(seed);
    return new Town(
        seed,
        IntStream.range(0, questions)
            .mapToObj(i -> random.nextDouble() < share ? fault : Fault.NONE)
            .toList());
  }

  List<Fault> faults() {
    return faults;
  }

  private static String house(int i) {
    return "h" + i;
  }

  private String code(int i) {
    return "c" + (1_000 + new SplittableRandom(seed + i).nextInt(9_000)) + i;
  }

  private void build(int i, Fault fault) {
    String house = house(i);
    String text = "of the house " + house + " with a red door and its garden the code " + code(i);
    if (fault == Fault.OVER_BUDGET) {
      text = "much is told ".repeat(30) + text;
    }
    Document document = Document.of(house, text);
    source.add(document);
    switch (fault) {
      case NOT_INDEXED -> {}
      case CUT_APART -> {
        int cut = text.indexOf("and its");
        index.add(Passage.of(document, 0, cut, List.of()));
        index.add(Passage.of(document, cut, text.length(), List.of()));
      }
      case DUPLICATE -> {
        // The same words under another heading, as tables have them.
        String row = "its garden the code " + code(i);
        Document table = Document.of(house, row);
        source.set(source.size() - 1, table);
        index.add(Passage.of(table, 0, row.length(), List.of("house " + house + " north")));
        Document other = Document.of("a-" + house, row);
        index.add(Passage.of(other, 0, row.length(), List.of("what is of hut " + house)));
      }
      default -> index.add(Passage.of(document, 0, text.length(), List.of()));
    }
    int decoys =
        switch (fault) {
          case TOO_DEEP -> 5;
          case UNRANKED -> 150;
          case CONFUSED, MISLED -> 1;
          default -> 0;
        };
    for (int d = 0; d < decoys; d++) {
      String decoy = "what is the code of house " + house + " nobody says number " + d;
      index.add(Passage.of("decoy" + d + "-" + house, decoy));
    }
  }

  EvalSet set() {
    List<Question> questions = new ArrayList<>();
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    for (int i = 0; i < faults.size(); i++) {
      String gold = faults.get(i) == Fault.WRONG_GOLD ? "x" + i : code(i);
      questions.add(new Question("q" + i, "what is the code of house " + house(i), List.of(gold)));
      grades.put("q" + i, Map.of(house(i), 1));
    }
    return EvalSet.of("town", questions, Qrels.ofGrades(grades));
  }

  Corpus corpus() {
    return Corpus.of(
        DocumentSource.of(source),
        id -> index.stream().filter(passage -> passage.documentId().equals(id)).toList());
  }

  Experiment.Builder experiment() {
    return Experiment.over(set())
        .fix(Factor.RETRIEVER, retriever())
        .fix(Factor.RERANKER, reranker())
        .fix(Factor.RERANK_DEPTH, 10)
        .fix(Factor.TOP_K, 2)
        .fix(Factor.CONTEXT, ContextAssembler.builder().budget(100).build())
        .fix(Factor.GENERATOR, generator())
        .measure(ExactMatch.squad())
        .resamples(1_000)
        .explain(corpus(), "em", 1);
  }

  private Fault fault(String text) {
    Matcher asked = ASKED.matcher(text);
    return asked.find() ? byHouse.getOrDefault(asked.group(), Fault.NONE) : Fault.NONE;
  }

  /** By the number of the query's words that a passage has; a passage must name its house. */
  private Retriever retriever() {
    return new Retriever() {
      @Override
      public Retrieval retrieve(RetrievalRequest request, CallContext context) {
        String text = request.query().text();
        Set<String> wanted = new TreeSet<>(List.of(text.split("\\s+")));
        Matcher asked = ASKED.matcher(text);
        String house = asked.find() ? asked.group() : text;
        List<Hit> hits = new ArrayList<>();
        for (Passage passage : index) {
          List<String> words = List.of(passage.searchText().split("\\s+"));
          boolean filtered =
              passage.documentId().startsWith("h") && fault(passage.documentId()) == Fault.FILTERED;
          if (!filtered && (words.contains(house) || passage.text().equals(text))) {
            hits.add(new Hit(passage, wanted.stream().filter(words::contains).count(), "words"));
          }
        }
        return Retrieval.ranked(hits, request.topK(), Usage.none());
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("retriever", "words").with("town", seed);
      }
    };
  }

  /** Keeps the order, but puts last what it is told to. */
  private Reranker reranker() {
    return new Reranker() {
      @Override
      public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
        if (fault(query.text()) != Fault.RERANKED_AWAY) {
          return Retrieval.of(hits.subList(0, Math.min(topK, hits.size())), Usage.none());
        }
        return Retrieval.of(
            hits.stream().filter(hit -> hit.passage().documentId().startsWith("decoy")).toList(),
            Usage.none());
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("reranker", "told").with("town", seed);
      }
    };
  }

  /** Reads the code of the house that is asked for out of the evidence and its headings. */
  private Generator generator() {
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        String question = request.question().text();
        Matcher asked = ASKED.matcher(question);
        String house = asked.find() ? asked.group() : "";
        List<String> read =
            request.context().evidence().stream()
                .map(Evidence::passage)
                .map(passage -> passage.searchText().replace('\n', ' '))
                .toList();
        return switch (fault(question)) {
          case IGNORED -> Generation.of("I think it is c0");
          case MISREAD -> Generation.of("c" + read.size());
          case CONFUSED -> read.size() > 1 ? Generation.of("unclear") : found(house, read);
          case MISLED ->
              read.isEmpty()
                  ? Generation.of(code(Integer.parseInt(house.substring(1))))
                  : Generation.of("misled");
          default -> found(house, read);
        };
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("generator", "reader").with("town", seed);
      }
    };
  }

  private static Generation found(String house, List<String> read) {
    for (String text : read) {
      Matcher code = CODE.matcher(text);
      while (code.find()) {
        if (code.group(1).equals(house)) {
          return Generation.of(code.group(2));
        }
      }
    }
    return Generation.abstained(
        new Abstention(Abstention.Reason.DECLINED, "no code is told"), Usage.none());
  }
}
