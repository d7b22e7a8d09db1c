package dev.ragwright.onnx.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ragwright.text.Sha;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A hub on this machine, with the addresses and headers of huggingface.co as huggingface_hub reads
 * them: large files are redirected to another host ("CDN"), which is a second server.
 */
final class FakeHub implements AutoCloseable {
  static final String REPO = "org/model";
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** Answers a request in a way of its own. */
  interface Trick {
    void play(HttpExchange exchange, byte[] content) throws IOException;
  }

  private static final JsonMapper JSON = new JsonMapper();
  private static final int LARGE = 5000;

  final List<String> requests = new ArrayList<>();
  private final HttpServer hub = server();
  private final HttpServer cdn = server();
  private final SortedMap<String, byte[]> files = new TreeMap<>();
  private final Map<String, String> hashes = new HashMap<>();
  private final Map<String, Deque<Trick>> tricks = new HashMap<>();
  private int pageSize = 1000;
  private Api api = Api.TREE;
  private boolean saysSizes = true;
  private UnaryOperator<String> redirect = address -> address;
  private UnaryOperator<String> link = page -> "<%s%s>; rel=\"next\"".formatted(address(), page);
  private final List<String> addresses = new ArrayList<>();

  /** What a hub says of its files beside where they are. */
  enum Api {
    /** All there is now: revisions and a list with sizes and hashes. */
    TREE,
    /** The older list of a revision, with sizes and hashes. */
    SIBLINGS,
    /** As older hubs and mirrors have it: names alone, of the branch {@code main}. */
    NAMES,
    /** Nothing. */
    NONE
  }

  FakeHub() {
    hub.createContext("/", exchange -> handle(exchange, false));
    cdn.createContext("/", exchange -> handle(exchange, true));
    hub.start();
    cdn.start();
  }

  private static HttpServer server() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  FakeHub with(String name, byte[] content) {
    files.put(name, content);
    return this;
  }

  FakeHub with(String name, String content) {
    return with(name, content.getBytes(UTF_8));
  }

  /** Announces another hash than a file has. */
  FakeHub announcing(String name, String hash) {
    hashes.put(name, hash);
    return this;
  }

  FakeHub pagesOf(int size) {
    pageSize = size;
    return this;
  }

  FakeHub with(Api api) {
    this.api = api;
    return this;
  }

  /** Sends all of a file in pieces, as compressing proxies do, so that nobody knows its length. */
  FakeHub withoutSizes() {
    saysSizes = false;
    return this;
  }

  /** Where to redirect to, in place of a file's plain address at the CDN. */
  FakeHub redirecting(UnaryOperator<String> redirect) {
    this.redirect = redirect;
    return this;
  }

  /** How the header that names the next page is made of that page's path. */
  FakeHub linking(UnaryOperator<String> link) {
    this.link = link;
    return this;
  }

  /** Paths and queries that were asked for, as they were sent. */
  List<String> addresses() {
    synchronized (requests) {
      return List.copyOf(addresses);
    }
  }

  /** The next requests whose path ends so are answered by these, one each. */
  FakeHub next(String pathEnd, Trick... tricks) {
    this.tricks.computeIfAbsent(pathEnd, key -> new ArrayDeque<>()).addAll(List.of(tricks));
    return this;
  }

  String address() {
    return "http://127.0.0.1:" + hub.getAddress().getPort();
  }

  String cdnAddress() {
    return "http://127.0.0.1:" + cdn.getAddress().getPort();
  }

  /** What was asked for so far: host, path, range and token. */
  List<String> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  String hash(String name) {
    byte[] content = files.getOrDefault(name, new byte[0]);
    return content.length >= LARGE ? sha256(content) : gitHash(content);
  }

  static String sha256(byte[] content) {
    return Sha.hex(content);
  }

