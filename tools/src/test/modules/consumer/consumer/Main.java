package consumer;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.answer.SubstringAccuracy;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Factor;
import dev.ragwright.experiment.Progress;
import dev.ragwright.experiment.report.ExperimentReport;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.generators.onnx.ChatTemplate;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.langchain4j.ChatModelGenerator;
import dev.ragwright.observe.FrozenQuestions;
import dev.ragwright.observe.LoggedQuestions;
import dev.ragwright.observe.TraceLog;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.testmodels.EchoModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Does once what looks into jars, packages or services at run time. ModulePathTest runs it with an
 * empty folder; with a language model's behind it, only that one replies.
 */
public final class Main {
  private static final String QUESTION = "How often do I rotate the signing key?";

  private Main() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    if (args.length > 1) {
      reply(Path.of(args[1]));
      return;
    }
    System.out.println("module " + Main.class.getModule().getName());
    try (OnnxEmbedder small = OnnxEmbedder.allMiniLm()) {
      System.out.println("MiniLM " + small.dimension());
    }
    try (OnnxEmbedder embedder = OnnxEmbedder.bgeSmallEn();
        LuceneIndex index = LuceneIndex.open(folder.resolve("index"), embedder)) {
      index.addAll(
          List.of(
              Passage.of("keys", "Rotate the signing key every year. The old one stays for a day."),
              Passage.of("login", "After five wrong passwords the account is locked.")));
      ask(index, folder);
      measure(index, folder);
    }
    System.out.println("template " + template(folder));
  }

  private static void reply(Path model) {
    try (OnnxGenerator generator = OnnxGenerator.load(model)) {
      Context nothing = new Context(List.of(), 0, List.of());
      GenerationRequest request = GenerationRequest.of(Query.of("Say yes."), nothing);
      Generation reply = generator.generate(request, CallContext.unbounded());
      System.out.println("reply " + reply.finishReason());
    }
  }

  private static void ask(LuceneIndex index, Path folder) throws Exception {
    Path log = folder.resolve("traces.jsonl");
    try (TraceLog traces = TraceLog.open(log, 1, 1)) {
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(index.hybrid())
              .generator(ExtractiveGenerator.create())
              .listener(traces)
              .build();
      System.out.println("hybrid " + rag.ask(QUESTION));
    }
    System.out.println("logged " + LoggedQuestions.read(log).questions().size());
    Generator hosted = ChatModelGenerator.of(new Hosted());
    RagPipeline rag = RagPipeline.builder().retriever(index.hybrid()).generator(hosted).build();
    System.out.println("hosted " + rag.ask(QUESTION) + " " + rag.ask(QUESTION).citations());
  }

  /** A provider's model, in a package that nobody else may look into. */
  private static final class Hosted implements ChatModel {
    @Override
    public ChatResponse doChat(ChatRequest request) {
      return ChatResponse.builder().aiMessage(AiMessage.from("Every year [1].")).build();
    }
  }

  private static void measure(LuceneIndex index, Path folder) throws Exception {
    EvalSet set =
        EvalSet.of(
            "manual",
            List.of(
                new Question("q1", QUESTION, List.of("every year")),
                new Question("q2", "What locks an account?", List.of("five wrong passwords"))),
            Qrels.ofGrades(Map.of("q1", Map.of("keys", 1), "q2", Map.of("login", 1))));
    System.out.println(
        "ndcg " + RetrievalEvaluation.of(set, index.knn().named("vectors"), Ndcg.at(10)));
    Map<String, Generator> generators = new LinkedHashMap<>();
    generators.put("extractive", ExtractiveGenerator.create());
    generators.put("two", ExtractiveGenerator.builder().maxSentences(2).build());
    for (int run = 0; run < 2; run++) {
      ExperimentResult result =
          Experiment.over(set)
              .fix(Factor.RETRIEVER, index.hybrid())
              .vary(Factor.GENERATOR, generators)
              .measure(Ndcg.at(10))
              .measure(SubstringAccuracy.create())
              .memo(folder.resolve("memo"))
              .build()
              .run(Progress.none());
      result.writeJson(folder.resolve("result.json"));
      ExperimentReport.of(ExperimentResult.read(folder.resolve("result.json")))
          .writeHtml(folder.resolve("report.html"));
    }
    System.out.println(
        "report " + Files.readString(folder.resolve("report.html")).contains("Chart.js"));
    Path frozen = folder.resolve("frozen.json");
    FrozenQuestions.freeze(set, index.knn(), 2, CallContext.unbounded()).write(frozen);
    System.out.println("frozen " + FrozenQuestions.read(frozen).size());
  }

  private static String template(Path folder) throws Exception {
    Path model =
        EchoModel.write(Files.createDirectory(folder.resolve("echo")), EchoModel.Layout.MERGED);
    ModelFolder own = ModelFolder.of(model);
    List<ChatMessage> chat = List.of(ChatMessage.user(" Say  so "));
    for (String preset : ChatTemplate.presets()) {
      ChatTemplate.preset(preset, own).render(chat);
    }
    return String.valueOf(
        ChatTemplate.of(
                "own",
                "{% for m in messages %}{{ m['role'].upper() }} {{ m.content.strip().split()[1] }}"
                    + " {{ m | tojson }} {{ m.role | upper }}{% if m.tools is defined %} tools{% endif %}{% endfor %}",
                Map.of(),
                own)
            .render(chat));
  }
}
