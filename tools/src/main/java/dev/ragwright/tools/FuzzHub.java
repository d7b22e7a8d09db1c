package dev.ragwright.tools;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ragwright.text.Sha;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A hub on this machine that answers one kind of request with any bytes, and the others well. */
final class FuzzHub implements AutoCloseable {
  /** What is asked for. */
  enum Asked {
    REVISION,
    LIST,
    FILE
  }

  /** Of what answers are made. */
  static final List<String> PIECES =
      List.of(
          "HTTP/1.1 200 OK\r\n",
          "HTTP/1.1 404 Not Found\r\n",
          "HTTP/1.1 429 Wait\r\n",
          "HTTP/1.1 500 Error\r\n",
          "Content-Length: 2\r\n",
          "Content-Length: -1\r\n",
          "Content-Encoding: gzip\r\n",
          "Transfer-Encoding: chunked\r\n",
          "ETag: \"a\"\r\n",
          "X-Error-Code: RepoNotFound\r\n",
          "Retry-After: 0\r\n",
          "\r\n",
          "\r\n\r\n",
          "\"type\":\"file\",",
          "\"path\":\"../x\",",
          "\"path\":\"a/b\",",
          "\"size\":",
          "\"oid\":",
          "\"lfs\":{",
          "\"siblings\":[");

  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String CONTENT = "{}";

  private final ServerSocket server;
  private final Map<Asked, byte[]> answers = new EnumMap<>(Asked.class);

  FuzzHub() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    for (Asked asked : Asked.values()) {
      answers.put(asked, answer(asked));
    }
    Thread.ofVirtual().start(this::serve);
  }

  String address() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** From now on this request is answered so, and the others as they should be. */
  synchronized void answer(Asked asked, byte[] answer) {
    for (Asked each : Asked.values()) {
      answers.put(each, each == asked ? answer : answer(each));
    }
  }

  /** A good answer. */
  static byte[] answer(Asked asked) {
    byte[] content = ("blob " + CONTENT.length() + "\0" + CONTENT).getBytes(UTF_8);
    String hash = HexFormat.of().formatHex(Sha.sha1().digest(content));
    String body =
        switch (asked) {
          case REVISION -> "{\"id\":\"org/model\",\"sha\":\"" + COMMIT + "\",\"siblings\":[]}";
          case LIST ->
              "[{\"type\":\"directory\",\"path\":\"onnx\",\"oid\":\"0\"},"
                  + entry("config.json", hash)
                  + ","
                  + entry("tokenizer.json", hash)
                  + ","
                  + entry("onnx/model.onnx", hash)
                  + "]";
          case FILE -> CONTENT;
        };
    return String.join(
            "\r\n",
            "HTTP/1.1 200 OK",
            "Content-Type: application/json",
            "ETag: \"" + hash + "\"",
            "X-Repo-Commit: " + COMMIT,
            "Content-Length: " + body.length(),
            "Connection: close",
            "",
            body)
        .getBytes(UTF_8);
  }

  private static String entry(String path, String hash) {
    return "{\"type\":\"file\",\"path\":\"%s\",\"size\":%s,\"oid\":\"%s\"}"
        .formatted(path, CONTENT.length(), hash);
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      StringBuilder request = new StringBuilder();
      InputStream in = socket.getInputStream();
      while (request.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          return;
        }
        request.append((char) next);
      }
      String path = request.toString().split(" ", -1)[1];
      byte[] answer;
      synchronized (this) {
        answer =
            path.contains("/revision/")
                ? answers.get(Asked.REVISION)
                : path.contains("/tree/")
                    ? answers.get(Asked.LIST)
                    : path.contains("/resolve/")
                        ? answers.get(Asked.FILE)
                        : "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
                            .getBytes(ISO_8859_1);
      }
      socket.getOutputStream().write(answer);
    } catch (IOException e) {
      // Whoever asked has seen enough.
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
