package dev.ragwright.experiment;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.ragwright.eval.stats.Interval;
import java.nio.file.Path;
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
    return ResultJson.read(
        JSON, file, "pipeline", FORMAT, VERSION, PipelineFile.class, read -> read);
  }
}
