package dev.ragwright.onnx;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.HubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One hub over HTTP. Follows redirects itself, so that the token goes to the hub and nowhere else,
 * and tells failures apart by what a caller can do about them.
 */
final class HubClient {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int REDIRECTS = 10;
  private static final int LARGEST_LIST = 64 << 20;
  private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;\\s*rel=\"?next\"?");

  private final URI endpoint;
  private final @Nullable String token;
  private final Duration timeout;
  private final HttpClient http;
  private final HubRetries retries;

  HubClient(URI endpoint, @Nullable String token, Duration timeout, HubRetries retries) {
    this.endpoint = endpoint;
    this.token = token;
    this.timeout = timeout;
    this.retries = retries;
    // Version 1.1, since one large file gains nothing from streams inside a connection.
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
  }

  Duration timeout() {
    return timeout;
  }

  HubRetries retries() {
    return retries;
  }

  /** The answer to a request: its last response, and where that came from. */
  record Answer(int status, HttpHeaders headers, HubBody body, boolean isOfTheHub)
      implements AutoCloseable {
    @Override
    public void close() {
      body.close();
    }
  }

  /** The commit that a revision is now. */
  String commit(HubModel model, int attempts, CallContext context) {
    URI uri = api(model, "revision/" + encode(model.revision()));
    JsonNode sha = json(uri, model, attempts, context).body().path("sha");
    if (!sha.asText().matches("[0-9a-f]{40}")) {
      throw notAHub(uri, "an answer without the commit's \"sha\"");
    }
    return sha.asText();
  }

  /** The files of a commit. */
  HubListing listing(HubModel model, String commit, CallContext context) {
    HubListing listing = new HubListing();
    Optional<URI> page = Optional.of(api(model, "tree/" + commit + "?recursive=true"));
    while (page.isPresent()) {
      URI uri = page.get();
      Page got = json(uri, model, retries.attempts(), context);
      try {
        listing.addPage(got.body());
      } catch (IOException e) {
        throw notAHub(uri, String.valueOf(e.getMessage()));
      }
      page = next(got.headers()).map(uri::resolve);
      if (page.isPresent() && !isOfTheHub(page.get())) {
        throw notAHub(uri, "a next page elsewhere, " + page.get());
      }
    }
    return listing;
  }

  private static Optional<URI> next(HttpHeaders headers) {
    return headers.allValues("Link").stream()
        .map(NEXT::matcher)
        .filter(Matcher::find)
        .map(link -> URI.create(link.group(1)))
        .findFirst();
  }

  URI file(HubModel model, String commit, String file) {
    String path =
        Stream.of(file.split("/")).map(HubClient::encode).collect(Collectors.joining("/"));
    return URI.create(endpoint + "/" + model.repo() + "/resolve/" + commit + "/" + path);
  }

  private URI api(HubModel model, String rest) {
    return URI.create(endpoint + "/api/models/" + model.repo() + "/" + rest);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private record Page(JsonNode body, HttpHeaders headers) {}

  private Page json(URI uri, HubModel model, int attempts, CallContext context) {
    return retries.run(
        attempts,
        context,
        () -> {
          try (Answer answer = get(uri, 0, model, context)) {
            byte[] body = answer.body().all(timeout, LARGEST_LIST);
            context.throwIfStopped();
            return new Page(JSON.readTree(body), answer.headers());
          } catch (JacksonException e) {
            throw notAHub(uri, "an answer that is not JSON");
          } catch (IOException e) {
            throw unavailable(uri, e);
          }
        });
  }

  /**
   * The answer to one GET, of status 200 or 206; the caller closes it.
   *
   * @param from the first byte to ask for
   * @throws IOException if there is no connection or it broke: worth another attempt
   * @throws HubException if the hub refuses; {@code retryable()} if it may not the next time
   */
  Answer get(URI uri, long from, HubModel model, CallContext context) throws IOException {
    URI here = uri;
    for (int hop = 0; hop <= REDIRECTS; hop++) {
      HttpResponse<HubBody> response = send(here, from, context);
      boolean ofTheHub = isOfTheHub(here);
      Answer answer =
          new Answer(response.statusCode(), response.headers(), response.body(), ofTheHub);
      Optional<String> location = response.headers().firstValue("Location");
      if (answer.status() / 100 == 3 && location.isPresent()) {
        answer.close();
        here = redirected(here, location.get());
      } else if (answer.status() == 200 || answer.status() == 206) {
        refuseEncoding(here, answer);
        return answer;
      } else {
        answer.close();
        throw HubErrors.of(here, answer, model, endpoint, token != null);
      }
    }
    throw notAHub(uri, "more than " + REDIRECTS + " redirects");
  }

  private static URI redirected(URI from, String location) {
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw notAHub(from, "a redirect to \"" + location + "\"");
    }
    boolean isSecure = "https".equalsIgnoreCase(to.getScheme());
    boolean isAsSecure =
        "http".equalsIgnoreCase(to.getScheme()) && !"https".equalsIgnoreCase(from.getScheme());
    if (!isSecure && !isAsSecure) {
      throw notAHub(from, "a redirect away from https, to " + to);
    }
    return to;
  }

  private static void refuseEncoding(URI uri, Answer answer) {
    String encoding = answer.headers().firstValue("Content-Encoding").orElse("identity");
    if (!encoding.equalsIgnoreCase("identity")) {
      answer.close();
      throw notAHub(
          uri, "Content-Encoding " + encoding + ", though only identity was accepted; a proxy?");
    }
  }

  /** Whether an address is on the very host and port that the token is for. */
  private boolean isOfTheHub(URI uri) {
    return endpoint.getScheme().equalsIgnoreCase(uri.getScheme())
        && endpoint.getHost().equalsIgnoreCase(uri.getHost())
        && endpoint.getPort() == uri.getPort();
  }

  @SuppressWarnings("try") // the registration only has to be closed
  private HttpResponse<HubBody> send(URI uri, long from, CallContext context) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("Accept-Encoding", "identity")
            .header("User-Agent", "ragwright; java/" + Runtime.version().feature());
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    if (token != null && isOfTheHub(uri)) {
      request.header("Authorization", "Bearer " + token);
    }
    context.throwIfStopped();
    CompletableFuture<HttpResponse<HubBody>> sent =
        http.sendAsync(request.build(), info -> new HubBody());
    try (CallContext.Registration stop = context.onStop(() -> sent.cancel(true))) {
      return sent.join();
    } catch (CancellationException | CompletionException e) {
      context.throwIfStopped();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(uri.getHost() + ": " + cause, cause);
    }
  }

  HubException unavailable(URI uri, IOException e) {
    return new HubException(
        Reason.UNAVAILABLE, "%s cannot be read: %s".formatted(uri, e.getMessage()), e);
  }

  private static HubException notAHub(URI uri, String found) {
    return new HubException(
        Reason.NOT_A_HUB,
        "%s gave %s; expected a hub like huggingface.co (HF_ENDPOINT, ModelHub.Builder.endpoint)"
            .formatted(uri, found));
  }
}
