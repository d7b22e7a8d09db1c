package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.RagException;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.Run;
import dev.ragwright.eval.gate.Baseline;
import dev.ragwright.eval.learn.FusionModelFile;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Factor;
import dev.ragwright.experiment.Progress;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.observe.FrozenQuestions;
import dev.ragwright.observe.LoggedQuestions;
import dev.ragwright.retrieve.EmbeddingAdapter;
import dev.ragwright.retrieve.FusionFeatures;
import dev.ragwright.retrieve.FusionModel;
import dev.ragwright.retrievers.embedding.EmbeddingAdapterFile;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.testkit.seeds.Seeds;
import dev.ragwright.testmodels.ScriptedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the library keeps in text files, cut, with flipped bits, or replaced by noise. A reader says
 * which file it cannot read, by an exception that it documents. What a person could have written is
 * read: these files have no checksums, so that people can write them.
 */
class KeptFilesTest {
  private static final int DAMAGES = 60;

  @TempDir Path folder;

  private final RandomGenerator random = Seeds.random();

  /** The questions and passages that files are made of. */
  private static EvalSet set() {
    List<Question> questions = new ArrayList<>();
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    for (int i = 0; i < 6; i++) {
      questions.add(new Question("q" + i, "what is thing " + i, List.of("thing " + i)));
      grades.put("q" + i, Map.of("p" + i, 1));
    }
    return EvalSet.of("things", questions, Qrels.ofGrades(grades));
  }

  private static LuceneIndex index() {
    LuceneIndex index = LuceneIndex.inMemory();
    index.addAll(
        Stream.iterate(0, i -> i + 1).limit(6).map(i -> Passage.of("p" + i, "This is thing " + i)));
    return index;
  }

  /**
   * Damages a file and reads it.
   *
   * @param whole whether a file that lacks its end is none: it has to be refused then
   */
  private void damage(Path file, boolean whole, Consumer<Path> read) throws IOException {
    read.accept(file); // as it is
    byte[] right = Files.readAllBytes(file);
    int end = right.length;
    while (end > 0 && Character.isWhitespace(right[end - 1])) {
      end--;
    }
    int refused = 0;
    for (int i = 0; i < DAMAGES; i++) {
      byte[] damaged = right.clone();
      boolean cut = i % 3 == 0;
      switch (i % 3) {
        case 0 -> damaged = Arrays.copyOf(right, i == 0 ? 0 : random.nextInt(end));
        case 1 -> damaged[random.nextInt(end)] ^= (byte) (1 << random.nextInt(8));
        default -> random.nextBytes(damaged);
      }
      Files.write(file, damaged);
      try {
        read.accept(file);
        assertThat(whole && cut)
            .as("%s cut to %d of %d was read; %s", file, damaged.length, end, Seeds.replay())
            .isFalse();
      } catch (RagException | IllegalArgumentException | UncheckedIOException e) {
        assertThat(e.getMessage()).as(Seeds.replay()).contains(file.getFileName().toString());
        refused++;
      } catch (RuntimeException e) {
        fail("%s, damage %s of %s; %s".formatted(file, String.valueOf(i), e, Seeds.replay()), e);
      }
    }
    assertThat(refused).as("%s", file).isGreaterThanOrEqualTo(DAMAGES / 6);
    Files.write(file, right);
    read.accept(file);
  }

  @Test
  void resultsOfExperiments() throws IOException {
    Path file = folder.resolve("result.json");
    try (LuceneIndex index = index()) {
      Experiment.over(set())
          .fix(Factor.RETRIEVER, index.bm25())
          .vary(Factor.TOP_K, 1, 3)
          .fix(Factor.GENERATOR, ExtractiveGenerator.create())
          .measure(Ndcg.at(10))
          .resamples(100)
          .build()
          .run(Progress.none())
          .writeJson(file);
    }
    damage(file, true, ExperimentResult::read);
  }

  @Test
  void baselinesAndFrozenQuestions() throws IOException {
    Path frozen = folder.resolve("frozen.json");
    try (LuceneIndex index = index()) {
      FrozenQuestions.freeze(set(), index.bm25(), 3, CallContext.unbounded()).write(frozen);
    }
    damage(frozen, true, FrozenQuestions::read);
    Path baseline = folder.resolve("baseline.json");
    Files.writeString(
        baseline,
        """
        {
          "format" : "ragwright-baseline",
          "version" : 1,
          "name" : "small",
          "resampling" : {"resamples" : 1000, "seed" : 7, "level" : 0.9},
          "metrics" : {"f1" : {"q1" : 0.5, "q2" : "failed"}}
        }
        """);
    damage(baseline, true, Baseline::read);
  }

  @Test
  void whatWasLearnt() throws IOException {
    Path fusion = folder.resolve("fusion.json");
    List<String> features = FusionFeatures.names(2);
    FusionModelFile.write(
        new FusionModel(
            List.of("x", "y"), 100, "set", 7, features, Collections.nCopies(features.size(), 0.25)),
        fusion);
    damage(fusion, true, FusionModelFile::read);
    Path adapter = folder.resolve("adapter.json");
    float[][] rows = new float[8][8];
    for (int i = 0; i < rows.length; i++) {
      rows[i][i] = 1;
    }
    EmbeddingAdapterFile.write(
        EmbeddingAdapter.of("x", EmbeddingAdapter.Sides.BOTH, "set", 1, rows), adapter);
    damage(adapter, true, EmbeddingAdapterFile::read);
  }

  @Test
  void listsOfLines() throws IOException {
    Path qrels = folder.resolve("test.tsv");
    set().qrels().write(qrels);
    damage(qrels, false, Qrels::read);
    Path run = folder.resolve("run.trec");
    Files.writeString(run, "q1 Q0 p1 1 12.5 bm25\nq1 Q0 p2 2 11.5 bm25\nq2 Q0 p1 1 10.25 bm25\n");
    damage(run, false, Run::read);
    Path traces = folder.resolve("traces.jsonl");
    Files.writeString(
        traces,
        "{\"id\":\"1\",\"question\":\"what\",\"outcome\":\"ANSWERED\",\"stages\":[]}\n".repeat(3));
    damage(traces, false, LoggedQuestions::read);
  }

  @Test
  void prices() throws IOException {
    Path prices = folder.resolve("prices.properties");
    Files.writeString(prices, "currency = USD\ndate = 2026-12-01\nm.input = 1.25\nm.output = 10\n");
    damage(prices, false, PriceTable::read);
  }

  @Test
  void settingsAndTokenizersOfModels() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    ScriptedModel.of("alpha", "beta").write(model);
    try (Stream<Path> files = Files.list(model)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".json")).toList()) {
        damage(file, true, any -> OnnxChatModel.load(model).close());
      }
    }
  }

  /**
   * A model's weights have no checksum of their own: its digest is another, and an index says so.
   */
  @Test
  void aModelWithAFlippedBitIsAnother() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    ScriptedModel.of("alpha", "beta").write(model);
    Path graph = model.resolve("model.onnx");
    byte[] right = Files.readAllBytes(graph);
    String digest = digest(model);
    for (int i = 0; i < 20; i++) {
      byte[] damaged = right.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(graph, damaged);
      try {
        assertThat(digest(model)).as(Seeds.replay()).isNotEqualTo(digest);
      } catch (RagException | IllegalArgumentException e) {
        assertThat(e.getMessage()).as(Seeds.replay()).contains("model");
      }
    }
  }

  private static String digest(Path model) {
    try (OnnxGenerator opened = OnnxGenerator.load(model)) {
      return opened.description().toString();
    }
  }
}
