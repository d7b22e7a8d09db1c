package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.learn.FusionLearning;
import dev.ragwright.eval.learn.FusionModelFile;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Factor;
import dev.ragwright.experiment.Progress;
import dev.ragwright.experiment.RagPipelines;
import dev.ragwright.generate.ContextOrder;
import dev.ragwright.generate.QueryExpanders;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.generators.extractive.OnnxExtractiveReader;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.retrieve.EmbeddingAdapter;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.FusionModel;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.retrievers.embedding.EmbeddingAdapterFile;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.lucene.VectorSearch;
import dev.ragwright.retrievers.rerank.LateInteraction;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import dev.ragwright.retrievers.rerank.PlattScaling;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.testmodels.OnnxGraph;
import dev.ragwright.testmodels.PairTokenizer;
import dev.ragwright.testmodels.Repository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an experiment found is compiled, or read, and answers as it did. */
class WinnerTest {
  private static final String DOCUMENTS =
      """
      {"_id":"cats","title":"Cats","text":"A cat sleeps sixteen hours a day. It hunts at night."}
      {"_id":"owls","title":"Owls","text":"An owl turns its head by 270 degrees. It hunts at night."}
      {"_id":"bees","title":"Bees","text":"A bee visits a thousand flowers a day."}
      {"_id":"eels","title":"Eels","text":"An eel swims to the Sargasso Sea, where it spawns."}
      """;

  @TempDir Path folder;

  private Path data = Path.of("");
  private Path models = Path.of("");

  @BeforeEach
  void writeFiles() throws IOException {
    data = folder.resolve("data");
    Files.createDirectories(data.resolve("qrels"));
    models = Files.createDirectories(folder.resolve("models"));
    Files.writeString(data.resolve("corpus.jsonl"), DOCUMENTS);
    Files.writeString(
        data.resolve("queries.jsonl"),
        """
        {"_id":"q1","text":"How long does a cat sleep?","answers":["sixteen hours"]}
        {"_id":"q2","text":"How far does an owl turn its head?","answers":["270 degrees"]}
        {"_id":"q3","text":"How many flowers does a bee visit?","answers":["a thousand"]}
        {"_id":"q4","text":"Who wrote Hamlet?","answers":["Shakespeare"]}
        """);
    Files.writeString(
        data.resolve("qrels/test.tsv"),
        "query-id\tcorpus-id\tscore\nq1\tcats\t1\nq2\towls\t1\nq3\tbees\t1\nq4\teels\t1\n");
  }

  /** A cross-encoder in which words of the passages are worth what their numbers are. */
  private Path crossEncoder(String name) throws IOException {
    float[] table = new float[10];
    for (int i = 0; i < table.length; i++) {
      table[i] = i;
    }
    OnnxGraph graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch", "token")
            .floats("table", table, table.length, 1)
            .longs("axis", new long[] {1}, 1)
            .node("Gather", List.of("table", "input_ids"), List.of("each"))
            .node(
                "ReduceSum",
                List.of("each", "axis"),
                List.of("logits"),
                OnnxGraph.attribute("keepdims", 0))
            .output("logits", OnnxGraph.FLOAT, "batch", "1");
    Path made = Files.createDirectories(models.resolve(name));
    Files.write(made.resolve("model.onnx"), graph.toBytes());
    Files.writeString(
        made.resolve("tokenizer.json"),
        PairTokenizer.json(
            "\"cat\": 2, \"owl\": 3, \"bee\": 4, \"day.\": 5, \"A\": 6, \"eel\": 7, \"head\": 8, \"It\": 9"));
    Files.writeString(made.resolve("tokenizer_config.json"), "{\"model_max_length\": 64}");
    Files.writeString(made.resolve("config.json"), "{}");
    return made;
  }

  private LuceneIndex filled(UnaryOperator<LuceneIndex.Builder> settings) {
    LuceneIndex index =
        settings.apply(LuceneIndex.builder().directory(folder.resolve("index"))).open();
    index.sync(BeirFolder.of(data), Chunkers.recursive(300, 0));
    index.commit();
    return index;
  }

