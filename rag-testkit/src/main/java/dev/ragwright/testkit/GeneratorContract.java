package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Query;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What {@link Generator} promises. Nothing is said of how good an answer is, nor that two answers
 * to the same question are the same. An abstention is an answer here.
 */
public abstract class GeneratorContract {
  private static final Document GUIDE =
      Document.of(
          "guide.md",
          "Preface. The Rhine rises in the Alps. It is 1,233 km long. It ends in the North Sea.");

  /** For subclasses. */
  protected GeneratorContract() {}

  /** Returns the generator under test. */
  protected abstract Generator generator();

  /**
   * Closes what owns a generator that {@link #generator} made; nothing unless overridden. A call
   * that is refused because of it throws {@link IllegalStateException}.
   */
  protected void close(Generator generator) {}

  private void with(Consumer<Generator> test) {
    Generator generator = generator();
    try {
      test.accept(generator);
    } finally {
      close(generator);
    }
  }

  private static GenerationRequest request(String question, Passage... passages) {
    List<Evidence> evidence = new ArrayList<>();
    int tokens = 0;
    for (Passage passage : passages) {
      evidence.add(Evidence.of(passage, 1.0 / (1 + evidence.size())));
      tokens += TokenCounter.approximate().count(passage.text());
    }
    return GenerationRequest.of(Query.of(question), new Context(evidence, tokens, List.of()));
  }

  /** The evidence does not begin where its document does: places count in the document. */
  private static GenerationRequest request() {
    return request(
        "Where does the Rhine rise?",
        Passage.of(GUIDE, 9, 59, List.of("Rivers", "Rhine")),
        Passage.of("facts", "\ud83c\udf0a Rivers flow into seas. The Rhine does too."));
  }

  private static Generation generate(Generator generator, GenerationRequest request) {
    return generator.generate(request, CallContext.unbounded());
  }

  private static void assertSound(Generation generation, GenerationRequest request) {
    assertThat(generation.text()).isNotNull();
    assertThat(generation.usage()).isNotNull();
    assertThat(generation.finishReason()).isNotNull();
    if (generation.abstention().isPresent()) {
      assertThat(generation.text()).isEmpty();
      assertThat(generation.citations()).isEmpty();
      assertThat(generation.abstention().get().detail()).isNotBlank();
    }
    Context read = generation.context().orElse(request.context());
    for (Citation citation : generation.citations()) {
      assertThat(citation.answerEnd())
          .as("the answer's end of %s", citation)
          .isLessThanOrEqualTo(generation.text().length());
      assertThat(read.evidence())
          .as("evidence that holds %s word for word: <%s>", citation, citation.quote())
          .anyMatch(evidence -> quotes(citation, evidence.passage()));
    }
  }

  private static boolean quotes(Citation citation, Passage passage) {
    return passage.documentId().equals(citation.documentId())
        && passage.start() <= citation.start()
        && citation.end() <= passage.end()
        && passage.text().startsWith(citation.quote(), citation.start() - passage.start());
  }

  @Test
  void citesItsEvidenceWordForWord() {
    with(generator -> assertSound(generate(generator, request()), request()));
  }

  @Test
  void takesAnEmptyContext() {
    with(
        generator -> {
          GenerationRequest nothing = request("Where does the Rhine rise?");
          assertSound(generate(generator, nothing), nothing);
          assertThat(generate(generator, nothing).citations()).isEmpty();
        });
  }

  @Test
  void streamsTheTextOfItsResult() {
    with(
        generator -> {
          try (TokenStream stream = generator.stream(request(), CallContext.unbounded())) {
            List<String> pieces = stream.text().toList();
            Generation result = stream.result();
            assertThat(String.join("", pieces)).isEqualTo(result.text());
            assertSound(result, request());
            assertThat(stream.result().text()).isEqualTo(result.text());
          }
        });
  }

  @Test
  void hasAResultWhicheverPiecesWereTaken() {
    with(
        generator -> {
          try (TokenStream stream = generator.stream(request(), CallContext.unbounded())) {
            assertSound(stream.result(), request());
          }
          try (TokenStream stream = generator.stream(request(), CallContext.unbounded())) {
            Iterator<String> pieces = stream.text().iterator();
            String first = pieces.hasNext() ? pieces.next() : "";
            assertThat(stream.result().text()).startsWith(first);
            assertSound(stream.result(), request());
          }
        });
  }

  @Test
  void streamsAnAbstentionToo() {
    with(
        generator -> {
          GenerationRequest nothing = request("Where does the Rhine rise?");
          try (TokenStream stream = generator.stream(nothing, CallContext.unbounded())) {
            String text = stream.text().collect(Collectors.joining());
            assertThat(text).isEqualTo(stream.result().text());
            assertSound(stream.result(), nothing);
          }
        });
  }

  @Test
  void closesAStreamAsOftenAsYouLike() {
    with(
        generator -> {
          TokenStream untouched = generator.stream(request(), CallContext.unbounded());
          untouched.close();
          untouched.close();
          TokenStream begun = generator.stream(request(), CallContext.unbounded());
          assertThat(begun.text().findFirst()).isNotNull();
          begun.close();
          begun.close();
          TokenStream ended = generator.stream(request(), CallContext.unbounded());
          ended.result();
          ended.close();
          ended.close();
          TokenStream shared = generator.stream(request(), CallContext.unbounded());
          Crowd.each(
              member -> {
                shared.close();
                return true;
              });
          assertSound(generate(generator, request()), request());
        });
  }

