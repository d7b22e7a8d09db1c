package dev.ragwright.experiment;

import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.PromptTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How each stock stage is wired, by its description: the one table that classes are written from
 * and files are read by. What a description says that is not known here is refused; what it says of
 * a model's files is taken from the files, and compared afterwards. For one thread, and one
 * pipeline.
 */
final class StockStages {
  private static final String CORE = "dev.ragwright.";
  private static final String RETRIEVE = CORE + "retrieve.";
  private static final String FUSION = RETRIEVE + "RankFusion";
  private static final String ONNX = CORE + "onnx.";
  private static final String FOLDER = ONNX + "ModelFolder";
  private static final String OPTIONS = ONNX + "OnnxOptions";
  private static final String LUCENE = CORE + "retrievers.lucene.";
  private static final String EMBEDDING = CORE + "retrievers.embedding.";
  private static final String RERANK = CORE + "retrievers.rerank.";
  private static final String EXTRACTIVE = CORE + "generators.extractive.";
  private static final String GENERATORS = CORE + "generators.onnx.";
  private static final Code MODELS = new Code.Variable("models");
  private static final Code INDEX = new Code.Variable("index");

  /** Models whose files are in jars: the method of ModelFolder, and the artifact. */
  private static final Map<String, List<String>> BUNDLED =
      Map.of(
          "bge-small-en-v1.5-q", List.of("bgeSmallEn", "rag-model-bge-small-en"),
          "all-MiniLM-L6-v2-q", List.of("allMiniLm", "rag-model-minilm-l6"));

  private static final Pattern VERSIONED = Pattern.compile("(.*)/\\d+");
  private static final Pattern PLATT =
      Pattern.compile("calibrated by (\\S+) \\* score ([+-]) (\\S+)");
  private static final Pattern EARLY_STOP =
      Pattern.compile("after (\\d+) blocks of (\\d+) without change");
  private static final Pattern GRAPH = Pattern.compile("graph, (\\d+) bits, effort (\\d+)");

  private static final StageDescription STANDARD_PROMPT = PromptTemplate.grounded().description();

  /**
   * A pipeline as code.
   *
   * @param opened what is opened for it and closed after it, in this order
   * @param folders the names of what has to be in the folder of models, with what their digests are
   *     of
   * @param artifacts that have files of models
   * @param chunker how the index's documents were cut; null if that is not known
   */
  record Recipe(
      List<Opened> opened,
      Code pipeline,
      Map<String, String> folders,
      Set<String> artifacts,
      @Nullable String chunker,
      boolean generates) {
    /** A variable of the class. */
    record Opened(String name, String type, Code code) {}
  }

  private final List<Recipe.Opened> opened = new ArrayList<>();
  private final Map<StageDescription, Code> byDescription = new LinkedHashMap<>();
  private final Map<String, String> folders = new LinkedHashMap<>();
  private final Set<String> artifacts = new LinkedHashSet<>();
  private final Map<String, String> index = new LinkedHashMap<>();
  private @Nullable Code embedder;
  private @Nullable Code tokens;

  private StockStages() {}

  /**
   * The pipeline of a wiring.
   *
   * @throws IllegalArgumentException if a stage is not of the stock, naming it, and what to do
   */
  static Recipe of(Wiring wiring) {
    return new StockStages().recipe(wiring);
  }

