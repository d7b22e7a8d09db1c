package dev.ragwright.onnx.hub;

import dev.ragwright.onnx.files.FolderFiles;
import dev.ragwright.onnx.files.GenAiConfig;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a hub may call a file, and which files a model is loaded from. */
final class HubNames {
  private static final Pattern UNSAFE = Pattern.compile("[\\\\\\x00-\\x1f\\x7f]");

  /** Programs, and formats that run code when they are read. */
  private static final Set<String> NEVER =
      Set.of("py", "pyc", "bin", "pkl", "pickle", "pt", "pth", "ckpt", "joblib");

  private static final Set<String> SETTINGS =
      Set.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "chat_template.jinja",
          "chat_template.json",
          "modules.json",
          "sentence_bert_config.json",
          "config_sentence_transformers.json",
          "1_Pooling/config.json",
          "artifact.metadata",
          GenAiConfig.FILE);

  /** Layers behind the graph, as sentence-transformers and PyLate keep them. */
  private static final Pattern MODULES =
      Pattern.compile("\\d+_(\\w+/config\\.json|(Dense|LayerNorm)/model\\.safetensors)");

  private HubNames() {}

  /** Whether a path stays below the folder that it is put into, on any system. */
  static boolean isSafe(String path) {
    return !path.isEmpty()
        && !UNSAFE.matcher(path).find()
        && !path.matches("(?s)[A-Za-z]:.*")
        && List.of(path.split("/", -1)).stream()
            .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
  }

  /** Whether a file is never fetched. */
  static boolean isForbidden(String file) {
    String extension = file.substring(file.lastIndexOf('.') + 1);
    return NEVER.contains(extension.toLowerCase(Locale.ROOT));
  }

  /** Whether a file of a model's folder is read when the model is loaded, besides its graphs. */
  static boolean isSetting(String file) {
    return SETTINGS.contains(file)
        || FolderFiles.SENTENCE_SETTINGS.contains(file)
        || MODULES.matcher(file).matches()
        || (file.startsWith("additional_chat_templates/") && file.endsWith(".jinja"));
  }

  /** The settings of all models, but for those whose names {@code modules.json} has. */
  static List<String> allSettings() {
    return Stream.concat(SETTINGS.stream(), FolderFiles.SENTENCE_SETTINGS.stream())
        .distinct()
        .sorted()
        .toList();
  }

  /** The settings that a program may ask for when a repository has none of that name. */
  static List<String> settings() {
    return SETTINGS.stream().filter(file -> !file.contains("/")).sorted().toList();
  }
}
