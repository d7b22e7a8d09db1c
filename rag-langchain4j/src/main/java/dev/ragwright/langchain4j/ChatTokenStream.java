package dev.ragwright.langchain4j;

import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.TokenStream;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The text of a call while it comes, without its markers. */
final class ChatTokenStream implements TokenStream {
  private final String model;
  private final ChatCall call;
  private final CitedText text;
  private boolean spoke; // a piece came
  private boolean asked;
  private @Nullable Generation result;
  private @Nullable RuntimeException failure;

  ChatTokenStream(String model, ChatCall call, CitedText text) {
    this.model = model;
    this.call = call;
    this.text = text;
  }

  @Override
  public Stream<String> text() {
    if (asked) {
      throw new IllegalStateException("the text can be asked for once");
    }
    asked = true;
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
      return switch (call.next()) {
        case ChatCall.Event.Piece piece -> {
          spoke = true;
          yield text.append(piece.text());
        }
        case ChatCall.Event.Done done -> ended(done.response());
        case ChatCall.Event.Failed failed -> failed(failed.thrown());
        case ChatCall.Event.Abandoned abandoned -> throw new AssertionError(abandoned);
      };
    } catch (RuntimeException e) {
      failure = e;
      call.close();
      throw e;
    }
  }

  private String ended(ChatResponse response) {
    if (spoke && response.finishReason() == null && response.tokenUsage() == null) {
      throw ChatModelException.cut(model); // LangChain4j takes the end of a connection for the end
    }
    String whole = response.aiMessage().text();
    String rest = (spoke || whole == null ? "" : text.append(whole)) + text.end();
    result = text.generation(reason(response), ChatUsage.of(response.tokenUsage()));
    call.close();
    return rest;
  }

  /** A filter that refuses a request is a decision, and no failure, unless a part was said. */
  private String failed(Throwable thrown) {
    if (!(thrown instanceof ContentFilteredException) || spoke) {
      throw ChatModelException.of(model, thrown);
    }
    String detail = "the content filter of '%s' refused: %s".formatted(model, thrown.getMessage());
    result =
        Generation.abstained(
            new Abstention(Abstention.Reason.DECLINED, detail),
            FinishReason.CONTENT_FILTER,
            ChatUsage.of(null));
    call.close();
    return "";
  }

  private static FinishReason reason(ChatResponse response) {
    dev.langchain4j.model.output.FinishReason reason = response.finishReason();
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
