package dev.ragwright.experiment.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.Attribution;
import dev.ragwright.experiment.ContextRecall;
import dev.ragwright.experiment.Corpus;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Factor;
import dev.ragwright.experiment.Progress;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeGenerator;
import dev.ragwright.testkit.FakeRetriever;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentReportTest {
  private static final String HOSTILE = "</script><script>alert(1)</script><img src=x onerror=a>";

  @TempDir Path folder;

  private static EvalSet set(int questions) {
    List<Question> all = new ArrayList<>();
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    for (int i = 0; i < questions; i++) {
      all.add(new Question("q" + i, "where is place " + i + " of " + HOSTILE, List.of("in " + i)));
      grades.put("q" + i, Map.of("p" + i, 1));
    }
    return EvalSet.of("set & <b>" + HOSTILE, all, Qrels.ofGrades(grades));
  }

  private static List<Passage> passages(int questions) {
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < questions; i++) {
      passages.add(Passage.of("p" + i, "place " + i + " is in " + i + " " + HOSTILE));
      passages.add(Passage.of("decoy" + i, "where is where is place of " + i));
    }
    return passages;
  }

  private static <T> Map<String, T> levels(String a, T one, String b, T other) {
    Map<String, T> levels = new LinkedHashMap<>();
    levels.put(a, one);
    levels.put(b, other);
    return levels;
  }

  /** Puts the decoys first, so that there is something to lose. */
  private static Reranker decoysFirst() {
    return ((Reranker)
            (query, hits, topK, context) ->
                Retrieval.ranked(
                    hits.stream()
                        .sorted(Comparator.comparing(hit -> hit.passage().id()))
                        .map(hit -> new Hit(hit.passage(), -hits.indexOf(hit), "decoys"))
                        .map(
                            hit ->
                                hit.passage().id().startsWith("decoy")
                                    ? new Hit(hit.passage(), hit.score() + 1000, "decoys")
                                    : hit)
                        .toList(),
                    topK,
                    Usage.none()))
        .named("decoys-first");
  }

  private static Experiment.Builder grid(int questions) {
    return Experiment.over(set(questions))
        .fix(Factor.RETRIEVER, FakeRetriever.of(passages(questions)))
        .vary(
            Factor.RERANKER,
            levels("none", Reranker.none(), "<i>decoys</i>" + HOSTILE, decoysFirst()))
        .vary(Factor.TOP_K, 1, 3)
        .fix(Factor.CONTEXT, ContextAssembler.builder().build())
        .fix(Factor.GENERATOR, FakeGenerator.create())
        .measure(TokenF1.squad(), Ndcg.at(10), ContextRecall.create());
  }

  private static Document page(ExperimentResult result) {
    return Jsoup.parse(ExperimentReport.of(result).html());
  }

  /** Holds of every page, whatever is in the result. */
  private static void isSound(Document page) {
    assertThat(page.select("html").attr("lang")).isEqualTo("en");
    assertThat(page.select("h1")).hasSize(1);
    for (Element table : page.select("table")) {
      assertThat(table.select("> caption").text()).isNotBlank();
      assertThat(table.select("thead th")).isNotEmpty();
      for (Element head : table.select("th")) {
        assertThat(head.attr("scope")).as(head.outerHtml()).isIn("col", "row");
        assertThat(head.text()).isNotBlank();
      }
      int columns = table.select("thead th").size();
      for (Element row : table.select("tbody tr")) {
        assertThat(row.children()).as(row.text()).hasSize(columns);
        assertThat(row.select("th")).hasSize(1);
      }
    }
    assertThat(page.select("[src], link, iframe, img, object, embed, base, form")).isEmpty();
    for (Element link : page.select("[href]")) {
      assertThat(page.select(link.attr("href"))).as(link.attr("href")).hasSize(1);
    }
    for (Element style : page.select("style")) {
      assertThat(style.data()).doesNotContain("@import").doesNotContain("url(");
    }
    assertThat(page.select("script:not([type])")).hasSize(2);
    assertThat(page.select("meta[http-equiv=Content-Security-Policy]").attr("content"))
        .contains("default-src 'none'");
    assertThat(page.select("canvas[role=img][aria-label]")).hasSize(2);
    assertThat(page.select("[id]").eachAttr("id")).doesNotHaveDuplicates();
  }

  @Test
  void saysWhatIsBestHeldAndMeasured() {
    ExperimentResult result = grid(24).build().run(Progress.none());
    Document page = page(result);
    isSound(page);
    assertThat(page.select("#overview .verdict").text()).contains("f1");
    assertThat(page.select("#overview dl").text())
        .contains("retriever, context, generator")
        .contains("24; 24 with judged documents, 24 with reference answers")
        .contains("measured in this run")
        .contains("unknown (prices: none were given)");
    Element arms = page.select("#arms table").first();
    assertThat(arms).isNotNull();
    assertThat(arms.select("tbody tr")).hasSize(4);
    for (ArmResult arm : result.arms()) {
      assertThat(arms.select("tbody th").eachText())
          .anyMatch(name -> name.startsWith(arm.name().strip()));
    }
    assertThat(page.select("#effects table").first().select("tbody tr")).hasSize(4);
    assertThat(page.select("#stages caption").eachText())
        .containsExactly(
            "Mean time per stage",
            "Where relevant documents are lost",
            "How often each stage was called");
  }

  @Test
  void textsAreTextsWhateverTheyHold() {
    ExperimentResult result = grid(24).build().run(Progress.none());
    String html = ExperimentReport.of(result).html();
    assertThat(html)
        .doesNotContain("<script>alert")
        .doesNotContain("<img src=x")
        .doesNotContain("<i>decoys");
    Document page = Jsoup.parse(html);
    assertThat(page.select("h1").text()).isEqualTo("set & <b>" + HOSTILE);
    assertThat(page.select("details.question summary").first().text()).contains(HOSTILE);
    assertThat(page.select("p.text").text()).contains(HOSTILE);
    assertThat(page.select("#report-data").first().data())
        .doesNotContain("<")
        .contains("\\u003ci>decoys");
    assertThat(ExperimentReport.of(result).markdown()).doesNotContain("<script>");
  }

  @Test
  void thePolicyNamesTheScriptsAsTheyStandInThePage() {
    Document page = page(grid(4).build().run(Progress.none()));
    String policy = page.select("meta[http-equiv=Content-Security-Policy]").attr("content");
    for (Element script : page.select("script:not([type])")) {
      assertThat(policy).contains(Inlined.policyHash(script.data()));
    }
    assertThat(page.select("script:not([type])").first().data())
        .contains("MIT License")
        .contains("Chart.js v")
        .doesNotContain("sourceMappingURL");
  }

  @Test
  void sameResultSameBytes() throws Exception {
    ExperimentResult result = grid(8).build().run(Progress.none());
    Path json = folder.resolve("result.json");
    result.writeJson(json);
    ExperimentReport.of(ExperimentResult.read(json)).writeHtml(folder.resolve("one.html"));
    ExperimentReport.of(ExperimentResult.read(json)).writeHtml(folder.resolve("two.html"));
    assertThat(folder.resolve("two.html")).hasSameBinaryContentAs(folder.resolve("one.html"));
    assertThat(ExperimentReport.of(ExperimentResult.read(json)).markdown())
        .isEqualTo(ExperimentReport.of(result).markdown());
    ExperimentReport.of(result).writeMarkdown(folder.resolve("one.md"));
    assertThat(Files.readString(folder.resolve("one.md"), StandardCharsets.UTF_8))
        .startsWith("# Experiment on ");
  }

  @Test
  void relevantPassagesAreFollowedToWhereTheyAreLost() {
    ExperimentResult result = grid(12).build().run(Progress.none());
    ArmResult decoys = result.arms().get(2);
    assertThat(decoys.levels()).containsEntry("topK", "1");
    for (int i = 0; i < 12; i++) {
      EvidencePath way = EvidencePath.of(result, decoys, i).getFirst();
      assertThat(way.document()).isEqualTo("p" + i);
      assertThat(way.place()).isEqualTo(EvidencePath.Place.BELOW_TOP_K);
      assertThat(way.found()).isPositive();
      assertThat(way.ranked()).isGreaterThan(1);
    }
    ArmResult all = result.arms().get(1);
    assertThat(all.outcomes()).allMatch(outcome -> outcome.failure() == null);
    for (int i = 0; i < 12; i++) {
      boolean read = all.outcomes().get(i).context().contains("p" + i);
      assertThat(EvidencePath.of(result, all, i).getFirst().place() == EvidencePath.Place.READ)
          .isEqualTo(read);
    }
  }

  @Test
  void theNumbersOfQuestionsShownAndLeftOutAreSaid() {
    ExperimentResult result = grid(12).build().run(Progress.none());
    ExperimentReport report = ExperimentReport.of(result).failedBelow(2).withQuestions(5);
    Document page = Jsoup.parse(report.html());
    isSound(page);
    assertThat(page.select("details.question")).hasSize(5);
    assertThat(page.select("#questions > p").text())
        .contains("7 questions with higher scores left out");
    assertThat(page.select("#failures").text())
        .contains("12 of 12 questions failed")
        .contains("7 failed questions with higher scores left out");
    assertThatThrownBy(() -> report.withQuestions(-1)).hasMessage("questions must be >= 0, was -1");
    assertThatThrownBy(() -> report.by("nonsense"))
        .hasMessage("\"nonsense\" was not measured; [f1, ndcg@10, context-recall] were");
  }

  @Test
  void anotherMetricRanksTheArms() {
    ExperimentResult result = grid(12).build().run(Progress.none());
    Document page = Jsoup.parse(ExperimentReport.of(result).by("ndcg@10").html());
    isSound(page);
    assertThat(page.select("#arms caption").text()).isEqualTo("All arms, best by ndcg@10 first");
  }

  @Test
  void oneArmWithoutAnythingVaried() {
    ExperimentResult result =
        Experiment.over(set(1))
            .fix(Factor.RETRIEVER, FakeRetriever.of(passages(1)))
            .measure(Ndcg.at(10))
            .build()
            .run(Progress.none());
    Document page = page(result);
    isSound(page);
    assertThat(page.select(".verdict").text()).startsWith("One arm, ndcg@10 ");
    assertThat(page.select("#effects").text()).contains("Nothing was varied");
    assertThat(page.select("details.question").text()).contains("not asked: no generator");
    assertThat(ExperimentReport.of(result).markdown()).contains("One arm");
  }

  @Test
  void allFailed() {
    Retriever broken =
        ((Retriever)
                (request, context) -> {
                  throw new IllegalStateException("no index & <b>no luck</b>");
                })
            .named("broken");
    ExperimentResult result =
        Experiment.over(set(3))
            .vary(Factor.RETRIEVER, levels("a", broken, "b", broken.named("broken too")))
            .fix(Factor.GENERATOR, FakeGenerator.create())
            .measure(TokenF1.squad(), Ndcg.at(10))
            .build()
            .run(Progress.none());
    Document page = page(result);
    isSound(page);
    assertThat(page.select(".verdict").text())
        .isEqualTo("No arm has a score by f1: failed: retrieve: no index & <b>no luck</b>.");
    assertThat(page.select("#arms").text()).contains("failed: retrieve: no index & <b>no luck</b>");
    assertThat(page.select("#failures").text()).contains("stage retrieve failed");
    assertThat(page.select("#stages").text()).contains("No stage came to an end");
    assertThat(ExperimentReport.of(result).markdown()).contains("No arm has a score by f1");
  }

  @Test
  void noJudgmentsAndNoAnswers() {
    EvalSet bare =
        EvalSet.of(
            "bare", List.of(new Question("q", "place 1", List.of())), Qrels.ofGrades(Map.of()));
    ExperimentResult result =
        Experiment.over(bare)
            .vary(Factor.TOP_K, 1, 2)
            .fix(Factor.RETRIEVER, FakeRetriever.of(passages(3)))
            .fix(Factor.GENERATOR, FakeGenerator.create())
            .measure(Ndcg.at(10), TokenF1.squad())
            .build()
            .run(Progress.none());
    Document page = page(result);
    isSound(page);
    assertThat(page.select("#stages").text()).contains("No relevant document is known");
    assertThat(page.select("#failures").text()).contains("0 of 1 question failed");
  }

  @Test
  void knownMoneyIsMoneyAndUnknownIsSaid() throws Exception {
    Path prices = folder.resolve("prices.properties");
    Files.writeString(
        prices,
        "currency = EUR\ndate = 2026-11-01\nknown.input = 1\nknown.output = 2\ncpuSecond = 0.00001\n");
    ExperimentResult result =
        Experiment.over(set(4))
            .fix(Factor.RETRIEVER, FakeRetriever.of(passages(4)))
            .vary(
                Factor.GENERATOR, levels("hosted", charged("known"), "remote", charged("no-price")))
            .measure(TokenF1.squad())
            .prices(PriceTable.read(prices))
            .build()
            .run(Progress.none());
    Document page = page(result);
    isSound(page);
    assertThat(page.select("#trade-offs figcaption").first().text())
        .isEqualTo("Quality against cost");
    assertThat(page.select("#trade-offs .notice").text()).contains("unknown").contains(": remote.");
    assertThat(page.select("#arms tbody tr td:last-child").eachText())
        .anyMatch(cell -> cell.startsWith("EUR "))
        .contains("unknown");
  }

  @Test
  void saysWhyAnswersAreWrongWhereThatWasFoundOut() {
    List<Passage> passages = passages(12);
    Corpus corpus =
        Corpus.of(
            DocumentSource.of(
                passages.stream()
                    .map(p -> dev.ragwright.document.Document.of(p.id(), p.text()))
                    .toList()),
            id -> passages.stream().filter(passage -> passage.id().equals(id)).toList());
    ExperimentResult result = grid(12).explain(corpus, "f1", 0.99).build().run(Progress.none());
    Document page = page(result);
    isSound(page);
    assertThat(page.select("nav").text()).contains("Causes");
    Attribution.OfArm best = result.whyWrong().arm(result.winners("f1").best());
    assertThat(best.wrong()).isNotEmpty();
    assertThat(page.expectFirst("#causes > p").text())
        .startsWith(
            String.format(
                Locale.ROOT,
                "In %s, %d of 12 answers are wrong: f1 below 0.990.",
                best.name(),
                best.wrong().size()));
    assertThat(page.expectFirst("#causes table").select("tbody tr")).hasSize(best.causes().size());
    assertThat(page.select("#causes details tbody tr")).hasSize(result.arms().size());
    assertThat(page.select("#causes h3").text()).isEqualTo("What to change next");
    assertThat(page.select("#questions caption").eachText())
        .filteredOn(caption -> caption.startsWith("Why the answer is wrong: "))
        .hasSize(best.wrong().size());
    assertThat(ExperimentReport.of(result).markdown()).contains("## Causes");
    assertThat(ExperimentReport.of(result).by("ndcg@10").markdown()).contains("is below 0.500");
    assertThat(page(grid(4).build().run(Progress.none())).select("#causes, [href=#causes]"))
        .isEmpty();
  }

  @Test
  void marksWhatIsCitedWithoutAQuote() {
    Generator nameless =
        (request, context) -> {
          Evidence best = request.context().evidence().getFirst();
          return Generation.of(
              "there", List.of(best.cite(0, 5)), Generation.FinishReason.STOP, Usage.none());
        };
    ExperimentResult result =
        Experiment.over(set(3))
            .fix(Factor.RETRIEVER, FakeRetriever.of(passages(3)))
            .vary(Factor.TOP_K, 1, 3)
            .fix(Factor.CONTEXT, ContextAssembler.builder().build())
            .fix(Factor.GENERATOR, nameless.named("nameless"))
            .measure(TokenF1.squad(), Ndcg.at(10), ContextRecall.create())
            .build()
            .run(Progress.none());
    assertThat(page(result).select("details td").eachText())
        .anyMatch(text -> text.contains("cited without a quote"));
  }

  private static Generator charged(String model) {
    FakeGenerator fake = FakeGenerator.create();
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        return fake.generate(request, context);
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("generator", "charged").with(StageDescription.MODEL, model);
      }
    };
  }
}
