package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the programs as a user does. */
class LearnTest {
  @TempDir Path root;

  @BeforeEach
  void writeCollection() throws IOException {
    StringBuilder corpus = new StringBuilder();
    StringBuilder queries = new StringBuilder();
    StringBuilder judged = new StringBuilder("query-id\tcorpus-id\tscore\n");
    List<String> parts = List.of("filter", "belt", "valve", "seal", "hose", "pump");
    for (int i = 0; i < 24; i++) {
      String part = parts.get(i % parts.size()) + " number " + i;
      corpus.append(
          "{\"_id\": \"d%s\", \"title\": \"The %s\", \"text\": \"It is replaced every %s hours.\"}\n"
              .formatted(i, part, 100 * (i + 1)));
      queries.append(
          "{\"_id\": \"q%s\", \"text\": \"How often is the %s replaced?\"}\n".formatted(i, part));
      judged.append("q%s\td%s\t1\n".formatted(i, i));
    }
    Files.writeString(root.resolve("corpus.jsonl"), corpus);
    Files.writeString(root.resolve("queries.jsonl"), queries);
    Files.createDirectories(root.resolve("qrels"));
    Files.writeString(root.resolve("qrels/test.tsv"), judged);
    Files.writeString(root.resolve("qrels/train.tsv"), judged);
  }

  private Program.Run run(Class<?> program, String... more) throws Exception {
    return run(program, List.of(), more);
  }

  private Program.Run run(Class<?> program, List<String> first, String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data", root.toString()));
    all.addAll(first);
    all.addAll(List.of(more));
    return Program.run(program, root, all);
  }

  @Test
  void learnsProvesAndSearches() throws Exception {
    String file = root.resolve("ranker.json").toString();
    Program.Run learnt =
        run(
            Learn.class,
            "--what",
            "ranker",
            "--folds",
            "2",
            "--curve",
            "6,800",
            "--json",
            "--out",
            file,
            "--unproven");
    assertThat(learnt.exit()).as(learnt.err()).isZero();
    JsonNode card = new JsonMapper().readTree(learnt.out()).path(0);
    assertThat(card.path("learnt").asText()).isEqualTo("ranker");
    assertThat(card.path("asked").asInt()).isEqualTo(24);
    assertThat(card.path("curve").size()).isEqualTo(1);
    assertThat(card.path("adopted").isBoolean()).isTrue();

    String trec = root.resolve("run.trec").toString();
    Program.Run searched =
        run(Search.class, "--retriever", "hybrid", "--fusion", file, "--run", trec);
    assertThat(searched.exit()).as(searched.err()).isZero();
    assertThat(Files.readAllLines(Path.of(trec))).hasSizeGreaterThan(24);
    assertThat(searched.err()).doesNotContain("in one only");
    Path corpus = root.resolve("corpus.jsonl");
    String before = Files.readString(corpus);
    Files.writeString(corpus, "{\"_id\": \"new\", \"text\": \"A document of today.\"}\n" + before);
    int passages = before.strip().split("\n", -1).length;
    assertThat(run(Search.class, "--retriever", "hybrid", "--fusion", file, "--run", trec).err())
        .contains(
            "of these %s passages and the %s that --fusion was learnt over, %s %% are in one only"
                .formatted(passages + 1, passages, Math.round(100.0 / (passages + 1))));
    Files.writeString(corpus, before);

    Program.Run cut =
        run(
            Search.class,
            "--retriever",
            "hybrid",
            "--fusion",
            file,
            "--run",
            trec,
            "--passage-tokens",
            "20");
    assertThat(cut.exit()).isNotZero();
    assertThat(cut.err()).contains("learn one for these");
  }

