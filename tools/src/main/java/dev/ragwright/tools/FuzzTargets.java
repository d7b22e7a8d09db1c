package dev.ragwright.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ragwright.call.PriceTable;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.documents.DocumentReaders;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.JudgmentSheet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.QuestionSheet;
import dev.ragwright.eval.Run;
import dev.ragwright.eval.gate.Baseline;
import dev.ragwright.eval.learn.FusionModelFile;
import dev.ragwright.eval.route.RouteModelFile;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.RagPipelines;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generators.onnx.ChatTemplate;
import dev.ragwright.generators.onnx.ChatTemplateException;
import dev.ragwright.generators.onnx.Constraint;
import dev.ragwright.observe.FrozenQuestions;
import dev.ragwright.observe.LoggedQuestions;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.hub.HubException;
import dev.ragwright.onnx.hub.ModelHub;
import dev.ragwright.onnx.runtime.SentenceSettings;
import dev.ragwright.onnx.runtime.TokenBytes;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.retrieve.FusionModel;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrievers.embedding.EmbeddingAdapterFile;
import dev.ragwright.retrievers.stored.PassageJson;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.source.DocumentReader;
import dev.ragwright.source.JsonLines;
import dev.ragwright.text.Thoughts;
import dev.ragwright.text.Words;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** All that {@link Fuzz} attacks, in a folder of its own for what is read from files. */
final class FuzzTargets implements AutoCloseable {
  private static final long MB = 1_000_000;
  private static final List<String> JSON =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ":",
          ",",
          "\"",
          "\\",
          "\"a\"",
          "\"a\":",
          "\"a\":1,",
          "null",
          "true",
          "1",
          "-",
          ".5",
          "1e9",
          "\"\\u00e4\"",
          "\"\\u0000\"",
          "\n",
          "{}",
          "[]",
          "//",
          "/*",
          "'");
  private static final List<String> JSON_NESTS = List.of("[|]", "{\"a\":|}", "[{\"a\":|}]");
  private static final List<String> LINES =
      List.of(
          "\n", "\r\n", "\r", "\t", " ", "q1", "d1", "0", "1", "-1", "2", "Q0", "1.5", "\"", "\"\"",
          ",", ";", "#", "\ufeff", "e\u0301", "\u0000");
  private static final List<String> MARKDOWN =
      List.of(
          "# ",
          "## ",
          "\n",
          "\n\n",
          "- ",
          "* ",
          "1. ",
          "> ",
          "```",
          "~~~",
          "`",
          "``",
          "*",
          "**",
          "_",
          "__",
          "[a](b)",
          "[",
          "]",
          "(",
          ")",
          "](",
          "![",
          "<",
          ">",
          "<a b=\"",
          "<!--",
          "-->",
          "<b>",
          "</b>",
          "|",
          "|-|-|\n",
          "$",
          "$$",
          "\\(",
          "\\[",
          "\\",
          "    ",
          "\t",
          "a",
          "word ",
          "It flows. ",
          "3.5 ",
          "e.g. ",
          "---\n",
          "===\n",
          "&amp;",
          "[^1]",
          "[a]: b\n",
          "\u3002",
          "...",
          "?!",
          ".-",
          "\"",
          "'",
          "http://a.b/c");
  private static final List<String> MARKERS =
      List.of(
          "[1]",
          "[2]",
          "[9]",
          "[0]",
          "[1, 2]",
          "[1;2]",
          "[1][2]",
          "([1])",
          "a[1]",
          "a",
          "word ",
          "It flows. ",
          "new int",
          "x = ",
          "](",
          ")",
          "[",
          "]",
          "1",
          ",",
          ";",
          " ",
          "  ",
          "\n",
          "\n\n",
          "\t",
          "    ",
          ".",
          "'",
          "\"",
          "_",
          "*",
          "**",
          "`",
          "``",
          "```",
          "$",
          "$$",
          "\\",
          "\\(",
          "\\)",
          "<",
          ">",
          "<b>",
          "</b>",
          "<code>",
          "</code>",
          "<!--",
          "-->",
          "- ",
          "> ",
          "# ",
          "|",
          "[a]: b",
          "![",
          "[^1]",
          "://",
          "www.",
          "(",
          "{",
          "}",
          "=",
          "->",
          "::",
          "#",
          "I do not know",
          "<think>",
          "</think>",
          "\u00a0",
          "e\u0301",
          "\ud83d\ude00",
          "\u3002");

  private final Map<String, FuzzTarget> targets = new LinkedHashMap<>();
  private final Path folder;
  private final FuzzHub hub;

  FuzzTargets() throws IOException {
    folder = Files.createTempDirectory("ragwright-fuzz");
    hub = new FuzzHub();
    texts();
    lines();
    files();
    models();
    documents();
  }

  List<String> names() {
    return List.copyOf(targets.keySet());
  }

  /**
   * The target of a name.
   *
   * @throws IllegalArgumentException if there is none, naming those that there are
   */
  FuzzTarget named(String name) {
    FuzzTarget target = targets.get(name);
    if (target == null) {
      throw new IllegalArgumentException(
          "--target takes one of %s, or all; was %s".formatted(names(), name));
    }
    return target;
  }

  private void put(FuzzTarget target) {
    targets.put(target.name(), target);
  }

  private void add(
      String name,
      List<String> seeds,
      List<String> pieces,
      List<String> brackets,
      Class<? extends Exception> documented,
      FuzzTarget.Reading reading) {
    List<byte[]> valid = seeds.stream().map(seed -> seed.getBytes(UTF_8)).toList();
    put(new FuzzTarget(name, valid, pieces, brackets, Set.of(documented), 32 * MB, reading));
  }

  /** An input in a file. */
  private interface FileReading {
    void read(Path file) throws Exception;
  }

  private void addFile(
      String name,
      String ending,
      List<String> seeds,
      List<String> pieces,
      Class<? extends Exception> documented,
      FileReading reading)
      throws IOException {
    Path place = Files.createDirectory(folder.resolve(name)).resolve("in" + ending);
    add(
        name,
        seeds,
        pieces,
        JSON_NESTS,
        documented,
        input -> reading.read(Files.write(place, input)));
  }

  /** What is read can be told of. */
  private static void told(Object read) {
    if (read.toString().isEmpty()) {
      throw new AssertionError("it says nothing of itself");
    }
  }

  private static String text(byte[] input) {
    return new String(input, UTF_8);
  }

  private void texts() {
    Context context =
        new Context(
            List.of(
                Evidence.of(Passage.of("rhine", "The Rhine rises in the Alps. It flows north."), 2),
                Evidence.of(Passage.of("facts", "Rivers flow into seas."), 1)),
            30,
            List.of());
    List<String> answers =
        List.of(
            "The Rhine rises in the Alps [1]. Rivers flow into seas [2].",
            "- Rivers[2]\n- **Rhine** ([1], [2])\n\n```\na[1] = 2\n```\nSee [1](http://a.b) and $x[1]$.",
            "<think>Is it [1]?</think>It flows north.[1][2] `v[1]` <b>[9]</b>");
    add(
        "citations",
        answers,
        MARKERS,
        List.of("[|]", "(|)", "[1|]", "<b>|</b>", "`|`", "> |", "[a](|)", "$|$"),
        IllegalArgumentException.class,
        input -> citations(text(input), context));
    add(
        "markdown",
        List.of(
            "# A\n\nText with [a link](http://a.b \"t\") and `code`.\n\n## B\n\n- one\n- two\n",
            "A. B? C!\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```java\nint[] a;\n```\n\n> quoted\n"),
        MARKDOWN,
        List.of("[|](b)", "> |", "- |", "*|*", "(|)", "<b>|</b>", "`|`"),
        IllegalArgumentException.class,
        FuzzTargets::chunked);
    add(
        "filter",
        List.of(
            "kind = manual and (year >= 2024 or not lang in (de, 'pt BR'))",
            "path startswith docs/ or exists kind and document != a and x <= 1.5e3"),
        List.of(
            "a",
            "=",
            "!=",
            ">=",
            "<=",
            "in",
            "and",
            "or",
            "not",
            "(",
            ")",
            ",",
            "'",
            "''",
            "exists",
            "startswith",
            "1",
            "-1e5",
            "true",
            "document",
            " ",
            "'a b'",
            "not ",
            "<",
            "%"),
        List.of("(|)", "not |", "not (|)", "(a = 1 and |)", "a in (|)"),
        IllegalArgumentException.class,
        input -> told(FilterExpression.of(text(input))));
    add(
        "schema",
        List.of(
            "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"maxLength\":9},\"b\":{\"enum\":[1,\"x\",null]},"
                + "\"c\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/n\"},\"minItems\":1,\"maxItems\":3}},"
                + "\"required\":[\"a\"],\"$defs\":{\"n\":{\"anyOf\":[{\"type\":\"number\"},{\"$ref\":\"#/$defs/n\"}]}}}",
            "{\"const\":{\"a\":[true]}}"),
        Stream.concat(
                JSON.stream(),
                Stream.of(
                    "\"type\":",
                    "\"object\"",
                    "\"array\"",
                    "\"items\":",
                    "\"$ref\":\"#/$defs/n\"",
                    "\"anyOf\":[",
                    "\"enum\":[",
                    "\"minItems\":9",
                    "\"maxLength\":1",
                    "\"properties\":{"))
            .toList(),
        List.of("{\"type\":\"array\",\"items\":|}", "{\"anyOf\":[|]}", "[|]", "{\"const\":[|]}"),
        IllegalArgumentException.class,
        input -> told(Constraint.jsonSchema(text(input))));
    add(
        "dates",
        List.of("2026-02-28", "2026-02-28T23:59:59Z", "2026-02-28T23:59+01:00[Europe/Berlin]"),
        List.of(
            "2026", "-", "02", "30", "T", "24:00", ":", "60", "Z", "+01:00", ".5", "[UTC]", "W"),
        List.of("[|]", "+|"),
        IllegalArgumentException.class,
        FuzzTargets::dated);
    add(
        "places",
        List.of(places(), Places.unknown().toString()),
        List.of(" ", ":", ",", ";", "\"", "p", "h", "1", "-1", "|", "\n", "\\", "page", "=", "@"),
        List.of("(|)", "\"|\""),
        IllegalArgumentException.class,
        input -> {
          String told = Places.parse(text(input)).toString();
          if (!Places.parse(told).toString().equals(told)) {
            throw new AssertionError("written and read again they are others: " + told);
          }
        });
    add(
        "passage",
        List.of(
            PassageJson.of(
                new Passage(
                    "a#1",
                    "a",
                    3,
                    8,
                    "Rhine",
                    List.of("A", "B"),
                    Metadata.empty().with("kind", "x").with("n", 3L).with("d", 1.5).with("t", true),
                    Places.unknown()))),
        JSON,
        JSON_NESTS,
        IllegalArgumentException.class,
        input -> told(PassageJson.read(text(input))));
  }

  private static String places() {
    return Places.builder()
        .heading(0, 5, 1, "Boats; and: \"more\", so")
        .page(5, "iv")
        .slide(9, 2)
        .sheet(12, "Fees")
        .cell(12, 0, 3)
        .noCell(20)
        .build()
        .toString();
  }

  private static void citations(String output, Context context) {
    Thoughts all = new Thoughts("");
    Generation whole =
        CitedText.read(
            all.append(output) + all.end(),
            context,
            PromptTemplate.grounded(),
            FinishReason.STOP,
            Usage.none());
    Thoughts thoughts = new Thoughts("");
    CitedText text = CitedText.of(context, PromptTemplate.grounded());
    StringBuilder told = new StringBuilder();
    for (int i = 0; i < output.length(); i++) {
      told.append(text.append(thoughts.append(output.substring(i, i + 1))));
    }
    told.append(text.append(thoughts.end())).append(text.end());
    Generation streamed = text.generation(FinishReason.STOP, Usage.none());
    if (!whole.text().equals(streamed.text())
        || !whole.citations().equals(streamed.citations())
        || whole.refusedCitations() != streamed.refusedCitations()) {
      throw new AssertionError(
          "streamed it is %s with %s, at once %s with %s"
              .formatted(streamed.text(), streamed.citations(), whole.text(), whole.citations()));
    }
    if (streamed.abstention().isEmpty() && !told.toString().equals(streamed.text())) {
      throw new AssertionError("told was " + told + ", and the text is " + streamed.text());
    }
  }

  private static void chunked(byte[] input) {
    Document document = new Document("a", text(input), Metadata.empty());
    for (Passage passage : Chunkers.markdown(50).chunk(document)) {
      String there = document.text().substring(passage.start(), passage.end());
      if (!there.equals(passage.text())) {
        throw new AssertionError("a passage is not what stands at its place");
      }
    }
    Chunkers.sentences(3, 1).chunk(document);
  }

  private static void dated(byte[] input) {
    Passage passage =
        new Passage(
            "a",
            "a",
            0,
            1,
            "x",
            List.of(),
            Metadata.empty().with("d", text(input)),
            Places.unknown());
    Rerankers.recency("d", Duration.ofDays(30), InstantSource.system())
        .rerank("x", List.of(new Hit(passage, 1, "a")), 1);
  }

  private void lines() throws IOException {
    String corpus =
        "{\"_id\":\"d1\",\"title\":\"Rhine\",\"text\":\"It flows.\",\"n\":1,\"ok\":true}\n"
            + "{\"id\":\"d2\",\"text\":\"Seas \\u00e4\",\"tags\":[\"a\",\"b\"],\"m\":{\"x\":1.5e3}}\n";
    String queries =
        "{\"_id\":\"q1\",\"text\":\"Where?\",\"answers\":[\"north\"]}\n{\"_id\":\"q2\",\"text\":\"What?\"}\n";
    String judged = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t2\n";
    addFile(
        "jsonlines",
        ".jsonl",
        List.of(corpus),
        JSON,
        DocumentReadException.class,
        file -> consumed(JsonLines.of(file).withLists().documents()));
    Path zipped = Files.createDirectory(folder.resolve("gzip")).resolve("in.jsonl.gz");
    put(
        new FuzzTarget(
            "gzip",
            List.of(gzip(corpus)),
            JSON,
            JSON_NESTS,
            Set.of(DocumentReadException.class),
            32 * MB,
            input -> consumed(JsonLines.of(Files.write(zipped, input)).documents())));
    Path beir = Files.createDirectory(folder.resolve("beir"));
    Files.createDirectory(beir.resolve("qrels"));
    Path test = beir.resolve("qrels/test.tsv");
    for (String part : List.of("corpus", "queries", "qrels")) {
      add(
          "beir-" + part,
          List.of(part.equals("corpus") ? corpus : part.equals("queries") ? queries : judged),
          part.equals("qrels") ? LINES : JSON,
          JSON_NESTS,
          DocumentReadException.class,
          input -> {
            Files.write(
                beir.resolve("corpus.jsonl"),
                part.equals("corpus") ? input : corpus.getBytes(UTF_8));
            Files.write(
                beir.resolve("queries.jsonl"),
                part.equals("queries") ? input : queries.getBytes(UTF_8));
            Files.write(test, part.equals("qrels") ? input : judged.getBytes(UTF_8));
            EvalSet.beir(beir);
            consumed(BeirFolder.of(beir).documents());
          });
    }
    addFile(
        "qrels",
        ".txt",
        List.of("q1 0 d1 1\nq1 0 d2 0\n", judged),
        LINES,
        DocumentReadException.class,
        Qrels::read);
    addFile(
        "run",
        ".txt",
        List.of("q1 Q0 d1 1 2.5 tag\nq1 Q0 d2 2 1.5 tag\n"),
        LINES,
        DocumentReadException.class,
        Run::read);
    addFile(
        "questions",
        ".jsonl",
        List.of(queries),
        JSON,
        DocumentReadException.class,
        EvalSet::questions);
    List<Document> known = List.of(new Document("d1", "It flows north.", Metadata.empty()));
    addFile(
        "questionsheet",
        ".tsv",
        List.of(
            "id\tquestion\tdocument\ttext\tanswer\taccept\nq1\tWhere?\td1\tflows north\tnorth\tyes\nq2\tHow?\td1\t\"It \"\"flows\"\tx\tno\n"),
        LINES,
        DocumentReadException.class,
        file -> QuestionSheet.read(file, DocumentSource.of(known)));
    EvalSet set =
        EvalSet.of(
            "set", List.of(new Question("q1", "Where?", List.of())), Qrels.ofGrades(Map.of()));
    addFile(
        "judgmentsheet",
        ".tsv",
        List.of(
            "id\tquestion\tdocument\ttext\tjudgment\nq1\tWhere?\td1\t\"It\nflows\"\t2\nq1\tWhere?\td2\tSeas\t\n"),
        LINES,
        DocumentReadException.class,
        file -> JudgmentSheet.read(file, set, Set.of("d1", "d2")));
    addFile(
        "tracelog",
        ".jsonl",
        List.of(
            "{\"id\":\"a\",\"question\":\"Where?\",\"outcome\":\"ANSWERED\",\"millis\":1.5,\"stages\":[{\"stage\":\"retrieve\",\"millis\":1.0,"
                + "\"name\":\"bm25\",\"details\":{\"best\":2.5}},{\"stage\":\"generate\",\"details\":{},\"error\":\"x\"}],\"usage\":{}}\n"
                + "{\"question\":\"What?\",\"stages\":[]}\n"),
        JSON,
        DocumentReadException.class,
        LoggedQuestions::read);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(text.getBytes(UTF_8));
    }
    return out.toByteArray();
  }

  private static void consumed(Stream<Document> documents) {
    try (documents) {
      documents.forEach(document -> {});
    }
  }

  private void files() throws IOException {
    String scores =
        "{\"format\":\"ragwright-baseline\",\"version\":1,\"name\":\"a on b\",\"resampling\":{\"resamples\":1000,\"seed\":42,\"level\":0.95},\"metrics\":{\"ndcg@10\":{\"q1\":1.0,\"q2\":\"failed\",\"q3\":\"not applicable\"}}}";
    addFile(
        "baseline", ".json", List.of(scores), JSON, DocumentReadException.class, Baseline::read);
    Path fusion = folder.resolve("fusion.json");
    FusionModelFile.write(
        new FusionModel(
            List.of("bm25", "knn"), 100, "set", 12, List.of("rank0", "rank1"), List.of(1.5, -0.5)),
        fusion);
    addFile(
        "fusion",
        ".json",
        List.of(Files.readString(fusion)),
        JSON,
        DocumentReadException.class,
        file -> {
          FusionModelFile.learntOver(file);
          FusionModelFile.read(file);
        });
    addFile(
        "route",
        ".json",
        List.of(
            "{\"format\":\"ragwright-route\",\"version\":1,\"generators\":[{\"name\":\"a\",\"description\":\"x\"},{\"name\":\"b\",\"description\":\"y\"}],"
                + "\"before\":\"z\",\"learntOn\":\"set\",\"questions\":3,\"penalty\":1.0,\"features\":[\"f\"],\"means\":[0.5],\"deviations\":[1.0],\"weights\":[[1.0,2.0]]}"),
        JSON,
        DocumentReadException.class,
        RouteModelFile::read);
    addFile(
        "adapter",
        ".json",
        List.of(
            "{\"format\":\"ragwright-adapter\",\"version\":1,\"embedder\":\"e\",\"sides\":\"both\",\"learntOn\":\"set\",\"questions\":3,"
                + "\"sha256\":\"1ac916b1d5fc66b4dfb12da0c49e9b42ec4895ceb1d9c6664bed40cf17b0de7d\",\"rows\":[\"AACAPwAAAAA=\",\"AAAAAAAAgD8=\"]}"),
        JSON,
        IllegalArgumentException.class,
        file -> {
          EmbeddingAdapterFile.learntOver(file);
          EmbeddingAdapterFile.read(file);
        });
    addFile(
        "frozen",
        ".json",
        List.of(
            "{\"format\":\"ragwright-frozen\",\"version\":1,\"retriever\":\"bm25\",\"depth\":10,\"embedder\":null,"
                + "\"canaries\":[{\"text\":\"a\",\"vector\":[0.5,1.0]}],\"questions\":[{\"id\":\"q1\",\"text\":\"Where?\",\"grades\":{\"d1\":1},\"documents\":[\"d1\"]}]}"),
        JSON,
        DocumentReadException.class,
        file -> FrozenQuestions.read(file).size());
    addFile(
        "prices",
        ".properties",
        List.of(
            "currency=EUR\ndate=2026-11-01\ncpuSecond=0.00001\ngpt.input=0.15\ngpt.output=0.6\ngpt.cachedInput=0.07\ngpt.request=0.1\n"),
        List.of(
            "\n",
            "=",
            ":",
            "\\",
            "\\u00e4",
            "currency",
            "date",
            ".input",
            ".",
            "1",
            "-1",
            "1e9",
            "EUR",
            "XXX",
            "#",
            "2026-02-30"),
        RagException.class,
        PriceTable::read);
    addFile(
        "result",
        ".json",
        List.of(FuzzSeeds.result(folder)),
        JSON,
        DocumentReadException.class,
        file -> told(ExperimentResult.read(file)));
    String pipeline = FuzzSeeds.pipeline();
    addFile(
        "pipeline",
        ".json",
        List.of(pipeline),
        JSON,
        DocumentReadException.class,
        file -> RagPipelines.differences(FuzzSeeds.PIPELINE, file));
  }

  private void models() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("tokenizer.json"), FuzzSeeds.bytePairs());
    ModelFolder bytePairs = ModelFolder.of(model);
    List<ChatMessage> messages =
        List.of(
            ChatMessage.system("Be brief."),
            ChatMessage.user("Where?"),
            ChatMessage.assistant("North."),
            ChatMessage.user("Why?"));
    List<String> templates = new ArrayList<>();
    for (String preset : ChatTemplate.presets()) {
      templates.add(FuzzSeeds.preset(preset));
    }
    put(
        new FuzzTarget(
            "template",
            templates.stream().map(each -> each.getBytes(UTF_8)).toList(),
            FuzzSeeds.JINJA,
            List.of(
                "(|)",
                "[|]",
                "{|}",
                "{% if true %}|{% endif %}",
                "{% for a in [1] %}|{% endfor %}",
                "{{|}}",
                "not |",
                "-|",
                "a.b(|)",
                "a[|]",
                "{% macro m() %}|{% endmacro %}"),
            Set.of(ChatTemplateException.class),
            512 * MB, // ten million characters of a value, and what is made of it
            input ->
                ChatTemplate.of(
                        "fuzz",
                        text(input),
                        Map.of("bos_token", "<s>", "eos_token", "</s>"),
                        bytePairs)
                    .render(messages)));
    Path settings = Files.createDirectory(folder.resolve("settings"));
    Files.createDirectory(settings.resolve("1_Pooling"));
    Map<String, String> parts = FuzzSeeds.settings();
    for (Map.Entry<String, String> part : parts.entrySet()) {
      Files.writeString(settings.resolve(part.getKey()), part.getValue());
    }
    for (Map.Entry<String, String> part : parts.entrySet()) {
      add(
          "model-" + part.getKey().replaceAll("\\.json$|^1_", "").replaceAll("[_/]", "-"),
          List.of(part.getValue()),
          JSON,
          JSON_NESTS,
          RagException.class, // for a person: ModelLoadException, ChatTemplateException
          input -> {
            Path file = settings.resolve(part.getKey());
            Files.write(file, input);
            try {
              settings(ModelFolder.of(settings));
            } finally {
              Files.writeString(file, part.getValue());
            }
          });
    }
    for (FuzzHub.Asked asked : FuzzHub.Asked.values()) {
      Path cache = folder.resolve("cache-" + asked);
      AtomicInteger read = new AtomicInteger();
      ModelHub[] models = {hub(cache)};
      put(
          new FuzzTarget(
              "hub-" + Words.of(asked),
              List.of(FuzzHub.answer(asked)),
              Stream.concat(JSON.stream(), FuzzHub.PIECES.stream()).toList(),
              JSON_NESTS,
              Set.of(HubException.class, ModelLoadException.class),
              64 * MB,
              input -> {
                hub.answer(asked, input);
                if (read.incrementAndGet() % 500 == 0) { // the JDK's client leaves sockets open
                  models[0] = hub(cache);
                }
                try {
                  models[0].folder("org/model");
                } finally {
                  FuzzTargets.delete(cache);
                }
              }));
    }
  }

  private ModelHub hub(Path cache) {
    return ModelHub.builder()
        .endpoint(hub.address())
        .token(null)
        .offline(false)
        .cacheFolder(cache)
        .attempts(1)
        .timeout(Duration.ofSeconds(2))
        .build();
  }

  private static void settings(ModelFolder folder) {
    folder.labels();
    folder.queryPrefix();
    folder.documentPrefix();
    SentenceSettings sentences = SentenceSettings.of(folder);
    sentences.pooling();
    sentences.poolsPrompt();
    sentences.maxTokens(true);
    sentences.dimension();
    sentences.trainedDimensions();
    sentences.activation();
    sentences.otherSimilarity(false);
    TokenBytes.load(folder);
    ChatTemplate.load(folder);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      tokenizer.count("Where does it flow?");
    }
  }

  private void documents() throws IOException {
    ReadOptions options = ReadOptions.builder().maxBytes(50 * MB).maxCharacters(5_000_000).build();
    List<DocumentReader> readers = DocumentReaders.with(options);
    for (Map.Entry<String, List<byte[]>> seeds : FuzzSeeds.documents().entrySet()) {
      String ending = "." + seeds.getKey();
      DocumentReader reader =
          readers.stream()
              .filter(each -> each.endings().contains(ending))
              .findFirst()
              .orElseThrow();
      Path file = Files.createDirectory(folder.resolve(seeds.getKey())).resolve("in" + ending);
      put(
          new FuzzTarget(
              seeds.getKey(),
              seeds.getValue(),
              seeds.getKey().equals("pdf") ? FuzzSeeds.PDF : FuzzSeeds.MARKUP,
              List.of(
                  "<a>|</a>",
                  "<table><tr><td>|</td></tr></table>",
                  "<ul><li>|</li></ul>",
                  "<w:p>|</w:p>",
                  "<text:span>|</text:span>",
                  "[|]",
                  "<<|>>",
                  "(|)"),
              Set.of(DocumentReadException.class),
              400 * MB,
              input -> reader.read("id", Files.write(file, input), problem -> {}).places()));
    }
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Override
  public void close() {
    hub.close();
    try {
      delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
