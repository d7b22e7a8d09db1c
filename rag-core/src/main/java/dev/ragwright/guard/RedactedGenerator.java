package dev.ragwright.guard;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Query;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Has its messages seen. The generator that makes them gets the request as it is, and so cites the
 * passages as they are; only what it tells its model is changed.
 */
final class RedactedGenerator implements Generator {
  private final Redaction redaction;
  private final Generator generator;
  private final PromptTemplate prompt;
  private final Generator described;

  RedactedGenerator(Redaction redaction, Generator generator) {
    this.redaction = redaction;
    this.generator = generator;
    this.prompt = generator.prompt().orElseThrow(() -> unseen(generator));
    if (!asksPrompt(generator)) {
      throw unseen(generator);
    }
    this.described = generator.withPrompt(new Seen());
  }

  private static IllegalArgumentException unseen(Generator generator) {
    return new IllegalArgumentException(
        "a Redaction cannot see what %s sends: it does not tell its prompt, or asks another one; a generator of your own overrides prompt() and withPrompt(...), and a name, if any, is given last"
            .formatted(generator.description()));
  }

  /** Whether a generator that is given a prompt asks that one. */
  private static boolean asksPrompt(Generator generator) {
    AtomicBoolean asked = new AtomicBoolean();
    PromptTemplate probe =
        request -> {
          asked.set(true);
          return List.of(ChatMessage.user("?"));
        };
    GenerationRequest nothing =
        GenerationRequest.of(Query.of("?"), new Context(List.of(), 0, List.of()));
    generator.withPrompt(probe).prompt().ifPresent(changed -> changed.messages(nothing));
    return asked.get();
  }

  /** The prompt, whose messages are seen; those of the last request count. For one call. */
  private final class Seen implements PromptTemplate {
    private volatile Masks masks = Masks.plain(redaction.redactor());

    @Override
    public List<ChatMessage> messages(GenerationRequest request) {
      List<ChatMessage> all = prompt.messages(request);
      Masks own =
          Masks.numbered(redaction.redactor(), all.stream().map(ChatMessage::text).toList());
      List<ChatMessage> sent =
          all.stream()
              .map(message -> new ChatMessage(message.role(), own.text(message.text())))
              .toList();
      masks = own;
      redaction.allow(own, generator.description());
      return sent;
    }

    @Override
    public Optional<String> abstention() {
      return prompt.abstention();
    }

    @Override
    public boolean readsTextOnly() {
      return prompt.readsTextOnly();
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("prompt", "redacted")
          .with("restores", redaction.restores())
          .withParts(List.of(prompt.description(), redaction.redactor().description()));
    }
  }

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    Seen seen = new Seen();
    return told(generator.withPrompt(seen).generate(request, context), seen.masks);
  }

  private Generation told(Generation made, Masks masks) {
    Generation restored =
        redaction.restores() ? new Restoring(masks::originals).generation(made) : made;
    return restored.withUsage(masks.counted(made.usage())).withParts(masks.record(made.parts()));
  }

  @Override
  public TokenStream stream(GenerationRequest request, CallContext context) {
    Seen seen = new Seen();
    return new FollowedStream(generator.withPrompt(seen).stream(request, context)) {
      @Override
      public Stream<String> text() {
        return redaction.restores()
            ? new Restoring(() -> seen.masks.originals()).pieces(super.text())
            : super.text();
      }

      @Override
      Generation ended(Generation made) {
        return told(made, seen.masks);
      }

      @Override
      void failed(RuntimeException failure) {}

      @Override
      void closed() {}
    };
  }

  @Override
  public TokenCounter tokenCounter() {
    return generator.tokenCounter();
  }

  @Override
  public boolean readsTextOnly() {
    return described.readsTextOnly();
  }

  /** With the masks, as it is sent. */
  @Override
  public Optional<PromptTemplate> prompt() {
    return Optional.of(new Seen());
  }

  @Override
  public Generator withPrompt(PromptTemplate other) {
    return new RedactedGenerator(redaction, generator.withPrompt(other));
  }

  @Override
  public Sent mostSent() {
    return generator.mostSent();
  }

  @Override
  public StageDescription description() {
    return described.description();
  }
}
