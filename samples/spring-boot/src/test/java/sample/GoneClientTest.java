package sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.CallContext;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.TokenStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Nobody writes an answer that nobody reads. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {"ragwright.index.directory=target/gone-index", "ragwright.retriever=bm25"})
class GoneClientTest {
  private static final CountDownLatch STOPPED = new CountDownLatch(1);

  @TestConfiguration(proxyBeanMethods = false)
  static class Endless {
    /** In place of the one that the settings choose. */
    @Bean
    Generator endless() {
      return new Generator() {
        @Override
        public Generation generate(GenerationRequest request, CallContext context) {
          return stream(request, context).result();
        }

        @Override
        public TokenStream stream(GenerationRequest request, CallContext context) {
          context.onStop(STOPPED::countDown);
          return new Pieces(context);
        }
      };
    }
  }

  private record Pieces(CallContext context) implements TokenStream {
    @Override
    public Stream<String> text() {
      return Stream.generate(
          () -> {
            context.throwIfStopped();
            try {
              Thread.sleep(20);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return "more ";
          });
    }

    @Override
    public Generation result() {
      throw new IllegalStateException("it has no end");
    }

    @Override
    public void close() {}
  }

  @Value("${local.server.port}")
  int port;

  @Test
  void aClientThatGoesAwayEndsTheWork() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + port + "/events?question=rotate%20the%20key"))
            .build();
    HttpResponse<InputStream> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      assertThat(new String(body.readNBytes(10))).isEqualTo("event:text");
    }
    assertThat(STOPPED.await(60, TimeUnit.SECONDS)).isTrue();
  }
}
