package dev.ragwright.onnx.hub;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.hub.HubException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * One hub over HTTP. Follows redirects itself, so that the token goes to the hub and nowhere else,
 * and tells failures apart by what a caller can do about them.
 */
final class HubClient {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String COMMIT = "[0-9a-f]{40}";
  private static final int REDIRECTS = 10;
  private static final int LARGEST_LIST = 64 << 20;
  private static final int MOST_PAGES = 1_000; // of as many files each

  /** RFC 8288, of which huggingface.co writes {@code <ADDRESS>; rel="next"}. */
  private static final Pattern NEXT =
      Pattern.compile(
          "<([^>]*)>(?:\\s*+;\\s*+(?!rel\\s*=)(?:\"[^\"]*+\"|[^;,\"<]++)*+)*+"
              + "\\s*+;\\s*rel\\s*=\\s*\"?next\\b");

  /** Where hubs that stand for it may lead on to; the token goes there no more than elsewhere. */
  private static final List<String> HUBS =
      List.of("huggingface.co", "hf.co", "hub-ci.huggingface.co");

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
  record Answer(URI uri, int status, HttpHeaders headers, HubBody body, boolean isOfTheHub)
      implements AutoCloseable {
    private String encoding() {
      return headers.firstValue("Content-Encoding").orElse("identity").toLowerCase(Locale.ROOT);
    }

    /** Whether it is packed, though nobody asked for that; its length and its ranges are then. */
    boolean isPacked() {
      return !encoding().equals("identity");
    }

    /** Refuses what cannot be unpacked. */
    void requireReadable() {
      if (!List.of("identity", "gzip", "x-gzip", "deflate").contains(encoding())) {
        throw notAHub(
            uri,
            "Content-Encoding %s, though only identity was accepted; a proxy?"
                .formatted(encoding()));
      }
    }

    /** Its content, unpacked; ends early when this is closed. */
    InputStream stream(Duration timeout) throws IOException {
      InputStream content = body.stream(timeout);
      if (!isPacked()) {
        return content;
      }
      return encoding().equals("deflate")
          ? new InflaterInputStream(content)
          : new GZIPInputStream(content);
    }

    @Override
    public void close() {
      body.close();
    }
  }

  /** The commit that a revision is now. */
  String commit(HubModel model, int attempts, CallContext context) {
    URI uri = api(model, revisionPath(model.revision()));
    JsonNode sha = json(uri, model, attempts, context).path("sha");
    if (!sha.asText().matches(COMMIT)) {
      throw notAHub(uri, "an answer without the commit's \"sha\"");
    }
    return sha.asText();
  }

  /**
   * What the API says of the model as a whole, which a hub may know without knowing revisions.
   *
   * @param path behind the model's name: a revision, or nothing for the branch {@code main}
   */
  JsonNode description(HubModel model, String path, CallContext context) {
    return json(api(model, path + "?blobs=true"), model, retries.attempts(), context);
  }

  String revisionPath(String revision) {
    return "revision/" + encode(revision);
  }

  /** The files of a commit. */
  HubListing listing(HubModel model, String commit, CallContext context) {
    HubListing listing = new HubListing(true);
    Optional<URI> page = Optional.of(api(model, "tree/" + commit + "?recursive=true"));
    Set<URI> pages = new HashSet<>();
    while (page.isPresent()) {
      URI uri = page.get();
      if (!pages.add(uri) || pages.size() > MOST_PAGES) {
        throw notAHub(
            uri,
            pages.size() > MOST_PAGES
                ? "a list of files of more than " + MOST_PAGES + " pages"
                : "a list of files whose next page is one that was read");
      }
      Page got = page(uri, model, retries.attempts(), context);
      try {
        listing.addPage(got.body());
      } catch (IOException e) {
        throw notAHub(uri, String.valueOf(e.getMessage()));
      }
      page = next(uri, got.headers());
    }
    return listing;
  }

  /** The next page; of a hub that names the one it stands for, at this hub. */
  private Optional<URI> next(URI uri, HttpHeaders headers) {
    Optional<String> link =
        headers.allValues("Link").stream()
            .map(NEXT::matcher)
            .filter(Matcher::find)
            .map(found -> found.group(1))
            .findFirst();
    return link.map(
        found -> {
          URI next = address(uri, found, "a next page at");
          if (isOfTheHub(next)) {
            return next;
          }
          if (isAKnownHub(next)) {
            String query = next.getRawQuery() == null ? "" : "?" + next.getRawQuery();
            return URI.create(endpoint + next.getRawPath() + query);
          }
          throw notAHub(uri, "a next page elsewhere, " + next);
        });
  }

  private static URI address(URI from, String reference, String what) {
    try {
      return HubAddress.resolve(from, reference);
    } catch (IllegalArgumentException e) {
      throw notAHub(from, "%s \"%s\"".formatted(what, reference));
    }
  }