  @Test
  void learnsAnAdapterThatSearchesWithoutEmbeddingAgain() throws Exception {
    String file = root.resolve("adapter.json").toString();
    String work = root.resolve("work").toString();
    Program.Run learnt =
        run(
            Learn.class,
            "--what",
            "adapter",
            "--folds",
            "2",
            "--curve",
            "6",
            "--model",
            "minilm",
            "--indexes",
            work,
            "--json",
            "--out",
            file,
            "--unproven");
    assertThat(learnt.exit()).as(learnt.err()).isZero();
    JsonNode cards = new JsonMapper().readTree(learnt.out());
    assertThat(cards.findValuesAsText("learnt"))
        .containsExactly("adapter of both sides", "adapter of both sides");
    assertThat(cards.path(0).path("baseline").asText()).startsWith("knn(");
    assertThat(cards.path(1).path("baseline").asText()).startsWith("fused(");
    assertThat(cards.path(1).path("curve").size()).isEqualTo(1);

    String trec = root.resolve("run.trec").toString();
    List<String> search =
        List.of("--retriever", "dense", "--model", "minilm", "--run", trec, "--adapter", file);
    Program.Run searched =
        run(Search.class, search, "--keep", work + "/vectors", "--index", root + "/mapped");
    assertThat(searched.exit()).as(searched.err()).isZero();
    assertThat(Files.readAllLines(Path.of(trec))).hasSizeGreaterThan(24);
    assertThat(run(Search.class, search, "--index", work + "/" + root.getFileName()).err())
        .contains("adapted");
    assertThat(run(Search.class, "--retriever", "dense", "--run", trec, "--adapter", file).err())
        .contains("the adapter was learnt for all-MiniLM-L6-v2")
        .contains("learn one for it");
    assertThat(run(Search.class, "--run", trec, "--adapter", file).err())
        .contains("--adapter is about vectors: it needs --retriever dense, hybrid or tokens");
    Files.writeString(
        Path.of(file),
        Files.readString(Path.of(file)).replace("\"version\" : 1", "\"version\" : 2"));
    assertThat(run(Search.class, search).err()).contains("version 2, expected");
  }

  @Test
  void shortensVectors() throws Exception {
    String file = root.resolve("shorter.json").toString();
    Program.Run run =
        run(ShorterVectors.class, "--numbers", "12", "--model", "minilm", "--out", file);
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("24 questions of ", "384 numbers: ", "12 by singular vectors: dense ")
        .contains("12 by principal components: dense ");
    String trec = root.resolve("run.trec").toString();
    Program.Run searched =
        run(
            Search.class,
            "--retriever",
            "hybrid",
            "--model",
            "minilm",
            "--run",
            trec,
            "--adapter",
            file);
    assertThat(searched.exit()).as(searched.err()).isZero();
    assertThat(run(ShorterVectors.class, "--numbers", "384", "--model", "minilm").err())
        .contains("a shorter vector has from 1 to 383 numbers, asked for were 384");
  }

  @Test
  void levelsOfAnExperimentAreLearntInTheSameFolds() throws Exception {
    Program.Run learnt =
        run(Learn.class, "--what", "all", "--folds", "2", "--seed", "4", "--curve", "6", "--json");
    assertThat(learnt.exit()).as(learnt.err()).isZero();
    String file = root.resolve("result.json").toString();
    Program.Run compared =
        run(
            CompareStages.class,
            "--retrievers",
            "hybrid",
            "--learn",
            "fusion,ranker,adapter",
            "--folds",
            "2",
            "--seed",
            "4",
            "--metrics",
            "ndcg@10",
            "--json",
            file);
    assertThat(compared.exit()).as(compared.err()).isZero();
    JsonNode cards = new JsonMapper().readTree(learnt.out());
    JsonNode result = new JsonMapper().readTree(Path.of(file).toFile());
    Map<String, Double> means = new HashMap<>();
    for (JsonNode arm : result.path("arms")) {
      means.put(
          arm.path("name").asText(), arm.path("metrics").path("ndcg@10").path("mean").asDouble());
    }
    assertThat(means.get("hybrid"))
        .isCloseTo(cards.path(0).path("before").asDouble(), within(1e-9));
    assertThat(means.get("fusion")).isCloseTo(cards.path(0).path("after").asDouble(), within(1e-9));
    assertThat(means.get("ranker")).isCloseTo(cards.path(1).path("after").asDouble(), within(1e-9));
    assertThat(means.get("adapter"))
        .isCloseTo(cards.path(3).path("after").asDouble(), within(1e-9));

    Program.Run none = run(CompareStages.class, "--learn", "--folds", "13");
    assertThat(none.err()).contains("13 folds need at least 26 judged questions");
    Program.Run alone = run(CompareStages.class, "--folds", "3");
    assertThat(alone.err()).contains("--folds is about --learn, which is not there");
  }