  private Recipe recipe(Wiring wiring) {
    if (wiring.filter() != null) {
      throw new IllegalArgumentException(
          "the filter %s is not described in a way that it can be made of; leave the factor filter out, and give the pipeline its filter(...) by hand"
              .formatted(wiring.filter()));
    }
    Map<String, StageDescription> stages = new LinkedHashMap<>(wiring.stages());
    StageDescription retriever = stages.remove(Factor.RETRIEVER.name());
    if (retriever == null) {
      throw new IllegalArgumentException("there is no retriever; there are " + stages.keySet());
    }
    Code pipeline = Code.of(CORE + "RagPipeline", "builder");
    StageDescription expander = stages.remove(Factor.EXPANDER.name());
    StageDescription fusion = stages.remove(Factor.FUSION.name());
    if (expander != null && fusion != null) {
      pipeline = pipeline.then("expander", expander(expander)).then("queryFusion", fusion(fusion));
    }
    pipeline = pipeline.then("retriever", retriever(retriever));
    StageDescription reranker = stages.remove(Factor.RERANKER.name());
    if (reranker != null && wiring.rerankDepth() != null) {
      pipeline = pipeline.then("reranker", reranker(reranker), wiring.rerankDepth());
    }
    StageDescription gate = stages.remove(Factor.GATE.name());
    if (gate != null) {
      pipeline = pipeline.then("gate", gate(gate));
    }
    StageDescription fallback = stages.remove(Factor.FALLBACK.name());
    StageDescription joined = stages.remove(Factor.FALLBACK_FUSION.name());
    if (fallback != null) {
      pipeline =
          joined == null
              ? pipeline.then("fallback", retriever(fallback))
              : pipeline.then("fallback", retriever(fallback), fusion(joined));
    }
    pipeline = pipeline.then("topK", wiring.topK());
    StageDescription context = stages.remove(Factor.CONTEXT.name());
    if (context != null) {
      pipeline = pipeline.then("context", context(context));
    }
    StageDescription generator = stages.remove(Factor.GENERATOR.name());
    pipeline =
        pipeline.then(
            "generator",
            generator == null
                ? Code.of(EXTRACTIVE + "ExtractiveGenerator", "create")
                : generator(generator));
    if (!stages.isEmpty()) {
      throw new IllegalArgumentException(
          "there are stages that no pipeline has a place for: " + stages.keySet());
    }
    opened.add(new Recipe.Opened("index", LUCENE + "LuceneIndex", index()));
    return new Recipe(
        List.copyOf(opened),
        pipeline.then("build"),
        folders,
        artifacts,
        index.get("chunker"),
        generator != null);
  }

  private Code retriever(StageDescription stage) {
    Reading of = new Reading(stage, "retriever");
    Code code =
        switch (stage.name()) {
          case "bm25" -> {
            for (String setting : List.of("analyzer", "weights", "k1", "b", "k3")) {
              setting(stage, setting, of.text(setting));
            }
            searched(of);
            yield INDEX.then("bm25");
          }
          case "knn" -> {
            of.maybe("vectors").ifPresent(way -> setting(stage, "vectors", way));
            searched(of);
            embedder = one(stage, "embedder", embedder, embedder(of.part(0)));
            yield INDEX.then("knn");
          }
          case "late-interaction" -> {
            int candidates = of.whole("candidates");
            searched(of);
            Code first = retriever(of.part(0));
            tokens = one(stage, "model of tokens", tokens, lateInteraction(of.part(1)));
            yield INDEX.then("lateInteraction", first, candidates);
          }
          case "rm3" -> {
            retriever(of.part(0));
            yield INDEX.then("rm3", of.whole("passages"), of.whole("terms"), of.number("weight"));
          }
          case "rocchio" -> {
            retriever(of.part(0));
            yield INDEX.then("rocchio", of.whole("passages"), of.number("weight"));
          }
          case "fused" -> fused(of);
          case "reranked" ->
              retriever(of.part(0)).then("rerankedBy", reranker(of.part(1)), of.whole("depth"));
          case "expanded" ->
              retriever(of.part(2)).then("expandedBy", expander(of.part(0)), fusion(of.part(1)));
          default -> throw of.unknown();
        };
    of.end();
    return code;
  }