  /**
   * Where a file is.
   *
   * @param revision a commit or another
   */
  URI file(HubModel model, String revision, String file) {
    String path =
        Stream.of(file.split("/")).map(HubClient::encode).collect(Collectors.joining("/"));
    return URI.create(endpoint + "/" + model.repo() + "/resolve/" + encode(revision) + "/" + path);
  }

  private URI api(HubModel model, String rest) {
    String path = rest.isEmpty() || rest.startsWith("?") ? rest : "/" + rest;
    return URI.create(endpoint + "/api/models/" + model.repo() + path);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private record Page(JsonNode body, HttpHeaders headers) {}

  /** What is at an address, which is JSON. */
  JsonNode json(URI uri, HubModel model, int attempts, CallContext context) {
    return page(uri, model, attempts, context).body();
  }

  private Page page(URI uri, HubModel model, int attempts, CallContext context) {
    return retries.run(
        attempts,
        context,
        () -> {
          try (Answer answer = get(uri, 0, model, context)) {
            byte[] body = answer.stream(timeout).readNBytes(LARGEST_LIST + 1);
            if (body.length > LARGEST_LIST) {
              throw new IOException("more than " + LARGEST_LIST + " bytes");
            }
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
    Answer answer = follow("GET", uri, from, model, context);
    try {
      answer.requireReadable();
      return answer;
    } catch (HubException e) {
      answer.close();
      throw e;
    }
  }

  /**
   * The headers of a file. Those of the hub's own answer where that leads on to another host, since
   * it is the hub's that tell commit and hash.
   *
   * @throws HubException as {@link #get}, after as many attempts as it takes
   */
  HttpHeaders head(URI uri, HubModel model, CallContext context) {
    return retries.run(
        retries.attempts(),
        context,
        () -> {
          try (Answer answer = follow("HEAD", uri, 0, model, context)) {
            return answer.headers();
          } catch (IOException e) {
            throw unavailable(uri, e);
          }
        });
  }

  private Answer follow(String method, URI uri, long from, HubModel model, CallContext context)
      throws IOException {
    URI here = uri;
    for (int hop = 0; hop <= REDIRECTS; hop++) {
      HttpResponse<HubBody> response = send(method, here, from, context);
      Answer answer =
          new Answer(
              here, response.statusCode(), response.headers(), response.body(), isOfTheHub(here));
      Optional<String> location = response.headers().firstValue("Location");
      if (answer.status() / 100 == 3 && location.isPresent()) {
        answer.close();
        here = redirected(here, location.get());
        if (method.equals("HEAD") && !isOfTheHub(here) && !isAKnownHub(here)) {
          return answer;
        }
      } else if (answer.status() == 200 || answer.status() == 206) {
        return answer;
      } else {
        answer.close();
        throw HubErrors.of(here, answer, model, endpoint, token != null);
      }
    }
    throw notAHub(uri, "more than " + REDIRECTS + " redirects");
  }

  private static URI redirected(URI from, String location) {
    URI to = address(from, location, "a redirect to");
    boolean isSecure = "https".equalsIgnoreCase(to.getScheme());
    boolean isAsSecure =
        "http".equalsIgnoreCase(to.getScheme()) && !"https".equalsIgnoreCase(from.getScheme());
    if (!isSecure && !isAsSecure) {
      throw notAHub(from, "a redirect away from https, to " + to);
    }
    return to;
  }

  private static boolean isAKnownHub(URI uri) {
    return uri.getHost() != null && HUBS.contains(uri.getHost());
  }

  /** Whether an address is on the very host and port that the token is for. */
  private boolean isOfTheHub(URI uri) {
    return endpoint.getScheme().equalsIgnoreCase(uri.getScheme())
        && endpoint.getHost().equalsIgnoreCase(uri.getHost())
        && endpoint.getPort() == uri.getPort();
  }

  @SuppressWarnings("try") // the registration only has to be closed
  private HttpResponse<HubBody> send(String method, URI uri, long from, CallContext context)
      throws IOException {
    HttpRequest.Builder request =
        newRequest(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
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

  private static HttpRequest.Builder newRequest(URI uri) {
    try {
      return HttpRequest.newBuilder(uri);
    } catch (IllegalArgumentException e) { // the JDK wants hosts without an underscore
      throw notAHub(uri, "an address that Java's HTTP client does not take: " + e.getMessage());
    }
  }

  HubException unavailable(URI uri, IOException e) {
    return new HubException(
        Reason.UNAVAILABLE, "%s cannot be read: %s".formatted(uri, e.getMessage()), e);
  }

  static HubException notAHub(URI uri, String found) {
    return new HubException(
        Reason.NOT_A_HUB,
        "%s gave %s; expected a hub like huggingface.co (HF_ENDPOINT, ModelHub.Builder.endpoint)"
            .formatted(uri, found));
  }
}
