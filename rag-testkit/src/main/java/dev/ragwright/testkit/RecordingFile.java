package dev.ragwright.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.StageDescription;
import dev.ragwright.text.Decimals;
import dev.ragwright.text.NearestName;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a recording: a first one with the format's number, one for each stage with what it
 * is, one for each call.
 */
final class RecordingFile implements AutoCloseable {
  private static final int FORMAT = 1;

  /** Half a character, which UTF-8 has no bytes for. */
  private static final Pattern HALF = Pattern.compile("\\p{Cs}");

  private final Path file;
  private final @Nullable BufferedWriter writer; // null where it is replayed
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, JsonNode> stages = new LinkedHashMap<>();
  private final Map<String, Calls> calls = new HashMap<>(); // by stage

  /** A call. */
  record Call(JsonNode response, @Nullable List<String> pieces) {}

  /** The calls of a stage by request, and how often each was replayed. */
  private static final class Calls {
    final Map<String, List<Call>> all = new LinkedHashMap<>();
    final Map<String, Integer> replayed = new HashMap<>();
  }

  private RecordingFile(Path file, @Nullable BufferedWriter writer) {
    this.file = file;
    this.writer = writer;
  }

  static RecordingFile to(Path file) {
    try {
      RecordingFile recording = new RecordingFile(file, Files.newBufferedWriter(file));
      recording.write(RecordingJson.JSON.createObjectNode().put("recording", FORMAT));
      return recording;
    } catch (IOException e) {
      throw new UncheckedIOException("the recording " + file + " cannot be written", e);
    }
  }

