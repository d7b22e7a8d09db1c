package dev.ragwright.langchain4j;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.ragwright.call.Usage;
import dev.ragwright.foreign.Secrets;
import dev.ragwright.trace.Attempted;
import dev.ragwright.trace.StageRecord;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A chat model's service could not be reached, refused, or sent what cannot be read. */
public final class ChatModelException extends CallFailedException implements Attempted {
  private static final long serialVersionUID = 1L;

  /** How services say that a prompt is longer than what they read. */
  private static final Pattern CONTEXT =
      Pattern.compile("context[ _](size|length|window)|maximum context|prompt is too long");

  private final transient Usage usage;
  private final transient List<StageRecord> attempts;

  private ChatModelException(String message, boolean retryable, Wire wire) {
    super(Secrets.hidden(message, wire.secrets()), retryable, wire.retryAfter());
    usage = ChatUsage.of(null, wire.requests());
    attempts = List.of();
  }

  private ChatModelException(String model, Throwable thrown, Wire wire) {
    super(
        "the chat model '%s' failed: %s%s"
            .formatted(model, words(thrown, wire), advice(thrown, wire)),
        thrown,
        passes(thrown, wire),
        wire.retryAfter(),
        wire.secrets());
    usage =
        isSpared(thrown, wire)
            ? ChatUsage.requests(wire.requests())
            : ChatUsage.of(null, wire.requests());
    attempts = List.of();
  }

  private ChatModelException(String message, Usage usage) {
    super(message, false, null);
    this.usage = usage;
    this.attempts = List.of();
  }

  private ChatModelException(ChatModelException last, List<StageRecord> attempts) {
    super(
        String.valueOf(last.getMessage()),
        last,
        last.retryable(),
        last.retryAfter().orElse(null),
        List.of());
    this.usage = attempts.stream().map(StageRecord::usage).reduce(Usage.none(), Usage::plus);
    this.attempts = attempts;
  }

  /** This failure as that of a call which had made other requests before. */
  ChatModelException after(List<StageRecord> before, StageRecord last) {
    List<StageRecord> all = new ArrayList<>(before);
    all.add(last);
    return new ChatModelException(this, List.copyOf(all));
  }

  /** The requests where there were several, as for an answer in JSON that was asked for again. */
  @Override
  public List<StageRecord> attempts() {
    return attempts;
  }

  /** A whole reply, of which nothing can be made. */
  static ChatModelException unread(String model, String why, Usage usage) {
    return new ChatModelException(
        "the reply of the chat model '%s' %s".formatted(model, why), usage);
  }

  /**
   * The requests, as far as they were seen, and no tokens where none reached the service but those
   * that it refused with a status below 500, which no service charges for; unknown tokens
   * otherwise, since what was cut, came too late or failed amid the work may be paid for.
   */
  @Override
  public Usage usage() {
    return usage;
  }

  /** Of a client that is not watched, the failure alone is known. */
  private static boolean isSpared(Throwable thrown, Wire wire) {
    return (isUnreachable(thrown) || isRefused(thrown))
        && (wire.address() == null || wire.isSpared());
  }

  private static boolean isRefused(Throwable thrown) {
    for (Throwable one = thrown; one != null; one = one.getCause()) {
      if (one instanceof HttpException refused) {
        return refused.statusCode() < 500; // a gateway's status says nothing of what it waited for
      }
    }
    return false;
  }

  /** A reply that ended, but not as one that is whole does. */
  static ChatModelException cut(String model, boolean said, Wire wire) {
    String message =
        said
            ? "the stream of the chat model '%s' ended without a finish reason: it was probably cut; a model of your own has to give one, or a count of tokens"
            : "the reply of the chat model '%s' ended with neither a text, a finish reason nor a usage: the service failed, or what answered is no chat model's service; its log may say why";
    return new ChatModelException(message.formatted(model) + from(wire), true, wire);
  }

  /** An error under a good status, or in a stream that had one. */
  static ChatModelException said(String model, ServiceReply reply, Wire wire) {
    String words = reply.error().isEmpty() ? "an error without words" : reply.error();
    return new ChatModelException(
        "the chat model '%s' failed: its service said: %s%s".formatted(model, words, from(wire)),
        Boolean.TRUE.equals(reply.passes()),
        wire);
  }

  /** No sign of life. */
  static ChatModelException silent(String model, Duration idle, Wire wire) {
    return new ChatModelException(
        "the chat model '%s' failed: its service sent nothing for %s; it, or the way to it, hangs; the generator's idleTimeout(...) allows it more time%s"
            .formatted(model, shown(idle), from(wire)),
        true,
        wire);
  }

  /** What the service said counts before what LangChain4j made of it. */
  private static boolean passes(Throwable thrown, Wire wire) {
    Boolean said = ServiceReply.of(wire).passes();
    return said == null ? Failures.passes(thrown) : said;
  }

  /** Wraps what a model threw. */
  static ChatModelException of(String model, Throwable thrown, Wire wire) {
    return new ChatModelException(model, thrown, wire);
  }

  private static String shown(Duration idle) {
    return idle.toMillis() % 1_000 == 0 ? idle.toSeconds() + " s" : idle.toMillis() + " ms";
  }

  private static String from(Wire wire) {
    return wire.address() == null ? "" : " (" + wire.address() + ")";
  }

  static boolean isUnreachable(Throwable thrown) {
    for (Throwable one = thrown; one != null; one = one.getCause()) {
      if (one instanceof ConnectException
          || one instanceof UnknownHostException
          || one instanceof UnresolvedAddressException) {
        return true;
      }
    }
    return false;
  }

  private static String words(Throwable thrown, Wire wire) {
    if (isUnreachable(thrown)) {
      return "no connection to " + (wire.address() == null ? "its service" : wire.address());
    }
    ServiceReply reply = ServiceReply.of(wire);
    String said = Failures.said(thrown);
    if (thrown instanceof NullPointerException || thrown instanceof IndexOutOfBoundsException) {
      said = "its service's reply is not one that its builder's kind of model can read";
    }
    return reply.error().isEmpty() || said.contains(reply.error())
        ? said
        : said + "; its service said: " + reply.error();
  }

  private static String advice(Throwable thrown, Wire wire) {
    if (isUnreachable(thrown)) {
      return "; check the address that its builder was given, and whether the service runs"
          + " (%s)".formatted(Failures.said(root(thrown)));
    }
    if (Failures.said(root(thrown)).startsWith(Secrets.NO_HEADER)) {
      return "; check the key that its builder was given: a header may not have a line break or the like";
    }
    String words = Failures.said(thrown).toLowerCase(Locale.ROOT);
    if (CONTEXT.matcher(words).find()) {
      return "; give the pipeline's context a smaller budget, or the service more room";
    }
    return switch (thrown) {
      case AuthenticationException e -> "; check the key that its builder was given";
      case ModelNotFoundException e ->
          "; check the model name that its builder was given, and the base URL, which for most"
              + " services ends with /v1";
      case RateLimitException e ->
          Failures.passes(thrown)
              ? "; ask less often, or later" + later(wire)
              : "; what was paid for is used up";
      case TimeoutException e -> "; its builder's timeout allows it more time";
      default -> "";
    };
  }

  private static String later(Wire wire) {
    Duration wait = wire.retryAfter();
    return wait == null ? "" : ": it says in " + shown(wait);
  }

  private static Throwable root(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