  /** The index's own where it is that: it looks at one view of the index for both. */
  private Code fused(Reading of) {
    int depth = of.whole("depth");
    Optional<String> least = of.maybe("least");
    List<StageDescription> parts = of.parts();
    if (parts.size() < 2) {
      throw of.refused("a fusion of %s parts is none".formatted(parts.size()));
    }
    Code fusion = fusion(parts.getFirst());
    List<Code> legs = parts.stream().skip(1).map(this::retriever).toList();
    boolean usual =
        depth == 100
            && least.isEmpty()
            && fusion.equals(Code.of(FUSION, "reciprocalRank", 60))
            && legs.equals(List.of(INDEX.then("bm25"), INDEX.then("knn")));
    if (usual) {
      return INDEX.then("hybrid");
    }
    List<Object> arguments = new ArrayList<>();
    if (least.isPresent()) {
      arguments.add(of.whole("least"));
    }
    arguments.add(fusion);
    arguments.add(depth);
    arguments.addAll(legs);
    return Code.of(
        RETRIEVE + "Retrievers", least.isEmpty() ? "fuse" : "fuseAtLeast", arguments.toArray());
  }

  private Code fusion(StageDescription stage) {
    Reading of = new Reading(stage, "fusion");
    List<Object> numbers = new ArrayList<>();
    if (stage.name().equals("rrf")) {
      numbers.add(of.whole("k"));
    }
    of.maybe("weights").ifPresent(text -> numbers.addAll(of.listed(text)));
    Code code =
        switch (stage.name()) {
          case "rrf" -> Code.of(FUSION, "reciprocalRank", numbers.toArray());
          case "min-max" -> Code.of(FUSION, "minMax", numbers.toArray());
          case "z-score" -> Code.of(FUSION, "zScore", numbers.toArray());
          case "learnt" -> {
            of.text("learntOn");
            Code file = file("fusion", of.text("modelNumbers"));
            yield Code.of(
                FUSION, "learnt", Code.of(CORE + "eval.learn.FusionModelFile", "read", file));
          }
          default -> throw of.unknown();
        };
    of.end();
    return code;
  }

  private Code expander(StageDescription stage) {
    Reading of = new Reading(stage, "expander");
    String generated = CORE + "generate.QueryExpanders";
    Code code =
        switch (stage.name()) {
          case "spelling", "keywords" -> {
            searched(of);
            yield INDEX.then(stage.name());
          }
          case "hyde" -> Code.of(generated, "hyde", asked(of.part(0)));
          case "multi-query" ->
              Code.of(generated, "multiQuery", asked(of.part(0)), of.whole("queries"));
          case "decomposition" ->
              Code.of(generated, "decomposition", asked(of.part(0)), of.whole("queries"));
          default -> throw of.unknown();
        };
    of.end();
    return code;
  }

  /** The generator that an expander asks, which gives it a prompt of its own. */
  private Code asked(StageDescription stage) {
    if (!stage.name().equals("onnx") || stage.parts().size() != 3) {
      return generator(stage);
    }
    List<StageDescription> parts = new ArrayList<>(stage.parts());
    parts.set(1, STANDARD_PROMPT);
    return generator(stage.withParts(parts));
  }

  private Code reranker(StageDescription stage) {
    Reading of = new Reading(stage, "reranker");
    String core = RETRIEVE + "Rerankers";
    Code code =
        switch (stage.name()) {
          case "late-interaction" -> lateInteraction(of.part(0));
          case "embedding" -> Code.of(core, "embedding", embedder(of.part(0)));
          case "mmr" -> Code.of(core, "mmr", embedder(of.part(0)), of.number("lambda"));
          case "threshold" -> Code.of(core, "threshold", of.number("minScore"));
          case "chained" ->
              reranker(of.part(0)).then("then", reranker(of.part(1)), of.whole("depth"));
          case "fusedWithFirstStage" ->
              reranker(of.part(1)).then("fusedWithFirstStage", fusion(of.part(0)));
          case String name when name.startsWith("reader:") -> reader(of).then("reranker");
          case String name when of.has("relevantLabel") -> crossEncoder(of);
          default -> throw of.unknown();
        };
    of.end();
    return code;
  }

