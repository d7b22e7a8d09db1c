package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.files.FolderFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The modules of a model that sentence-transformers saved ({@code modules.json}), of which the
 * first is in the graph, and the settings of that one ({@code Transformer} of
 * sentence_transformers/base/modules/transformer.py, version 6.2). What these change that is not
 * done here is refused by its name.
 *
 * @param behind those behind the first, in their order
 */
record SentenceModules(List<Module> behind) {
  static final String FILE = "modules.json";
  private static final String SETTINGS = "config_sentence_transformers.json";

  /**
   * What changes nothing here: how the graph was made and is computed, and what is read elsewhere.
   */
  private static final Set<String> APPLIED =
      Set.of(
          "max_seq_length",
          "do_lower_case",
          "query_length",
          "document_length",
          "processor_kwargs",
          "tokenizer_args",
          "model_kwargs",
          "model_args",
          "config_kwargs",
          "config_args",
          "unpad_inputs");

  /** What the text's part of a model gives, by the task that it is loaded for. */
  private static final Map<String, List<String>> OUTPUTS =
      Map.of(
          "feature-extraction", List.of("last_hidden_state", "token_embeddings"),
          "fill-mask", List.of("logits", "token_embeddings"),
          "sequence-classification", List.of("logits", "scores"));

  /**
   * A module.
   *
   * @param type its class, such as {@code sentence_transformers.models.Pooling}
   * @param path its folder
   */
  record Module(String type, String path) {
    /** The class without its package. */
    String kind() {
      return type.substring(type.lastIndexOf('.') + 1);
    }

    String config() {
      return path.isEmpty() ? "config.json" : path + "/config.json";
    }
  }

  /**
   * Reads them.
   *
   * @param models the {@code model_type}s that can be used
   * @param task what the graph was made for: {@code feature-extraction}, {@code fill-mask} or
   *     {@code sequence-classification}
   * @throws ModelLoadException if they name what is not done here
   */
  static SentenceModules of(ModelFolder folder, Set<String> models, String task) {
    JsonNode model = folder.files().settings(SETTINGS).path("model_type");
    if (model.isTextual() && !models.contains(model.asText())) {
      String expected = String.join(" or ", models.stream().sorted().toList());
      throw refused(folder, SETTINGS, "model_type", model, expected);
    }
    requireTextTask(folder, task);
    JsonNode named = folder.files().settings(FILE);
    if (named.isMissingNode()) {
      return new SentenceModules(List.of());
    }
    List<Module> modules = new ArrayList<>();
    for (JsonNode module : named) {
      modules.add(new Module(module.path("type").asText(), module.path("path").asText()));
    }
    return of(folder, modules, task);
  }

  /** The same of modules that another file names, such as those of a route. */
  static SentenceModules of(ModelFolder folder, List<Module> modules, String task) {
    if (!modules.isEmpty() && modules.getFirst().kind().equals("Dense")) { // none but layers
      return new SentenceModules(List.copyOf(modules));
    }
    requireTransformer(folder, modules, task);
    return new SentenceModules(List.copyOf(modules.subList(1, modules.size())));
  }

  /** Refuses modules of other libraries, and those that come with the model. */
  SentenceModules requireKnown(ModelFolder folder) {
    for (Module module : behind) {
      if (!module.type().startsWith("sentence_transformers.")) {
        throw new ModelLoadException(
            folder.files().where(FILE),
            "the module %s, which is code of the model's own".formatted(module.type()),
            "modules of sentence-transformers");
      }
    }
    return this;
  }

  private static void requireTransformer(ModelFolder folder, List<Module> modules, String task) {
    Module first = modules.isEmpty() ? new Module("none", "") : modules.getFirst();
    if (first.kind().equals("Router") || first.kind().equals("Asym")) {
      throw new ModelLoadException(
          folder.files().where(FILE),
          "the module %s, by which queries and documents have encoders of their own"
              .formatted(first.type()),
          "one Transformer for both");
    }
    String kind = task.equals("fill-mask") ? "(MLM)?Transformer" : "Transformer"; // the older name
    if (!first.type().matches("sentence_transformers\\.(.*\\.)?" + kind)
        || !first.path().isEmpty()) {
      throw new ModelLoadException(
          folder.files().where(FILE),
          "first the module %s in \"%s\"".formatted(first.type(), first.path()),
          "first a Transformer in \"\", which is what the graph does");
    }
  }

  /** The settings of the first module, by whatever name; a missing node when there are none. */
  static JsonNode transformer(ModelFolder folder) {
    return folder.files().settings(settingsFile(folder));
  }

  static String settingsFile(ModelFolder folder) {
    for (String file : FolderFiles.SENTENCE_SETTINGS) {
      if (!folder.files().settings(file).isMissingNode()) {
        return file;
      }
    }
    return FolderFiles.SENTENCE_SETTINGS.getFirst();
  }

  private static void requireTextTask(ModelFolder folder, String task) {
    String file = settingsFile(folder);
    List<String> outputs = OUTPUTS.getOrDefault(task, List.of());
    for (Map.Entry<String, JsonNode> setting : folder.files().settings(file).properties()) {
      JsonNode value = setting.getValue();
      boolean isUnset = value.isNull() || (value.isContainerNode() && value.isEmpty());
      if (isUnset || APPLIED.contains(setting.getKey())) {
        continue;
      }
      String expected =
          switch (setting.getKey()) {
            case "transformer_task" -> isText(value, task) ? "" : "\"" + task + "\"";
            case "module_output_name" ->
                isText(value, outputs.getLast()) ? "" : "\"" + outputs.getLast() + "\"";
            case "modality_config" ->
                isPlainText(value, outputs.getFirst())
                    ? ""
                    : "texts that are read as they are (\"text\" by \"forward\" giving \"%s\", and no \"message\", which is a chat template)"
                        .formatted(outputs.getFirst());
            default -> "none, which is its default";
          };
      if (!expected.isEmpty()) {
        throw refused(folder, file, setting.getKey(), value, expected);
      }
    }
  }

  private static boolean isText(JsonNode value, String text) {
    return value.isTextual() && value.asText().equals(text);
  }

  private static boolean isPlainText(JsonNode modalities, String output) {
    JsonNode text = modalities.path("text");
    JsonNode given = text.path("method_output_name");
    return !modalities.has("message")
        && isText(text.path("method"), "forward")
        && isText(given.size() == 1 ? given.get(0) : given, output);
  }

  /** For a setting that is neither the default nor done here. */
  static ModelLoadException refused(
      ModelFolder folder, String file, String setting, JsonNode value, String expected) {
    return new ModelLoadException(
        folder.files().where(file), "the setting \"%s\": %s".formatted(setting, value), expected);
  }
}
