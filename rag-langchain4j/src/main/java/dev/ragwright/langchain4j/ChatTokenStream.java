package dev.ragwright.langchain4j;

import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.text.Thoughts;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The text of a call while it comes, without its markers. */
final class ChatTokenStream implements TokenStream {
  /** How long a model may take to tell of what is here already. */
  private static final Duration REST = Duration.ofSeconds(5);

  private final String model;
  private final ChatCall call;
  private final CitedText text;
  private Thoughts thoughts = new Thoughts("");
  private Duration idle;
  private final @Nullable String asked;
  private final boolean countsAsItGoes;
  private boolean hungUp; // the service did
  private boolean spoke; // a piece came
  private boolean read; // the text was asked for
  private @Nullable Generation result;
  private @Nullable RuntimeException failure;

  /**
   * The text of a call that runs.
   *
   * @param asked the model's name in the request; null if it has none
   * @param idle the longest time without a sign of life
   * @param countsAsItGoes whether a count of tokens comes with each piece, and is no sign of an end
   */
  ChatTokenStream(
      String model,
      @Nullable String asked,
      ChatCall call,
      CitedText text,
      Duration idle,
      boolean countsAsItGoes) {
    this.model = model;
    this.asked = asked;
    this.countsAsItGoes = countsAsItGoes;
    this.call = call;
    this.text = text;
    this.idle = idle;
  }

  @Override
  public Stream<String> text() {
    if (read) {
      throw new IllegalStateException("the text can be asked for once");
    }
    read = true;
    int traits = Spliterator.ORDERED | Spliterator.NONNULL;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(new Pieces(), traits), false);
  }

  @Override
  public Generation result() {
    while (result == null) {
      read();
    }
    return result;
  }

  @Override
  public void close() {
    call.close();
  }

  /** Takes the next event, and returns what of the text became certain. */
  private String read() {
    if (failure != null) {
      throw failure;
    }
    try {
      return switch (call.next(idle)) {
        case ChatCall.Event.Piece piece -> {
          spoke = true;
          yield text.append(thoughts.append(piece.text()));
        }
        case ChatCall.Event.Thinking thinking -> "";
        case ChatCall.Event.Ended ended -> {
          hungUp = true;
          idle = idle.compareTo(REST) < 0 ? idle : REST;
          yield "";
        }
        case ChatCall.Event.Done done -> ended(done.response());
        case ChatCall.Event.Failed failed -> failed(failed.thrown());
        case ChatCall.Event.Abandoned abandoned -> throw new AssertionError(abandoned);
        case null ->
            throw hungUp
                ? ChatModelException.cut(model, spoke, call.wire())
                : ChatModelException.silent(model, idle, call.wire());
      };
    } catch (RuntimeException e) {
      failure = e;
      call.close();
      throw e;
    }
  }

  /** LangChain4j takes the end of a connection, and most of what is no answer, for the end. */
  private String ended(ChatResponse response) {
    ServiceReply reply = ServiceReply.of(response, call.wire());
    String whole = response.aiMessage().text();
    boolean said = spoke || (whole != null && !whole.isBlank());
    if (reply.isError()) {
      throw ChatModelException.said(model, reply, call.wire());
    }
    if (!said && !reply.refusal().isEmpty()) {
      return declined("'%s' refused: %s".formatted(model, reply.refusal()), response, reply);
    }
    boolean nameless =
        response.finishReason() == null
            && (response.tokenUsage() == null || (spoke && countsAsItGoes))
            && !response.aiMessage().hasToolExecutionRequests();
    if ((spoke || (!said && nameless)) && reply.isCut(nameless)) {
      throw ChatModelException.cut(model, said, call.wire());
    }
    if (!spoke && whole != null) {
      thoughts = Thoughts.of(whole);
    }
    String rest =
        (spoke || whole == null ? "" : text.append(thoughts.append(whole)))
            + text.append(thoughts.end())
            + text.end();
    Generation made = text.generation(reason(response, reply), usage(response.tokenUsage()));
    String served = response.metadata().modelName();
    boolean other = asked != null && served != null && !served.isBlank() && !served.equals(asked);
    result = other ? made.withModel(served) : made;
    call.done();
    return rest;
  }

  private Usage usage(@Nullable TokenUsage counted) {
    return ChatUsage.of(counted, call.wire().requests());
  }

  private String declined(String detail, ChatResponse response, ServiceReply reply) {
    result =
        Generation.abstained(
            new Abstention(Abstention.Reason.DECLINED, detail),
            reason(response, reply),
            usage(response.tokenUsage()));
    call.done();
    return "";
  }

  /** A filter that refuses a request is a decision, and no failure, unless a part was said. */
  private String failed(Throwable thrown) {
    if (!(thrown instanceof ContentFilteredException) || spoke) {
      throw ChatModelException.of(model, thrown, call.wire());
    }
    String detail = "the content filter of '%s' refused: %s".formatted(model, thrown.getMessage());
    result =
        Generation.abstained(
            new Abstention(Abstention.Reason.DECLINED, detail),
            FinishReason.CONTENT_FILTER,
            usage(null));
    call.close();
    return "";
  }

  private static FinishReason reason(ChatResponse response, ServiceReply reply) {
    dev.langchain4j.model.output.FinishReason reason = response.finishReason();
    if (reply.isFiltered()) {
      return FinishReason.CONTENT_FILTER;
    }
    if (reason == null) {
      return FinishReason.OTHER;
    }
    return switch (reason) {
      case STOP -> FinishReason.STOP;
      case LENGTH -> FinishReason.LENGTH;
      case CONTENT_FILTER -> FinishReason.CONTENT_FILTER;
      case TOOL_EXECUTION, OTHER -> FinishReason.OTHER;
    };
  }

  /** What is certain of the text, piece by piece; none is empty. */
  private final class Pieces implements Iterator<String> {
    private String next = "";

    @Override
    public boolean hasNext() {
      while (next.isEmpty() && result == null) {
        next = read();
      }
      return !next.isEmpty();
    }

    @Override
    public String next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      String piece = next;
      next = "";
      return piece;
    }
  }
}
