package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.Pooling;
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

  /** Activation functions that keep the order of numbers. */
  private static final Set<String> ASCENDING =
      Set.of("Identity", "LogSigmoid", "Sigmoid", "Softplus", "Tanh");

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
  private final List<DenseLayers.Part> layers;

  private SentenceSettings(ModelFolder folder, SentenceModules modules) {
    this.folder = folder;
    this.modules = modules;
    this.poolingFile = poolingFile(folder, modules);
    this.layers = DenseLayers.behindPooling(folder, modules);
  }

  /**
   * Reads them.
   *
   * @throws ModelLoadException if they name what is not done here
   */
  public static SentenceSettings of(ModelFolder folder) {
    Set<String> models = Set.of("SentenceTransformer");
    SentenceModules modules = SentenceModules.of(folder, models, "feature-extraction");
    return new SentenceSettings(folder, modules.requireKnown(folder));
  }

  /**
   * Reads those of a cross-encoder, which has neither pooling nor layers.
   *
   * @throws ModelLoadException if they name what is not done here
   */
  public static SentenceSettings ofPairs(ModelFolder folder) {
    Set<String> models = Set.of("CrossEncoder");
    SentenceModules modules = SentenceModules.of(folder, models, "sequence-classification");
    for (SentenceModules.Module module : modules.behind()) {
      throw new ModelLoadException(
          folder.files().where(SentenceModules.FILE),
          "the module %s behind the classifier".formatted(module.type()),
          "a Transformer alone");
    }
    return new SentenceSettings(folder, modules);
  }

  /**
   * Checks those of an encoder for late interaction as PyLate saves it: behind the encoder there
   * are only {@code Dense} layers for each token.
   *
   * @throws ModelLoadException if they name what is not done here
   */
  public static void requireOfTokens(ModelFolder folder) {
    Set<String> models = Set.of("ColBERT", "SentenceTransformer");
    SentenceModules modules = SentenceModules.of(folder, models, "feature-extraction");
    for (SentenceModules.Module module : modules.behind()) {
      if (!Set.of("Dense", "Dropout").contains(module.kind())) {
        throw new ModelLoadException(
            folder.files().where(SentenceModules.FILE),
            "the module %s behind the encoder".formatted(module.type()),
            "Dense or none");
      }
    }
    JsonNode similarity = folder.files().settings(FILE).path("similarity_fn_name");
    if (similarity.isTextual() && !similarity.asText().matches("(?i)maxsim|cosine")) {
      throw SentenceModules.refused(
          folder, FILE, "similarity_fn_name", similarity, "MaxSim, of cosines");
    }
  }

  /** What belongs in front of the first text of a pair: the prompt that is the default. */
  public String pairPrompt() {
    JsonNode config = folder.files().settings(FILE);
    String usual = config.path("default_prompt_name").asText("");
    folder.queryPrefix(); // refuses a default that is none of the prompts
    return config.path("prompts").path(usual).asText("");
  }

  /**
   * What a cross-encoder's logits are put through in Python, as a class of torch's; empty where the
   * folder does not say.
   *
   * @throws ModelLoadException if that would change their order
   */
  public Optional<String> activation() {
    JsonNode config = folder.files().settings("config.json");
    String name = "";
    for (JsonNode said :
        List.of(
            folder.files().settings(FILE).path("activation_fn"),
            config.path("sentence_transformers").path("activation_fn"),
            config.path("sbert_ce_default_activation_function"))) {
      if (name.isEmpty() && said.isTextual()) {
        name = said.asText();
      }
    }
    String kind = name.substring(name.lastIndexOf('.') + 1);
    // What is not of torch is not taken by sentence-transformers either.
    if (name.startsWith("torch.") && !ASCENDING.contains(kind)) {
      throw new ModelLoadException(
          folder.toString(),
          "the activation function " + name,
          "one that keeps the order of logits, which are the scores here: "
              + ASCENDING.stream().sorted().toList());
    }
    return name.startsWith("torch.") ? Optional.of(name) : Optional.empty();
  }

  private static String poolingFile(ModelFolder folder, SentenceModules modules) {
    if (folder.files().settings(SentenceModules.FILE).isMissingNode()) {
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
    return poolingFile.isEmpty() ? List.of() : pooling(poolingFile);
  }

  private List<Pooling> pooling(String file) {
    JsonNode config = folder.files().settings(file);
    if (config.isMissingNode()) {
      if (!modules.behind().isEmpty()) {
        throw new ModelLoadException(
            folder.files().where(file), "nothing", "the pooling of modules.json");
      }
      return List.of();
    }
    List<Pooling> found = new ArrayList<>();
    JsonNode named = config.path("pooling_mode");
    for (JsonNode mode : named.isArray() ? named : List.of(named)) {
      Pooling known = MODES.get(mode.asText());
      if (known != null) {
        found.add(known);
      }
    }
    boolean isKnown = named.isArray() ? found.size() == named.size() : found.size() == 1;
    if (named.isMissingNode()) {
      for (Map.Entry<String, Pooling> mode : SWITCHES) {
        if (config.path(mode.getKey()).asBoolean()) {
          found.add(mode.getValue());
        }
      }
      int on = 0;
      for (Map.Entry<String, JsonNode> setting : config.properties()) {
        on +=
            setting.getKey().startsWith("pooling_mode_") && setting.getValue().asBoolean() ? 1 : 0;
      }
      isKnown = on == found.size();
    }
    if (!isKnown) {
      throw new ModelLoadException(
          folder.files().where(file),
          config.toString(),
          "the pooling_mode " + MODES.keySet().stream().sorted().toList() + ", one or several");
    }
    return found.isEmpty() ? List.of(Pooling.MEAN) : List.copyOf(found);
  }

  /** Whether the tokens of a prompt count when token vectors are pooled: {@code include_prompt}. */
  public boolean poolsPrompt() {
    return poolingFile.isEmpty()
        || folder.files().settings(poolingFile).path("include_prompt").asBoolean(true);
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
    return DenseLayers.behindPooling(folder, layers, width);
  }

  /** How many of a vector's first numbers are kept: {@code truncate_dim}; empty for all. */
  public OptionalInt dimension() {
    JsonNode dimension = folder.files().settings(FILE).path("truncate_dim");
    if (dimension.isNull() || dimension.isMissingNode()) {
      return OptionalInt.empty();
    }
    if (!dimension.isInt() || dimension.asInt() < 1) {
      throw SentenceModules.refused(folder, FILE, "truncate_dim", dimension, "1 or more");
    }
    return OptionalInt.of(dimension.asInt());
  }

  /**
   * To how many of its first numbers a vector may be cut because the model was trained for it
   * (Matryoshka): what {@code matryoshka_dimensions} or {@code matryoshka_dims} of {@code
   * config.json} or of {@code config_sentence_transformers.json} lists, ascending; empty where none
   * is listed.
   *
   * @throws ModelLoadException if it is no list of whole numbers
   */
  public List<Integer> trainedDimensions() {
    List<Integer> trained = new ArrayList<>();
    for (String file : List.of("config.json", FILE)) {
      for (String name : List.of("matryoshka_dimensions", "matryoshka_dims")) {
        JsonNode listed = folder.files().settings(file).path(name);
        if (listed.isMissingNode() || listed.isNull()) {
          continue;
        }
        if (!listed.isArray()) {
          throw SentenceModules.refused(folder, file, name, listed, "a list of whole numbers");
        }
        for (JsonNode dimension : listed) {
          if (!dimension.isInt() || dimension.asInt() < 1) {
            throw SentenceModules.refused(folder, file, name, listed, "a list of whole numbers");
          }
          trained.add(dimension.asInt());
        }
      }
    }
    return trained.stream().distinct().sorted().toList();
  }

  /**
   * Why vectors of length 1 are not compared by their product as the folder wants its own to be
   * compared, by {@code similarity_fn_name}; empty where they are, or in an order that is the same.
   *
   * @param isCut whether only the first numbers of a vector are kept
   */
  public Optional<String> otherSimilarity(boolean isCut) {
    JsonNode named = folder.files().settings(FILE).path("similarity_fn_name");
    String name = named.asText("cosine");
    return switch (name) {
      case "cosine", "null" -> Optional.empty();
      case "dot", "euclidean" ->
          endsAtLengthOne() && !isCut
              ? Optional.empty()
              : Optional.of(
                  "similarity_fn_name \"%s\" of vectors whose lengths differ (%s)"
                      .formatted(
                          name,
                          endsAtLengthOne()
                              ? "they are cut behind Normalize"
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
