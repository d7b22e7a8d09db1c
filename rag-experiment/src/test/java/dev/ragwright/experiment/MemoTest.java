package dev.ragwright.experiment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Assembly;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.testkit.FakeGenerator;
import dev.ragwright.testkit.seeds.Seeds;
import dev.ragwright.trace.StageRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.StringDataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoTest {
  @TempDir Path folder;

  private static Experiment.Builder experiment(Generator generator) {
    return Experiment.over(Fixture.set())
        .fix(Factor.RETRIEVER, Fixture.words())
        .vary(Factor.RERANKER, Map.of("no-decoys", new Fixture.NoDecoys()))
        .vary(Factor.TOP_K, 1, 3)
        .fix(Factor.GENERATOR, generator)
        .measure(Ndcg.at(10), TokenF1.squad());
  }

  private static final List<String> OF_THE_RUN =
      List.of(
          "startedAt",
          "endedAt",
          "stageCalls",
          "stageReplays",
          "latency",
          "nanos",
          "cpuNanos",
          "cpuSeconds",
          "measuredAt",
          "replayed");

  /** All of a result but when it was made, and by which run. */
  private static String comparable(ExperimentResult result, Path folder) throws IOException {
    Path file = folder.resolve("comparable.json");
    result.writeJson(file);
    JsonNode root = new ObjectMapper().readTree(file.toFile());
    for (String name : OF_THE_RUN) {
      root.findParents(name).forEach(node -> ((ObjectNode) node).remove(name));
    }
    return root.toPrettyString();
  }

  @Test
  void aSecondRunCallsNothingAndFindsTheSame() throws IOException {
    Fixture.Quoting quoting = new Fixture.Quoting("quoting");
    ExperimentResult first = experiment(quoting).memo(folder).build().run(Progress.none());
    int calls = quoting.calls.get();
    Experiment again = experiment(quoting).memo(folder).build();
    Plan plan = again.dryRun();
    assertThat(plan.calls()).isZero();
    assertThat(plan.time()).contains(Duration.ZERO);
    assertThat(ExperimentTest.step(plan, "generate").memoised()).isEqualTo(calls);
    ExperimentResult second = again.run(Progress.none());
    assertThat(quoting.calls).hasValue(calls);
    assertThat(second.stageCalls().values()).containsOnly(0L);
    assertThat(second.stageReplays()).isEqualTo(first.stageCalls());
    for (int a = 0; a < 2; a++) {
      ArmResult one = first.arms().get(a);
      ArmResult other = second.arms().get(a);
      assertThat(other.latency()).isEqualTo(one.latency());
      assertThat(other.usage()).isEqualTo(one.usage());
      assertThat(one.measuredLatency().questions()).isEqualTo(8);
      assertThat(one.replayedLatency().questions()).isZero();
      assertThat(other.measuredLatency()).isEqualTo(new Latency(0, null, null));
      assertThat(other.replayedLatency()).isEqualTo(one.measuredLatency());
    }
    assertThat(comparable(second, folder)).isEqualTo(comparable(first, folder));
    assertThat(comparable(ExperimentResult.read(folder.resolve("result.json")), folder))
        .isEqualTo(comparable(second, folder));
  }

  @Test
  void anotherStageOrRepetitionHasResultsOfItsOwn() {
    Fixture.Quoting one = new Fixture.Quoting("one");
    Fixture.Quoting other = new Fixture.Quoting("other");
    experiment(one).memo(folder).build().run(Progress.none());
    ExperimentResult changed = experiment(other).memo(folder).build().run(Progress.none());
    assertThat(other.calls).hasValue(one.calls.get());
    assertThat(changed.stageCalls()).containsEntry("retrieve", 0L).containsEntry("rerank", 0L);
    assertThat(changed.arms().getFirst().measuredLatency().questions()).isZero();
    int before = one.calls.get();
    experiment(one).memo(folder).repeat(1).build().run(Progress.none());
    assertThat(one.calls).hasValue(2 * before);
  }

  /** Else one failure of a service would be taken for what the stage gives, in all runs. */
  @Test
  void whatWasMadeInSpiteOfAFailureIsTriedAgain() {
    AtomicInteger calls = new AtomicInteger();
    AtomicBoolean down = new AtomicBoolean(true);
    QueryExpander hosted =
        ((QueryExpander)
                (question, context) -> {
                  calls.incrementAndGet();
                  if (down.get()) {
                    throw new RagException("the service is down");
                  }
                  return Expansion.of(List.of(question));
                })
            .named("hosted")
            .orQuestion();
    Experiment.Builder experiment =
        Experiment.over(Fixture.set())
            .fix(Factor.EXPANDER, hosted)
            .fix(Factor.RETRIEVER, Fixture.words())
            .fix(Factor.TOP_K, 1)
            .fix(Factor.GENERATOR, new Fixture.Quoting("quoting"))
            .measure(TokenF1.squad())
            .memo(folder);
    experiment.build().run(Progress.none());
    int asked = calls.get();
    assertThat(asked).isPositive();
    down.set(false);
    for (int run = 0; run < 2; run++) {
      experiment.build().run(Progress.none());
      assertThat(calls).as("run %d behind the failure", run).hasValue(2 * asked);
    }
  }

  @Test
  void twoWaysToTheSamePromptShareAnAnswer() {
    Fixture.Quoting quoting = new Fixture.Quoting("quoting");
    Map<String, Integer> depths = Map.of("10", 10, "16", 16);
    Experiment.over(Fixture.set())
        .fix(Factor.RETRIEVER, Fixture.words())
        .fix(Factor.RERANKER, new Fixture.NoDecoys())
        .vary(Factor.RERANK_DEPTH, depths)
        .fix(Factor.TOP_K, 1)
        .fix(Factor.GENERATOR, quoting)
        .measure(TokenF1.squad())
        .build()
        .run(Progress.none());
    assertThat(quoting.calls).hasValue(Fixture.ANIMALS.size());
  }

  @Test
  void aStageThatDoesNotSayWhatItIsIsRefused() {
    Generator lambda = (request, context) -> FakeGenerator.create().generate(request, context);
    assertThatThrownBy(() -> experiment(lambda).memo(folder).build().run(Progress.none()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "arm \"topK 1\": the generator lambda? does not say what it is, so a memo could not tell it from another one; give it a name that changes whenever its results may, with named(\"...\"), or override its description()");
    experiment(lambda.named("mine")).memo(folder).build().run(Progress.none());
  }

  @Test
  void oneRunAtATime() throws Exception {
    try (Memo open = Memo.open(folder)) {
      assertThat(open.lasts()).isTrue();
      String message =
          "the memo %s is in use by another run; wait for its end, or give this one a folder of its own"
              .formatted(folder);
      assertThatThrownBy(() -> Memo.open(folder))
          .isInstanceOfSatisfying(MemoException.class, e -> assertThat(e.retryable()).isTrue())
          .hasMessage(message);
      Process other = start(folder);
      try (BufferedReader out = other.inputReader()) {
        assertThat(out.lines()).containsExactly(message);
      }
      assertThat(other.waitFor()).isEqualTo(3);
    }
  }

  /** The disk's place is taken by the largest file that a process may write, which a shell sets. */
  @Test
  void aFullDiskIsSaidAndLeavesTheMemoToTheNext() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "/bin/sh, which sets the limit, is missing");
    Process full =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "ulimit -S -f 1024; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                FullDiskRun.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> said;
    try (BufferedReader out = full.inputReader()) {
      said = out.lines().toList();
    }
    assertThat(full.waitFor()).isZero();
    assertThat(said).hasSize(3).endsWith("true", "written");
    assertThat(said.getFirst())
        .startsWith("the memo " + folder + " can no longer be used: ")
        .endsWith("what was committed is kept; make room or mend the disk, and run again");
  }

  @Test
  void aMemoOfAnotherVersionIsRefused() {
    try (MVStore store = MVStore.open(folder.resolve("memo.mvstore").toString())) {
      store
          .openMap(
              "about",
              new MVMap.Builder<String, String>()
                  .keyType(StringDataType.INSTANCE)
                  .valueType(StringDataType.INSTANCE))
          .put("version", "99");
    }
    String message =
        "the memo %s is of version %s, this library reads version 3; delete it, or give another folder";
    assertThatThrownBy(() -> Memo.open(folder)).hasMessage(message.formatted(folder, "99"));
    try (MVStore store = MVStore.open(folder.resolve("memo.mvstore").toString())) {
      store.openMap("ragwright").put("version", "2");
    }
    assertThatThrownBy(() -> Memo.open(folder))
        .hasMessage(message.formatted(folder, "2 or before"));
  }

  /** The disk gives back other bytes than were written, or fewer. */
  @Test
  void aDamagedMemoNeverGivesAnotherResult() throws IOException {
    Path memo = Files.createDirectories(folder.resolve("memo"));
    Path file = memo.resolve("memo.mvstore");
    Fixture.Quoting quoting = new Fixture.Quoting("quoting");
    ExperimentResult first = experiment(quoting).memo(memo).build().run(Progress.none());
    int calls = quoting.calls.get();
    String right = comparable(first, folder);
    byte[] whole = Files.readAllBytes(file);
    RandomGenerator random = Seeds.random();
    int again = 0;
    int refused = 0;
    for (int i = 0; i < 90; i++) {
      byte[] damaged = whole.clone();
      if (i % 3 == 2) {
        damaged = Arrays.copyOf(damaged, random.nextInt(1, damaged.length));
      } else {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(file, damaged);
      int before = quoting.calls.get();
      try {
        ExperimentResult second = experiment(quoting).memo(memo).build().run(Progress.none());
        assertThat(comparable(second, folder)).as(Seeds.replay()).isEqualTo(right);
        again += quoting.calls.get() > before ? 1 : 0;
      } catch (MemoException e) {
        assertThat(e).hasMessageContaining("the memo " + memo);
        refused++;
      }
    }
    assertThat(again).as("damage in results").isPositive();
    assertThat(refused).as("damage in what finds them").isPositive();
    Files.write(file, whole);
    int before = quoting.calls.get();
    experiment(quoting).memo(memo).build().run(Progress.none());
    assertThat(quoting.calls).hasValue(before);
    assertThat(calls).isPositive();
  }

  /** The JDK closes a file in the hands of a thread that is interrupted. */
  @Test
  void anInterruptFromBeforeIsKept() {
    Fixture.Quoting quoting = new Fixture.Quoting("quoting");
    Thread.currentThread().interrupt();
    experiment(quoting).memo(folder).build().run(Progress.none());
    assertThat(Thread.interrupted()).isTrue();
    int calls = quoting.calls.get();
    experiment(quoting).memo(folder).build().run(Progress.none());
    assertThat(quoting.calls).hasValue(calls);
  }

  @Test
  void aFileThatIsNoMemoIsRefused() throws IOException {
    Files.writeString(folder.resolve("memo.mvstore"), "no store ".repeat(2_000));
    assertThatThrownBy(() -> Memo.open(folder))
        .isInstanceOf(MemoException.class)
        .hasMessageStartingWith("the memo " + folder + " cannot be opened: ")
        .hasMessageEndingWith("; delete it, or give another folder");
  }

  /** Also what an earlier version kept on 2026-11-29, in {@code memo.jsonl}. */
  @Test
  void whatIsKeptIsTheSameToTheLastBit() throws IOException {
    Map<String, Passage> kept = new HashMap<>();
    ResultCodec codec =
        new ResultCodec(
            passage -> {
              kept.put(passage.id(), passage);
              return passage.id();
            },
            name -> Objects.requireNonNull(kept.get(name)));
    Iterator<byte[]> stored;
    try (InputStream in = MemoTest.class.getResourceAsStream("memo.jsonl")) {
      stored =
          new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
              .lines()
              .map(line -> line.getBytes(UTF_8))
              .iterator();
    }
    Passage passage =
        new Passage(
            "d#5-9",
            "d",
            5,
            9,
            "w\u00f6\ud83d\ude00",
            List.of("A", "B"),
            Metadata.of("t", "1").with("l", 1L).with("d", 1.0).with("b", true));
    assertThat(codec.decodePassage(codec.encode(passage))).isEqualTo(passage);
    Passage tagged =
        new Passage(
            "d#0-1",
            "d",
            0,
            1,
            "x",
            List.of(),
            Metadata.empty().with("tags", List.of("a", "b, c")));
    assertThat(codec.decodePassage(codec.encode(tagged))).isEqualTo(tagged);
    assertThat(codec.decodePassage(stored.next())).isEqualTo(passage);
    Context context =
        new Context(
            List.of(new Evidence(passage, .1 + .2, List.of(passage))),
            7,
            List.of(new Context.Dropped("x", Context.Reason.CUT)),
            List.of("title"));
    Usage usage = Usage.unknown().with("a", 1).withUnknown("b");
    StageRecord part =
        StageRecord.of(
                "retrieve",
                StageDescription.of("retriever", "a")
                    .with("p", 1)
                    .withParts(List.of(StageDescription.of("retriever", "b"))),
                Duration.ofNanos(7),
                usage)
            .with("hits", 2)
            .with("best", 4.0)
            .with("query", "q");
    for (Object value :
        List.of(
            Expansion.of(List.of(Query.of(""), Query.of("b")), usage),
            Retrieval.of(
                    List.of(
                        new Hit(passage, Math.nextUp(1.0 / 3), "s"),
                        new Hit(passage, Double.NEGATIVE_INFINITY, "s"),
                        new Hit(passage, -0.0, "s")),
                    usage)
                .withParts(List.of(part, part.withParts(List.of(part)))),
            new EvidenceGate.Verdict(false, "weak", usage),
            new Assembly(context, usage, List.of(part)),
            Generation.of(
                    "text",
                    List.of(Citation.of(passage, 5, 7, 0, 4), Evidence.of(passage, 1).cite(0, 4)),
                    Generation.FinishReason.LENGTH,
                    usage)
                .withRefusedCitations(2),
            Generation.abstained(new Abstention(Abstention.Reason.DECLINED, "no"), usage))) {
      StageResult result =
          new StageResult(
              value,
              usage,
              Duration.ofNanos(123),
              Duration.ofNanos(45),
              Instant.EPOCH.plusNanos(1),
              true);
      for (byte[] json : List.of(codec.encode(result), stored.next())) {
        assertThat(codec.decode(json)).usingRecursiveComparison().isEqualTo(result);
      }
    }
    StageResult expanded =
        new StageResult(
            Expansion.of(List.of(Query.of("b"), Query.like("b")), usage)
                .withParts(List.of(part, part.failed("the model is down"))),
            usage,
            Duration.ofNanos(1),
            Duration.ofNanos(1),
            Instant.EPOCH,
            true);
    assertThat(codec.decode(codec.encode(expanded))).usingRecursiveComparison().isEqualTo(expanded);
    Generation sure =
        Generation.of("text", List.of(), Generation.FinishReason.STOP, usage)
            .withConfidence(1.0 / 3);
    StageResult told =
        new StageResult(sure, usage, Duration.ZERO, Duration.ZERO, Instant.EPOCH, true);
    assertThat(codec.decode(codec.encode(told))).usingRecursiveComparison().isEqualTo(told);
    StageStore.Taken taken =
        new StageStore.Taken(3, Duration.ofNanos(123), Duration.ofNanos(45), usage);
    assertThat(codec.decodeTaken(codec.encode(taken))).isEqualTo(taken);
    assertThat(codec.decodeTaken(stored.next())).isEqualTo(taken);
    String before =
        "{\"context\":{\"tokens\":0,\"evidence\":[],\"dropped\":[]},"; // no titles, no parts
    String end = "\"usage\":{},\"nanos\":1,\"cpuNanos\":1,\"at\":\"1970-01-01T00:00:00Z\"}";
    assertThat(codec.decode((before + end).getBytes(UTF_8)).value())
        .isEqualTo(new Assembly(new Context(List.of(), 0, List.of()), Usage.none(), List.of()));
  }

  /** The seed is printed; the moments depend on the machine as well. */
  @Test
  void aRunThatIsKilledAtAnyMomentIsResumedToTheSameResult() throws Exception {
    RandomGenerator random = Seeds.random();
    for (int kill = 0; kill < 10; kill++) {
      Process run = start(folder);
      try (BufferedReader out = run.inputReader()) {
        assertThat(out.readLine()).isEqualTo("running");
        run.waitFor(random.nextInt(400), TimeUnit.MILLISECONDS);
        run.destroyForcibly().waitFor();
      }
    }
    ExperimentResult resumed = KilledRun.experiment(folder).run(Progress.none());
    ExperimentResult whole = KilledRun.experiment(null).run(Progress.none());
    assertThat(resumed.stageReplays().get("generate")).isPositive();
    assertThat(comparable(resumed, folder)).isEqualTo(comparable(whole, folder));
  }

  private static Process start(Path memo) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            KilledRun.class.getName(),
            memo.toString())
        .redirectErrorStream(true)
        .start();
  }
}