  private Code crossEncoder(Reading of) {
    String type = RERANK + "OnnxCrossEncoder";
    Code code = Code.of(type, "builder", folder(of, of.stage.name()));
    code = options(of, code, false).then("maxTokens", of.whole("maxTokens"));
    if (of.text("longPassages").equals("cut")) {
      code = code.then("whenTooLong", new Code.Constant(ONNX + "TooLong", "CUT"));
    }
    String label = of.text("relevantLabel");
    if (!label.equals("the only output")) {
      code = code.then("relevantLabel", label);
    }
    String scores = of.text("scores");
    Matcher scaled = PLATT.matcher(scores);
    if (scaled.matches()) {
      code =
          code.then(
              "calibrated",
              Code.of(
                  RERANK + "PlattScaling",
                  "new",
                  Double.valueOf(scaled.group(1)),
                  Double.valueOf(scaled.group(2) + scaled.group(3))));
    } else if (!scores.startsWith("raw")) {
      throw of.refused("its scores are " + scores);
    }
    Matcher stop = EARLY_STOP.matcher(of.text("earlyStop"));
    if (stop.matches()) {
      code =
          code.then(
              "stopWhenSettled", Integer.valueOf(stop.group(2)), Integer.valueOf(stop.group(1)));
    }
    of.files("prompt");
    return opened(of.stage, "reranker", type, code.then("build"));
  }

  /** Of an embedder, or of a folder of a model made for it. */
  private Code lateInteraction(StageDescription encoder) {
    String type = RERANK + "LateInteraction";
    if (encoder.kind().equals("embedder")) {
      return opened(
          StageDescription.of("reranker", "late").withParts(List.of(encoder)),
          "lateInteraction",
          type,
          Code.of(type, "of", embedder(encoder)));
    }
    Reading of = new Reading(encoder, "encoder");
    Code code = options(of, Code.of(type, "builder", folder(of, encoder.name())), false);
    code =
        code.then("queryLength", of.whole("queryLength"))
            .then("documentLength", of.whole("documentLength"));
    of.files(
        "projection",
        "queryMarker",
        "documentMarker",
        "queryPrompt",
        "documentPrompt",
        "queryExpansion",
        "skipped");
    of.end();
    return opened(encoder, "lateInteraction", type, code.then("build"));
  }

  private Code gate(StageDescription stage) {
    Reading of = new Reading(stage, "gate");
    if (!stage.name().equals("score")) {
      throw of.unknown();
    }
    Code threshold =
        Code.of(
            RETRIEVE + "Threshold",
            "new",
            of.number("threshold"),
            of.text("source"),
            of.number("errorAtMost"),
            of.number("confidence"),
            of.whole("cases"),
            of.whole("accepted"));
    String type = RETRIEVE + "EvidenceGate";
    Code code =
        stage.parts().isEmpty()
            ? Code.of(type, "scoreAtLeast", threshold)
            : Code.of(type, "scoreAtLeast", threshold, reranker(of.part(0)), of.whole("depth"));
    of.end();
    return code;
  }

  private Code context(StageDescription stage) {
    Reading of = new Reading(stage, "context");
    if (!stage.name().equals("assembler")) {
      throw of.unknown();
    }
    Code code = Code.of(CORE + "generate.ContextAssembler", "builder");
    String budget = of.text("budget");
    if (!budget.equals("unbounded")) {
      code = code.then("budget", of.whole("budget"));
    }
    String order = of.text("order");
    if (!order.equals("BEST_FIRST")) {
      code = code.then("order", new Code.Constant(CORE + "generate.ContextOrder", order));
    }
    if (!of.truth("dedupe")) {
      code = code.then("dedupe", false);
    }
    if (!of.truth("mergeNeighbours")) {
      code = code.then("mergeNeighbours", false);
    }
    for (String name : List.of("nearDuplicates", "scoreGap", "history", "titlesOfDropped")) {
      if (of.has(name)) {
        code =
            code.then(
                name,
                switch (name) {
                  case "nearDuplicates" -> of.number(name);
                  case "titlesOfDropped" -> of.truth(name);
                  default -> of.whole(name);
                });
      }
    }
    if (of.maybe("selection").isPresent()) {
      code = code.then("selection", reranker(of.part(0)));
    }
    of.end();
    return code.then("build");
  }

