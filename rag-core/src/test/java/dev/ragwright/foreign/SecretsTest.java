package dev.ragwright.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "invalid header value: \"Bearer S3CRET\n\\r S3CRET\"",
        "Authorization: Bearer S3CRET-1234",
        "GET https://example.org/v1?key=S3CRET&alt=sse failed",
        "Incorrect API key provided: S3CRET-12345.",
        "{\"api_key\": \"S3CRET-12345\"}",
        "Access denied due to invalid subscription key: S3CRET-12345",
        "https://example.org/v1?api-version=1&subscription-key=S3CRET",
        "https://example.org/blob?se=2026&sig=S3CRET%2F",
        "GET /v1?X-Amz-Security-Token=S3CRET failed",
        "no such key sk-S3CRET-12345",
        "AIzaS3CRETS3CRETS3CRETS3CRETS3CRET is not valid"
      })
  void whatLooksLikeAKeyIsHidden(String text) {
    assertThat(Secrets.hidden(text, List.of())).doesNotContain("S3CRET").contains("(not shown)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "check the key that its builder was given",
        "You can find your API key at https://example.org",
        "the task-force met at sk-8",
        "{\"error\":{\"message\":\"no more\",\"code\":\"insufficient_quota\"}}",
        "invalid api key: please renew it",
        "GET https://example.org/v1?alt=sse&author=somebody&q=keys failed"
      })
  void whatDoesNotStays(String text) {
    assertThat(Secrets.hidden(text, List.of())).isEqualTo(text);
  }

  @Test
  void knownOnesAreHiddenWhereverTheyStand() {
    List<String> keys =
        Secrets.of(
            URI.create("https://example.org/v1"),
            Map.of(
                "authorization", List.of("Bearer 0123456789ab"),
                "X-Api-Key", List.of("plainwords"),
                "Accept", List.of("application/json"),
                "api-key", List.of("none")));
    assertThat(keys).containsExactlyInAnyOrder("0123456789ab", "plainwords");
    assertThat(Secrets.hidden("'0123456789ab' or 'plainwords', none", keys))
        .isEqualTo("'(not shown)' or '(not shown)', none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization",
        "Proxy-Authorization",
        "api-key",
        "x-goog-api-key",
        "Ocp-Apim-Subscription-Key",
        "X-Auth-Token",
        "Helicone-Auth",
        "X-Amz-Security-Token",
        "X-Client-Secret"
      })
  void headersThatHaveKeysAreKnownByTheirNames(String name) {
    for (String scheme : List.of("", "Bearer ", "Basic ", "DeepL-Auth-Key  ")) {
      assertThat(
              Secrets.of(
                  URI.create("https://example.org"), Map.of(name, List.of(scheme + "plain-words"))))
          .containsExactly("plain-words");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type",
        "User-Agent",
        "OpenAI-Organization",
        "X-Author",
        "Accept-Language"
      })
  void othersAreNot(String name) {
    assertThat(
            Secrets.of(
                URI.create("https://example.org/?q=some+words&author=somebody"),
                Map.of(name, List.of("application/json"))))
        .isEmpty();
  }

  /** As Gemini's, and those of a signed address; as they are sent and as they are meant. */
  @Test
  void anAddressMayHaveKeys() {
    assertThat(
            Secrets.of(
                URI.create(
                    "https://me:pass%2Fword@example.org/v1/models/m:generate?alt=sseventsse&key=plain%20words"
                        + "&sig=0123456789&subscription-key=abcdefgh&access_token=short"),
                Map.of()))
        .containsExactly(
            "plain%20words", "plain words", "pass%2Fword", "0123456789", "pass/word", "abcdefgh");
    assertThat(Secrets.of(URI.create("https://example.org"), Map.of())).isEmpty();
  }

  /** The type, the causes, what was suppressed and the stack are told all the same. */
  @Test
  void aFailureIsTheSameWithoutIt() {
    Exception cause = new IllegalArgumentException("key sk-S3CRET-12345");
    Exception failure = new IllegalStateException("refused", cause);
    failure.addSuppressed(new IllegalStateException("Bearer S3CRET"));
    Throwable hidden = Secrets.hidden(failure, List.of());
    StringWriter told = new StringWriter();
    hidden.printStackTrace(new PrintWriter(told));
    assertThat(told.toString())
        .doesNotContain("S3CRET")
        .contains(
            "java.lang.IllegalStateException: refused",
            "java.lang.IllegalArgumentException: key (not shown)",
            "aFailureIsTheSameWithoutIt");
    assertThat(hidden.getSuppressed()).hasSize(1);
    Exception plain = new IllegalStateException("refused");
    assertThat(Secrets.hidden(plain, List.of())).isSameAs(plain);
  }
}