  static String gitHash(byte[] content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      digest.update(("blob " + content.length + "\0").getBytes(UTF_8));
      return HexFormat.of().formatHex(digest.digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void handle(HttpExchange exchange, boolean isCdn) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      Headers asked = exchange.getRequestHeaders();
      synchronized (requests) {
        addresses.add(exchange.getRequestURI().toString());
        requests.add(
            "%s%s %s%s%s"
                .formatted(
                    exchange.getRequestMethod().equals("GET")
                        ? ""
                        : exchange.getRequestMethod() + " ",
                    isCdn ? "cdn" : "hub",
                    exchange.getRequestURI().getRawPath(),
                    asked.containsKey("Range") ? " " + asked.getFirst("Range") : "",
                    asked.containsKey("Authorization")
                        ? " " + asked.getFirst("Authorization")
                        : ""));
      }
      String revision = path.contains("/resolve/main/") ? "main" : COMMIT;
      int inCommit = path.indexOf(revision + "/");
      String name = inCommit < 0 ? "" : path.substring(inCommit + revision.length() + 1);
      byte[] content = files.getOrDefault(name, new byte[0]);
      boolean isHead = exchange.getRequestMethod().equals("HEAD");
      Trick trick = isHead || !(isCdn || content.length < LARGE) ? null : trick(path);
      if (path.startsWith("/api/") && !knows(path)) {
        answer(exchange, 404, "<html>404 Not Found</html>");
      } else if (path.equals("/api/models/" + REPO) || isSiblings(path)) {
        siblings(exchange);
      } else if (trick != null) {
        trick.play(exchange, content);
      } else if (isCdn) {
        send(exchange, content);
      } else if (path.startsWith("/api/models/" + REPO + "/revision/")) {
        revision(exchange, path.substring(path.indexOf("/revision/") + 10));
      } else if (path.equals("/api/models/" + REPO + "/tree/" + COMMIT)) {
        tree(exchange);
      } else if (path.startsWith("/" + REPO + "/resolve/" + revision + "/")) {
        resolve(exchange, name, content);
      } else {
        error(404, "RepoNotFound", "Repository not found").play(exchange, content);
      }
    }
  }

  private boolean knows(String path) {
    return switch (api) {
      case TREE -> true;
      case SIBLINGS -> path.contains("/revision/");
      case NAMES -> path.equals("/api/models/" + REPO);
      case NONE -> false;
    };
  }

  private boolean isSiblings(String path) {
    return api == Api.SIBLINGS && path.endsWith("/revision/" + COMMIT);
  }

  private void siblings(HttpExchange exchange) throws IOException {
    ObjectNode model = JSON.createObjectNode().put("id", REPO).put("sha", COMMIT);
    ArrayNode siblings = model.putArray("siblings");
    files.forEach(
        (name, content) -> {
          ObjectNode file = siblings.addObject().put("rfilename", name);
          if (api == Api.SIBLINGS) {
            file.put("size", content.length).put("blobId", gitHash(content));
            if (content.length >= LARGE) {
              file.putObject("lfs").put("sha256", sha256(content)).put("size", content.length);
            }
          }
        });
    answer(exchange, 200, model.toString());
  }

  private @Nullable Trick trick(String path) {
    synchronized (tricks) {
      for (Map.Entry<String, Deque<Trick>> planned : tricks.entrySet()) {
        if (path.endsWith(planned.getKey()) && !planned.getValue().isEmpty()) {
          return planned.getValue().poll();
        }
      }
    }
    return null;
  }

  private static void revision(HttpExchange exchange, String revision) throws IOException {
    if (revision.equals("main") || revision.equals("refs/pr/1") || revision.equals(COMMIT)) {
      answer(exchange, 200, JSON.createObjectNode().put("sha", COMMIT).toString());
    } else {
      error(404, "RevisionNotFound", "Invalid rev id: " + revision).play(exchange, new byte[0]);
    }
  }