  private Code generator(StageDescription stage) {
    Reading of = new Reading(stage, "generator");
    Code code =
        switch (stage.name()) {
          case "extractive" -> extractive(of);
          case "onnx" -> local(of);
          case String name when name.startsWith("reader:") -> reader(of);
          default -> throw of.unknown();
        };
    of.end();
    return code;
  }

  private Code extractive(Reading of) {
    Code code = Code.of(EXTRACTIVE + "ExtractiveGenerator", "builder");
    code = code.then("maxSentences", of.whole("maxSentences"));
    double minimum = of.number("minimum");
    code =
        of.text("measure").equals("coverage")
            ? code.then("lexical", minimum)
            : code.then("embedder", embedder(of.part(0)), minimum);
    if (!of.text("words").equals("en")) {
      throw of.refused("its words are those of a function");
    }
    return code.then("build");
  }

  private Code reader(Reading of) {
    String type = EXTRACTIVE + "OnnxExtractiveReader";
    String name = of.stage.name().substring("reader:".length());
    Code code = options(of, Code.of(type, "builder", folder(of, name)), false);
    code =
        code.then("windowTokens", of.whole("windowTokens"))
            .then("windowStep", of.whole("windowStep"))
            .then("maxAnswerTokens", of.whole("maxAnswerTokens"));
    if (of.has("minimumScore")) {
      code = code.then("minimumScore", of.number("minimumScore"));
    }
    return opened(of.stage, "reader", type, code.then("build"));
  }

  private Code local(Reading of) {
    String type = GENERATORS + "OnnxGenerator";
    Reading chat = new Reading(of.part(0), "chat");
    Reading decoder = new Reading(chat.part(0), "model");
    Reading tokenizer = new Reading(chat.part(1), "tokens");
    chat.part(2);
    chat.files("endTokens", "generationSettingsLeft");
    chat.end();
    tokenizer.files("tokenizerSha256", "tokenizerSettings");
    tokenizer.end();
    Code code =
        options(decoder, Code.of(type, "builder", folder(decoder, decoder.stage.name())), true);
    decoder.end();
    Reading prompt = new Reading(of.part(1), "prompt");
    if (!prompt.stage.equals(STANDARD_PROMPT)) {
      code = code.then("prompt", prompt(prompt));
    }
    code = code.then("decoding", decoding(new Reading(of.part(2), "decoding")));
    String tooLong = of.text("tooLong");
    if (!tooLong.equals("REFUSE")) {
      code = code.then("whenTooLong", new Code.Constant(ONNX + "TooLong", tooLong));
    }
    if (of.truth("quotesOnly")) {
      code = code.then("quotesOnly");
    }
    return opened(of.stage, "generator", type, code.then("build"));
  }

  private static Code prompt(Reading of) {
    if (!of.stage.name().equals("grounded")) {
      throw of.unknown();
    }
    Code code =
        Code.of(
            CORE + "generate.PromptTemplate",
            "grounded",
            of.text("instructions"),
            of.maybe("abstention").orElse("NO_ANSWER"));
    of.end();
    return code;
  }

  private static Code decoding(Reading of) {
    if (!of.stage.parts().isEmpty()) {
      throw of.refused("it has a constraint");
    }
    if (!of.text("stop").equals("[]")) {
      throw of.refused("it stops at texts, which a description does not keep apart");
    }
    Code code = Code.of(GENERATORS + "DecodingOptions", "builder");
    code = code.then("maxTokens", of.whole("maxTokens"));
    Map<String, Double> usual =
        Map.of("repetitionPenalty", 1.0, "frequencyPenalty", 0.0, "presencePenalty", 0.0);
    for (String name : usual.keySet().stream().sorted().toList()) {
      double value = of.number(name);
      if (!Double.valueOf(value).equals(usual.get(name))) {
        code = code.then(name, value);
      }
    }
    if (of.has("temperature")) {
      code =
          code.then("temperature", of.number("temperature"))
              .then("topK", of.whole("topK"))
              .then("topP", of.number("topP"))
              .then("minP", of.number("minP"))
              .then("seed", Long.valueOf(of.text("seed")));
    }
    of.end();
    return code.then("build");
  }

