package dev.ragwright.langchain4j;

import dev.ragwright.foreign.Secrets;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** An HTTP client that tells the {@link Wire} of a call what it sends, and what comes back. */
final class WatchedHttpClient extends HttpClient {
  /** A stream is read by a thread that waits for each piece, and takes no other's place here. */
  private static final Executor VIRTUAL =
      task -> Thread.ofVirtual().name("ragwright-http").start(task);

  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final HttpClient client;

  WatchedHttpClient(HttpClient client) {
    this.client = client;
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    Wire wire = sent(request);
    if (wire == null) {
      return client.send(request, handler);
    }
    CompletableFuture<HttpResponse<T>> reply = asked(request, handler, null, wire);
    try {
      return reply.get();
    } catch (InterruptedException e) {
      reply.cancel(true);
      throw e;
    } catch (CancellationException e) {
      throw new IOException("the call is over", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case null -> throw new IOException(e);
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IOException(e.getCause());
      }
    }
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    return sendAsync(request, handler, null);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request,
      HttpResponse.BodyHandler<T> handler,
      HttpResponse.@Nullable PushPromiseHandler<T> promises) {
    Wire wire = sent(request);
    return wire == null
        ? client.sendAsync(request, handler, promises)
        : asked(request, handler, promises, wire);
  }

  private <T> CompletableFuture<HttpResponse<T>> asked(
      HttpRequest request,
      HttpResponse.BodyHandler<T> handler,
      HttpResponse.@Nullable PushPromiseHandler<T> promises,
      Wire wire) {
    CompletableFuture<HttpResponse<T>> reply =
        client.sendAsync(request, telling(wire, handler), promises);
    wire.asks(() -> reply.cancel(true));
    return new Cancelling<>(reply, wire);
  }

  /** A reply that is told to its wire first; to cancel it is to cancel what it is of. */
  private static final class Cancelling<T> extends CompletableFuture<T> {
    private final CompletableFuture<?> reply;

    @SuppressWarnings("FutureReturnValueIgnored") // what it comes to is this one's
    Cancelling(CompletableFuture<T> reply, Wire wire) {
      this.reply = reply;
      reply.whenComplete(
          (response, thrown) -> {
            if (thrown == null) {
              complete(response);
              return;
            }
            if (ChatModelException.isUnreachable(thrown)) {
              wire.unreached();
            }
            completeExceptionally(thrown);
          });
    }

    @Override
    public boolean cancel(boolean interrupt) {
      reply.cancel(interrupt); // which the JDK's client heeds of its own future alone
      return super.cancel(interrupt);
    }
  }

  private static @Nullable Wire sent(HttpRequest request) {
    Wire wire = Wire.current();
    if (wire != null) {
      URI uri = request.uri(); // without the path and query, in which some services have the key
      wire.requested(
          uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()),
          Secrets.of(uri, request.headers().map()));
    }
    return wire;
  }

  /** The same handler, which is asked when the headers are there, and before anybody waits. */
  private static <T> HttpResponse.BodyHandler<T> telling(
      Wire wire, HttpResponse.BodyHandler<T> handler) {
    return info -> {
      wire.answered(info.statusCode(), retryAfter(info.headers()));
      return new Told<>(handler.apply(info), wire);
    };
  }

  /** Another subscriber; what it is told, the wire is told too. */
  private record Told<T>(HttpResponse.BodySubscriber<T> body, Wire wire)
      implements HttpResponse.BodySubscriber<T> {
    @Override
    public CompletionStage<T> getBody() {
      return body.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      wire.hears(subscription::cancel);
      body.onSubscribe(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      buffers.forEach(buffer -> wire.received(buffer.duplicate()));
      body.onNext(buffers);
    }

    @Override
    public void onError(Throwable thrown) {
      body.onError(thrown);
      wire.ended();
    }

    @Override
    public void onComplete() {
      body.onComplete();
      wire.ended();
    }
  }

  /** Seconds or a date, as RFC 9110 (10.2.3) has them, or OpenAI's milliseconds. */
  static @Nullable Duration retryAfter(HttpHeaders headers) {
    try {
      Optional<String> millis = headers.firstValue("retry-after-ms");
      if (millis.isPresent()) {
        return bounded(Duration.ofMillis((long) Double.parseDouble(millis.get().strip())));
      }
      Optional<String> after = headers.firstValue("retry-after");
      if (after.isEmpty()) {
        return null;
      }
      String text = after.get().strip();
      return bounded(
          Character.isDigit(text.charAt(0))
              ? Duration.ofMillis((long) (1e3 * Double.parseDouble(text)))
              : Duration.between(
                  Instant.now(),
                  ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant()));
    } catch (NumberFormatException | DateTimeException | IndexOutOfBoundsException e) {
      return null; // what cannot be read says nothing
    }
  }

  private static Duration bounded(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return client.cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return client.connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return client.followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return client.proxy();
  }

  @Override
  public SSLContext sslContext() {
    return client.sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return client.sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return client.authenticator();
  }

  @Override
  public Version version() {
    return client.version();
  }

  @Override
  public Optional<Executor> executor() {
    return client.executor();
  }

  @Override
  public WebSocket.Builder newWebSocketBuilder() {
    return client.newWebSocketBuilder();
  }

  @Override
  public void shutdown() {
    client.shutdown();
  }

  @Override
  public boolean awaitTermination(Duration most) throws InterruptedException {
    return client.awaitTermination(most);
  }

  @Override
  public boolean isTerminated() {
    return client.isTerminated();
  }

  @Override
  public void shutdownNow() {
    client.shutdownNow();
  }

  @Override
  public void close() {
    client.close();
  }

  /** A builder that makes such a client of what another one makes. */
  record Builder(HttpClient.Builder builder) implements HttpClient.Builder {
    @Override
    public HttpClient.Builder cookieHandler(CookieHandler value) {
      builder.cookieHandler(value);
      return this;
    }

    @Override
    public HttpClient.Builder connectTimeout(Duration value) {
      builder.connectTimeout(value);
      return this;
    }

    @Override
    public HttpClient.Builder sslContext(SSLContext value) {
      builder.sslContext(value);
      return this;
    }

    @Override
    public HttpClient.Builder sslParameters(SSLParameters value) {
      builder.sslParameters(value);
      return this;
    }

    @Override
    public HttpClient.Builder executor(Executor value) {
      builder.executor(value);
      return this;
    }

    @Override
    public HttpClient.Builder followRedirects(Redirect value) {
      builder.followRedirects(value);
      return this;
    }

    @Override
    public HttpClient.Builder version(Version value) {
      builder.version(value);
      return this;
    }

    @Override
    public HttpClient.Builder priority(int value) {
      builder.priority(value);
      return this;
    }

    @Override
    public HttpClient.Builder proxy(ProxySelector value) {
      builder.proxy(value);
      return this;
    }

    @Override
    public HttpClient.Builder authenticator(Authenticator value) {
      builder.authenticator(value);
      return this;
    }

    @Override
    public HttpClient.Builder localAddress(@Nullable InetAddress value) {
      builder.localAddress(value);
      return this;
    }

    @Override
    public HttpClient build() {
      HttpClient client = builder.build();
      if (client.executor().isEmpty()) { // only a client tells what its builder was given
        client.close();
        client = builder.executor(VIRTUAL).build();
      }
      return new WatchedHttpClient(client);
    }
  }
}