  @Test
  void takesAnyQuestion() {
    with(
        generator -> {
          for (String question : OddTexts.shortOnes()) {
            assertSound(generate(generator, request(question)), request(question));
          }
          for (String question : OddTexts.operators()) {
            Passage fact = Passage.of("fact", "The river rises.");
            assertSound(generate(generator, request(question, fact)), request(question, fact));
          }
        });
  }

  @Test
  void takesAnyEvidence() {
    with(
        generator -> {
          for (String text : OddTexts.shortOnes()) {
            GenerationRequest odd = request("What is it?", Passage.of("odd", text));
            assertSound(generate(generator, odd), odd);
          }
          for (String text : OddTexts.operators()) {
            GenerationRequest loud = request("What of the river?", Passage.of("loud", text));
            assertSound(generate(generator, loud), loud);
          }
        });
  }

  @Test
  void takesALongQuestion() {
    with(
        generator -> {
          String question = OddTexts.manyWords().substring(0, OddTexts.LONG / 10);
          Passage fact = Passage.of("fact", "The river rises.");
          GenerationRequest request = request(question, fact);
          assertSound(generate(generator, request), request);
        });
  }

  @Test
  void throwsWhenCancelledBefore() {
    with(
        generator -> {
          CallContext context = CallContext.unbounded();
          context.cancel();
          assertThatThrownBy(() -> generator.generate(request(), context))
              .isInstanceOf(CancelledException.class);
          assertThatThrownBy(() -> streamed(generator, context))
              .isInstanceOf(CancelledException.class);
        });
  }

  @Test
  void throwsWhenItsTimeIsUp() {
    with(
        generator -> {
          CallContext context = TestClock.expired();
          assertThatThrownBy(() -> generator.generate(request(), context))
              .isInstanceOf(DeadlineExceededException.class);
          assertThatThrownBy(() -> streamed(generator, context))
              .isInstanceOf(DeadlineExceededException.class);
        });
  }

  private static Generation streamed(Generator generator, CallContext context) {
    try (TokenStream stream = generator.stream(request(), context)) {
      return stream.result();
    }
  }

  /** A text that is there already may still be handed over; else its pieces end with the reason. */
  @Test
  void mayBeCancelledBetweenPieces() {
    with(
        generator -> {
          CallContext context = CallContext.unbounded();
          StringBuilder taken = new StringBuilder();
          try (TokenStream stream = generator.stream(request(), context)) {
            stream
                .text()
                .forEach(
                    piece -> {
                      taken.append(piece);
                      context.cancel();
                    });
            assertThat(taken).hasToString(stream.result().text());
          } catch (CancelledException expected) {
            assertThat(context.isCancelled()).isTrue();
          }
          assertSound(generate(generator, request()), request());
        });
  }

  @Test
  void servesParallelCallers() {
    with(
        generator ->
            Crowd.each(
                member -> {
                  assertSound(generate(generator, request()), request());
                  assertSound(streamed(generator, CallContext.unbounded()), request());
                  return true;
                }));
  }

  @Test
  void mayBeClosedInTheMidst() {
    Generator generator = generator();
    Crowd.closeInTheMidst(
        () -> assertSound(generate(generator, request()), request()), () -> close(generator));
    close(generator);
  }

  @Test
  void countsTokens() {
    with(
        generator -> {
          assertThat(generator.tokenCounter().count("")).isZero();
          assertThat(generator.tokenCounter().count("The Rhine rises in the Alps.")).isPositive();
          assertThat(generator.tokenCounter().description()).isNotNull();
        });
  }

  /** For what answers the same twice at all. */
  @Test
  void doesNotGoByScoresIfItSaysThatItReadsTextOnly() {
    with(
        generator -> {
          GenerationRequest request = request();
          Context read = request.context();
          List<Evidence> rescored =
              read.evidence().stream()
                  .map(one -> new Evidence(one.passage(), 7 - one.score(), one.retrieved()))
                  .toList();
          GenerationRequest other =
              GenerationRequest.of(
                  request.question(), new Context(rescored, read.tokens() + 1, List.of()));
          String text = generator.generate(request, CallContext.unbounded()).text();
          String again = generator.generate(request, CallContext.unbounded()).text();
          if (generator.readsTextOnly() && text.equals(again)) {
            assertThat(generator.generate(other, CallContext.unbounded()).text()).isEqualTo(text);
          }
        });
  }

  /** Else what is sent could not be seen before it leaves. */
  @Test
  void asksThePromptThatItIsGivenIfItTellsOne() {
    with(
        generator -> {
          if (generator.prompt().isEmpty()) {
            return;
          }
          PromptTemplate told = generator.prompt().get();
          AtomicInteger asked = new AtomicInteger();
          PromptTemplate counting =
              request -> {
                asked.incrementAndGet();
                return told.messages(request);
              };
          Generator changed = generator.withPrompt(counting);
          changed.prompt().orElseThrow().messages(request());
          assertThat(asked).as("times that the prompt it tells was asked").hasPositiveValue();
          asked.set(0);
          generate(changed, request());
          assertThat(asked).as("times that it was asked to generate").hasPositiveValue();
        });
  }

  @Test
  void describesItself() {
    with(generator -> Descriptions.assertStable("generator", generator::description));
  }
}