  private Code embedder(StageDescription stage) {
    Reading of = new Reading(stage, "embedder");
    if (stage.name().equals("adapted")) {
      of.text("sides");
      Code adapter =
          Code.of(
              EMBEDDING + "EmbeddingAdapterFile",
              "read",
              file("adapter", of.text(StageDescription.MODEL_SHA256)));
      Code adapted = embedder(of.part(0)).then("adapted", adapter);
      of.end();
      return adapted;
    }
    if (of.has("vectorsSha256")) {
      return fixedVectors(of);
    }
    if (!of.has("pooling")) {
      throw of.unknown();
    }
    String type = EMBEDDING + "OnnxEmbedder";
    Code code = options(of, Code.of(type, "builder", folder(of, stage.name())), false);
    code =
        code.then("maxTokens", of.whole("maxTokens"))
            .then("queryPrefix", of.text("queryPrefix"))
            .then("documentPrefix", of.text("documentPrefix"));
    String tooLong = of.text("longTexts");
    if (!tooLong.equals("WINDOWS")) {
      code = code.then("whenTooLong", new Code.Constant(ONNX + "TooLong", tooLong));
    }
    if (of.has("truncateDim")) {
      code = code.then("anyDimension", of.whole("truncateDim"));
    }
    if (of.maybe("lateChunking").isPresent()) {
      code = code.then("lateChunking");
    }
    if (of.maybe("similarity").isPresent()) {
      code = code.then("cosine");
    }
    of.files("pooling", "dimension", "dense", "includePrompt", "queryTokens", "documentTokens");
    of.end();
    StageDescription same = without(stage, "graph"); // one that reads tokens by another graph
    return opened(same, "embedder", type, code.then("build"));
  }

  private Code fixedVectors(Reading of) {
    String type = EMBEDDING + "StaticEmbedder";
    Code code = Code.of(type, "load", folder(of, of.stage.name()), of.whole("dimension"));
    of.files("vectorsSha256");
    of.end();
    return opened(of.stage, "embedder", type, code);
  }

  private static StageDescription without(StageDescription stage, String parameter) {
    Map<String, String> kept = new LinkedHashMap<>(stage.parameters());
    kept.remove(parameter);
    return StageDescription.of(stage.kind(), stage.name()).with(kept).withParts(stage.parts());
  }

  /** A folder of the folder of models, or a jar's; the digests are compared afterwards. */
  private Code folder(Reading of, String name) {
    String digest = of.stage.parameters().getOrDefault(StageDescription.MODEL_SHA256, "");
    of.files(
        StageDescription.MODEL_SHA256,
        "tokenizerSha256",
        "tokenizerSettings",
        "graph",
        "runtime",
        "int8Products");
    List<String> bundled = BUNDLED.get(name);
    if (bundled != null) {
      artifacts.add(bundled.getLast());
      return Code.of(FOLDER, bundled.getFirst());
    }
    folders.put(name, "SHA-256 " + digest);
    return Code.of(FOLDER, "of", MODELS.then("resolve", name));
  }

  /** A learnt file, by what was learnt, and the beginning of the digest of its numbers. */
  private Code file(String what, String digest) {
    String name = "%s-%s.json".formatted(what, digest.substring(0, Math.min(8, digest.length())));
    folders.put(name, "digest of its numbers " + digest);
    return MODELS.then("resolve", name);
  }

