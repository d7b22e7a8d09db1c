package dev.ragwright.langchain4j;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a service says in its reply beside the text: an error under a good status, a refusal, and
 * whether a stream came to its end. LangChain4j leaves these out of what it makes of a reply; those
 * of its providers that keep the reply itself give it by methods of one name, so that no provider's
 * library is needed here. For one reply.
 */
final class ServiceReply {
  private static final JsonFactory JSON = new JsonFactory();

  /** Kinds of errors that are there the next time too, though their status is that of a rush. */
  private static final Set<String> LASTING =
      Set.of(
          "insufficient_quota",
          "billing_hard_limit_reached",
          "billing_not_active",
          "credit_balance_too_low",
          "invalid_api_key",
          "context_length_exceeded");

  /** Kinds of errors that pass, whatever stands around them. */
  private static final Set<String> PASSING =
      Set.of(
          "overloaded_error",
          "overloaded",
          "engine_overloaded",
          "server_error",
          "api_error",
          "timeout_error",
          "rate_limit_error",
          "rate_limit_exceeded",
          "unavailable",
          "resource_exhausted");

  /** What server-sent events have beside their data, and the mark that some end with. */
  private static final Pattern EVENT =
      Pattern.compile("(?m)^(?:data: ?(?:\\[DONE].*)?|(?:event|id|retry)?:.*)");

  private static final Set<String> ENDS =
      Set.of("response.completed", "response.incomplete", "response.failed", "message_stop");

  /** Among so many at the end of a stream is what says that it ended. */
  private static final int LAST = 8;

  /** What stands in each piece of a stream whose end is known. */
  private static final Set<String> STREAMS = Set.of("/choices", "/candidates", "/done");

  private final StringBuilder error = new StringBuilder();
  private final StringBuilder refusal = new StringBuilder();
  private @Nullable Boolean passes;
  private boolean isError;
  private boolean ended;
  private boolean isFiltered;
  private boolean isKnown; // the events are of a kind whose end is known

  /** What a response was made of, as far as its provider's type or the wire gives that. */
  static ServiceReply of(ChatResponse response, Wire wire) {
    ServiceReply reply = new ServiceReply();
    Object events = Accessors.read(response.metadata(), "rawServerSentEvents");
    if (events instanceof List<?> all && !all.isEmpty()) {
      for (int i = 0; i < all.size(); i++) {
        reply.event(Accessors.read(all.get(i), "data"), i >= all.size() - LAST);
      }
    } else if (Accessors.read(Accessors.read(response.metadata(), "rawHttpResponse"), "body")
        instanceof String body) {
      reply.read(body);
    } else {
      reply.read(EVENT.matcher(wire.body()).replaceAll(""));
    }
    return reply;
  }

  /** What was read of a reply of which no response was made. */
  static ServiceReply of(Wire wire) {
    ServiceReply reply = new ServiceReply();
    reply.read(EVENT.matcher(wire.body()).replaceAll(""));
    return reply;
  }

  /** What a failure's text says, if it is the service's JSON. */
  static ServiceReply of(@Nullable String text) {
    ServiceReply reply = new ServiceReply();
    if (text != null && text.contains("{")) {
      reply.read(text.substring(text.indexOf('{')));
    }
    return reply;
  }

  /** Most events have a piece of the text, which is not looked for here. */
  private void event(@Nullable Object data, boolean isLast) {
    if (data instanceof String text
        && (isLast || text.contains("\"error\"") || text.contains("\"refusal\""))) {
      read(text);
    }
  }

  private void read(String text) {
    if (!text.stripLeading().startsWith("{")) {
      return;
    }
    boolean before = ended;
    try (JsonParser json = JSON.createParser(text)) {
      while (json.nextToken() == JsonToken.START_OBJECT) {
        object(json, "");
        before = ended;
      }
    } catch (IOException e) {
      ended = before; // half a reply says half, but is no end
    }
  }

  /**
   * Reads an object.
   *
   * @param path the names that lead to it; arrays have none
   */
  private void object(JsonParser json, String path) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      value(json, json.nextToken(), path + "/" + name);
    }
  }

  private void value(JsonParser json, @Nullable JsonToken token, String path) throws IOException {
    isKnown |= STREAMS.contains(path);
    ended |= token == JsonToken.VALUE_TRUE && path.equals("/done");
    if (token == JsonToken.START_OBJECT) {
      object(json, path);
    } else if (token == JsonToken.START_ARRAY) {
      for (JsonToken next = json.nextToken();
          next != null && next != JsonToken.END_ARRAY;
          next = json.nextToken()) {
        value(json, next, path);
      }
    } else if (token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_INT) {
      scalar(json.getText(), path);
    }
  }

  private void scalar(String value, String path) {
    if (value.isBlank()) {
      return;
    }
    switch (path) {
      case "/choices/finish_reason",
          "/delta/stop_reason",
          "/stop_reason",
          "/candidates/finishReason",
          "/promptFeedback/blockReason" -> {
        ended = true;
        isFiltered |= value.equals("refusal"); // Anthropic's word for its filter
      }
      case "/choices/delta/refusal", "/choices/message/refusal" -> refusal.append(value);
      case "/error", "/error/message", "/choices/error/message" -> {
        isError = true;
        error.append(value);
      }
      case "/object" -> isError |= value.equals("error");
      case "/message" -> {
        if (isError) {
          error.append(value);
        }
      }
      case "/error/type", "/error/code", "/error/status", "/choices/error/code" -> {
        isError = true;
        kind(value);
      }
      case "/code" -> kind(value);
      case "/type" -> {
        ended |= ENDS.contains(value);
        isKnown |= value.startsWith("response.") || value.startsWith("message_");
        kind(value);
      }
      default -> {}
    }
  }

  /** A service may name two kinds, of which the one that says that it lasts is the finer. */
  private void kind(String value) {
    String kind = value.toLowerCase(Locale.ROOT);
    boolean isStatus = kind.matches("[45]\\d\\d");
    int status = isStatus ? Integer.parseInt(kind) : 0;
    if (LASTING.contains(kind)) {
      passes = false;
    } else if (passes == null
        && (PASSING.contains(kind) || status >= 500 || status == 408 || status == 429)) {
      passes = true;
    }
  }

  /** The words of an error; empty if there is none, or it has none. */
  String error() {
    return error.toString().strip();
  }

  /** Whether the reply is an error, or has one in it. */
  boolean isError() {
    return isError;
  }

  /** Whether the error says of itself that it passes, or that it does not; null if neither. */
  @Nullable Boolean passes() {
    return passes;
  }

  /** Whether a filter ended the answer, and LangChain4j has no word for it. */
  boolean isFiltered() {
    return isFiltered;
  }

  /** The model's refusal, where the service keeps it apart from the text; empty without one. */
  String refusal() {
    return refusal.toString().strip();
  }

  /**
   * Whether a stream was cut.
   *
   * @param otherwise what counts where its events are not here, or of an unknown kind
   */
  boolean isCut(boolean otherwise) {
    return isKnown ? !ended : otherwise;
  }
}
