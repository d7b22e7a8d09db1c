package dev.ragwright.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ragwright.RagPipeline;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.FakeGenerator;
import dev.ragwright.testkit.FakeRetriever;
import dev.ragwright.trace.TraceListener;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceLogTest {
  @TempDir Path folder;

  private static RagPipeline pipeline(TraceListener.Factory listener) {
    return RagPipeline.builder()
        .retriever(FakeRetriever.of("the pump was built", "the pump failed", "keys rotate daily"))
        .generator(FakeGenerator.create())
        .listener(listener)
        .build();
  }

  private List<LoggedQuestions.Logged> logged(double share, String... questions) {
    Path file = folder.resolve("traces.jsonl");
    try (TraceLog log = TraceLog.open(file, share, 42)) {
      RagPipeline rag = pipeline(log);
      for (String question : questions) {
        rag.ask(question);
      }
    }
    return LoggedQuestions.read(file).questions();
  }

  @Test
  void everyQuestionIsLoggedOnceWithHowItWent() {
    assertThat(logged(1, "when was the pump built?", "nothing known", "When was the pump  BUILT?"))
        .containsExactly(
            new LoggedQuestions.Logged("when was the pump built?", 2, 0, 4),
            new LoggedQuestions.Logged("nothing known", 1, 1, 0));
  }

  @Test
  void aShareIsOfDistinctQuestionsAndTheSameEveryTime() {
    String[] questions = IntStream.range(0, 400).mapToObj(i -> "pump " + i).toArray(String[]::new);
    List<LoggedQuestions.Logged> first = logged(0.25, questions);
    assertThat(first).hasSizeBetween(60, 140);
    List<LoggedQuestions.Logged> both = logged(0.25, questions); // appended
    assertThat(both).hasSameSizeAs(first).allMatch(one -> one.times() == 2);
  }

  @Test
  @SuppressWarnings("try") // that closing again does nothing is tested
  void manyThreadsLogWholeLines() throws Exception {
    Path file = folder.resolve("many.jsonl");
    try (TraceLog log = TraceLog.open(file, 1, 1)) {
      RagPipeline rag = pipeline(log);
      IntStream.range(0, 200).parallel().forEach(i -> rag.ask("pump " + i));
      log.close();
      log.close();
      assertThat(log.dropped()).isZero();
      rag.ask("after the end");
      assertThat(log.dropped()).isEqualTo(1);
    }
    assertThat(LoggedQuestions.read(file).questions()).hasSize(200);
  }

  @RepeatedTest(20)
  @SuppressWarnings("try") // it is closed while questions end
  void whatIsNotInTheFileIsCounted() throws Exception {
    Path file = folder.resolve("race.jsonl");
    try (TraceLog log = TraceLog.open(file, 1, 1)) {
      RagPipeline rag = pipeline(log);
      Thread closing = Thread.ofPlatform().unstarted(log::close);
      IntStream.range(0, 400)
          .parallel()
          .forEach(
              i -> {
                if (i == 100) {
                  closing.start();
                }
                rag.ask("pump " + i);
              });
      closing.join();
      assertThat(Files.readAllLines(file).size() + log.dropped()).isEqualTo(400);
    }
  }

  @Test
  @SuppressWarnings("try") // it is closed by a thread that is interrupted
  void anInterruptedCloseWritesAllAndLosesNothing() throws Exception {
    for (int round = 0; round < 20; round++) {
      Path file = folder.resolve("interrupted" + round + ".jsonl");
      try (TraceLog log = TraceLog.open(file, 1, 1)) {
        RagPipeline rag = pipeline(log);
        IntStream.range(0, 100).forEach(i -> rag.ask("pump " + i));
        Thread closing = Thread.ofPlatform().start(log::close);
        while (closing.isAlive()) {
          closing.interrupt();
          LockSupport.parkNanos(20_000);
        }
        assertThat(log.dropped()).isZero();
      }
      assertThat(Files.readAllLines(file)).hasSize(100);
    }
  }

  @Test
  void whatCannotBeOpenedIsRefused() {
    assertThatThrownBy(() -> TraceLog.open(folder, 1, 1))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot write traces to " + folder);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TraceLog.open(folder.resolve("x"), 0, 1))
        .withMessage("share must be above 0 and at most 1, was 0.0");
  }

  @Test
  void aLineCutOffByACrashIsLeftOutAndABrokenOneIsNamed() throws Exception {
    Path file = folder.resolve("cut.jsonl");
    String whole = "{\"question\":\"a\",\"stages\":[]}\n";
    Files.writeString(file, whole + "{\"question\":\"b");
    assertThat(LoggedQuestions.read(file).questions()).hasSize(1);
    byte[] cut = (whole + "{\"question\":\"\u00e4").getBytes(StandardCharsets.UTF_8);
    Files.write(file, Arrays.copyOf(cut, cut.length - 1)); // within a character
    assertThat(LoggedQuestions.read(file).questions()).hasSize(1);
    Files.writeString(file, "\uFEFF" + whole.replace("\n", "\r\n") + whole);
    assertThat(LoggedQuestions.read(file).questions().getFirst().times()).isEqualTo(2);
    Files.writeString(file, whole + "{\"x\":1}\n" + whole);
    assertThatThrownBy(() -> LoggedQuestions.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(file + " line 2 is no trace: it has no \"question\"");
  }

  @Test
  void aTornLineCostsNoOther() throws Exception {
    Path file = folder.resolve("torn.jsonl");
    try (TraceLog log = TraceLog.open(file, 1, 1)) {
      pipeline(log).ask("pump one");
    }
    Files.writeString(file, "{\"question\":\"pump to", StandardOpenOption.APPEND); // killed here
    try (TraceLog log = TraceLog.open(file, 1, 1)) {
      pipeline(log).ask("pump three");
    }
    assertThat(Files.readAllLines(file)).hasSize(3);
    assertThat(LoggedQuestions.read(file).questions())
        .extracting(LoggedQuestions.Logged::text)
        .containsExactly("pump one", "pump three");
    Files.writeString(file, "no log\nat all\n");
    assertThatThrownBy(() -> LoggedQuestions.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(file + " line 1: is no trace, and no other line is one");
  }

  /** A device that is always full takes nothing, and is tried again with each trace. */
  @Test
  void aFullDiskIsCountedAndSaid() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full), "/dev/full is missing");
    TraceLog log = TraceLog.open(full, 1, 1);
    pipeline(log).ask("pump one");
    pipeline(log).ask("pump two");
    assertThatThrownBy(log::close)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("/dev/full lacks 2 traces that could not be written");
  }

  @Test
  void tracesOfBeforeTheyToldTheOutcomeAreReadToo() throws Exception {
    Path file = folder.resolve("both.jsonl");
    String stages =
        "\"stages\":[{\"stage\":\"retrieve\",\"details\":{\"best\":3.0}},{\"stage\":\"generate\",\"details\":{}}]}";
    Files.write(
        file,
        List.of(
            "{\"question\":\"old\"," + stages,
            "{\"question\":\"old, nothing found\",\"stages\":[]}",
            "{\"id\":\"a-1\",\"question\":\"new\",\"outcome\":\"ANSWERED\"," + stages,
            "{\"id\":\"a-2\",\"question\":\"stopped\",\"outcome\":\"CANCELLED\"," + stages));
    assertThat(LoggedQuestions.read(file).questions())
        .containsExactly(
            new LoggedQuestions.Logged("old", 1, 0, 3),
            new LoggedQuestions.Logged("old, nothing found", 1, 1, 0),
            new LoggedQuestions.Logged("new", 1, 0, 3),
            new LoggedQuestions.Logged("stopped", 1, 1, 3));
  }

  @Test
  void theLeastSureOfEachKindAreChosenFirst() throws Exception {
    Path file = folder.resolve("log.jsonl");
    StringBuilder lines = new StringBuilder();
    trace(lines, "pump built when", 9);
    trace(lines, "pump built when exactly", 2); // cosine .87 with the one before
    trace(lines, "pump built when", 9);
    trace(lines, "who rotates the signing keys", 5);
    Files.writeString(file, lines);
    LoggedQuestions questions = LoggedQuestions.read(file);
    FakeEmbedder embedder = FakeEmbedder.of(4096);
    assertThat(questions.choose(2, embedder))
        .extracting(Question::text)
        .containsExactly("pump built when exactly", "who rotates the signing keys");
    assertThat(questions.choose(9, embedder)).hasSize(3);

    Path chosen = folder.resolve("chosen.jsonl");
    LoggedQuestions.write(questions.choose(3, embedder), chosen);
    assertThat(EvalSet.questions(chosen).questions().values())
        .extracting(Question::text)
        .contains("pump built when");
    assertThatIllegalArgumentException().isThrownBy(() -> questions.choose(0, embedder));
  }

  private static void trace(StringBuilder lines, String question, double best) {
    lines.append(
        String.format(
            Locale.ROOT,
            "{\"question\":\"%s\",\"stages\":[{\"stage\":\"retrieve\",\"details\":{\"hits\":1,\"best\":%s}}]}%n",
            question,
            best));
  }
}
