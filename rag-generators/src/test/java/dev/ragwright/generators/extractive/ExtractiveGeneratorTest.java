package dev.ragwright.generators.extractive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.testkit.FakeEmbedder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExtractiveGeneratorTest {

  private static final String OTTERS =
      "Sea otters live along the coast. They sleep on their backs and hold hands. "
          + "Their fur is the densest of any animal.";
  private static final String BEAVERS =
      "Beavers build dams of wood and mud. A dam slows the river down.";

  private static Generation ask(ExtractiveGenerator generator, String question, String... texts) {
    List<Evidence> evidence = new ArrayList<>();
    for (String text : texts) {
      Passage passage = Passage.of("p" + evidence.size(), text);
      evidence.add(Evidence.of(passage, 1.0 / (1 + evidence.size())));
    }
    return generator.generate(
        GenerationRequest.of(Query.of(question), new Context(evidence, 0, List.of())),
        CallContext.unbounded());
  }

  @Test
  void quotesTheSentenceThatHasTheQuestionsWords() {
    Generation answer =
        ask(ExtractiveGenerator.create(), "What do beavers build dams of?", OTTERS, BEAVERS);
    assertThat(answer.text()).isEqualTo("Beavers build dams of wood and mud.");
    assertThat(answer.citations())
        .containsExactly(
            new Citation(
                "p1", "p1", 0, 35, "Beavers build dams of wood and mud.", List.of(), 0, 35));
  }

  @Test
  void joinsSentencesThatCoverMoreOfTheQuestionInReadingOrder() {
    Generation answer =
        ask(
            ExtractiveGenerator.create(),
            "On which coast do sea otters live, and what of their fur?",
            OTTERS);
    assertThat(answer.text())
        .isEqualTo("Sea otters live along the coast. Their fur is the densest of any animal.");
    assertThat(answer.citations())
        .extracting(c -> answer.text().substring(c.answerStart(), c.answerEnd()))
        .containsExactly(
            "Sea otters live along the coast.", "Their fur is the densest of any animal.");
  }

  @Test
  void abstainsWhenTheQuestionsWordsAreNotThere() {
    Generation answer =
        ask(ExtractiveGenerator.create(), "Which parliament ratified the treaty?", OTTERS, BEAVERS);
    assertThat(answer.abstention())
        .contains(
            new Abstention(
                Abstention.Reason.WEAK_EVIDENCE,
                "the best sentence's coverage is 0.00, less than the minimum of 0.40"));
  }

  @Test
  void abstainsWhenThereIsNothingToQuote() {
    Generation answer = ask(ExtractiveGenerator.create(), "Anything?", "# Heading only");
    assertThat(answer.abstention())
        .contains(new Abstention(Abstention.Reason.NO_EVIDENCE, "there is no sentence to quote"));
  }

  @Test
  void leavesFunctionWordsOutOfTheQuestion() {
    String giraffes = "The giraffe eats leaves. It sleeps while standing up.";
    ExtractiveGenerator generator = ExtractiveGenerator.create();
    assertThat(ask(generator, "What does this giraffe eat?", giraffes).text())
        .isEqualTo(ask(generator, "What did the giraffe eat?", giraffes).text())
        .isEqualTo("The giraffe eats leaves.");
  }

  @Test
  void citesTheSectionThatAQuoteStandsIn() {
    Document document =
        Document.of(
            "m", "# Keys\n\nRotate keys every year.\n\n# Billing\n\nInvoices come in May.\n");
    List<Hit> hits =
        Chunkers.markdown(100).chunk(document).stream().map(p -> new Hit(p, 1, "test")).toList();
    Context context =
        ContextAssembler.builder()
            .build()
            .assemble(Query.of(""), hits, TokenCounter.approximate(), CallContext.unbounded())
            .context();
    assertThat(context.evidence()).hasSize(1);
    Generation answer =
        ExtractiveGenerator.create()
            .generate(
                GenerationRequest.of(Query.of("When do invoices come?"), context),
                CallContext.unbounded());
    assertThat(answer.citations())
        .extracting(Citation::passageId, Citation::toString)
        .containsExactly(tuple("m#33-66", "m › Billing [44, 65)"));
  }

  @Test
  void takesTimeInProportionToTheText() {
    assertThat(ask(ExtractiveGenerator.create(), "What?", "! ".repeat(50_000)).abstention())
        .isPresent();
  }

  @Test
  void neverAbstainsFromAMinimumOfZero() {
    Generation answer =
        ask(ExtractiveGenerator.builder().lexical(0).build(), "Which parliament?", OTTERS);
    assertThat(answer.text()).isEqualTo("Sea otters live along the coast.");
  }

  private static ExtractiveGenerator fused(int sentences) {
    return ExtractiveGenerator.builder()
        .embedder(FakeEmbedder.of(256), 0)
        .maxSentences(sentences)
        .build();
  }

  @Test
  void takesTheCodeThatAColonAnnounces() {
    String manual =
        """
        The log is binary. You can display the log of the last boot as:

        ```
        $ journalctl -b
        ```

        The log of other programs is text.
        """;
    Generation answer = ask(fused(2), "How do I display the log of the last boot?", manual);
    assertThat(answer.text())
        .isEqualTo("You can display the log of the last boot as:\n$ journalctl -b");
    assertThat(answer.citations())
        .allSatisfy(
            c -> {
              assertThat(manual.substring(c.start(), c.end())).isEqualTo(c.quote());
              assertThat(answer.text().substring(c.answerStart(), c.answerEnd()))
                  .isEqualTo(c.quote());
            });
  }

  @Test
  void takesTheCodeBelowASentence() {
    String manual =
        "Set the editor of the system so.\n\n```\nvi all\n```\n\nThe editor is a program.";
    assertThat(ask(fused(2), "How do I set the editor of the system?", manual).text())
        .isEqualTo("Set the editor of the system so.\nvi all");
  }

  @Test
  void aColonAnnouncesNothingOfTheNextSection() {
    String manual = "# One\n\nDisplay the log of the last boot:\n\n# Two\n\nOtters hold hands.\n";
    assertThat(ask(fused(2), "How do I display the log of the last boot?", manual).text())
        .isEqualTo("Display the log of the last boot:");
  }

  @Test
  void takesTheSentenceThatGoesOnRatherThanOneFromElsewhere() {
    String settings =
        """
        Sets the number of connections at most. The default is 100.

        Sets the number of workers. The default is 8.
        """;
    assertThat(ask(fused(2), "What is the default number of connections at most?", settings).text())
        .isEqualTo("Sets the number of connections at most. The default is 100.");
  }

  @Test
  void quotesNoQuestionAndNoTitle() {
    String faq =
        """
        Where do the names of the releases come from?

        They are names of characters of a film.
        """;
    assertThat(ask(fused(1), "Where do the names of the releases come from?", faq).text())
        .isEqualTo("They are names of characters of a film.");
    assertThat(ask(fused(1), "Where from?", "Where from?").text()).isEqualTo("Where from?");
  }

  @Test
  void embedsFewSentencesOfALongContext() {
    String text = "Otters live here and there. ".repeat(200) + "Beavers build dams of mud.";
    Generation answer = ask(fused(1), "What do beavers build dams of?", text);
    assertThat(answer.text()).isEqualTo("Beavers build dams of mud.");
    assertThat(answer.usage().count(Usage.EMBEDDED_TEXTS)).hasValue(33);
  }

  @Test
  void aContextOfOneSentenceIsEnough() {
    ExtractiveGenerator generator =
        ExtractiveGenerator.builder().embedder(FakeEmbedder.of(256)).build();
    String beavers = "Beavers build dams of wood and mud.";
    assertThat(ask(generator, "What do beavers build dams of?", beavers).text()).isEqualTo(beavers);
  }

  @Test
  void saysHowSureItIs() {
    Generation sure = ask(fused(1), "What do beavers build dams of?", OTTERS, BEAVERS);
    Generation unsure = ask(fused(1), "Which parliament ratified the treaty?", OTTERS, BEAVERS);
    assertThat(sure.confidence().orElseThrow()).isBetween(0.5, 1.0);
    assertThat(unsure.confidence().orElseThrow()).isBetween(0.0, 0.3);
    Generation none =
        ask(
            ExtractiveGenerator.builder().embedder(FakeEmbedder.of(256)).build(),
            "Which parliament ratified the treaty?",
            OTTERS);
    assertThat(none.abstention().orElseThrow().detail())
        .contains("confidence", "less than the minimum");
    assertThat(none.confidence()).isPresent();
    assertThat(
            ask(ExtractiveGenerator.create(), "Which otters live?", OTTERS)
                .confidence()
                .orElseThrow())
        .isBetween(0.0, 1.0);
  }

  @Test
  void comparesWordsAsSomethingElseTakesTextsApart() {
    ExtractiveGenerator german =
        ExtractiveGenerator.builder()
            .words(
                "de",
                text ->
                    Stream.of(text.toLowerCase(Locale.ROOT).split("\\W+", -1))
                        .map(word -> word.replaceAll("(en|n|e|s)$", ""))
                        .filter(word -> word.length() > 3)
                        .toList())
            .build();
    String text = "Der Biber baut Dämme. Die Otter schlafen auf dem Rücken.";
    assertThat(ask(german, "Wo schlafe Otters?", text).text())
        .isEqualTo("Die Otter schlafen auf dem Rücken.");
    assertThat(german.description().toString()).contains("words=de");
    assertThat(ask(german, "Wo ist es?", text).abstention()).isPresent(); // no word is left
  }

  @Test
  void namesARangeThatWasBroken() {
    assertThatThrownBy(() -> ExtractiveGenerator.builder().lexical(1.5))
        .hasMessage("minimumCoverage must be in [0, 1], was 1.5");
    assertThatThrownBy(() -> ExtractiveGenerator.builder().lexical(Double.NaN))
        .hasMessage("minimumCoverage must be in [0, 1], was NaN");
    assertThatThrownBy(() -> ExtractiveGenerator.builder().maxSentences(0))
        .hasMessage("maxSentences must be >= 1, was 0");
    assertThatThrownBy(() -> ExtractiveGenerator.builder().embedder(FakeEmbedder.of(8), -1))
        .hasMessage("minimumConfidence must be in [0, 1], was -1.0");
    assertThatThrownBy(() -> ExtractiveGenerator.builder().words(" ", text -> List.of()))
        .hasMessage("the name of words must not be blank");
  }
}
