package dev.ragwright.onnx.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/** What a {@code genai_config.json} of ONNX Runtime GenAI says that matters to us. */
public final class GenAiConfig {
  public static final String FILE = "genai_config.json";

  /** Parts of models that read or write more than text, or that are cut into several graphs. */
  private static final List<String> PARTS = List.of("vision", "speech", "embedding", "encoder");

  private final JsonNode model;

  public GenAiConfig(JsonNode config) {
    this.model = config.path("model");
  }

  /** The graph's file, relative to the configuration's folder. */
  public String modelFile() {
    return model.path("decoder").path("filename").asText("model.onnx");
  }

  /** How many tokens fit at most, or a missing node. */
  public JsonNode contextLength() {
    return model.path("context_length");
  }

  /** Why the model cannot be run here; empty when it can. */
  public Optional<String> refusal() {
    JsonNode decoder = model.path("decoder");
    for (String part : PARTS) {
      if (model.has(part)) {
        return Optional.of("a model with a part \"%s\"".formatted(part));
      }
    }
    if (!decoder.isObject()) {
      return Optional.of("no decoder");
    }
    if (decoder.has("pipeline")) {
      return Optional.of("a decoder cut into a pipeline of graphs");
    }
    if (decoder.path("inputs").has("inputs_embeds") && !decoder.path("inputs").has("input_ids")) {
      return Optional.of("a decoder that reads embeddings, not tokens");
    }
    return provider(decoder).map("a graph made for the execution provider \"%s\""::formatted);
  }

  /** An execution provider other than the processor's: such graphs use operators of its own. */
  private static Optional<String> provider(JsonNode decoder) {
    for (JsonNode entry : decoder.path("session_options").path("provider_options")) {
      for (String name : (Iterable<String>) entry::fieldNames) {
        if (!name.equalsIgnoreCase("cpu")) {
          return Optional.of(name);
        }
      }
    }
    return Optional.empty();
  }
}
