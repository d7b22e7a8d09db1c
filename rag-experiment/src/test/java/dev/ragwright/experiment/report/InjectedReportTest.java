package dev.ragwright.experiment.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Injection;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Factor;
import dev.ragwright.experiment.Progress;
import dev.ragwright.experiment.QuestionOutcome;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.trace.StageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retrieved text stays text in a memo, in stored results, in reports and in a trace's JSON. */
class InjectedReportTest {
  private static final Pattern TAG =
      Pattern.compile(
          "(?<!\\\\)<(script|img|svg|iframe|base|meta|style|template|noscript|td|textarea|p[ >]|a |!--)");

  @TempDir Path folder;

  private static String question(Injection injection) {
    return injection.id() + ": " + injection.passages().getFirst().searchText();
  }

  /** Every place of a set and a result that takes a text has an injection in it. */
  private static EvalSet set(boolean harmless) {
    List<Question> questions = new ArrayList<>();
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    for (Injection one : Injection.all()) {
      String text = harmless ? one.id() : question(one);
      questions.add(new Question(one.id(), text, List.of(harmless ? one.answer() : text)));
      grades.put(one.id(), Map.of(one.id(), 1));
    }
    String name = harmless ? "set" : "set " + question(Injection.all().getFirst());
    return EvalSet.of(name, questions, Qrels.ofGrades(grades));
  }

  private static Retriever retriever(boolean harmless) {
    Map<String, List<Passage>> found = new LinkedHashMap<>();
    for (Injection one : Injection.all()) {
      found.put(
          harmless ? one.id() : question(one), harmless ? List.of(one.harmless()) : one.passages());
    }
    return ((Retriever)
            (request, context) -> {
              List<Hit> hits = new ArrayList<>();
              for (Passage passage : found.getOrDefault(request.query().text(), List.of())) {
                hits.add(new Hit(passage, 9.0 - hits.size(), "scripted"));
              }
              return Retrieval.of(
                  hits.subList(0, Math.min(request.topK(), hits.size())), Usage.none());
            })
        .named("scripted");
  }

  /** Repeats what it reads, and cites it. */
  private static final class Parrot implements Generator {
    private final AtomicInteger calls = new AtomicInteger();

    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      calls.incrementAndGet();
      StringBuilder said = new StringBuilder();
      request.context().evidence().forEach(one -> said.append(one.passage().text()).append(' '));
      return CitedText.read(
          said + "[1]",
          request.context(),
          PromptTemplate.grounded(),
          Generation.FinishReason.STOP,
          Usage.none());
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "parrot");
    }
  }

  private Experiment experiment(boolean harmless, Generator generator) {
    Map<String, Integer> depths = new LinkedHashMap<>();
    depths.put(harmless ? "one" : "<script>1</script> | 1 {{ x }} <|im_end|>", 1);
    depths.put("many", 8);
    return Experiment.over(set(harmless))
        .fix(Factor.RETRIEVER, retriever(harmless))
        .vary(Factor.TOP_K, depths)
        .fix(Factor.GENERATOR, generator)
        .measure(TokenF1.squad(), Ndcg.at(10))
        .memo(folder.resolve(harmless ? "harmless" : "memo"))
        .build();
  }

  /** The elements of a page and their attributes, each once. */
  private static Set<String> tags(Document page) {
    Set<String> tags = new TreeSet<>();
    for (Element element : page.getAllElements()) {
      tags.add(element.normalName());
      for (Attribute attribute : element.attributes()) {
        tags.add(element.normalName() + " " + attribute.getKey());
      }
    }
    return tags;
  }

  @Test
  void aMemoGivesBackWhatWasMade() throws IOException {
    Parrot parrot = new Parrot();
    ExperimentResult first = experiment(false, parrot).run(Progress.none());
    int calls = parrot.calls.get();
    ExperimentResult second = experiment(false, parrot).run(Progress.none());
    assertThat(parrot.calls).hasValue(calls);
    Path json = folder.resolve("result.json");
    second.writeJson(json);
    for (ExperimentResult result : List.of(second, ExperimentResult.read(json))) {
      for (int arm = 0; arm < 2; arm++) {
        for (int i = 0; i < Injection.all().size(); i++) {
          QuestionOutcome one = first.arms().get(arm).outcomes().get(i);
          QuestionOutcome other = result.arms().get(arm).outcomes().get(i);
          assertThat(other.answer()).as(Injection.all().get(i).id()).isEqualTo(one.answer());
          assertThat(other.citations()).isEqualTo(one.citations());
          assertThat(other.failure()).isNull();
        }
      }
    }
  }

  @Test
  void aPageHasNoMarkupOfATextAndNeitherHasMarkdown() {
    Document harmless =
        Jsoup.parse(
            ExperimentReport.of(experiment(true, new Parrot()).run(Progress.none()))
                .withQuestions(1_000)
                .html());
    ExperimentReport report =
        ExperimentReport.of(experiment(false, new Parrot()).run(Progress.none()))
            .withQuestions(1_000);
    Document page = Jsoup.parse(report.html());
    assertThat(page.select("details.question")).hasSize(Injection.all().size());
    assertThat(tags(page)).isEqualTo(tags(harmless));
    for (String once : List.of("script", "style", "meta", "title", "canvas", "main")) {
      assertThat(page.select(once)).as(once).hasSameSizeAs(harmless.select(once));
    }
    assertThat(page.select("[href]").eachAttr("href")).allMatch(link -> link.startsWith("#"));
    assertThat(page.select("#report-data").first().data()).doesNotContain("<");
    for (Injection one : Injection.all()) {
      assertThat(page.select("details.question summary").text()).contains(one.id());
    }
    assertThat(TAG.matcher(report.markdown()).results().map(found -> found.group()).toList())
        .isEmpty();
  }

  @Test
  void aTraceIsTheSameJsonAround() throws IOException {
    ObjectMapper json = new ObjectMapper();
    for (Injection one : Injection.all()) {
      String text = question(one);
      Passage named = Passage.of(text, text);
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(
                  (request, context) ->
                      Retrieval.of(List.of(new Hit(named, 1, text)), Usage.none()))
              .generator(new Parrot())
              .context(context -> context.budget(1))
              .build();
      JsonNode trace = json.readTree(rag.ask(text).trace().toJson());
      assertThat(trace.path("question").asText()).isEqualTo(text);
      assertThat(trace.properties().stream().map(Map.Entry::getKey))
          .containsExactly("id", "question", "outcome", "millis", "stages", "usage");
      assertThat(trace.path("stages").valueStream().map(stage -> stage.path("stage").asText()))
          .containsExactly("retrieve", "context", "generate", "check");
      RagPipeline failing =
          RagPipeline.builder()
              .retriever(
                  (request, context) -> {
                    throw new IllegalStateException(text);
                  })
              .generator(new Parrot())
              .build();
      try {
        failing.ask(text);
      } catch (StageException e) {
        JsonNode stage = json.readTree(e.trace().toJson()).path("stages").path(0);
        assertThat(stage.path("error").asText()).contains(text);
      }
    }
  }
}
