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
  private static HttpClient.Builder http() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
  }

  /** What models' builders take, whose requests are seen. */
  static JdkHttpClientBuilder watched() {
    return JdkHttpClient.builder().httpClientBuilder(LangChain4j.watched(http()));
  }

  private static OpenAiChatModel.OpenAiChatModelBuilder wholeOf(ScriptedServer server) {
    return OpenAiChatModel.builder()
        .httpClientBuilder(JdkHttpClient.builder().httpClientBuilder(http()))
        .baseUrl(server.url())
        .apiKey("key")
        .modelName("gpt-x")
        .timeout(Duration.ofSeconds(20));
  }

  private static OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder streamingOf(
      ScriptedServer server) {
    return OpenAiStreamingChatModel.builder()
        .httpClientBuilder(JdkHttpClient.builder().httpClientBuilder(http()))
        .baseUrl(server.url())
        .apiKey("key")
        .modelName("gpt-x")
        .timeout(Duration.ofSeconds(20));
  }

  /** Whose client is watched; it asks as often as it does unless told otherwise. */
  static OpenAiChatModel watchedWhole(ScriptedServer server) {
    return wholeOf(server).httpClientBuilder(watched()).build();
  }

  static OpenAiStreamingChatModel watchedStreaming(ScriptedServer server) {
    return streamingOf(server).httpClientBuilder(watched()).build();
  }

  static OpenAiChatModel whole(ScriptedServer server) {
    return wholeOf(server).temperature(0.0).maxRetries(0).build();
  }

  static OpenAiStreamingChatModel streaming(ScriptedServer server) {
    return streamingOf(server).temperature(0.0).build();
  }
}