  private void tree(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    int start =
        query.contains("cursor=")
            ? Integer.parseInt(query.replaceFirst(".*cursor=(\\d+).*", "$1"))
            : 0;
    ArrayNode page = JSON.createArrayNode();
    page.addObject().put("type", "directory").put("path", "onnx").put("oid", "0");
    files.entrySet().stream()
        .skip(start)
        .limit(pageSize)
        .forEach(
            file -> {
              byte[] content = file.getValue();
              String hash = hashes.getOrDefault(file.getKey(), hash(file.getKey()));
              ObjectNode entry =
                  page.addObject()
                      .put("type", "file")
                      .put("path", file.getKey())
                      .put("size", content.length);
              if (content.length < LARGE) {
                entry.put("oid", hash);
              } else {
                entry.put("oid", gitHash(hash.getBytes(UTF_8)));
                entry.putObject("lfs").put("oid", hash).put("size", content.length);
              }
            });
    if (start + pageSize < files.size()) {
      exchange
          .getResponseHeaders()
          .add(
              "Link",
              link.apply(
                  String.format(
                      Locale.ROOT,
                      "/api/models/%s/tree/%s?recursive=true&cursor=%d",
                      REPO,
                      COMMIT,
                      start + pageSize)));
    }
    answer(exchange, 200, page.toString());
  }

  private void resolve(HttpExchange exchange, String name, byte[] content) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.add("X-Repo-Commit", COMMIT);
    if (!files.containsKey(name)) {
      error(404, "EntryNotFound", "Entry not found").play(exchange, content);
    } else if (content.length < LARGE) {
      headers.add("ETag", (saysSizes ? "" : "W/") + "\"" + tag(name) + "\"");
      if (saysSizes) {
        send(exchange, content);
      } else {
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(200, isHead ? -1 : 0);
        if (!isHead) {
          exchange.getResponseBody().write(content);
        }
      }
    } else {
      headers.add("X-Linked-Etag", "\"" + tag(name) + "\"");
      if (saysSizes) {
        headers.add("X-Linked-Size", String.valueOf(content.length));
      }
      headers.add("Location", redirect.apply(cdnAddress() + "/blobs/" + COMMIT + "/" + name));
      exchange.sendResponseHeaders(302, -1);
    }
  }

  private String tag(String name) {
    return hashes.getOrDefault(name, hash(name));
  }

  /** The content, or the part of it that was asked for. */
  static void send(HttpExchange exchange, byte[] content) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().add("Content-Length", String.valueOf(content.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    if (range != null) {
      exchange
          .getResponseHeaders()
          .add(
              "Content-Range",
              String.format(
                  Locale.ROOT, "bytes %d-%d/%d", from, content.length - 1, content.length));
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
    exchange.getResponseBody().write(content, from, content.length - from);
  }

  /** Announces everything that was asked for, sends some of it, and hangs up. */
  static Trick cut(int bytes) {
    return (exchange, content) -> {
      String range = exchange.getRequestHeaders().getFirst("Range");
      int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
      if (range != null) {
        exchange
            .getResponseHeaders()
            .add("Content-Range", String.format(Locale.ROOT, "bytes %d-", from));
      }
      exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
      exchange.getResponseBody().write(content, from, bytes);
      exchange.getResponseBody().flush();
      throw new IOException("cut");
    };
  }

  /** The whole file with status 200, whatever was asked for. */
  static Trick wholly() {
    return (exchange, content) -> {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content);
    };
  }

  static Trick error(int status, String code, String message, String... headers) {
    return (exchange, content) -> {
      exchange.getResponseHeaders().add("X-Error-Code", code);
      exchange.getResponseHeaders().add("X-Error-Message", message);
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      answer(exchange, status, "{\"error\": \"" + message + "\"}");
    };
  }

  static Trick status(int status, String... headers) {
    return (exchange, content) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    boolean isHead = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, isHead ? -1 : bytes.length);
    if (!isHead) {
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    hub.stop(0);
    cdn.stop(0);
  }
}
