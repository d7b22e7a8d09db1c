package dev.ragwright.langchain4j;

import dev.langchain4j.http.client.jdk.JdkHttpClientBuilder;
import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.ArrayList;
import java.util.List;

/**
 * A provider of LangChain4j, and what its service sends, by its own reference of the format. A
 * reply has 100 tokens read, 64 of them cached where the service tells, and 20 written.
 */
enum Provider {
  OPENAI {
    @Override
    ChatModel whole(String url, JdkHttpClientBuilder http) {
      return OpenAiChatModel.builder()
          .httpClientBuilder(http)
          .baseUrl(url + "/v1")
          .apiKey("key")
          .modelName("asked")
          .maxRetries(0)
          .build();
    }

    @Override
    StreamingChatModel streaming(String url, JdkHttpClientBuilder http) {
      return OpenAiStreamingChatModel.builder()
          .httpClientBuilder(http)
          .baseUrl(url + "/v1")
          .apiKey("key")
          .modelName("asked")
          .build();
    }

    @Override
    String reply(String text, String reason) {
      return """
      {"id":"c","object":"chat.completion","created":1,"model":"served","choices":[{"index":0,\
      "message":{"role":"assistant","content":%s},"finish_reason":"%s"}],"usage":%s}"""
          .formatted(quoted(text), reason, usage());
    }

    private String usage() {
      return """
      {"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":\
      {"cached_tokens":64},"completion_tokens_details":{"reasoning_tokens":5}}""";
    }

    @Override
    List<String> events(List<String> pieces, String reason) {
      List<String> events = new ArrayList<>();
      for (String piece : pieces) {
        events.add(data(chunk("{\"content\":" + quoted(piece) + "}", "null")));
      }
      events.add(data(chunk("{}", quoted(reason))));
      events.add(
          data(
              """
              {"id":"c","object":"chat.completion.chunk","created":1,"model":"served","choices":[],\
              "usage":%s}"""
                  .formatted(usage())));
      events.add("data: [DONE]\n\n");
      return events;
    }

    private String chunk(String delta, String reason) {
      return """
      {"id":"c","object":"chat.completion.chunk","created":1,"model":"served","choices":\
      [{"index":0,"delta":%s,"finish_reason":%s}]}"""
          .formatted(delta, reason);
    }

    @Override
    String error(int status, String kind, String words) {
      return "{\"error\":{\"message\":%s,\"type\":%s,\"code\":null}}"
          .formatted(quoted(words), quoted(kind));
    }

    @Override
    String errorEvent(String kind, String words) {
      return data(error(500, kind, words));
    }
  },

