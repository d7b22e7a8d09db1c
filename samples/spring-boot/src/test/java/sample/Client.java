package sample;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** A client over HTTP, as somebody else has one. */
record Client(int port) {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  String get(String path) throws IOException, InterruptedException {
    HttpResponse<String> response =
        HTTP.send(
            HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    assertEquals(200, response.statusCode(), response.body());
    return response.body();
  }

  String ask(String path, String question) throws IOException, InterruptedException {
    return get(path + "?question=" + URLEncoder.encode(question, StandardCharsets.UTF_8));
  }
}
