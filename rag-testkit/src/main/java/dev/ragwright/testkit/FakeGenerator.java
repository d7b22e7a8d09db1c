package dev.ragwright.testkit;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.TokenStream;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Answers with the words of the first evidence that has some, cited, and abstains when there is
 * none. Streams word by word, and looks at its context before each. Immutable and safe to share.
 */
public final class FakeGenerator implements Generator {
  private static final Pattern BEFORE_WORD = Pattern.compile("(?<=\\s)(?=\\S)");

  private FakeGenerator() {}

  /** A generator. */
  public static FakeGenerator create() {
    return new FakeGenerator();
  }

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    context.throwIfStopped();
    TokenCounter counter = tokenCounter();
    Usage read =
        Usage.of(
            Usage.INPUT_TOKENS,
            request.context().tokens() + counter.count(request.question().text()));
    Optional<Passage> first =
        request.context().evidence().stream()
            .map(Evidence::passage)
            .filter(passage -> !passage.text().isBlank())
            .findFirst();
    if (first.isEmpty()) {
      return Generation.abstained(
          new Abstention(Abstention.Reason.NO_EVIDENCE, "there was no evidence to quote"),
          read.with(Usage.OUTPUT_TOKENS, 0));
    }
    Passage quoted = first.get();
    String text = quoted.text();
    return Generation.of(
        text,
        List.of(Citation.of(quoted, quoted.start(), quoted.end(), 0, text.length())),
        FinishReason.STOP,
        read.with(Usage.OUTPUT_TOKENS, counter.count(text)));
  }

  @Override
  public TokenStream stream(GenerationRequest request, CallContext context) {
    Generation generation = generate(request, context);
    return new TokenStream() {
      @Override
      public Stream<String> text() {
        return BEFORE_WORD
            .splitAsStream(generation.text())
            .filter(piece -> !piece.isEmpty())
            .peek(piece -> context.throwIfStopped());
      }

      @Override
      public Generation result() {
        context.throwIfStopped();
        return generation;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("generator", "fake");
  }
}
