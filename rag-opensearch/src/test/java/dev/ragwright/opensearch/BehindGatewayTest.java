package dev.ragwright.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.TestClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What lies between a client and a cluster: encryption, credentials, limits, a wrong clock. */
@Timeout(120)
class BehindGatewayTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final char[] STORE = "changeit".toCharArray();

  private static String node() {
    return EngineCluster.get().hosts().getFirst();
  }

  private static OpenSearchIndex.Builder index(Gateway gateway) {
    return OpenSearchIndex.builder()
        .host(gateway.host())
        .name("gateway-" + COUNT.incrementAndGet())
        .shards(1, 0)
        .patience(Duration.ofSeconds(20));
  }

  private static List<Passage> passages(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Passage.of("p" + i, "Passage number " + i + " of the river."))
        .toList();
  }

  // Certificates.

  /** A store with an authority, {@code ca}, and a node's key that it signed. */
  private static KeyStore keys(Path folder, String name) throws Exception {
    Path file = folder.resolve("keys" + COUNT.incrementAndGet() + ".p12");
    keytool(file, "ca", "-ext", "bc:c", "-dname", "CN=our authority");
    keytool(file, "node", "-signer", "ca", "-ext", "san=" + name, "-dname", "CN=node");
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, STORE);
    }
    return store;
  }

  private static void keytool(Path file, String alias, String... more) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", alias, "-keyalg", "EC", "-validity", "2"));
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", file.toString()));
    command.addAll(List.of("-storepass", new String(STORE)));
    command.addAll(Arrays.asList(more));
    Process made = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(made.waitFor()).as(said).isZero();
  }

  private static SSLContext server(KeyStore keys) throws Exception {
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, null);
    Certificate[] chain = keys.getCertificateChain("node");
    one.setKeyEntry("node", keys.getKey("node", STORE), STORE, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(one, STORE);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  private static SSLContext trusting(KeyStore keys) throws Exception {
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, null);
    one.setCertificateEntry("ca", keys.getCertificate("ca"));
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(one);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  @Test
  void anAuthorityOfOnesOwnIsTrustedAndNoOther(@TempDir Path folder) throws Exception {
    KeyStore keys = keys(folder, "ip:127.0.0.1");
    try (Gateway gateway = new Gateway(node(), server(keys))) {
      try (OpenSearchIndex index = index(gateway).tls(trusting(keys)).open()) {
        index.addAll(passages(10));
        assertThat(index.bm25().retrieve("river", 20).hits()).hasSize(10);
      }
      KeyStore others = keys(folder, "ip:127.0.0.1");
      for (OpenSearchIndex.Builder distrusting :
          List.of(index(gateway), index(gateway).tls(trusting(others)))) {
        assertThatThrownBy(distrusting::open)
            .isInstanceOfSatisfying(
                EngineException.class, failure -> assertThat(failure.retryable()).isFalse())
            .hasMessageStartingWith("the certificate of " + gateway.host() + " is refused: ")
            .hasMessageContaining("tls(...) of the builder takes an authority");
      }
      // One host whose certificate is refused does not keep the others from answering.
      try (Gateway other = new Gateway(node(), server(others));
          OpenSearchIndex index = index(other).host(gateway.host()).tls(trusting(keys)).open()) {
        assertThat(index.size().passages()).isZero();
      }
    }
  }

  @Test
  void aCertificateOfAnotherNameIsRefused(@TempDir Path folder) throws Exception {
    KeyStore keys = keys(folder, "dns:elsewhere.example");
    try (Gateway gateway = new Gateway(node(), server(keys))) {
      assertThatThrownBy(index(gateway).tls(trusting(keys))::open)
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("is refused: No subject alternative names matching IP address")
          .hasMessageContaining("a host is given by a name that its certificate has");
    }
  }

  // Credentials.

  @Test
  void credentialsAreSentAndWrongOnesAreRefusedWithoutTellingThem() throws Exception {
    String basic =
        "Basic "
            + Base64.getEncoder().encodeToString("ada:secret 1".getBytes(StandardCharsets.UTF_8));
    try (Gateway gateway = new Gateway(node(), null)) {
      gateway.rule(
          (asked, body) -> {
            String sent = String.valueOf(asked.getRequestHeaders().getFirst("Authorization"));
            if (sent.equals(basic) || sent.equals("ApiKey right1")) {
              return null;
            }
            // One that tells what it was sent, which a server should not.
            return new Gateway.Played(
                sent.startsWith("ApiKey") ? 403 : 401,
                "{\"error\":{\"reason\":\"nobody with " + sent + "\"}}");
          });
      try (OpenSearchIndex index = index(gateway).basicAuth("ada", "secret 1").open()) {
        assertThat(index.size().passages()).isZero();
        assertThat(index.toString() + index.bm25().description()).doesNotContain("secret");
      }
      try (OpenSearchIndex index = index(gateway).apiKey("right1").open()) {
        assertThat(index.size().passages()).isZero();
      }
      assertThatThrownBy(index(gateway).apiKey("wrong9").patience(Duration.ofMinutes(5))::open)
          .isInstanceOfSatisfying(
              EngineException.class, failure -> assertThat(failure.retryable()).isFalse())
          .hasMessageContaining("status 403: nobody with ApiKey ***; basicAuth(...) or apiKey(...)")
          .hasMessageNotContaining("wrong9");
      String wrong =
          Base64.getEncoder().encodeToString("ada:wrong9".getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(index(gateway).basicAuth("ada", "wrong9")::open)
          .hasMessageContaining("status 401: nobody with Basic ***")
          .hasMessageNotContaining(wrong)
          .hasMessageNotContaining("wrong9");
      assertThatThrownBy(index(gateway)::open).hasMessageContaining("status 401");
    }
  }

  // Limits.

  @Test
  void aRequestThatIsTooLargeIsSentInParts() throws Exception {
    try (Gateway gateway = new Gateway(node(), null)) {
      AtomicInteger refused = new AtomicInteger();
      gateway.rule(
          (asked, body) -> {
            if (body.length() > 30_000) {
              refused.incrementAndGet();
              return new Gateway.Played(413, "");
            }
            return null;
          });
      try (OpenSearchIndex index = index(gateway).open()) {
        List<Passage> passages = new ArrayList<>(passages(1_000));
        passages.set(500, Passage.of("huge", "far too large ".repeat(4_000)));
        assertThatThrownBy(() -> index.addAll(passages))
            .isInstanceOf(EngineException.class)
            .hasMessageStartingWith("1 passages were refused, and the others written; the first is")
            .hasMessageContaining("'huge': ")
            .hasMessageContaining("bytes are more than the cluster takes in a request");
        assertThat(index.size().passages()).isEqualTo(999);
        assertThat(refused.get()).isPositive();
      }
    }
  }

  @Test
  void aClusterThatIsBusyIsAskedAgainAndAnEndlessOneIsTold() throws Exception {
    try (Gateway gateway = new Gateway(node(), null)) {
      AtomicInteger left = new AtomicInteger(3);
      gateway.rule(
          (asked, body) ->
              asked.getRequestURI().getPath().endsWith("_bulk") && left.getAndDecrement() > 0
                  ? new Gateway.Played(429, "{\"error\":{\"reason\":\"no room\"}}")
                  : null);
      try (OpenSearchIndex index = index(gateway).open()) {
        index.addAll(passages(100));
        assertThat(index.size().passages()).isEqualTo(100);
        assertThat(left.get()).isNegative();
      }
      OpenSearchIndex.Builder hasty = index(gateway).patience(Duration.ofSeconds(2));
      try (OpenSearchIndex index = hasty.open()) {
        left.set(Integer.MAX_VALUE);
        assertThatThrownBy(() -> index.addAll(passages(100)))
            .isInstanceOfSatisfying(
                EngineException.class, failure -> assertThat(failure.retryable()).isTrue())
            .hasMessageContaining("status 429: no room")
            .hasMessageContaining("the first of them 'p0'");
      }
    }
  }

  /** As engines refuse single documents when a shard's queue is full. */
  @Test
  void aPassageThatNeverHasRoomIsNamedAndTheOthersAreIn() throws Exception {
    try (Gateway gateway = new Gateway(node(), null)) {
      gateway.rule((asked, body) -> without(gateway, asked, body, "number 7 "));
      try (OpenSearchIndex index = index(gateway).patience(Duration.ofSeconds(2)).open()) {
        assertThatThrownBy(() -> index.addAll(passages(1_000)))
            .isInstanceOfSatisfying(
                EngineException.class, failure -> assertThat(failure.retryable()).isTrue())
            .hasMessageContaining(
                "the cluster had no room for 1 of 1000 passages within PT2S, the first of them 'p7'");
        assertThat(index.size().passages()).isEqualTo(999);
      }
    }
  }

  /** Asks the node without the document that has a text, for which there is no room. */
  private static Gateway.Played without(
      Gateway gateway, HttpExchange asked, String body, String text) throws IOException {
    List<String> lines = new ArrayList<>(List.of(body.split("\n", -1)));
    int place =
        IntStream.range(0, lines.size())
            .filter(i -> lines.get(i).contains(text))
            .findFirst()
            .orElse(-1);
    if (!asked.getRequestURI().getPath().endsWith("_bulk") || place < 0) {
      return gateway.ask(asked, body);
    }
    lines.subList(place - 1, place + 1).clear();
    ObjectNode reply = Cluster.JSON.createObjectNode();
    if (lines.size() > 1) {
      reply =
          (ObjectNode) Cluster.JSON.readTree(gateway.ask(asked, String.join("\n", lines)).body());
    }
    ArrayNode items = reply.withArray("items");
    ObjectNode item = Cluster.JSON.createObjectNode();
    item.putObject("index").put("status", 429).putObject("error").put("reason", "no room");
    items.insert(place / 2, item);
    return new Gateway.Played(200, reply.toString());
  }

  @Test
  void oneOfAThousandThatTheMappingRefusesIsNamedAndTheOthersAreIn() throws Exception {
    try (Gateway gateway = new Gateway(node(), null)) {
      gateway.rule( // an engine's own conflict, which no passage of ours has
          (asked, body) ->
              body.contains("number 600 ")
                  ? gateway.ask(
                      asked,
                      body.replaceAll(
                          "\"id\":\"[0-9a-f]*\"(?=[^\n]*number 600 )", "\"id\":{\"a\":1}"))
                  : null);
      try (OpenSearchIndex index = index(gateway).embedder(FakeEmbedder.of(16)).open()) {
        assertThatThrownBy(() -> index.addAll(passages(1_000)))
            .isInstanceOfSatisfying(
                EngineException.class, failure -> assertThat(failure.retryable()).isFalse())
            .hasMessageStartingWith(
                "1 passages were refused, and the others written; the first is 'p600': ")
            .hasMessageContaining("failed to parse field [id]");
        assertThat(index.size().passages()).isEqualTo(999);
        assertThat(index.passages("p600")).isEmpty();
      }
    }
  }

  /** Of one id, whether in one request or in two. */
  @Test
  void theLastOfSeveralIsWhatStays() throws Exception {
    try (Gateway gateway = new Gateway(node(), null);
        OpenSearchIndex index = index(gateway).open()) {
      List<Passage> passages = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        passages.add(Passage.of("a" + i % 3, "version " + i + " of " + "river ".repeat(100)));
      }
      index.addAll(passages);
      assertThat(index.size().passages()).isEqualTo(3);
      for (int i = 57; i < 60; i++) {
        assertThat(index.passages("a" + i % 3)).containsExactly(passages.get(i));
      }
    }
  }

  // Refusals.

  /** As a role refuses that may write and not delete. */
  private static Gateway.Played refusingOnlyDeletions(
      Gateway gateway, HttpExchange asked, String body) throws IOException {
    if (!asked.getRequestURI().getPath().endsWith("_bulk")) {
      return gateway.ask(asked, body);
    }
    List<String> others = body.lines().filter(line -> !line.startsWith("{\"delete\"")).toList();
    Iterator<JsonNode> items =
        others.isEmpty()
            ? Collections.emptyIterator()
            : Cluster.JSON
                .readTree(gateway.ask(asked, String.join("\n", others) + "\n").body())
                .path("items")
                .elements();
    ObjectNode reply = Cluster.JSON.createObjectNode();
    ArrayNode all = reply.putArray("items");
    for (String line : body.split("\n", -1)) {
      if (line.startsWith("{\"delete\"")) {
        ObjectNode item = all.addObject().putObject("delete").put("status", 403);
        item.putObject("error").put("reason", "no deletions");
      } else if (line.startsWith("{\"index\"")) {
        all.add(items.next());
      }
    }
    return new Gateway.Played(200, reply.toString());
  }

  private static DocumentSource source(String text) {
    return DocumentSource.of(List.of(Document.of("a", text)));
  }

  @Test
  void aRefusedDeletionEndsIsNamedAndTriedAgainByTheNextSync() throws Exception {
    Chunker sentences = Chunkers.sentences(1, 0);
    try (Gateway gateway = new Gateway(node(), null);
        OpenSearchIndex index = index(gateway).open()) {
      index.sync(source("One river. Two rivers. Three rivers."), sentences);
      String last = index.passages("a").getLast().id();
      assertThat(index.passages("a")).hasSize(3);
      gateway.rule((asked, body) -> refusingOnlyDeletions(gateway, asked, body));
      assertThatThrownBy(() -> index.delete("a"))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("4 passages were refused")
          .hasMessageEndingWith("': no deletions");
      assertThatThrownBy(() -> index.sync(source("One river. Two rivers."), sentences))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("the first is 'a#")
          .hasMessageEndingWith("': no deletions");
      assertThat(index.passages("a")).extracting(Passage::id).contains(last);
      gateway.rule((asked, body) -> null);
      index.sync(source("One river. Two rivers."), sentences);
      assertThat(index.passages("a")).hasSize(2);
      gateway.rule((asked, body) -> refusingOnlyDeletions(gateway, asked, body));
      assertThatThrownBy(
              () -> index.sync(DocumentSource.of(List.of()).withRemovableShare(1), sentences))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("no deletions");
      gateway.rule((asked, body) -> null);
      index.sync(DocumentSource.of(List.of()).withRemovableShare(1), sentences);
      assertThat(index.size().passages()).isZero();
    }
  }

  /** One of its shards was not asked, or had no time. */
  @Test
  void aCountOfAPartIsNone() throws Exception {
    try (Gateway gateway = new Gateway(node(), null);
        OpenSearchIndex index = index(gateway).open()) {
      index.addAll(passages(10));
      AtomicInteger left = new AtomicInteger(3);
      gateway.rule(
          (asked, body) ->
              asked.getRequestURI().getPath().matches(".*/_(count|search)")
                      && left.getAndDecrement() > 0
                  ? new Gateway.Played(
                      200,
                      """
                      {"count": 5, "timed_out": false, "hits": {"total": {"value": 5}, "hits": []},
                       "_shards": {"total": 2, "successful": 1, "failed": 1}}
                      """)
                  : null);
      assertThat(index.size().passages()).isEqualTo(10);
      assertThat(left.get()).isNegative();
    }
  }

  // Clocks.

  /** The gateway's answers are of 1970, and this call's clock stands still. */
  @Test
  void aWrongClockDoesNotMatter() throws Exception {
    try (Gateway gateway = new Gateway(node(), null);
        OpenSearchIndex index = index(gateway).open()) {
      index.addAll(passages(10));
      TestClock clock = new TestClock();
      CallContext context = CallContext.withTimeout(Duration.ofNanos(Long.MAX_VALUE), clock);
      assertThat(index.bm25().retrieve(RetrievalRequest.of("river", 20), context).hits())
          .hasSize(10);
      assertThat(context.remaining().orElseThrow().toDays()).isGreaterThan(100_000);
    }
  }
}