  @Test
  void refusesQuestionsThatAreInBothSplits() throws Exception {
    Program.Run run = run(Learn.class, "--what", "all", "--train", "train", "--test", "test");
    assertThat(run.exit()).isNotZero();
    assertThat(run.err())
        .contains("24 of the questions to learn from are among those to prove it with")
        .contains("q0, q1, q2, q3, q4, ...");
  }

  @Test
  void learnsFromTheCorpusAndProvesWithJudgments() throws Exception {
    Program.Run run =
        run(Learn.class, "--what", "fusion", "--from-corpus", "--questions", "15", "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    JsonNode card = new JsonMapper().readTree(run.out()).path(0);
    assertThat(card.path("training").asText()).isEqualTo("synthetic, seed 1");
    assertThat(card.path("trainingQuestions").asInt()).isEqualTo(15);
    assertThat(card.path("asked").asInt()).isEqualTo(24);
    assertThat(run.err()).contains("15 questions made from the corpus");

    Program.Run both =
        run(Learn.class, "--what", "fusion", "--from-corpus", "--train", "train", "--test", "test");
    assertThat(both.exit()).isNotZero();
    assertThat(both.err()).contains("--from-corpus learns without --train; leave one out");
  }

  @Test
  void choosesQuestionsReadsJudgmentsAndChoosesOthers() throws Exception {
    Path first = root.resolve("first.tsv");
    Program.Run chosen = run(JudgeNext.class, "--n", "14", "--out", first.toString());
    assertThat(chosen.exit()).as(chosen.err()).isZero();
    assertThat(chosen.out().lines()).hasSize(14);

    List<String> filled = new ArrayList<>();
    for (String line : Files.readAllLines(first)) {
      String[] cells = line.split("\t", -1);
      boolean right = cells[0].substring(1).equals(cells[2].substring(1));
      filled.add(cells[0].equals("id") ? line : line + (right ? 1 : 0));
    }
    Files.write(first, filled);
    Path second = root.resolve("second.tsv");
    Path judged = root.resolve("qrels/judged.tsv");
    Program.Run next =
        run(
            JudgeNext.class,
            "--read",
            first.toString(),
            "--qrels",
            judged.toString(),
            "--n",
            "10",
            "--out",
            second.toString(),
            "--json");
    assertThat(next.exit()).as(next.err()).isZero();
    JsonNode told = new JsonMapper().readTree(next.out());
    assertThat(told.path("judged").asInt()).isEqualTo(14);
    assertThat(told.path("outlook").asText()).startsWith("from 5 questions to 11: ");
    assertThat(told.path("chosen").size()).isEqualTo(10);
    List<String> before = filled.stream().map(line -> line.split("\t", -1)[0]).toList();
    assertThat(told.path("chosen")).noneMatch(one -> before.contains(one.path("id").asText()));
    assertThat(Files.readAllLines(judged)).hasSize(filled.size() - 1);

    Program.Run more =
        run(JudgeNext.class, "--read", first.toString(), "--n", "11", "--out", second + "x");
    assertThat(more.err())
        .contains(
            "11 questions to judge are asked for, and of 24 in queries.jsonl 10 have no judgment");
    Program.Run again = run(JudgeNext.class, "--n", "2", "--out", second.toString());
    assertThat(again.err())
        .contains("--out " + second + ": it is there already; give another name");
    Program.Run over =
        run(JudgeNext.class, "--read", first.toString(), "--qrels", judged.toString());
    assertThat(over.err())
        .contains("--qrels " + judged + ": it is there already; give another name");
    Program.Run idle = run(JudgeNext.class, "--read", first.toString(), "--by", "smallest_lead");
    assertThat(idle.err())
        .contains("--by is about the questions to choose, and --read without --out chooses none");
  }

  @Test
  void measuresTheWaysOfChoosing() throws Exception {
    Program.Run run = run(JudgeNext.class, "--measure", "5,800", "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    JsonNode rows = new JsonMapper().readTree(run.out());
    assertThat(rows)
        .extracting(row -> row.path("by").asText())
        .containsExactly("chance", "disagreement", "smallest_lead");
    assertThat(rows.path(0).path("gain").asDouble()).isZero();
    assertThat(run(JudgeNext.class, "--measure", "5", "--n", "5").err())
        .contains("--n is about the questions to choose, and --measure chooses none");
  }
}
