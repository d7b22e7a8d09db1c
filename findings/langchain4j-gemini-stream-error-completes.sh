#!/usr/bin/env bash
# langchain4j-google-ai-gemini 1.23.0: an error that the service reports amid a stream ends it as an answer that is complete.
#
# Gemini's streaming API sends a failure that comes after the headers as one more event, {"error": {"code", "message", "status"}}, under status
# 200. Expected: onError with the service's words. GeminiStreamingResponseBuilder knows no field "error" and takes the event for one without
# candidates.
#
# Seen: onCompleteResponse with the text so far, finish reason null, the words nowhere; an HTTP status of 503 with the same body is an onError.
# Exit status 0: this is still so. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>dev.langchain4j</groupId><artifactId>langchain4j-google-ai-gemini</artifactId><version>1.23.0</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B -f "$folder/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$folder/lib"
cat > "$folder/Amid.java" <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

class Amid {
  static final String ERROR = "{\"error\":{\"code\":503,\"message\":\"the model is overloaded\",\"status\":\"UNAVAILABLE\"}}";
  static volatile boolean amid;

  public static void main(String... args) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> {
      exchange.getRequestBody().readAllBytes();
      String piece = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"It rises\"}],\"role\":\"model\"},\"index\":0}]}\n\n";
      byte[] body = (amid ? piece + "data: " + ERROR + "\n\n" : ERROR).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", amid ? "text/event-stream" : "application/json");
      exchange.sendResponseHeaders(amid ? 200 : 503, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    String refused = outcome(url);
    amid = true;
    String said = outcome(url);
    System.out.println("status 503: " + refused + "; event amid a stream: " + said);
    System.exit(refused.startsWith("error") && said.equals("complete, 'It rises', finish reason null") ? 0 : 1);
  }

  static String outcome(String url) throws Exception {
    CompletableFuture<String> outcome = new CompletableFuture<>();
    GoogleAiGeminiStreamingChatModel.builder().baseUrl(url).apiKey("none").modelName("gemini").build()
        .chat("Where does the Rhine rise?", new StreamingChatResponseHandler() {
          public void onPartialResponse(String piece) {}

          public void onCompleteResponse(ChatResponse response) {
            outcome.complete("complete, '" + response.aiMessage().text() + "', finish reason " + response.finishReason());
          }

          public void onError(Throwable thrown) {
            outcome.complete("error " + thrown.getClass().getSimpleName());
          }
        });
    return outcome.get();
  }
}
JAVA
"${JAVA_HOME:+$JAVA_HOME/bin/}java" --class-path "$folder/lib/*" "$folder/Amid.java"
