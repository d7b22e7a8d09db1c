package dev.ragwright.retrievers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A folder of {@code folder_golden.py}, and what Python's libraries gave for it.
 *
 * @param graph the graph's resource
 * @param base the first line, whose files the others have too unless they say otherwise
 * @param line what it says
 */
public record GoldenFolder(String graph, JsonNode base, JsonNode line) {
  private static final JsonMapper JSON = new JsonMapper();

  /** All of a file. */
  public static List<GoldenFolder> all(String lines, String graph) throws IOException {
    List<GoldenFolder> all = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(open(lines), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        JsonNode read = JSON.readTree(line);
        all.add(new GoldenFolder(graph, all.isEmpty() ? read : all.getFirst().line(), read));
      }
    }
    return all;
  }

  private static InputStream open(String resource) {
    return Objects.requireNonNull(
        GoldenFolder.class.getResourceAsStream("folder/" + resource), resource);
  }

  /** Writes it below a folder, and returns where. */
  public Path write(Path root) throws IOException {
    Path folder = Files.createTempDirectory(root, "golden");
    try (InputStream in = open(graph)) {
      Files.copy(in, folder.resolve("model.onnx"));
    }
    for (Map.Entry<String, JsonNode> file : base.path("files").properties()) {
      if (!line.path("files").has(file.getKey())) {
        write(folder, file.getKey(), text(file.getValue()));
      }
    }
    for (Map.Entry<String, JsonNode> file : line.path("files").properties()) {
      if (!file.getValue().isNull()) {
        write(folder, file.getKey(), text(file.getValue()));
      }
    }
    for (Map.Entry<String, JsonNode> file : line.path("binary").properties()) {
      write(folder, file.getKey(), Base64.getDecoder().decode(file.getValue().asText()));
    }
    return folder;
  }

  private static byte[] text(JsonNode content) {
    return content.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(Path folder, String file, byte[] content) {
    try {
      Path path = folder.resolve(file);
      Files.createDirectories(path.resolveSibling("."));
      Files.write(path, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return line.path("name").asText();
  }
}