  /** How a model is run, where that is not as it is by itself. */
  private static Code options(Reading of, Code builder, boolean always) {
    if (of.has("loraAdapterSha256")) {
      throw of.refused("it has a LoRA adapter, whose file the description does not name");
    }
    int threads = of.whole("intraOpThreads");
    Optional<String> weights = of.maybe("int8Weights");
    if (threads == 1 && weights.isEmpty() && !always) {
      return builder;
    }
    Code options = Code.of(OPTIONS, "builder").then("intraOpThreads", threads);
    if (weights.isPresent()) {
      options =
          options.then(
              "int8Weights",
              new Code.Constant(ONNX + "Int8Weights", weights.get().toUpperCase(Locale.ROOT)));
    }
    return builder.then("options", options.then("build"));
  }

  /** What is opened once, however many stages read it. */
  private Code opened(StageDescription stage, String name, String type, Code code) {
    return byDescription.computeIfAbsent(
        stage,
        made -> {
          long others = opened.stream().filter(each -> each.name().startsWith(name)).count();
          String unique = others == 0 ? name : name + (others + 1);
          opened.add(new Recipe.Opened(unique, type, code));
          return new Code.Variable(unique);
        });
  }

  private void searched(Reading of) {
    for (String setting : List.of("chunker", StageDescription.INDEX)) {
      of.maybe(setting).ifPresent(value -> setting(of.stage, setting, value));
    }
  }

  /** All stages search one index, in one state, opened once. */
  private void setting(StageDescription stage, String setting, String value) {
    String other = index.putIfAbsent(setting, value);
    if (other != null && !other.equals(value)) {
      throw new IllegalArgumentException(
          "the %s %s searches an index with %s %s, and another stage one with %s; only pipelines of one index are written"
              .formatted(stage.kind(), stage.name(), setting, value, other));
    }
  }

  private static Code one(StageDescription stage, String what, @Nullable Code before, Code now) {
    if (before != null && !before.equals(now)) {
      throw new IllegalArgumentException(
          "the %s %s needs another %s of the index than a stage before it; only pipelines of one index are written"
              .formatted(stage.kind(), stage.name(), what));
    }
    return now;
  }

  private Code index() {
    Code code =
        Code.of(LUCENE + "LuceneIndex", "builder").then("directory", new Code.Variable("folder"));
    if (embedder != null) {
      code = code.then("embedder", embedder);
    }
    if (tokens != null) {
      code = code.then("lateInteraction", tokens);
    }
    String analyzer = index.get("analyzer");
    if (analyzer != null) {
      code = words(code, analyzer);
    }
    String weights = index.getOrDefault("weights", "headings^1 title^2");
    if (!weights.equals("headings^1 title^2")) {
      code = weighted(code, weights);
    }
    double k1 = Double.parseDouble(index.getOrDefault("k1", "1.5"));
    double b = Double.parseDouble(index.getOrDefault("b", "0.75"));
    double k3 = Double.parseDouble(index.getOrDefault("k3", "Infinity"));
    if (Double.isFinite(k3)) {
      code = code.then("bm25", k1, b, k3);
    } else if (k1 != 1.5 || b != 0.75) {
      code = code.then("bm25", k1, b);
    }
    String vectors = index.get("vectors");
    return (vectors == null ? code : code.then("vectors", way(vectors))).then("openReadOnly");
  }

  private static Code words(Code builder, String analyzer) {
    Matcher versioned = VERSIONED.matcher(analyzer);
    if (!versioned.matches()) {
      throw new IllegalArgumentException(
          "the index has the analyzer \"%s\", which is not of this library; give LuceneIndex.Builder.analyzer(...) by hand"
              .formatted(analyzer));
    }
    List<String> tags = List.of(versioned.group(1).split(" ", -1));
    return tags.size() == 1
        ? builder.then("language", tags.getFirst())
        : builder.then("languages", tags.subList(1, tags.size()).toArray());
  }