  static RecordingFile of(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException("the recording " + file + " cannot be read", e);
    }
    RecordingFile recording = new RecordingFile(file, null);
    for (int i = 0; i < lines.size(); i++) {
      recording.read(lines.get(i), i + 1);
    }
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("the recording " + file + " is empty; record it anew");
    }
    return recording;
  }

  private void read(String line, int number) {
    JsonNode node;
    try {
      node = RecordingJson.JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "line %d of the recording %s is no JSON: %s",
              number,
              file,
              e.getOriginalMessage()),
          e);
    }
    if (number == 1) {
      if (node.path("recording").asInt() != FORMAT) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s is no recording of this version: its first line is not {\"recording\":%d}; record it anew",
                file,
                FORMAT));
      }
    } else if (node.has("description")) {
      stages.put(node.path("stage").asText(), node);
    } else {
      List<String> pieces = null;
      if (node.has("pieces")) {
        pieces = new ArrayList<>();
        for (JsonNode piece : node.path("pieces")) {
          pieces.add(piece.asText());
        }
      }
      calls
          .computeIfAbsent(node.path("stage").asText(), stage -> new Calls())
          .all
          .computeIfAbsent(node.path("request").toString(), request -> new ArrayList<>())
          .add(new Call(node.path("response"), pieces));
    }
  }

  /** Writes what a stage is, with what else has to be known of it: names, each with its value. */
  void begin(String name, StageDescription description, String... details) {
    ObjectNode line = RecordingJson.JSON.createObjectNode().put("stage", name);
    line.set("description", RecordingJson.description(description));
    for (int i = 0; i < details.length; i += 2) {
      line.put(details[i], details[i + 1]);
    }
    lock.lock();
    try {
      if (stages.putIfAbsent(name, line) != null) {
        throw new IllegalArgumentException(
            "a stage is recorded as \"%s\" already; give this one another name".formatted(name));
      }
      write(line);
    } finally {
      lock.unlock();
    }
  }

  void add(String name, ObjectNode request, ObjectNode response, @Nullable List<String> pieces) {
    ObjectNode line = RecordingJson.JSON.createObjectNode().put("stage", name);
    line.set("request", request);
    line.set("response", response);
    if (pieces != null) {
      pieces.forEach(line.putArray("pieces")::add);
    }
    lock.lock();
    try {
      write(line);
    } finally {
      lock.unlock();
    }
  }

  /** Line by line, so that what was asked is kept where the next call fails. */
  private void write(ObjectNode line) {
    if (writer == null) {
      throw new IllegalStateException(
          "the recording " + file + " is replayed; record with Recording.to(file)");
    }
    try {
      writer.write(HALF.matcher(line.toString()).replaceAll(RecordingFile::escaped) + "\n");
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the recording " + file + " cannot be written", e);
    }
  }

  private static String escaped(MatchResult half) {
    return String.format(Locale.ROOT, "\\\\u%04x", (int) half.group().charAt(0));
  }

  StageDescription description(String name, String kind) {
    return RecordingJson.description(stage(name, kind).path("description"));
  }

  /** What makes the vectors of passages; older recordings have no more than the description. */
  StageDescription passageDescription(String name) {
    String kept = detail(name, "passages");
    return kept.isEmpty() ? description(name, "embedder") : RecordingJson.description(parsed(kept));
  }

  /** Of a stage that is there; empty if it has none of that name. */
  String detail(String name, String detail) {
    return Objects.requireNonNull(stages.get(name)).path(detail).asText();
  }

  private JsonNode stage(String name, String kind) {
    JsonNode stage = stages.get(name);
    if (stage == null || !stage.path("description").path("kind").asText().equals(kind)) {
      throw new IllegalArgumentException(
          "the recording %s has no %s \"%s\"; it has %s".formatted(file, kind, name, named()));
    }
    return stage;
  }

  private List<String> named() {
    return stages.values().stream()
        .map(
            stage ->
                stage.path("description").path("kind").asText()
                    + " \""
                    + stage.path("stage").asText()
                    + "\"")
        .toList();
  }

  /** The next call of a request; from the last one on, that. */
  Call find(String name, ObjectNode request) {
    lock.lock();
    try {
      Calls of = calls.computeIfAbsent(name, stage -> new Calls());
      String key = request.toString();
      List<Call> found = of.all.get(key);
      if (found == null) {
        throw new IllegalStateException(missing(name, request, of));
      }
      int next = of.replayed.merge(key, 1, Integer::sum) - 1;
      return found.get(Math.min(next, found.size() - 1));
    } finally {
      lock.unlock();
    }
  }

  private String missing(String name, ObjectNode request, Calls of) {
    Map<String, JsonNode> byText = new LinkedHashMap<>(); // the last of a text
    for (String key : of.all.keySet()) {
      JsonNode recorded = parsed(key);
      byText.put(recorded.path("asked").asText(), recorded);
    }
    String asked = request.path("asked").asText();
    JsonNode nearest = byText.get(NearestName.of(asked, byText.keySet()));
    return "the recording %s has no answer of \"%s\" to %s; %s. Record it anew with Recording.to, or ask what was recorded."
        .formatted(
            file,
            name,
            told(request),
            nearest == null
                ? "it has none at all"
                : "the nearest that it has is to " + told(nearest) + difference(request, nearest));
  }

  private static String told(JsonNode request) {
    String passages =
        request.has("passages")
            ? " over " + Decimals.counted(request.path("passages").size(), "passage")
            : "";
    String prompt =
        request.has("prompt") ? " by the prompt " + request.path("prompt").asText() : "";
    return "\"" + request.path("asked").asText() + "\"" + passages + prompt;
  }

  /** Where both are asked the same of as many. */
  private static String difference(JsonNode request, JsonNode nearest) {
    if (!told(request).equals(told(nearest))) {
      return "";
    }
    for (int i = 0; i < request.path("passages").size(); i++) {
      JsonNode wanted = request.path("passages").path(i);
      JsonNode recorded = nearest.path("passages").path(i);
      if (!wanted.equals(recorded)) {
        return String.format(
            Locale.ROOT,
            ", where passage %d is %s and not %s",
            i + 1,
            recorded.path("id").asText()
                + (wanted.path("id").equals(recorded.path("id")) ? " with another text" : ""),
            wanted.path("id").asText());
      }
    }
    return ", with another topK, title or turn";
  }

  private static JsonNode parsed(String key) {
    try {
      return RecordingJson.JSON.readTree(key);
    } catch (JsonProcessingException e) {
      throw new AssertionError("it was written by us", e);
    }
  }

  @Override
  public void close() {
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the recording " + file + " cannot be written", e);
    }
  }
}
