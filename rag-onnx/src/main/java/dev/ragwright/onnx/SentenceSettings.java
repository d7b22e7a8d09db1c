package dev.ragwright.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What sentence-transformers (version 6.2) does with the texts and the token vectors of an
 * embedding model, by the settings in its folder. Each is either here or refused by its name when
 * they are read; what only says how the graph is made or computed ({@code model_args}, {@code
 * config_args}) is the graph's. Immutable.
 */
public final class SentenceSettings {
  private static final String FILE = "config_sentence_transformers.json";
  private static final String USUAL_POOLING = "1_Pooling";

  /** In the order in which they stand in a vector where older files switch on several. */
  private static final List<Map.Entry<String, Pooling>> SWITCHES =
      List.of(
          Map.entry("pooling_mode_cls_token", Pooling.CLS),
          Map.entry("pooling_mode_max_tokens", Pooling.MAX),
          Map.entry("pooling_mode_mean_tokens", Pooling.MEAN),
          Map.entry("pooling_mode_mean_sqrt_len_tokens", Pooling.MEAN_SQRT_LENGTH),
          Map.entry("pooling_mode_weightedmean_tokens", Pooling.WEIGHTED_MEAN),
          Map.entry("pooling_mode_lasttoken", Pooling.LAST_TOKEN));

  private static final Map<String, Pooling> MODES =
      Map.of(
          "cls", Pooling.CLS,
          "max", Pooling.MAX,
          "mean", Pooling.MEAN,
          "mean_sqrt_len_tokens", Pooling.MEAN_SQRT_LENGTH,
          "weightedmean", Pooling.WEIGHTED_MEAN,
          "lasttoken", Pooling.LAST_TOKEN);

  private final ModelFolder folder;
  private final SentenceModules modules;
  private final String poolingFile;

  private SentenceSettings(ModelFolder folder, SentenceModules modules) {
    this.folder = folder;
    this.modules = modules;
    this.poolingFile = poolingFile(folder, modules);
  }

  /**
   * Reads them.
   *
   * @throws ModelLoadException if they name what is not done here
   */
  public static SentenceSettings of(ModelFolder folder) {
    Set<String> models = Set.of("SentenceTransformer");
    return new SentenceSettings(folder, SentenceModules.of(folder, models, "feature-extraction"));
  }

  private static String poolingFile(ModelFolder folder, SentenceModules modules) {
    if (folder.settings(SentenceModules.FILE).isMissingNode()) {
      return USUAL_POOLING + "/config.json";
    }
    return modules.behind().stream()
        .filter(module -> module.kind().equals("Pooling"))
        .findFirst()
        .map(SentenceModules.Module::config)
        .orElse("");
  }

  /**
   * How a vector is made of those of the tokens: one part of it after another. Empty when the
   * folder does not say. Unmodifiable.
   *
   * @throws ModelLoadException if it names another way than {@link Pooling} has
   */
  public List<Pooling> pooling() {
    return poolingFile.isEmpty() ? List.of() : pooling(folder, poolingFile);
  }

  static List<Pooling> pooling(ModelFolder folder, String file) {
    JsonNode config = folder.settings(file);
    if (config.isMissingNode()) {
      return List.of();
    }
    List<Pooling> found = new ArrayList<>();
    JsonNode named = config.path("pooling_mode");
    for (JsonNode mode : named.isArray() ? named : List.of(named)) {
      Optional.ofNullable(MODES.get(mode.asText())).ifPresent(found::add);
    }
    boolean isKnown = named.isArray() ? found.size() == named.size() : found.size() == 1;
    if (named.isMissingNode()) {
      isKnown = true;
      for (Map.Entry<String, Pooling> mode : SWITCHES) {
        if (config.path(mode.getKey()).asBoolean()) {
          found.add(mode.getValue());
        }
      }
      for (Map.Entry<String, JsonNode> setting : config.properties()) {
        isKnown &=
            !setting.getKey().startsWith("pooling_mode_")
                || !setting.getValue().asBoolean()
                || SWITCHES.stream().anyMatch(mode -> mode.getKey().equals(setting.getKey()));
      }
    }
    if (!isKnown) {
      throw new ModelLoadException(
          folder.where(file),
          config.toString(),
          "the pooling_mode " + MODES.keySet().stream().sorted().toList() + ", one or several");
    }
    return found.isEmpty() ? List.of(Pooling.MEAN) : List.copyOf(found);
  }

  /** Whether the tokens of a prompt count when token vectors are pooled: {@code include_prompt}. */
  public boolean poolsPrompt() {
    return poolingFile.isEmpty()
        || folder.settings(poolingFile).path("include_prompt").asBoolean(true);
  }

  /**
   * How many tokens of a query or of a document the model is to read at most, where that is less
   * than of other texts: {@code query_length} and {@code document_length} of {@code
   * sentence_bert_config.json}.
   *
   * @param query whether of a query
   */
  public OptionalInt maxTokens(boolean query) {
    JsonNode length =
        SentenceModules.transformer(folder).path(query ? "query_length" : "document_length");
    return length.isInt() ? OptionalInt.of(length.asInt()) : OptionalInt.empty();
  }

  /**
   * What becomes of a pooled vector.
   *
   * @param width how many numbers pooling gives
   * @throws ModelLoadException if the layers cannot be read, or do not fit
   */
  public DenseLayers layers(int width) {
    return DenseLayers.behindPooling(folder, modules, width);
  }

  /** How many of a vector's first numbers are kept: {@code truncate_dim}; empty for all. */
  public OptionalInt dimension() {
    JsonNode dimension = folder.settings(FILE).path("truncate_dim");
    if (dimension.isNull() || dimension.isMissingNode()) {
      return OptionalInt.empty();
    }
    if (!dimension.isInt() || dimension.asInt() < 1) {
      throw SentenceModules.refused(folder, FILE, "truncate_dim", dimension, "1 or more");
    }
    return OptionalInt.of(dimension.asInt());
  }

  /**
   * Why vectors of length 1 are not compared by their product as the folder wants its own to be
   * compared, by {@code similarity_fn_name}; empty where they are, or in an order that is the same.
   */
  public Optional<String> otherSimilarity() {
    JsonNode named = folder.settings(FILE).path("similarity_fn_name");
    String name = named.asText("cosine");
    boolean isOne = endsAtLengthOne() && dimension().isEmpty();
    return switch (name) {
      case "cosine", "null" -> Optional.empty();
      case "dot", "euclidean" ->
          isOne
              ? Optional.empty()
              : Optional.of(
                  "similarity_fn_name \"%s\" of vectors whose lengths differ (%s)"
                      .formatted(
                          name,
                          endsAtLengthOne()
                              ? "truncate_dim is behind Normalize"
                              : "no module Normalize is last"));
      default -> Optional.of("similarity_fn_name " + named);
    };
  }

  private boolean endsAtLengthOne() {
    List<String> kinds =
        modules.behind().stream()
            .map(SentenceModules.Module::kind)
            .filter(kind -> !kind.equals("Dropout"))
            .toList();
    return !kinds.isEmpty() && kinds.getLast().equals("Normalize");
  }
}