  private ExperimentResult measured(Map<String, RagPipeline> arms) {
    Experiment.Builder builder =
        Experiment.over(EvalSet.beir(data)).measure(Ndcg.at(10), TokenF1.squad());
    arms.forEach(builder::arm);
    return builder.build().run(Progress.none());
  }

  /** Answers, citations and found passages with their scores, or why there is no answer. */
  private List<String> answers(RagPipeline pipeline) {
    List<String> all = new ArrayList<>();
    for (Question question : EvalSet.beir(data).questions().values()) {
      Answer answer = pipeline.ask(question.text());
      all.add(answer.outcome() + " " + answer.citations() + " " + answer.context());
    }
    return all;
  }

  private AutoCloseable compiled(String name, String... sources) throws Exception {
    Path out = Files.createDirectories(folder.resolve("classes"));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-proc:none",
                "-Werror",
                "-Xlint:all,-processing,-classfile,-path",
                "-Xdoclint:html,reference",
                "-d",
                out.toString(),
                "-cp",
                System.getProperty("java.class.path")));
    for (int i = 0; i < sources.length; i++) {
      Path file = folder.resolve(i == 0 ? name + ".java" : name + "Test.java");
      Files.writeString(file, sources[i]);
      arguments.add(file.toString());
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, said, said, arguments.toArray(String[]::new));
    assertThat(failed).as(said + "\n" + sources[0]).isZero();
    ClassLoader loader = new URLClassLoader(new URL[] {out.toUri().toURL()});
    return (AutoCloseable)
        loader
            .loadClass("org.example." + name)
            .getConstructor(Path.class, Path.class)
            .newInstance(folder.resolve("index"), models);
  }

  /** The one arm's class and file answer as it does, and describe themselves as it does. */
  private String holds(RagPipeline arm) throws Exception {
    dev.ragwright.experiment.Winner winner = measured(Map.of("arm", arm)).winner("ndcg@10");
    String code = winner.toJava("org.example.Found");
    Path file = Files.writeString(folder.resolve("Found.json"), winner.toJson());
    List<String> expected = answers(arm);
    try (AutoCloseable found = compiled("Found", code, winner.toTest("org.example.Found"))) {
      Method pipeline = found.getClass().getMethod("pipeline");
      RagPipeline made = (RagPipeline) pipeline.invoke(found);
      assertThat(made.description()).isEqualTo(arm.description());
      assertThat(answers(made)).isEqualTo(expected);
      assertThat(RagPipelines.differences(made, file)).isEmpty();
    }
    try (RagPipelines.Opened read = RagPipelines.read(file, folder.resolve("index"), models)) {
      assertThat(read.pipeline().description()).isEqualTo(arm.description());
      assertThat(answers(read.pipeline())).isEqualTo(expected);
    }
    return code;
  }

  private static RagPipeline.Builder usual(LuceneIndex index) {
    return RagPipeline.builder()
        .retriever(index.bm25())
        .generator(ExtractiveGenerator.create())
        .topK(2);
  }

  @Test
  void wordsAreFoundAsTheyWere() throws Exception {
    try (LuceneIndex index = filled(i -> i.bm25(1.2, 0.6, 8).metadataWeight("title", 3))) {
      String code =
          holds(
              usual(index)
                  .context(
                      c ->
                          c.budget(40)
                              .order(ContextOrder.BEST_LAST)
                              .nearDuplicates(0.9)
                              .scoreGap(2))
                  .gate(EvidenceGate.scoreAtLeast(new Threshold(0.5, "bm25", 0.05, 0.9, 600, 400)))
                  .fallback(index.rm3(2, 5, 0.7))
                  .build());
      assertThat(code)
          .contains("needs rag-core, rag-generators, rag-retrievers on the class path")
          .contains("<li>ndcg@10 ")
          .contains("recursive(");
      holds(
          usual(index)
              .expander(index.spelling())
              .queryFusion(RankFusion.reciprocalRank(10))
              .generator(ExtractiveGenerator.builder().maxSentences(1).lexical(0.2).build())
              .build());
    }
  }

  @Test
  void vectorsAndRerankersAnswerAsTheyDid() throws Exception {
    try (OnnxEmbedder embedder =
            OnnxEmbedder.builder(ModelFolder.allMiniLm()).maxTokens(64).build();
        OnnxCrossEncoder reranker = OnnxCrossEncoder.load(crossEncoder("small"));
        LateInteraction late = LateInteraction.of(embedder);
        LuceneIndex index =
            filled(i -> i.embedder(embedder).lateInteraction(late).vectors(VectorSearch.exact()))) {
      assertThat(holds(usual(index).retriever(index.hybrid()).reranker(reranker, 4).build()))
          .contains("index.hybrid()")
          .contains("ModelFolder.allMiniLm()")
          .contains("rag-model-minilm-l6")
          .contains("needs small (SHA-256");
      holds(
          usual(index)
              .retriever(
                  Retrievers.fuseAtLeast(
                          1, RankFusion.minMax(0.4, 0.6), 50, index.bm25(), index.rocchio(1, 0.2))
                      .rerankedBy(Rerankers.mmr(embedder, 0.7), 4))
              .reranker(reranker.then(late, 3).fusedWithFirstStage(RankFusion.zScore()), 4)
              .build());
      holds(
          usual(index)
              .retriever(index.lateInteraction(index.knn(), 3))
              .context(c -> c.selection(Rerankers.embedding(embedder)).budget(30))
              .generator(ExtractiveGenerator.builder().embedder(embedder, 0.5).build())
              .build());
      holds(usual(index).build()); // of an index whose vectors it does not read
    }
  }

  @Test
  void settingsOfRerankersAreKept() throws Exception {
    try (OnnxCrossEncoder reranker =
            OnnxCrossEncoder.builder(ModelFolder.of(crossEncoder("small")))
                .maxTokens(24)
                .whenTooLong(TooLong.CUT)
                .calibrated(new PlattScaling(0.5, -1))
                .stopWhenSettled(1, 2)
                .options(OnnxOptions.builder().intraOpThreads(2).build())
                .build();
        LuceneIndex index = filled(i -> i.language("de"))) {
      holds(usual(index).reranker(reranker, 4).build());
    }
  }

  @Test
  void whatWasLearntIsReadFromItsFile() throws Exception {
    try (OnnxEmbedder embedder = OnnxEmbedder.allMiniLm()) {
      float[][] rows = new float[embedder.dimension()][embedder.dimension()];
      for (int i = 0; i < rows.length; i++) {
        rows[i][i] = i % 2 == 0 ? 1 : 0.5f;
      }
      EmbeddingAdapter adapter =
          EmbeddingAdapter.of(
              EmbeddingAdapter.settings(embedder),
              EmbeddingAdapter.Sides.QUERY,
              "towns/train",
              9,
              rows);
      EmbeddingAdapterFile.write(
          adapter, models.resolve("adapter-" + adapter.digest().substring(0, 8) + ".json"));
      try (LuceneIndex index = filled(i -> i.embedder(embedder.adapted(adapter)))) {
        List<Retriever> both = List.of(index.bm25(), index.knn());
        FusionModel model =
            new FusionModel(
                FusionModel.settings(both.stream().map(Retriever::description).toList()),
                20,
                "towns/train",
                9,
                List.of("minMax.0", "rank.1"),
                List.of(0.25, 1.5));
        RankFusion fusion = RankFusion.learnt(model);
        String digest =
            fusion.description().parameters().getOrDefault("modelNumbers", "").substring(0, 8);
        FusionModelFile.write(model, models.resolve("fusion-" + digest + ".json"));
        String code =
            holds(
                usual(index)
                    .retriever(Retrievers.fuse(fusion, 20, both.getFirst(), both.getLast()))
                    .build());
        assertThat(code)
            .contains("rag-eval")
            .contains("models.resolve(\"fusion-" + digest + ".json\")");
      }
    }
  }

  @Test
  void aReaderQuotesWhatItQuoted() throws Exception {
    Path qa = Repository.shared("models/ragwright-minilm-qa");
    models = qa.resolve("..");
    try (OnnxExtractiveReader reader =
            OnnxExtractiveReader.builder(ModelFolder.of(qa)).minimumScore(0.1).build();
        LuceneIndex index = filled(i -> i)) {
      holds(usual(index).reranker(reader.reranker(), 3).generator(reader).build());
    }
  }

  @Test
  void aLocalModelWritesWhatItWrote() throws Exception {
    Path smol = TestModel.smolLm2();
    models = smol.resolve("..");
    try (OnnxGenerator generator =
            OnnxGenerator.builder(ModelFolder.of(smol))
                .decoding(
                    DecodingOptions.builder()
                        .maxTokens(12)
                        .repetitionPenalty(1.1)
                        .temperature(0.7)
                        .seed(5_000_000_000L)
                        .build())
                .build();
        LuceneIndex index = filled(i -> i)) {
      holds(
          usual(index)
              .expander(QueryExpanders.multiQuery(generator, 1))
              .generator(generator)
              .topK(1)
              .build());
    }
  }

  @Test
  void takesTheSimplestOfThoseThatAreNotToldApart() throws Exception {
    try (OnnxEmbedder embedder = OnnxEmbedder.allMiniLm();
        LuceneIndex index = filled(i -> i.embedder(embedder))) {
      Map<String, RagPipeline> arms = new LinkedHashMap<>();
      arms.put("hybrid", usual(index).retriever(index.hybrid()).build());
      arms.put("words", usual(index).build());
      arms.put("feedback", usual(index).retriever(index.rm3()).build());
      ExperimentResult result = measured(arms);
      assertThat(result.winners("ndcg@10").indistinguishable()).hasSize(3);
      assertThat(result.winner().arm().name()).isEqualTo("words");
      assertThat(result.winner().toJava("Found"))
          .contains("it is not told apart from")
          .doesNotContain("package");
    }
  }

  @Test
  void aStageOfOnesOwnIsNamed() {
    try (LuceneIndex index = filled(i -> i)) {
      RagPipeline own =
          usual(index)
              .reranker((query, hits, topK, context) -> Retrieval.of(hits, Usage.none()), 5)
              .build();
      assertThatThrownBy(() -> measured(Map.of("own", own)).winner("ndcg@10").toJson())
          .hasMessage(
              "the reranker lambda? cannot be written as code: it does not say what it is, as a lambda does not; wire that arm by hand, or choose among arms of the library's own stages");
      RagPipeline named = usual(index).reranker(Rerankers.boost(Filter.is("a", "b"), 2), 5).build();
      assertThatThrownBy(() -> measured(Map.of("own", named)).winner("ndcg@10").toJava("Found"))
          .hasMessageContaining("the reranker boost(")
          .hasMessageContaining("it is none of the library's own that can be written");
    }
  }

  @Test
  void anotherModelIsRefusedAndAChangedIndexTold() throws Exception {
    String json;
    Path file = folder.resolve("Found.json");
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(crossEncoder("small"));
        LuceneIndex index = filled(i -> i)) {
      json = measured(Map.of("arm", usual(index).reranker(reranker, 4).build())).winner().toJson();
      Files.writeString(file, json);
      Files.writeString(
          data.resolve("corpus.jsonl"),
          DOCUMENTS + "{\"_id\":\"ants\",\"text\":\"An ant carries much.\"}\n");
      index.sync(BeirFolder.of(data), Chunkers.recursive(300, 0));
      index.commit();
    }
    try (RagPipelines.Opened read = RagPipelines.read(file, folder.resolve("index"), models)) {
      assertThat(RagPipelines.differences(read.pipeline(), file))
          .singleElement()
          .asString()
          .startsWith("retriever, index: was ")
          .contains("/4, is ")
          .endsWith("/5");
    }
    Files.writeString(file, json.replaceFirst("(\"modelSha256\" : \")....", "$1beef"));
    assertThatThrownBy(() -> RagPipelines.read(file, folder.resolve("index"), models))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reranker, modelSha256: was beef")
        .hasMessageContaining("give those that were measured, or measure again");
  }

  @Test
  void aLearntWinnerReadsWhatCompareStagesLearntAndIsNotGatedByItsQuestions() throws Exception {
    Path memo = folder.resolve("memo");
    CompareStages.main(
        "--data",
        data.toString(),
        "--index",
        folder.resolve("index").toString(),
        "--model",
        "minilm",
        "--learn",
        "--folds",
        "2",
        "--memo",
        memo.toString());
    try (OnnxEmbedder embedder = OnnxEmbedder.allMiniLm();
        LuceneIndex index =
            LuceneIndex.builder()
                .directory(folder.resolve("index"))
                .embedder(embedder)
                .openReadOnly()) {
      Experiment.over(EvalSet.beir(data))
          .learn(
              Factor.RETRIEVER,
              "fusion",
              FusionLearning.over(HybridOptions.DEPTH, index.bm25(), index.knn())
                  .weights()
                  .then(
                      model ->
                          Retrievers.fuse(
                              RankFusion.learnt(model),
                              HybridOptions.DEPTH,
                              index.bm25(),
                              index.knn())))
          .folds(2)
          .fix(Factor.GENERATOR, ExtractiveGenerator.create())
          .measure(Ndcg.at(10))
          .memo(memo)
          .build()
          .run(Progress.none());
    }
    Path java = folder.resolve("Found.java");
    List<String> arguments = List.of("--memo", memo.toString(), "--java", java.toString());
    List<String> gated = new ArrayList<>(arguments);
    gated.add("--gate");
    Program.Run refused = Program.run(Winner.class, folder, gated);
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err())
        .contains(
            "the retriever \"fusion\" of the arm \"fusion\" was learnt from the questions of ")
        .contains("measure the pipeline on questions that it was not learnt from");
    assertThat(java).doesNotExist();
    List<String> written = new ArrayList<>(arguments);
    written.addAll(
        List.of("--package", "org.example", "--json", folder.resolve("Found.json").toString()));
    Winner.main(written.toArray(String[]::new));
    models = memo.resolve("models");
    try (AutoCloseable found = compiled("Found", Files.readString(java));
        RagPipelines.Opened read =
            RagPipelines.read(folder.resolve("Found.json"), folder.resolve("index"), models)) {
      RagPipeline made = (RagPipeline) found.getClass().getMethod("pipeline").invoke(found);
      assertThat(answers(made)).isEqualTo(answers(read.pipeline()));
    }
    assertThat(Files.readString(java).replaceAll("\\s+(\\* )?", " "))
        .containsPattern("fusion-[0-9a-f]{8}\\.json \\(digest of its numbers [0-9a-f]{64}\\)");
  }

  @Test
  void aClassThatCannotBeOpenedClosesWhatItOpened() throws Exception {
    String code;
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(crossEncoder("small"));
        LuceneIndex index = filled(i -> i)) {
      code =
          measured(Map.of("arm", usual(index).reranker(reranker, 4).build()))
              .winner()
              .toJava("org.example.Found");
    }
    String push = "opened.push(reranker);";
    assertThat(code).contains(push).contains("opened.push(index);");
    String told =
        code.replace(
            push,
            push + " opened.push(() -> { throw new IllegalStateException(\"was closed\"); });");
    Files.move(folder.resolve("index"), folder.resolve("elsewhere"));
    assertThatThrownBy(() -> compiled("Found", told))
        .isInstanceOf(InvocationTargetException.class)
        .cause()
        .hasMessageContaining("index")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .isInstanceOf(IllegalStateException.class)
                    .extracting(Throwable::getMessage)
                    .isEqualTo("was closed"));
  }

  @Test
  void aDamagedFileIsRefused() throws Exception {
    String json;
    try (LuceneIndex index = filled(i -> i)) {
      json = measured(Map.of("arm", usual(index).build())).winner().toJson();
    }
    Map<String, String> broken =
        Map.of(
            json.substring(0, json.length() / 2), "not JSON",
            json.replace("\"version\" : 1", "\"version\" : 2"),
                "the pipeline is of version 2, this library reads version 1",
            json.replace("ragwright-pipeline", "cake"), "\"format\" is \"cake\"",
            json.replace("\"topK\"", "\"top\""), "topK");
    broken.forEach(
        (text, message) -> {
          Path file = write(text);
          assertThatThrownBy(() -> RagPipelines.read(file, folder.resolve("index"), models))
              .isInstanceOf(DocumentReadException.class)
              .hasMessageContaining(message);
        });
    Path newer = write(json.replace("\"k1\" :", "\"k9\" : \"1\", \"k1\" :"));
    assertThatThrownBy(() -> RagPipelines.read(newer, folder.resolve("index"), models))
        .hasMessageContaining("its setting k9=1 is not known here");
  }

  private Path write(String text) {
    try {
      return Files.writeString(folder.resolve("broken.json"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theToolWritesWhatCompareStagesFound() throws Exception {
    Path memo = folder.resolve("memo");
    CompareStages.main(
        "--data",
        data.toString(),
        "--index",
        folder.resolve("index").toString(),
        "--top-k",
        "1,2",
        "--memo",
        memo.toString());
    Path java = folder.resolve("Found.java");
    Winner.main(
        "--memo",
        memo.toString(),
        "--java",
        java.toString(),
        "--package",
        "org.example",
        "--gate",
        "--json",
        folder.resolve("wiring.json").toString());
    String gate = Files.readString(folder.resolve("FoundTest.java"));
    for (String name : List.of("data", "index", "models", "Found.json", "Found-baseline.json")) {
      String place = "Path.of(\"" + name + "\")";
      assertThat(gate).contains(place);
      gate = gate.replace(place, "Path.of(\"" + folder.resolve(name) + "\")");
    }
    try (AutoCloseable found = compiled("Found", Files.readString(java), gate);
        RagPipelines.Opened read =
            RagPipelines.read(folder.resolve("wiring.json"), folder.resolve("index"), models)) {
      assertThat(answers(read.pipeline())).hasSize(4);
      Class<?> type = found.getClass().getClassLoader().loadClass("org.example.FoundTest");
      Constructor<?> making = type.getDeclaredConstructor();
      making.setAccessible(true);
      Object test = making.newInstance();
      for (String step :
          List.of("open", "isWiredOfWhatWasMeasured", "isNotWorseThanItWas", "close")) {
        Method method = type.getDeclaredMethod(step);
        method.setAccessible(true);
        method.invoke(test);
      }
    }
    for (String there : List.of("--java Found.java", "--gate FoundTest.java")) {
      Program.Run again =
          Program.run(
              Winner.class, folder, List.of("--memo", "none", "--java", "Found.java", "--gate"));
      assertThat(again.exit()).isEqualTo(1);
      assertThat(again.err())
          .contains(there + ": it is there already; give another name, or delete it");
      Files.deleteIfExists(java);
    }
    Path result = memo.resolve(Experiment.RESULT);
    Files.writeString(result, Files.readString(result).replace("\"wiring\"", "\"wired\""));
    Program.Run old =
        Program.run(
            Winner.class,
            folder,
            List.of("--memo", memo.toString(), "--java", folder.resolve("Old.java").toString()));
    assertThat(old.exit()).isEqualTo(1);
    assertThat(old.err())
        .contains(
            "it is of an earlier version; run the experiment again, which calls no stage again where it has its memo");
  }
}
