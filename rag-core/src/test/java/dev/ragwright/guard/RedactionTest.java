package dev.ragwright.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RedactionTest {
  private static final Redactor EMAILS =
      Redactor.pattern("EMAIL", Pattern.compile("[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+"));
  private static final Redactor BOTH =
      EMAILS.and(
          Redactor.pattern("IBAN", Pattern.compile("\\b[A-Z]{2}\\d{2}(?: ?\\d{4}){4} ?\\d{2}\\b")));

  private static final Document STAFF =
      Document.of(
          "staff.md",
          "Preface. Ada leads research; write to ada@example.org about it. Bob (bob@example.org) pays from DE02 1203 0000 0000 2020 51.");

  private static GenerationRequest request(String question) {
    return GenerationRequest.of(
        Query.of(question),
        new Context(
            List.of(Evidence.of(Passage.of(STAFF, 9, STAFF.text().length(), List.of("a@b.cd")), 1)),
            30,
            List.of(),
            List.of("Title by t@example.org"),
            List.of(Turn.of("And who is c@example.org?", "Nobody."))));
  }

  /** A hosted model that keeps what it was sent, and answers by a script. */
  private static final class Hosted implements Generator {
    private final List<String> sent;
    private final PromptTemplate prompt;
    private final String output;

    Hosted(String output) {
      this(new ArrayList<>(), PromptTemplate.grounded(), output);
    }

    private Hosted(List<String> sent, PromptTemplate prompt, String output) {
      this.sent = sent;
      this.prompt = prompt;
      this.output = output;
    }

    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      prompt.messages(request).stream().map(ChatMessage::text).forEach(sent::add);
      return CitedText.read(
          output,
          request.context(),
          prompt,
          Generation.FinishReason.STOP,
          Usage.of(Usage.REQUESTS, 1));
    }

    /** A unit at a time. */
    @Override
    public TokenStream stream(GenerationRequest request, CallContext context) {
      Generation made = generate(request, context);
      return new TokenStream() {
        @Override
        public Stream<String> text() {
          return made.text().chars().mapToObj(unit -> String.valueOf((char) unit));
        }

        @Override
        public Generation result() {
          return made;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public Optional<PromptTemplate> prompt() {
      return Optional.of(prompt);
    }

    @Override
    public Generator withPrompt(PromptTemplate other) {
      return new Hosted(sent, other, output);
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "hosted").withParts(List.of(prompt.description()));
    }
  }

  private static Generation ask(Generator generator, String question) {
    return generator.generate(request(question), CallContext.unbounded());
  }

  @Test
  void everyMessageIsSeenBeforeItLeaves() {
    Hosted hosted = new Hosted("Write to «EMAIL2» about research. [1]");
    Generation made =
        ask(
            Redaction.replacing(BOTH).generator(hosted),
            "Is it bob@example.org or ada@example.org?");
    String sent = String.join("\n", hosted.sent);
    assertThat(sent)
        .doesNotContain("@", "DE02")
        .contains(
            "«EMAIL1»\nAda leads research; write to «EMAIL2» about it. Bob («EMAIL3») pays from «IBAN1».",
            "Title by «EMAIL4»",
            "Earlier question: And who is «EMAIL5»?",
            "Question: Is it «EMAIL3» or «EMAIL2»?");
    assertThat(made.text()).isEqualTo("Write to «EMAIL2» about research.");
    StageRecord record = made.parts().getFirst();
    assertThat(record.stage()).isEqualTo("redact");
    assertThat(record.details())
        .containsEntry("places", 8L)
        .containsEntry("EMAIL", 7L)
        .containsEntry("IBAN", 1L);
    assertThat(made.usage()).isEqualTo(Usage.of(Usage.REQUESTS, 1).with(Usage.REDACTED_PLACES, 8));
  }

  @Test
  void theInstructionsAreSeenToo() {
    Hosted hosted = new Hosted("x");
    PromptTemplate own =
        PromptTemplate.grounded("Ask root@example.org. NO_ANSWER otherwise.", "NO_ANSWER");
    ask(Redaction.replacing(BOTH).generator(hosted).withPrompt(own), "?");
    assertThat(hosted.sent.getFirst()).isEqualTo("Ask «EMAIL1». NO_ANSWER otherwise.");
  }

  /** To the character, though the model saw another text. */
  @Test
  void citationsQuoteThePassageAsItIs() {
    Hosted hosted =
        new Hosted("Ada leads research; write to «EMAIL2». [1] Bob pays from «IBAN1»[1].");
    for (Redaction redaction :
        List.of(Redaction.replacing(BOTH), Redaction.replacing(BOTH).restoring())) {
      Generation made = ask(redaction.generator(hosted), "Who?");
      assertThat(made.citations()).hasSize(2);
      for (Citation citation : made.citations()) {
        assertThat(STAFF.text().substring(citation.start(), citation.end()))
            .isEqualTo(citation.quote());
        assertThat(request("Who?").context().holds(citation)).isTrue();
      }
      assertThat(made.citations().getFirst().quote())
          .isEqualTo("Ada leads research; write to ada@example.org about it.");
      assertThat(
              made.citations().stream()
                  .map(one -> made.text().substring(one.answerStart(), one.answerEnd())))
          .containsExactlyElementsOf(
              made.text().contains("«")
                  ? List.of("Ada leads research; write to «EMAIL2».", "Bob pays from «IBAN1».")
                  : List.of(
                      "Ada leads research; write to ada@example.org.",
                      "Bob pays from DE02 1203 0000 0000 2020 51."));
    }
  }

  @Test
  void anAnswerIsRestoredPieceByPieceToo() {
    Hosted hosted = new Hosted("«EMAIL2», « EMAIL2 », «EMAIL9» and «EMAIL3» «");
    Generator restoring = Redaction.replacing(BOTH).restoring().generator(hosted);
    String whole = "ada@example.org, « EMAIL2 », «EMAIL9» and bob@example.org «";
    assertThat(ask(restoring, "?").text()).isEqualTo(whole);
    try (TokenStream stream = restoring.stream(request("?"), CallContext.unbounded())) {
      assertThat(stream.text().collect(Collectors.joining())).isEqualTo(whole);
      assertThat(stream.result().text()).isEqualTo(whole);
      assertThat(stream.result().parts().getFirst().details()).containsEntry("places", 6L);
    }
  }

  /** Else a passage could have another's address put into the answer. */
  @Test
  void aMaskThatStandsInTheTextsIsNotUsed() {
    Hosted hosted = new Hosted("«EMAIL1»");
    Generation made =
        ask(Redaction.replacing(EMAILS).restoring().generator(hosted), "Repeat «EMAIL1»!");
    assertThat(hosted.sent.get(1)).contains("«EMAIL2»").contains("Repeat «EMAIL1»!");
    assertThat(made.text()).isEqualTo("«EMAIL1»");
  }

  @Test
  void itMayRefuse() {
    Hosted hosted = new Hosted("x");
    Generator refusing = Redaction.refusing(BOTH).generator(hosted);
    TextRefusedException refused =
        catchThrowableOfType(TextRefusedException.class, () -> ask(refusing, "Who?"));
    assertThat(refused)
        .hasMessage(
            "nothing was sent to hosted: in its text was found EMAIL 5 times, IBAN 1 times, which Redaction.refusing(...) refuses; replacing(...) sends the rest");
    assertThat(refused.usage()).isEqualTo(Usage.none());
    assertThat(refused.places()).containsEntry("EMAIL", 5L);
    assertThat(hosted.sent).isEmpty();
    assertThatThrownBy(() -> Redaction.refusing(BOTH).restoring())
        .isInstanceOf(IllegalStateException.class);
  }

  /** The trace has numbers, and none of what was found. */
  @Test
  void theTraceHasItWithoutTheText() {
    Retriever found =
        (request, context) ->
            Retrieval.of(
                List.of(new Hit(Passage.of("p", "Write to ada@example.org."), 1, "bm25")),
                Usage.none());
    RagPipeline rag =
        RagPipeline.builder()
            .retriever(Redaction.replacing(EMAILS).retriever(found))
            .generator(Redaction.replacing(EMAILS).generator(new Hosted("Write. [1]")))
            .build();
    Answer answer = rag.ask("Whom do I write to?");
    assertThat(answer.trace().toJson())
        .contains("\"redactedPlaces\":1")
        .doesNotContain("ada@example.org");
    RagPipeline refusing =
        RagPipeline.builder()
            .retriever(found)
            .generator(Redaction.refusing(EMAILS).generator(new Hosted("Write. [1]")))
            .build();
    StageException failed =
        catchThrowableOfType(StageException.class, () -> refusing.ask("Whom do I write to?"));
    assertThat(failed.trace().toJson())
        .contains("found EMAIL 1 times")
        .doesNotContain("ada@example.org");
    assertThat(failed).hasMessageNotContaining("ada@");
  }

  @Test
  void whatCannotBeSeenIsRefused() {
    Generator lambda = (request, context) -> Generation.of("x");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Redaction.replacing(EMAILS).generator(lambda))
        .withMessageContaining("it does not tell its prompt, or asks another one");
    Generator deaf =
        new Generator() {
          @Override
          public Generation generate(GenerationRequest request, CallContext context) {
            return Generation.of("x");
          }

          @Override
          public Optional<PromptTemplate> prompt() {
            return Optional.of(PromptTemplate.grounded());
          }

          @Override
          public Generator withPrompt(PromptTemplate other) {
            return this;
          }
        };
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Redaction.replacing(EMAILS).generator(deaf));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Redactor.pattern("e-mail", Pattern.compile("x")))
        .withMessage("a kind has 1 to 20 letters A-Z, such as EMAIL, was 'e-mail'");
    Redactor wrong = text -> List.of(new Redactor.Place(0, 9_999, "X"));
    assertThatThrownBy(
            () -> ask(Redaction.replacing(wrong.named("wrong")).generator(new Hosted("x")), "?"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the redactor wrong found [0, 9999) in a text of ");
  }

  /** As it is told: a text is a message, so a pattern over lines may take the prompt's marks. */
  @Test
  void aPatternOverLinesReachesFromOnePassageIntoTheNext() {
    GenerationRequest two =
        GenerationRequest.of(
            Query.of("?"),
            new Context(
                List.of(
                    Evidence.of(Passage.of("a", "Begin one."), 1),
                    Evidence.of(Passage.of("b", "Two end."), 1)),
                9,
                List.of()));
    Hosted hosted = new Hosted("x");
    Redactor greedy = Redactor.pattern("PART", Pattern.compile("one.*Two", Pattern.DOTALL));
    Redactor line = Redactor.pattern("PART", Pattern.compile("one.*|Two"));
    for (Redactor redactor : List.of(greedy, line)) {
      Redaction.replacing(redactor).generator(hosted).generate(two, CallContext.unbounded());
    }
    assertThat(hosted.sent.get(1)).contains("Begin «PART1» end.").doesNotContain("<document 2>");
    assertThat(hosted.sent.get(3))
        .contains("Begin «PART1»\n</document 1>", "<document 2>\n«PART2» end.");
  }

  @Test
  void placesThatOverlapAreOne() {
    Redactor parts = text -> List.of(new Redactor.Place(2, 4, "B"), new Redactor.Place(0, 3, "A"));
    assertThat(Masks.plain(parts).text("abcde")).isEqualTo("«A»e");
  }

  @Test
  void embeddersAndRerankersAreShownMasks() {
    List<String> sent = new ArrayList<>();
    Embedder embedder =
        new Embedder() {
          @Override
          public Embeddings embed(List<String> texts, Side side, CallContext context) {
            sent.addAll(texts);
            return new Embeddings(
                Stream.generate(() -> new float[] {1}).limit(texts.size()).toList(), Usage.none());
          }

          @Override
          public int dimension() {
            return 1;
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("embedder", "e");
          }
        };
    Embedder discreet = Redaction.replacing(EMAILS).embedder(embedder);
    Passage passage =
        new Passage(
            "p",
            "d",
            5,
            25,
            "Mail ada@example.org",
            List.of("By bob@example.org"),
            Metadata.of("author", "c@example.org").with("tags", List.of("d@example.org", "x")));
    discreet.embedQuery("Who is ada@example.org?");
    Embeddings made = discreet.embedPassages(List.of(passage), CallContext.unbounded());
    assertThat(sent).containsExactly("Who is «EMAIL»?", "By «EMAIL»\nMail «EMAIL»");
    assertThat(made.usage().count(Usage.REDACTED_PLACES)).hasValue(4);
    assertThat(discreet.description()).isNotEqualTo(embedder.description());

    List<Passage> read = new ArrayList<>();
    Reranker reranker =
        (query, hits, topK, context) -> {
          sent.add(query.text());
          hits.forEach(hit -> read.add(hit.passage()));
          return Retrieval.of(
              hits.stream().map(hit -> new Hit(hit.passage(), 2, "r")).toList(), Usage.none());
        };
    Retrieval ranked =
        Redaction.replacing(EMAILS)
            .reranker(reranker)
            .rerank("ada@example.org", List.of(new Hit(passage, 1, "bm25")), 1);
    assertThat(ranked.hits()).containsExactly(new Hit(passage, 2, "r"));
    assertThat(ranked.usage().count(Usage.REDACTED_PLACES)).hasValue(5);
    assertThat(sent.getLast()).isEqualTo("«EMAIL»");
    assertThat(read.toString()).doesNotContain("@example");
    assertThat(read.getFirst().metadata().get("tags")).isEqualTo(List.of("«EMAIL»", "x"));

    Retriever retriever =
        (request, context) -> {
          sent.add(request.query().text());
          return Retrieval.of(List.of(), Usage.none());
        };
    Redaction.replacing(EMAILS)
        .retriever(retriever)
        .retrieve(RetrievalRequest.of("Who is ada@example.org?", 3), CallContext.unbounded());
    assertThat(sent.getLast()).isEqualTo("Who is «EMAIL»?");
  }

  /** What it sends is what it is charged for, in either order. */
  @Test
  void aSpendingLimitCountsWhatIsSent() {
    assertThat(
            Redaction.replacing(EMAILS)
                .generator(new Hosted("x"))
                .prompt()
                .orElseThrow()
                .messages(request("?"))
                .getLast()
                .text())
        .contains("«EMAIL2»");
  }
}
