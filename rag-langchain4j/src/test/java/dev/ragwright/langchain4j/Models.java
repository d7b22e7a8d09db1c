package dev.ragwright.langchain4j;

import dev.langchain4j.http.client.jdk.JdkHttpClient;
import dev.langchain4j.http.client.jdk.JdkHttpClientBuilder;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.net.http.HttpClient;
import java.time.Duration;

/** Models of LangChain4j that ask a scripted server. */
final class Models {
  private Models() {}

  /** The JDK's server does not speak HTTP/2, which its client would try first. */
  private static JdkHttpClientBuilder http() {
    return JdkHttpClient.builder()
        .httpClientBuilder(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1));
  }

  private static JdkHttpClientBuilder watched() {
    return JdkHttpClient.builder()
        .httpClientBuilder(
            LangChain4j.watched(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)));
  }

  /** Whose client is watched; it asks as often as it does unless told otherwise. */
  static OpenAiChatModel watchedWhole(ScriptedServer server) {
    return OpenAiChatModel.builder()
        .httpClientBuilder(watched())
        .baseUrl(server.url())
        .apiKey("key")
        .modelName("gpt-x")
        .timeout(Duration.ofSeconds(20))
        .build();
  }

  static OpenAiStreamingChatModel watchedStreaming(ScriptedServer server) {
    return OpenAiStreamingChatModel.builder()
        .httpClientBuilder(watched())
        .baseUrl(server.url())
        .apiKey("key")
        .modelName("gpt-x")
        .timeout(Duration.ofSeconds(20))
        .build();
  }

  static OpenAiChatModel whole(ScriptedServer server) {
    return OpenAiChatModel.builder()
        .httpClientBuilder(http())
        .baseUrl(server.url())
        .apiKey("key")
        .modelName("gpt-x")
        .temperature(0.0)
        .maxRetries(0)
        .timeout(Duration.ofSeconds(20))
        .build();
  }

  static OpenAiStreamingChatModel streaming(ScriptedServer server) {
    return OpenAiStreamingChatModel.builder()
        .httpClientBuilder(http())
        .baseUrl(server.url())
        .apiKey("key")
        .modelName("gpt-x")
        .temperature(0.0)
        .timeout(Duration.ofSeconds(20))
        .build();
  }
}
