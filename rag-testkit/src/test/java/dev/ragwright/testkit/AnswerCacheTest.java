package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.Answer;
import dev.ragwright.AnswerStream;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.AnswerCache;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.trace.StageRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerCacheTest {
  private static final Document RHINE =
      new Document(
          "rhine",
          "The Rhine is 1230 km long.",
          Metadata.of("tenant", "a")
              .with("km", 1230L)
              .with("share", .5)
              .with("open", true)
              .with("tags", List.of("river", "border")));
  private static final List<Passage> PASSAGES =
      List.of(
          Passage.of(RHINE, 0, RHINE.text().length(), List.of("Rivers")),
          Passage.of(
              new Document("elbe", "The Elbe is long.", Metadata.of("tenant", "b")),
              0,
              17,
              List.of()));

  private final AtomicInteger asked = new AtomicInteger();

  /** Quotes the first passage. */
  private final Generator quoting =
      new Generator() {
        @Override
        public Generation generate(GenerationRequest request, CallContext context) {
          asked.incrementAndGet();
          Passage first = request.context().evidence().getFirst().passage();
          return Generation.of(
                  first.text(),
                  List.of(Citation.of(first, first.start(), first.end(), 0, first.text().length())),
                  Generation.FinishReason.STOP,
                  Usage.of(Usage.INPUT_TOKENS, 100).with(Usage.OUTPUT_TOKENS, 10))
              .withConfidence(.25);
        }

        @Override
        public StageDescription description() {
          return StageDescription.of("generator", "quoting").with(StageDescription.MODEL, "m");
        }
      };

  private RagPipeline pipeline(AnswerCache cache) {
    return RagPipeline.builder()
        .retriever(FakeRetriever.of(PASSAGES))
        .generator(quoting)
        .cache(cache)
        .build();
  }

  private static StageRecord only(Answer answer) {
    assertThat(answer.trace().stages()).hasSize(1);
    return answer.trace().stages().getFirst();
  }

  @Test
  void theSameQuestionCostsNothingTheSecondTime() {
    try (AnswerCache cache = AnswerCache.builder().open()) {
      Answer first = pipeline(cache).ask("How long is the Rhine?");
      assertThat(first.trace().stages().getFirst().details()).containsEntry("verdict", "miss");
      Answer again = pipeline(cache).ask("How long is the Rhine?");
      assertThat(asked).hasValue(1);
      assertThat(again.text()).isEqualTo(first.text());
      assertThat(again.citations()).isEqualTo(first.citations());
      assertThat(again.context()).isEqualTo(first.context());
      assertThat(again.confidence()).hasValue(.25);
      assertThat(again.usage()).isEqualTo(Usage.none());
      assertThat(only(again).stage()).isEqualTo("cache");
      assertThat(only(again).details())
          .containsEntry("verdict", "same words")
          .containsEntry("spared", "inputTokens 100, outputTokens 10");
      PriceTable prices =
          PriceTable.builder("USD", LocalDate.EPOCH)
              .model("m", PriceTable.ModelPrice.perMillionTokens("1", "2"))
              .build();
      assertThat(again.trace().cost(prices)).isEqualTo(prices.none());
      assertThat(first.trace().cost(prices)).isNotEqualTo(prices.none());
      assertThat(cache.statistics())
          .isEqualTo(
              new AnswerCache.Statistics(
                  1, 0, 1, Usage.of(Usage.INPUT_TOKENS, 100).with(Usage.OUTPUT_TOKENS, 10)));
    }
  }

  @Test
  void aStreamIsRecalledInOnePieceAndIsKept() {
    try (AnswerCache cache = AnswerCache.builder().open()) {
      try (AnswerStream stream = pipeline(cache).stream("How long is the Rhine?")) {
        assertThat(stream.text()).isNotEmpty();
      }
      try (AnswerStream stream = pipeline(cache).stream("How long is the Rhine?")) {
        assertThat(stream.text()).containsExactly(RHINE.text());
        assertThat(only(stream.result()).details()).containsEntry("verdict", "same words");
      }
      assertThat(asked).hasValue(1);
    }
  }

  @Test
  void neverCrossesAFilter() {
    try (AnswerCache cache = AnswerCache.builder().open()) {
      RagPipeline rag = pipeline(cache);
      String question = "How long is it?";
      List<Filter> filters =
          List.of(
              Filter.all(),
              Filter.is("tenant", "a"),
              Filter.is("tenant", "b"),
              Filter.in("tenant", "a", "b"),
              Filter.is("tenant", "a, b"), // the same text for people as the one before
              Filter.is("km", 1230),
              Filter.is("km", "1230"),
              Filter.exists("km"),
              Filter.exists("km").not(),
              Filter.documents(List.of("rhine", "elbe")),
              Filter.documents(List.of("elbe, rhine")),
              Filter.between("tenant", "a", "…"),
              Filter.atLeast("tenant", "a"),
              Filter.startsWith("tenant", "a"),
              Filter.is("tenant", "a").or(Filter.is("tenant", "b")),
              Filter.atLeast("km", 3),
              Filter.atMost("km", 3));
      List<Answer> answers = filters.stream().map(filter -> rag.ask(question, filter)).toList();
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).trace().stages().getFirst().details())
            .as("%s", filters.get(i))
            .containsEntry("verdict", "miss");
      }
      assertThat(rag.ask(question, Filter.is("tenant", "b")).text()).isEqualTo("The Elbe is long.");
      assertThat(rag.with(r -> r.filter(Filter.is("tenant", "b"))).ask(question).text())
          .isEqualTo("The Elbe is long.");
    }
  }

  @Test
  void forgetsWhenTheIndexOrASettingChanges() {
    try (AnswerCache cache = AnswerCache.builder().open()) {
      pipeline(cache).ask("How long is the Rhine?");
      RagPipeline less =
          pipeline(cache).with(r -> r.retriever(FakeRetriever.of(PASSAGES.subList(0, 1))));
      less.ask("How long is the Rhine?");
      pipeline(cache).with(r -> r.topK(1)).ask("How long is the Rhine?");
      pipeline(cache)
          .with(r -> r.generator(quoting.named("another")))
          .ask("How long is the Rhine?");
      assertThat(asked).hasValue(4);
    }
  }

  /** An index may change while a question is answered, whose answer is then of neither. */
  @Test
  void doesNotKeepWhatChangedMeanwhile() {
    AtomicReference<String> version = new AtomicReference<>("1");
    Retriever changing =
        new Retriever() {
          @Override
          public dev.ragwright.retrieve.Retrieval retrieve(
              dev.ragwright.retrieve.RetrievalRequest request, CallContext context) {
            version.set("2");
            return FakeRetriever.of(PASSAGES).retrieve(request, context);
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("retriever", "changing")
                .with("version", String.valueOf(version.get()));
          }
        };
    try (AnswerCache cache = AnswerCache.builder().open()) {
      pipeline(cache).with(r -> r.retriever(changing)).ask("How long is the Rhine?");
      assertThat(cache.size()).isZero();
    }
  }

  @Test
  void aConversationIsAScopeOfItsOwn() {
    try (AnswerCache cache = AnswerCache.builder().open()) {
      Conversation talk = Conversation.of(Condenser.english());
      Answer first = pipeline(cache).in(talk).ask("How long is the Rhine?");
      Conversation longer = talk.with(first.turn());
      pipeline(cache).in(longer).ask("How long is the Elbe?");
      pipeline(cache).in(longer).ask("How long is the Elbe?");
      pipeline(cache).in(talk).ask("How long is the Elbe?");
      assertThat(asked).hasValue(3);
    }
  }

  @Test
  void keepsAbstentionsOnlyIfAskedToAndNeverFailuresOrHalves() {
    for (boolean kept : List.of(false, true)) {
      try (AnswerCache cache = AnswerCache.builder().abstentions(kept).open()) {
        RagPipeline rag = pipeline(cache);
        rag.ask("xyz");
        Answer again = rag.ask("xyz");
        assertThat(again.outcome()).isInstanceOf(Outcome.Abstained.class);
        assertThat(cache.statistics().hits()).isEqualTo(kept ? 1 : 0);
        Generator cut =
            (request, context) ->
                Generation.of("half", List.of(), Generation.FinishReason.LENGTH, Usage.none());
        rag.with(r -> r.generator(cut.named("cut"))).ask("How long is the Rhine?");
        Generator failing =
            (request, context) -> {
              throw new IllegalStateException("no");
            };
        assertThatThrownBy(
                () ->
                    rag.with(r -> r.generator(failing.named("failing")))
                        .ask("How long is the Rhine?"))
            .hasMessageContaining("no");
        assertThat(cache.size()).isEqualTo(kept ? 1 : 0);
      }
    }
  }

  private void ask(AnswerCache cache, UnaryOperator<RagPipeline.Builder> changed) {
    pipeline(cache).with(changed).ask("How long is the Rhine?");
  }

  /** An answer that a failure has made what it is would be given once all is well again, too. */
  @Test
  void doesNotKeepWhatAFailureHasChanged() {
    Retriever busy =
        (request, context) -> {
          throw new RagException("busy");
        };
    Condenser noCondenser =
        (turns, question, context) -> {
          throw new RagException("busy");
        };
    QueryExpander noExpander =
        (question, context) -> {
          throw new RagException("busy");
        };
    Conversation talk =
        Conversation.of(noCondenser.named("busy").orElse(Condenser.none()))
            .with(Turn.of("Hello", "Hello"));
    try (AnswerCache cache = AnswerCache.builder().abstentions(true).open()) {
      ask(
          cache,
          r ->
              r.retriever(
                  Retrievers.fuseAtLeast(
                      1,
                      RankFusion.reciprocalRank(60),
                      10,
                      FakeRetriever.of(PASSAGES),
                      busy.named("busy"))));
      ask(cache, r -> r.expander(noExpander.named("busy").orQuestion()));
      ask(cache, r -> r.generator(answeredBy("first", "second").named("fallback")));
      pipeline(cache).in(talk).ask("How long is it?");
      assertThat(cache.size()).isZero();
      pipeline(cache)
          .with(
              r ->
                  r.retriever(
                      Retrievers.fuseAtLeast(
                          1,
                          RankFusion.reciprocalRank(60),
                          10,
                          Retriever.none(),
                          busy.named("busy"))))
          .ask("xyz");
      assertThat(cache.size()).isZero();
      ask(cache, r -> r.generator(answeredBy("first", "first").named("repeated")));
      assertThat(cache.size()).isEqualTo(1);
    }
  }

  /** As after a failure of the one, the other answers. */
  private static Generator answeredBy(String failed, String well) {
    return (request, context) ->
        Generation.of("so", List.of(), Generation.FinishReason.STOP, Usage.none())
            .withParts(
                List.of(part(failed).failed("busy"), part(well).withParts(List.of(part("x")))));
  }

  private static StageRecord part(String generator) {
    return StageRecord.of(
        "attempt", StageDescription.of("generator", generator), Duration.ZERO, Usage.none());
  }

  @Test
  void dropsTheLeastRecentlyUsed() {
    try (AnswerCache cache = AnswerCache.builder().capacity(2).open()) {
      RagPipeline rag = pipeline(cache);
      rag.ask("the Rhine");
      rag.ask("the Elbe");
      rag.ask("the Rhine");
      rag.ask("long");
      rag.ask("the Rhine");
      assertThat(asked).hasValue(3);
      rag.ask("the Elbe");
      assertThat(asked).hasValue(4);
      assertThat(cache.size()).isEqualTo(2);
      cache.clear();
      assertThat(cache.size()).isZero();
    }
  }

  @Test
  void anAnswerGetsOld() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    try (AnswerCache cache =
        AnswerCache.builder().maxAge(Duration.ofHours(1)).clock(now::get).open()) {
      pipeline(cache).ask("the Rhine");
      now.set(Instant.EPOCH.plusSeconds(3600));
      pipeline(cache).ask("the Rhine");
      assertThat(asked).hasValue(1);
      now.set(Instant.EPOCH.plusSeconds(3601));
      pipeline(cache).ask("the Rhine");
      assertThat(asked).hasValue(2);
    }
  }

  @Test
  void aClockThatWasAheadKeepsNothingForYears() {
    Instant today = Instant.parse("2026-12-01T12:00:00Z");
    AtomicReference<Instant> now = new AtomicReference<>(today.plus(Duration.ofDays(9_000)));
    try (AnswerCache cache =
        AnswerCache.builder().maxAge(Duration.ofHours(1)).clock(now::get).open()) {
      pipeline(cache).ask("the Rhine");
      now.set(today);
      pipeline(cache).ask("the Rhine");
      assertThat(asked).hasValue(2);
      now.set(today.minusSeconds(1)); // once more, and on
      pipeline(cache).ask("the Rhine");
      assertThat(asked).hasValue(3);
      now.set(today.plusSeconds(60));
      pipeline(cache).ask("the Rhine");
      assertThat(asked).hasValue(3);
    }
    try (AnswerCache cache =
        AnswerCache.builder().maxAge(Duration.ofSeconds(Long.MAX_VALUE)).clock(now::get).open()) {
      pipeline(cache).ask("the Rhine");
      pipeline(cache).ask("the Rhine");
      assertThat(asked).hasValue(4);
    }
  }

  /** Counts letters. */
  private static final Embedder LETTERS =
      new Embedder() {
        @Override
        public Embeddings embed(List<String> texts, Side side, CallContext context) {
          context.throwIfStopped();
          List<float[]> vectors = new ArrayList<>();
          for (String text : texts) {
            float[] vector = new float[26];
            double norm = 0;
            for (char letter : text.toLowerCase(Locale.ROOT).toCharArray()) {
              if (letter >= 'a' && letter <= 'z') {
                vector[letter - 'a']++;
              }
            }
            for (float count : vector) {
              norm += count * count;
            }
            for (int i = 0; i < vector.length; i++) {
              vector[i] /= (float) Math.sqrt(norm);
            }
            vectors.add(vector);
          }
          return new Embeddings(vectors, Usage.of(Usage.EMBEDDED_TEXTS, texts.size()));
        }

        @Override
        public int dimension() {
          return 26;
        }

        @Override
        public StageDescription description() {
          return StageDescription.of("embedder", "letters");
        }
      };

  private static AnswerCache.Builder byLetters(double from) {
    return AnswerCache.builder()
        .byMeaning(LETTERS, new Threshold(from, AnswerCache.source(LETTERS), .01, .9, 1_000, 100));
  }

  @Test
  void findsQuestionsOfTheSameMeaningButNotOfOtherNumbers() {
    try (AnswerCache cache = byLetters(.98).open()) {
      RagPipeline rag = pipeline(cache);
      rag.ask("How long is the Rhine in 2019?");
      Answer hit = rag.ask("The Rhine in 2019: how long is it");
      assertThat(only(hit).details())
          .containsEntry("verdict", "same meaning")
          .containsEntry("asked", "How long is the Rhine in 2019?");
      assertThat(only(hit).details().get("similarity"))
          .asInstanceOf(InstanceOfAssertFactories.DOUBLE)
          .isBetween(.98, 1.0001);
      assertThat(hit.usage()).isEqualTo(Usage.of(Usage.EMBEDDED_TEXTS, 1));
      assertThat(cache.statistics().byMeaning()).isEqualTo(1);
      rag.ask("How long is the Rhine in 2020?");
      rag.ask("How long is the Elbe in 2019?");
      assertThat(asked).hasValue(3);
      rag.ask("The Rhine in 2019: how long is it", Filter.is("tenant", "b"));
      assertThat(asked).hasValue(4);
    }
  }

  @Test
  void refusesThresholdsOfOthersAndStagesThatDoNotSayWhatTheyAre() {
    assertThatThrownBy(
            () ->
                AnswerCache.builder()
                    .byMeaning(LETTERS, new Threshold(.9, "cosine of bge", .01, .9, 10, 1)))
        .hasMessage(
            "the threshold was learnt of \"cosine of bge\", and the embedder's similarity is \"cosine of letters\", which cannot be compared; learn one for it");
    assertThatThrownBy(() -> AnswerCache.builder().capacity(0))
        .hasMessage("capacity must be >= 1, was 0");
    try (AnswerCache cache = AnswerCache.builder().open()) {
      Generator lambda = (request, context) -> Generation.of("x");
      assertThatThrownBy(() -> pipeline(cache).with(r -> r.generator(lambda)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a `cache` needs a pipeline that says what it is")
          .hasMessageContaining("lambda?");
    }
  }

  @Test
  void aFolderKeepsAllOfAnAnswer(@TempDir Path folder) {
    Answer first;
    try (AnswerCache cache = byLetters(.98).folder(folder).open()) {
      first = pipeline(cache).ask("How long is the Rhine?");
      pipeline(cache).ask("\ud800 Elbe?");
      assertThatThrownBy(() -> AnswerCache.builder().folder(folder).open())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "the cache of answers in %s is in use by another process or cache; close that, or give this one a folder of its own"
                  .formatted(folder));
    }
    try (AnswerCache cache = byLetters(.98).folder(folder).open()) {
      assertThat(cache.size()).isEqualTo(2);
      Answer again = pipeline(cache).ask("how long is the rhine");
      assertThat(again.context()).isEqualTo(first.context());
      assertThat(again.citations()).isEqualTo(first.citations());
      assertThat(again.confidence()).hasValue(.25);
      assertThat(again.finishReason()).isEqualTo(first.finishReason());
      pipeline(cache).ask("\ud800 Elbe?");
      assertThat(asked).hasValue(2);
      cache.clear();
    }
    try (AnswerCache cache = byLetters(.98).folder(folder).open()) {
      assertThat(cache.size()).isZero();
    }
  }

  @Test
  void refusesAFolderOfAnotherVersionAndKeepsWhatIsWhole(@TempDir Path folder) throws IOException {
    try (AnswerCache cache = AnswerCache.builder().folder(folder).open()) {
      pipeline(cache).ask("the Rhine");
      pipeline(cache).ask("the Elbe");
    }
    Path file = folder.resolve("answers.bin");
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 3));
    try (AnswerCache cache = AnswerCache.builder().folder(folder).open()) {
      assertThat(cache.size()).isEqualTo(1);
    }
    byte[] later = whole.clone();
    later[11] = 9; // the last byte of the format
    Files.write(file, later);
    assertThatThrownBy(() -> AnswerCache.builder().folder(folder).open())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the cache of answers in %s was written by another version of Ragwright, in format 9, and this one reads format 1; delete the folder, or name another"
                .formatted(folder));
    Files.writeString(file, "something else that stands here");
    assertThatThrownBy(() -> AnswerCache.builder().folder(folder).open())
        .hasMessage(file + " is no cache of answers; name another folder");
    assertThat(Files.readString(file)).startsWith("something");
  }

  @Test
  void theFileStaysBounded(@TempDir Path folder) throws IOException {
    try (AnswerCache cache = AnswerCache.builder().capacity(2).folder(folder).open()) {
      for (int i = 0; i < 400; i++) {
        pipeline(cache).ask("the Rhine " + i);
      }
      assertThat(cache.size()).isEqualTo(2);
    }
    assertThat(Files.size(folder.resolve("answers.bin"))).isLessThan(110 * 2_000L);
    try (AnswerCache cache = AnswerCache.builder().capacity(2).folder(folder).open()) {
      pipeline(cache).ask("the Rhine 399");
      assertThat(asked).hasValue(400);
    }
  }

  /** As on a full disk; a folder in the file's place is as little written to. */
  @Test
  void whatCannotBeWrittenIsKeptInMemory(@TempDir Path folder) throws IOException {
    try (AnswerCache cache = AnswerCache.builder().capacity(2).folder(folder).open()) {
      RagPipeline rag = pipeline(cache);
      for (int i = 0; i < 105; i++) { // so often that the next is written with all others
        rag.ask("the Rhine " + i);
      }
      Path file = folder.resolve("answers.bin");
      Files.delete(file);
      Files.createDirectories(file.resolve("in the way"));
      CallContext context = CallContext.unbounded();
      AnswerCache.LookUp lookUp = cache.find("scope", Query.of("the Elbe"), context);
      cache.keep(
          lookUp,
          new AnswerCache.Remembered(
              Query.of("the Elbe"),
              new Context(List.of(), 0, List.of()),
              Generation.of("long", List.of(), Generation.FinishReason.STOP, Usage.none()),
              null,
              List.of(),
              Usage.none()));
      assertThat(cache.find("scope", Query.of("the Elbe"), context).remembered()).isPresent();
      assertThat(folder.resolve("answers.bin.new")).doesNotExist();
      rag.ask("the Rhine");
      Files.delete(file.resolve("in the way"));
      Files.delete(file);
      rag.ask("the Rhine, again");
    }
    try (AnswerCache cache = AnswerCache.builder().capacity(2).folder(folder).open()) {
      pipeline(cache).ask("the Rhine");
      pipeline(cache).ask("the Rhine, again");
      assertThat(asked).hasValue(107);
    }
  }

  @Test
  void aFailureToForgetIsToldAndWhatComesThenIsWritten(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("answers.bin");
    try (AnswerCache cache = AnswerCache.builder().folder(folder).open()) {
      pipeline(cache).ask("the Rhine");
      Path away = Files.move(file, folder.resolve("away"));
      Files.createDirectories(file.resolve("in the way"));
      assertThatThrownBy(cache::clear)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage("the cache of answers in " + folder + " cannot be written");
      Files.delete(file.resolve("in the way"));
      Files.delete(file);
      Files.move(away, file);
      pipeline(cache).ask("the Elbe");
    }
    try (AnswerCache cache = AnswerCache.builder().folder(folder).open()) {
      pipeline(cache).ask("the Elbe");
      assertThat(asked).hasValue(2);
    }
  }

  @Test
  void aFileThatIsTakenAwayIsWrittenAnew(@TempDir Path folder) throws IOException {
    try (AnswerCache cache = AnswerCache.builder().folder(folder).open()) {
      pipeline(cache).ask("the Rhine");
      Files.delete(folder.resolve("answers.bin"));
      pipeline(cache).ask("the Elbe");
    }
    try (AnswerCache cache = AnswerCache.builder().folder(folder).open()) {
      assertThat(cache.size()).isEqualTo(2);
    }
  }

  @Test
  void aFolderThatCouldNotBeReadIsNotLocked(@TempDir Path folder) throws IOException {
    Path file = Files.createDirectory(folder.resolve("answers.bin"));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> AnswerCache.builder().folder(folder).open())
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage("the cache of answers in " + folder + " cannot be read");
    }
    Files.delete(file);
    AnswerCache.builder().folder(folder).open().close();
  }

  @Test
  void manyCallersGetTheSame() {
    try (AnswerCache cache = byLetters(.999).capacity(3).open()) {
      RagPipeline rag = pipeline(cache);
      List<String> questions = List.of("the Rhine", "the Elbe", "long", "km", "river?");
      List<String> alone = questions.stream().map(question -> rag.ask(question).text()).toList();
      Crowd.agree(
          Crowd.each(
              member -> questions.stream().map(question -> rag.ask(question).text()).toList()),
          alone);
      assertThat(cache.size()).isLessThanOrEqualTo(3);
    }
  }

  @Test
  void aClosedCacheFailsLikeAStage() {
    AnswerCache cache = AnswerCache.builder().open();
    RagPipeline rag = pipeline(cache);
    cache.close();
    cache.close();
    assertThatThrownBy(() -> rag.ask("the Rhine"))
        .hasMessageContaining("cache")
        .hasMessageContaining("the cache of answers is closed");
  }
}
