package dev.ragwright.experiment;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.source.files.TextFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file of a pipeline: what it is wired of, with the digests of models and index, and what it
 * was measured to be worth, which is for people.
 */
record PipelineFile(
    String format,
    int version,
    String arm,
    String set,
    Map<String, Measured> measured,
    Wiring wiring) {
  private static final String FORMAT = "ragwright-pipeline";
  private static final int VERSION = 1;
  private static final ObjectMapper JSON = ResultJson.mapper(new SimpleModule());

  /** A metric's mean over so many questions. */
  record Measured(
      @JsonProperty @Nullable Double mean,
      @JsonProperty @Nullable Interval interval,
      int questions) {}

  static PipelineFile of(String arm, String set, Map<String, Measured> measured, Wiring wiring) {
    return new PipelineFile(FORMAT, VERSION, arm, set, measured, wiring);
  }

  String json() {
    try {
      DefaultPrettyPrinter lines =
          new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
      return JSON.writer(lines).writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static PipelineFile read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DocumentReadException("there is no pipeline " + file);
    }
    try {
      JsonNode root = JSON.readTree(TextFile.read(file));
      if (!root.path("format").asText().equals(FORMAT)) {
        throw new IllegalArgumentException(
            "\"format\" is %s, expected \"%s\"".formatted(root.path("format"), FORMAT));
      }
      if (root.path("version").asInt() != VERSION) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the pipeline is of version %s, this library reads version %d",
                root.path("version"),
                VERSION));
      }
      return JSON.treeToValue(root, PipelineFile.class);
    } catch (JsonParseException e) {
      throw new DocumentReadException(file + ": not JSON: " + e.getOriginalMessage(), e);
    } catch (JsonProcessingException e) {
      throw new DocumentReadException(file + ": " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new DocumentReadException(file + ": " + e.getMessage(), e);
    }
  }
}