  /** Against the usual ones, of which a title's is taken away where it is not named. */
  private static Code weighted(Code builder, String weights) {
    Code code = builder;
    boolean titles = false;
    for (String each : weights.split(" ", -1)) {
      int at = each.lastIndexOf('^');
      if (at < 0) {
        throw new IllegalArgumentException(
            "the index has the weights \"%s\", which cannot be read; give LuceneIndex.Builder.metadataWeight(...) by hand"
                .formatted(weights));
      }
      String key = each.substring(0, at);
      int weight = Integer.parseInt(each.substring(at + 1));
      titles |= key.equals("title");
      code =
          key.equals("headings")
              ? code.then("headingWeight", weight)
              : code.then("metadataWeight", key, weight);
    }
    return titles ? code : code.then("metadataWeight", "title", 0);
  }

  private static Code way(String vectors) {
    String type = LUCENE + "VectorSearch";
    Matcher graph = GRAPH.matcher(vectors);
    if (vectors.equals("exact")) {
      return Code.of(type, "exact");
    }
    if (graph.matches()) {
      int bits = Integer.parseInt(graph.group(1));
      return (bits == 32 ? Code.of(type, "graph") : Code.of(type, "graph", bits))
          .then("withEffort", Integer.valueOf(graph.group(2)));
    }
    return Code.of(type, "bySize")
        .then("withEffort", Integer.valueOf(vectors.substring(vectors.lastIndexOf(' ') + 1)));
  }

  /** A description, of which each setting has to be read. */
  private static final class Reading {
    private final StageDescription stage;
    private final Set<String> left;

    Reading(StageDescription stage, String kind) {
      this.stage = stage;
      this.left = new LinkedHashSet<>(stage.parameters().keySet());
      if (stage.opaque() && stage.parts().isEmpty()) {
        throw refused("it does not say what it is, as a lambda does not");
      }
      if (!stage.kind().equals(kind)) {
        throw refused("it stands where a " + kind + " is expected");
      }
    }

    boolean has(String name) {
      return stage.parameters().containsKey(name);
    }

    Optional<String> maybe(String name) {
      left.remove(name);
      return Optional.ofNullable(stage.parameters().get(name));
    }

    String text(String name) {
      return maybe(name).orElseThrow(() -> refused("its setting " + name + " is not there"));
    }

    int whole(String name) {
      try {
        return Integer.parseInt(text(name));
      } catch (NumberFormatException e) {
        throw refused("its setting %s is no whole number: %s".formatted(name, text(name)));
      }
    }

    double number(String name) {
      try {
        return Double.parseDouble(text(name));
      } catch (NumberFormatException e) {
        throw refused("its setting %s is no number: %s".formatted(name, text(name)));
      }
    }

    boolean truth(String name) {
      return Boolean.parseBoolean(text(name));
    }

    /** Of {@code [0.3, 0.7]}. */
    List<Double> listed(String text) {
      try {
        return Arrays.stream(text.substring(1, text.length() - 1).split(", ", -1))
            .map(Double::valueOf)
            .toList();
      } catch (NumberFormatException | IndexOutOfBoundsException e) {
        throw refused("its weights are no numbers: " + text);
      }
    }

    /** Settings that the files of a model decide. */
    void files(String... names) {
      Arrays.asList(names).forEach(left::remove);
    }

    StageDescription part(int place) {
      if (place >= stage.parts().size()) {
        throw refused("its part %s is not there".formatted(place + 1));
      }
      return stage.parts().get(place);
    }

    List<StageDescription> parts() {
      return stage.parts();
    }

    void end() {
      if (!left.isEmpty()) {
        String name = left.iterator().next();
        throw refused(
            "its setting %s=%s is not known here".formatted(name, stage.parameters().get(name)));
      }
    }

    IllegalArgumentException unknown() {
      return refused("it is none of the library's own that can be written");
    }

    IllegalArgumentException refused(String why) {
      return new IllegalArgumentException(
          "the %s %s cannot be written as code: %s; wire that arm by hand, or choose among arms of the library's own stages"
              .formatted(stage.kind(), stage, why));
    }
  }
}