  ANTHROPIC {
    @Override
    ChatModel whole(String url, JdkHttpClientBuilder http) {
      return AnthropicChatModel.builder()
          .httpClientBuilder(http)
          .baseUrl(url + "/v1")
          .apiKey("key")
          .modelName("asked")
          .maxRetries(0)
          .build();
    }

    @Override
    StreamingChatModel streaming(String url, JdkHttpClientBuilder http) {
      return AnthropicStreamingChatModel.builder()
          .httpClientBuilder(http)
          .baseUrl(url + "/v1")
          .apiKey("key")
          .modelName("asked")
          .build();
    }

    @Override
    String reply(String text, String reason) {
      return """
      {"id":"m","type":"message","role":"assistant","model":"served","content":[{"type":"text",\
      "text":%s}],"stop_reason":"%s","stop_sequence":null,"usage":{"input_tokens":30,\
      "cache_creation_input_tokens":6,"cache_read_input_tokens":64,"output_tokens":20}}"""
          .formatted(quoted(text), reason);
    }

    @Override
    List<String> events(List<String> pieces, String reason) {
      List<String> events = new ArrayList<>();
      events.add(
          event(
              "message_start",
              """
              ,"message":{"id":"m","type":"message","role":"assistant","content":[],\
              "model":"served","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":30,\
              "cache_creation_input_tokens":6,"cache_read_input_tokens":64,"output_tokens":1}}"""));
      events.add(
          event(
              "content_block_start",
              ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"));
      events.add(event("ping", ""));
      for (String piece : pieces) {
        events.add(
            event(
                "content_block_delta",
                ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":" + quoted(piece) + "}"));
      }
      events.add(event("content_block_stop", ",\"index\":0"));
      events.add(
          event(
              "message_delta",
              """
              ,"delta":{"stop_reason":"%s","stop_sequence":null},"usage":{"output_tokens":20}"""
                  .formatted(reason)));
      events.add(event("message_stop", ""));
      return events;
    }

    private String event(String type, String rest) {
      return "event: %s\ndata: {\"type\":\"%s\"%s}\n\n".formatted(type, type, rest);
    }

    @Override
    String error(int status, String kind, String words) {
      return "{\"type\":\"error\",\"error\":{\"type\":%s,\"message\":%s}}"
          .formatted(quoted(kind), quoted(words));
    }

    @Override
    String errorEvent(String kind, String words) {
      return "event: error\n" + data(error(500, kind, words));
    }
  },

  GEMINI {
    @Override
    ChatModel whole(String url, JdkHttpClientBuilder http) {
      return GoogleAiGeminiChatModel.builder()
          .httpClientBuilder(http)
          .baseUrl(url + "/v1beta")
          .apiKey("key")
          .modelName("asked")
          .maxRetries(0)
          .build();
    }

    @Override
    StreamingChatModel streaming(String url, JdkHttpClientBuilder http) {
      return GoogleAiGeminiStreamingChatModel.builder()
          .httpClientBuilder(http)
          .baseUrl(url + "/v1beta")
          .apiKey("key")
          .modelName("asked")
          .build();
    }

    @Override
    String reply(String text, String reason) {
      return part(text, ",\"finishReason\":\"" + reason + "\"");
    }

    private String part(String text, String reason) {
      return """
      {"candidates":[{"content":{"parts":[{"text":%s}],"role":"model"}%s,"index":0}],\
      "usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":64,\
      "candidatesTokenCount":15,"thoughtsTokenCount":5,"totalTokenCount":120},\
      "modelVersion":"served","responseId":"r"}"""
          .formatted(quoted(text), reason);
    }

    @Override
    List<String> events(List<String> pieces, String reason) {
      List<String> events = new ArrayList<>();
      for (int i = 0; i < pieces.size(); i++) {
        boolean last = i == pieces.size() - 1;
        events.add(data(part(pieces.get(i), last ? ",\"finishReason\":\"" + reason + "\"" : "")));
      }
      return events;
    }

    @Override
    String error(int status, String kind, String words) {
      return "{\"error\":{\"code\":%s,\"message\":%s,\"status\":%s}}"
          .formatted(status, quoted(words), quoted(kind));
    }

    @Override
    String errorEvent(String kind, String words) {
      return data(error(503, kind, words));
    }
  },

  OLLAMA {
    @Override
    ChatModel whole(String url, JdkHttpClientBuilder http) {
      return OllamaChatModel.builder()
          .httpClientBuilder(http)
          .baseUrl(url)
          .modelName("asked")
          .maxRetries(0)
          .build();
    }

    @Override
    StreamingChatModel streaming(String url, JdkHttpClientBuilder http) {
      return OllamaStreamingChatModel.builder()
          .httpClientBuilder(http)
          .baseUrl(url)
          .modelName("asked")
          .build();
    }

    @Override
    String reply(String text, String reason) {
      return part(
          text,
          true,
          ",\"done_reason\":\"%s\",\"prompt_eval_count\":100,\"eval_count\":20".formatted(reason));
    }

    private String part(String text, boolean done, String rest) {
      return """
      {"model":"served","created_at":"2026-11-30T00:00:00Z","message":{"role":"assistant",\
      "content":%s},"done":%s%s}
      """
          .formatted(quoted(text), done, rest);
    }

    @Override
    List<String> events(List<String> pieces, String reason) {
      List<String> events = new ArrayList<>();
      pieces.forEach(piece -> events.add(part(piece, false, "")));
      events.add(reply("", reason));
      return events;
    }

    @Override
    String type() {
      return "application/x-ndjson";
    }

    @Override
    String error(int status, String kind, String words) {
      return "{\"error\":" + quoted(words) + "}";
    }

    @Override
    String errorEvent(String kind, String words) {
      return error(500, kind, words) + "\n";
    }
  };

  /** One that answers at once, and makes one try. */
  abstract ChatModel whole(String url, JdkHttpClientBuilder http);

  abstract StreamingChatModel streaming(String url, JdkHttpClientBuilder http);

  /** A reply in one piece. */
  abstract String reply(String text, String reason);

  /** The events of a streamed reply, each with what ends it. */
  abstract List<String> events(List<String> pieces, String reason);

  /** The body of a refused request. */
  abstract String error(int status, String kind, String words);

  /** An error amid a stream. */
  abstract String errorEvent(String kind, String words);

  /** The content type of a streamed reply. */
  String type() {
    return "text/event-stream";
  }

  /** Its words for an answer that ended by itself, at its limit, and by a filter. */
  List<String> reasons() {
    return switch (this) {
      case OPENAI -> List.of("stop", "length", "content_filter");
      case ANTHROPIC -> List.of("end_turn", "max_tokens", "refusal");
      case GEMINI -> List.of("STOP", "MAX_TOKENS", "SAFETY");
      case OLLAMA -> List.of("stop", "length"); // it has no filter
    };
  }

  /** Its words for a service with too much to do. */
  String busy() {
    return switch (this) {
      case OPENAI -> "server_error";
      case ANTHROPIC -> "overloaded_error";
      case GEMINI -> "UNAVAILABLE";
      case OLLAMA -> ""; // it gives none
    };
  }

  private static String data(String json) {
    return "data: " + json + "\n\n";
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
