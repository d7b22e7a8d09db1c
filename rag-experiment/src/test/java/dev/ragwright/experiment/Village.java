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
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline that is good but for one defect, in a stage or a setting, that holds for all
 * questions. How many passages share more words with a question than its gold passage does, and
 * which questions the generator cannot answer anyway (one in twenty), is drawn from the seed.
 */
final class Village implements AutoCloseable {
  private static final Pattern CODE = Pattern.compile("house (villa[a-z]+) .*?code (c\\d+)");
  private static final Pattern HOUSE = Pattern.compile("villa[a-z]+");

  /** What is wrong with the pipeline, and the kind of change that mends it. */
  enum Defect {
    NONE(null),
    HALF_NOT_INDEXED(PipelineChange.INDEX_CONTENT),
    TINY_CHUNKS(PipelineChange.CHUNKING),
    DEPTH_ONE(PipelineChange.RETRIEVAL_DEPTH),
    REVERSING_RERANKER(PipelineChange.RERANKER),
    TINY_BUDGET(PipelineChange.CONTEXT_BUDGET),
    GREEDY_DEDUPE(PipelineChange.DEDUPLICATION),
    EVIDENCE_IGNORED(PipelineChange.PROMPT),
    WRONG_GOLD(PipelineChange.EVAL_SET),
    EVIDENCE_MISREAD(PipelineChange.BIGGER_MODEL),
    STALE_FILTER(PipelineChange.FILTER),
    WRONG_RETRIEVER(PipelineChange.RETRIEVER);

    final @Nullable PipelineChange mends;

    Defect(@Nullable PipelineChange mends) {
      this.mends = mends;
    }
  }

  private final long seed;
  private final int houses;
  private final Defect defect;
  private final List<Document> source = new ArrayList<>();
  private final List<Passage> passages = new ArrayList<>();
  private final LuceneIndex index = LuceneIndex.inMemory();

  Village(long seed, int houses, Defect defect) {
    this.seed = seed;
    this.houses = houses;
    this.defect = defect;
    for (int i = 0; i < houses; i++) {
      build(i);
    }
    index.addAll(passages);
  }

  private SplittableRandom random(String what) {
    return new SplittableRandom(seed * 31 + what.hashCode()).split();
  }

  private static String house(int i) {
    return "villa" + (char) ('a' + i / 26) + (char) ('a' + i % 26);
  }

  private String code(int house) {
    return "c" + random("code" + house).nextInt(1_000, 10_000) + house;
  }

  private void build(int i) {
    String house = house(i);
    int decoys = random("decoys" + i).nextInt(4);
    for (int d = 0; d < decoys; d++) {
      String text = "of house " + house + " the code was not told, reason " + d;
      passages.add(Passage.of("decoy" + d + "-" + house, text));
    }
    boolean table = defect == Defect.GREEDY_DEDUPE;
    String told = "has a red door and a garden behind it and the code " + code(i);
    Document document = Document.of(house, table ? told : "house " + house + " " + told);
    source.add(document);
    if (defect == Defect.HALF_NOT_INDEXED && random("indexed" + i).nextBoolean()) {
      return;
    }
    int length = document.text().length();
    if (table) {
      // A row of two tables, as exports have them: only the heading tells which is meant.
      passages.add(Passage.of(document, 0, length, List.of("house " + house)));
      Document other = Document.of("hut-" + house, told);
      passages.add(Passage.of(other, 0, length, List.of("what is hut " + house)));
    } else if (defect == Defect.TINY_CHUNKS) {
      Matcher pieces = Pattern.compile("(\\S+\\s*){1,5}").matcher(document.text());
      while (pieces.find()) {
        passages.add(Passage.of(document, pieces.start(), pieces.end(), List.of()));
      }
    } else {
      passages.add(Passage.of(document, 0, length, List.of()));
    }
  }

  EvalSet set() {
    List<Question> questions = new ArrayList<>();
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    for (int i = 0; i < houses; i++) {
      boolean wrong = defect == Defect.WRONG_GOLD && random("gold" + i).nextBoolean();
      String gold = code(wrong ? (i + 1) % houses : i);
      questions.add(new Question("q" + i, "what is the code of house " + house(i), List.of(gold)));
      grades.put("q" + i, Map.of(house(i), 1));
    }
    return EvalSet.of("village", questions, Qrels.ofGrades(grades));
  }

  Experiment.Builder experiment() {
    return experiment(
        builder ->
            builder
                .fix(Factor.TOP_K, defect == Defect.DEPTH_ONE ? 1 : 8)
                .fix(Factor.GENERATOR, generator("reader")));
  }

  /** The pipeline with something else in the place of topK or the generator. */
  Experiment.Builder experiment(UnaryOperator<Experiment.Builder> wiring) {
    Experiment.Builder builder =
        wiring
            .apply(Experiment.over(set()))
            .fix(Factor.RETRIEVER, retriever())
            .fix(
                Factor.CONTEXT,
                ContextAssembler.builder()
                    .budget(defect == Defect.TINY_BUDGET ? 15 : 2_000)
                    .build())
            .measure(ExactMatch.squad())
            .explain(Corpus.of(DocumentSource.of(source), index::passages), "em", 1);
    return defect == Defect.REVERSING_RERANKER
        ? builder.fix(Factor.RERANKER, reversing()).fix(Factor.RERANK_DEPTH, 20)
        : builder;
  }

  private Retriever retriever() {
    Retriever words = index.bm25();
    return switch (defect) {
      case STALE_FILTER ->
          described(
              (request, context) ->
                  Retrieval.of(
                      words.retrieve(request, context).hits().stream()
                          .filter(hit -> random("stale" + hit.passage().id()).nextBoolean())
                          .toList()));
      // Takes the house's name for a misprint, so that all houses are the same to it.
      case WRONG_RETRIEVER ->
          described(
              (request, context) -> {
                String text = HOUSE.matcher(request.query().text()).replaceAll("home");
                return words.retrieve(request.withQuery(Query.of(text)), context);
              });
      default -> words;
    };
  }

  private Retriever described(Retriever retriever) {
    return retriever.named(defect + " " + seed);
  }

  private Reranker reversing() {
    return ((Reranker)
            (query, hits, topK, context) ->
                Retrieval.of(hits.reversed().subList(0, Math.min(topK, hits.size()))))
        .named("reversing");
  }

  Generator generator(String name) {
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        Matcher asked = HOUSE.matcher(request.question().text());
        String house = asked.find() ? asked.group() : "";
        int read = request.context().evidence().size();
        boolean weak = random("weak" + house).nextInt(20) == 0;
        if (defect == Defect.EVIDENCE_IGNORED && random("ignores" + house).nextInt(3) > 0) {
          return Generation.of("I know that it is c0");
        }
        if (weak
            || (defect == Defect.EVIDENCE_MISREAD && random("misreads" + house).nextBoolean())) {
          return Generation.of("c" + read);
        }
        return request.context().evidence().stream()
            .map(Evidence::passage)
            .map(passage -> CODE.matcher(passage.searchText().replace('\n', ' ')))
            .flatMap(Matcher::results)
            .filter(result -> result.group(1).equals(house))
            .findFirst()
            .map(result -> Generation.of(result.group(2)))
            .orElseGet(
                () ->
                    Generation.abstained(
                        new Abstention(Abstention.Reason.DECLINED, "no code is told"),
                        Usage.none()));
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("generator", name).with("seed", seed);
      }
    };
  }

  @Override
  public void close() {
    index.close();
  }
}
