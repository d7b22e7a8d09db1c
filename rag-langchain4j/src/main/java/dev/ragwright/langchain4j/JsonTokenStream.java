package dev.ragwright.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A reply in JSON, in one piece: it is given out once it is known to conform. One that does not is
 * given back to the model once, with what is wrong.
 */
final class JsonTokenStream implements TokenStream {
  /** The longest message that a reply is given back with, in UTF-16 units. */
  static final int MOST_REPAIR_UNITS = 2_000;

  private final String model;
  private final StageDescription description;
  private final JsonFormat format;
  private final List<ChatMessage> messages;
  private final Context evidence;
  private final PromptTemplate prompt;
  private final Function<List<ChatMessage>, TokenStream> ask;
  private final CallContext context;
  private long start;
  private boolean read; // the text was asked for
  private volatile TokenStream running;
  private volatile boolean closed;
  private @Nullable Generation result;
  private @Nullable RuntimeException failure;

  /**
   * Asks at once.
   *
   * @param ask what starts a call with messages, and gives its text as it is
   */
  JsonTokenStream(
      String model,
      StageDescription description,
      JsonFormat format,
      List<ChatMessage> messages,
      Context evidence,
      PromptTemplate prompt,
      Function<List<ChatMessage>, TokenStream> ask,
      CallContext context) {
    this.model = model;
    this.description = description;
    this.format = format;
    this.messages = messages;
    this.evidence = evidence;
    this.prompt = prompt;
    this.ask = ask;
    this.context = context;
    this.start = context.ticker().nanos();
    this.running = ask.apply(messages);
  }

  @Override
  public Stream<String> text() {
    if (read) {
      throw new IllegalStateException("the text can be asked for once");
    }
    read = true;
    return Stream.of(this)
        .map(JsonTokenStream::result)
        .map(Generation::text)
        .filter(text -> !text.isEmpty());
  }

  @Override
  public Generation result() {
    if (failure != null) {
      throw failure;
    }
    if (result == null) {
      try {
        Generation first = decided(running.result());
        Optional<String> problem = problem(first);
        result = problem.isEmpty() ? read(first) : again(first, problem.get());
      } catch (RuntimeException e) {
        failure = e;
        throw e;
      }
    }
    return result;
  }

  /** A model may decline in the prompt's words without any JSON around them. */
  private Generation decided(Generation made) {
    Generation said =
        CitedText.read(made.text(), evidence, prompt, made.finishReason(), made.usage());
    return said.abstention().isPresent() && made.abstention().isEmpty() ? said : made;
  }

  private Optional<String> problem(Generation made) {
    return made.abstention().isPresent()
        ? Optional.empty()
        : format.problem(JsonFormat.found(made.text()));
  }

  private Generation read(Generation made) {
    return made.abstention().isPresent()
        ? made
        : JsonFormat.read(JsonFormat.found(made.text()), made, evidence, prompt);
  }

  private Generation again(Generation first, String problem) {
    if (first.finishReason() == FinishReason.LENGTH) {
      throw ChatModelException.unread(
          model,
          "was cut at the longest answer that its builder allows, and is no whole JSON",
          first.usage());
    }
    StageRecord refused = record(first).failed("its JSON does not conform: " + problem);
    List<ChatMessage> more = new ArrayList<>(messages);
    more.add(AiMessage.from(first.text()));
    more.add(UserMessage.from(repair(problem)));
    start = context.ticker().nanos();
    Generation second;
    try {
      TokenStream next = ask.apply(more);
      running = next;
      if (closed) {
        next.close();
      }
      second = decided(next.result());
    } catch (ChatModelException e) {
      throw e.after(List.of(refused), record(e.usage()).failed(e));
    }
    Optional<String> still = problem(second);
    if (still.isPresent()) {
      ChatModelException unread =
          ChatModelException.unread(
              model,
              "does not conform to its JSON schema, nor does that of a second try: " + still.get(),
              second.usage());
      throw unread.after(List.of(refused), record(second).failed(unread));
    }
    return read(second)
        .withParts(List.of(refused, record(second)))
        .withUsage(first.usage().plus(second.usage()));
  }

  /**
   * What a reply is given back with: the most is known, though what is wrong may quote all of it.
   */
  private static String repair(String problem) {
    String text =
        "This does not conform: " + problem + ". Write it again, as JSON alone that does.";
    int half = MOST_REPAIR_UNITS / 2 - 1;
    return text.length() <= MOST_REPAIR_UNITS
        ? text
        : text.substring(0, half) + "\u2026" + text.substring(text.length() - half);
  }

  private StageRecord record(Generation made) {
    return record(made.usage()).withServed(made.model().orElse(""));
  }

  private StageRecord record(Usage usage) {
    Duration took = Duration.ofNanos(context.ticker().nanos() - start);
    return StageRecord.of("generator", description, took, usage);
  }

  @Override
  public void close() {
    closed = true;
    running.close();
  }
}
