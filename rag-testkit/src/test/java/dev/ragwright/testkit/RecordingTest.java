package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.Answer;
import dev.ragwright.AnswerStream;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.EmbeddingAdapter;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void nameFile() {
    file = folder.resolve("answers.jsonl");
  }

  private static RagPipeline pipeline(Generator generator) {
    return RagPipeline.builder()
        .retriever(FakeRetriever.of("The Rhine is long.", "The Elbe is not."))
        .generator(generator)
        .build();
  }

  private static GenerationRequest request(String question, String... passages) {
    List<Evidence> evidence =
        IntStream.range(0, passages.length)
            .mapToObj(i -> Evidence.of(Passage.of("p" + i, passages[i]), 1))
            .toList();
    return GenerationRequest.of(Query.of(question), new Context(evidence, 9, List.of()));
  }

  @Test
  void replaysAnAnswerAndAStreamInItsPieces() throws IOException {
    Answer recorded;
    List<String> pieces;
    try (Recording recording = Recording.to(file)) {
      RagPipeline rag = pipeline(recording.generator("answers", FakeGenerator.create()));
      recorded = rag.ask("How long is the Rhine?");
      try (AnswerStream stream = rag.stream("Is the Elbe?")) {
        pieces = stream.text().toList();
      }
    }
    assertThat(pieces).hasSize(4);
    Generator replayed = Recording.of(file).generator("answers");
    assertThat(replayed.description()).isEqualTo(FakeGenerator.create().description());
    Answer again = pipeline(replayed).ask("How long is the Rhine?");
    assertThat(again.text()).isEqualTo(recorded.text());
    assertThat(again.citations()).isEqualTo(recorded.citations()).isNotEmpty();
    assertThat(again.usage()).isEqualTo(recorded.usage());
    try (AnswerStream stream = pipeline(replayed).stream("Is the Elbe?")) {
      assertThat(stream.text()).isEqualTo(pieces);
    }
    // The one that was streamed is there as a whole, too.
    assertThat(pipeline(replayed).ask("Is the Elbe?").text()).isEqualTo(String.join("", pieces));
    assertThat(Files.readAllLines(file)).hasSize(4).first().isEqualTo("{\"recording\":1}");
  }

  @Test
  void keepsAllOfAGeneration() {
    Generation whole =
        Generation.of(
                "half \ud800 of 🌊\n\"one\"",
                List.of(),
                Generation.FinishReason.LENGTH,
                Usage.unknown().with(Usage.INPUT_TOKENS, 3).withUnknown(Usage.OUTPUT_TOKENS))
            .withRefusedCitations(2)
            .withConfidence(.1)
            .withModel("model-2026");
    Generation none =
        Generation.abstained(
            new Abstention(Abstention.Reason.DECLINED, "it declined"), Usage.none());
    Generator scripted =
        (request, context) -> request.question().text().equals("whole") ? whole : none;
    try (Recording recording = Recording.to(file)) {
      Generator recorded = recording.generator("g", scripted.named("scripted"));
      recorded.generate(request("whole"), CallContext.unbounded());
      recorded.generate(request("none \udc00"), CallContext.unbounded());
    }
    Generator replayed = Recording.of(file).generator("g");
    Generation made = replayed.generate(request("whole"), CallContext.unbounded());
    assertThat(made.text()).isEqualTo(whole.text());
    assertThat(made.finishReason()).isEqualTo(whole.finishReason());
    assertThat(made.refusedCitations()).isEqualTo(2);
    assertThat(made.confidence()).hasValue(.1);
    assertThat(made.model()).hasValue("model-2026");
    assertThat(made.usage()).isEqualTo(whole.usage());
    assertThat(replayed.generate(request("none \udc00"), CallContext.unbounded()).abstention())
        .isEqualTo(none.abstention());
  }

  @Test
  void aMissNamesWhatWasAskedAndTheNearest() {
    try (Recording recording = Recording.to(file)) {
      Generator recorded = recording.generator("answers", FakeGenerator.create());
      recorded.generate(request("How long is the Rhine?", "The Rhine."), CallContext.unbounded());
      recorded.generate(request("Who?", "Nobody."), CallContext.unbounded());
    }
    Generator replayed = Recording.of(file).generator("answers");
    assertThatThrownBy(
            () ->
                replayed.generate(
                    request("How long is the Elbe?", "The Elbe.", "x"), CallContext.unbounded()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the recording %s has no answer of \"answers\" to \"How long is the Elbe?\" over 2 passages; the nearest that it has is to \"How long is the Rhine?\" over 1 passage. Record it anew with Recording.to, or ask what was recorded."
                .formatted(file));
    assertThatThrownBy(
            () -> replayed.generate(request("Who?", "Somebody."), CallContext.unbounded()))
        .hasMessageContaining(
            "the nearest that it has is to \"Who?\" over 1 passage, where passage 1 is p0 with another text and not p0. Record");
    Context told =
        new Context(
            request("Who?", "Nobody.").context().evidence(),
            9,
            List.of(),
            List.of(),
            List.of(Turn.of("a", "b")));
    assertThatThrownBy(
            () ->
                replayed.generate(
                    GenerationRequest.of(Query.of("Who?"), told), CallContext.unbounded()))
        .hasMessageContaining("with another topK, title or turn");
  }

  @Test
  void theSameRequestIsAnsweredInTheRecordedOrder() {
    int[] times = {0};
    Generator counting = (request, context) -> Generation.of("answer " + ++times[0]);
    try (Recording recording = Recording.to(file)) {
      Generator recorded = recording.generator("g", counting.named("counting"));
      recorded.generate(request("q"), CallContext.unbounded());
      recorded.generate(request("q"), CallContext.unbounded());
    }
    Generator replayed = Recording.of(file).generator("g");
    for (String text : List.of("answer 1", "answer 2", "answer 2")) {
      assertThat(replayed.generate(request("q"), CallContext.unbounded()).text()).isEqualTo(text);
    }
  }

  @Test
  void promptsAreToldApart() {
    Generator prompted = new Prompted("");
    PromptTemplate brief =
        ((PromptTemplate) request -> List.of(ChatMessage.user("brief"))).named("brief");
    try (Recording recording = Recording.to(file)) {
      Generator recorded = recording.generator("g", prompted);
      recorded.generate(request("q"), CallContext.unbounded());
      recorded.withPrompt(brief).generate(request("q"), CallContext.unbounded());
      assertThatThrownBy(() -> recorded.withPrompt(request -> List.of()))
          .hasMessageContaining("does not say what it is");
    }
    Generator replayed = Recording.of(file).generator("g");
    assertThat(replayed.generate(request("q"), CallContext.unbounded()).text()).isEqualTo("by ");
    assertThat(replayed.withPrompt(brief).generate(request("q"), CallContext.unbounded()).text())
        .isEqualTo("by brief");
    assertThatThrownBy(
            () ->
                replayed
                    .withPrompt(brief.named("other"))
                    .generate(request("q"), CallContext.unbounded()))
        .hasMessageContaining("to \"q\" over 0 passages by the prompt other; the nearest");
  }

  private record Prompted(String by) implements Generator {
    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      return Generation.of("by " + by);
    }

    @Override
    public Generator withPrompt(PromptTemplate template) {
      return new Prompted(template.description().name());
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "prompted").with("prompt", by);
    }
  }

  @Test
  void replaysEmbeddersAndRerankers() {
    FakeEmbedder embedder = FakeEmbedder.of(8);
    Reranker reranker = Rerankers.boost(Filter.documents(List.of("b")), 3);
    List<Hit> hits =
        List.of(
            new Hit(Passage.of("a", "the river"), 2, "fake"),
            new Hit(Passage.of("b", "the road"), 1, "fake"));
    Embedder.Side side = Embedder.Side.QUERY;
    try (Recording recording = Recording.to(file)) {
      Embedder recorded = recording.embedder("vectors", embedder);
      recorded.embed(List.of("river", "road", "river"), side, CallContext.unbounded());
      recording.reranker("order", reranker).rerank("river", hits, 2);
    }
    Recording recording = Recording.of(file);
    Embedder replayed = recording.embedder("vectors");
    assertThat(replayed.description()).isEqualTo(embedder.description());
    assertThat(replayed.dimension()).isEqualTo(8);
    assertThat(replayed.embedQuery("road")).isEqualTo(embedder.embedQuery("road"));
    assertThatThrownBy(() -> replayed.embedDocument("road"))
        .hasMessageContaining("has no answer of \"vectors\" to \"road\"");
    assertThat(recording.reranker("order").rerank("river", hits, 2).hits())
        .isEqualTo(reranker.rerank("river", hits, 2).hits());
    assertThat(recording.reranker("order").description()).isEqualTo(reranker.description());
  }

  @Test
  void keepsWhatMakesTheVectorsOfPassages() {
    FakeEmbedder plain = FakeEmbedder.of(2);
    Embedder adapted =
        plain.adapted(
            EmbeddingAdapter.of(
                EmbeddingAdapter.settings(plain),
                EmbeddingAdapter.Sides.QUERY,
                "set",
                1,
                new float[][] {{0, 1}, {1, 0}}));
    try (Recording recording = Recording.to(file)) {
      assertThat(recording.embedder("vectors", adapted).passageDescription())
          .isEqualTo(plain.description());
    }
    Embedder replayed = Recording.of(file).embedder("vectors");
    assertThat(replayed.passageDescription()).isEqualTo(plain.description());
    assertThat(replayed.description()).isEqualTo(adapted.description());
  }

  @Test
  void refusesWhatCannotBe() throws IOException {
    Files.writeString(file, "");
    assertThatThrownBy(() -> Recording.of(file))
        .hasMessage("the recording " + file + " is empty; record it anew");
    Files.writeString(file, "{\"recording\":2}\n");
    assertThatThrownBy(() -> Recording.of(file))
        .hasMessage(
            file
                + " is no recording of this version: its first line is not {\"recording\":1}; record it anew");
    Files.writeString(file, "{\"recording\":1}\n{\"stage\n");
    assertThatThrownBy(() -> Recording.of(file))
        .hasMessageStartingWith("line 2 of the recording " + file + " is no JSON: ");
    try (Recording recording = Recording.to(file)) {
      recording.generator("g", FakeGenerator.create());
      assertThatThrownBy(() -> recording.generator("g", FakeGenerator.create()))
          .hasMessage("a stage is recorded as \"g\" already; give this one another name");
    }
    Recording replay = Recording.of(file);
    assertThatThrownBy(() -> replay.generator("h"))
        .hasMessage(
            "the recording %s has no generator \"h\"; it has [generator \"g\"]".formatted(file));
    assertThatThrownBy(() -> replay.embedder("g")).hasMessageContaining("has no embedder \"g\"");
    assertThatThrownBy(() -> replay.generator("x", FakeGenerator.create()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is replayed; record with Recording.to(file)");
    TokenCounter other = FakeGenerator.create().tokenCounter();
    if (!other.description().equals(TokenCounter.approximate().description())) {
      assertThatThrownBy(() -> replay.generator("g")).hasMessageContaining("give that counter");
    }
  }

  @Test
  void aReplayIsCancelledBetweenPieces() {
    try (Recording recording = Recording.to(file)) {
      Generator recorded = recording.generator("g", FakeGenerator.create());
      try (TokenStream tokens =
          recorded.stream(request("q", "one two three"), CallContext.unbounded())) {
        tokens.result();
      }
    }
    CallContext context = CallContext.unbounded();
    TokenStream tokens =
        Recording.of(file).generator("g").stream(request("q", "one two three"), context);
    assertThatThrownBy(() -> tokens.text().forEach(piece -> context.cancel()))
        .isInstanceOf(CancelledException.class);
  }

  @Nested
  class Recorded extends GeneratorContract {
    @Override
    protected Generator generator() {
      return Recording.to(file).generator("g", FakeGenerator.create());
    }
  }
}
