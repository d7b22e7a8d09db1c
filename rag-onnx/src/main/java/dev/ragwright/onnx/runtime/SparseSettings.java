package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.runtime.SentenceModules.Module;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What sentence-transformers (version 6.2) makes of the logits of a sparse encoder, by the settings
 * in its folder: {@code SpladePooling} behind the encoder, and, where questions take another route,
 * {@code SparseStaticEmbedding}, a weight for each token. What is not done here is refused by its
 * name. Immutable.
 */
public final class SparseSettings {
  private static final String FILE = "config_sentence_transformers.json";
  private static final String ROUTES = "router_config.json";

  private final ModelFolder folder;
  private final @Nullable Module pooling;
  private final @Nullable Module questions;

  private SparseSettings(ModelFolder folder, @Nullable Module pooling, @Nullable Module questions) {
    this.folder = folder;
    this.pooling = pooling;
    this.questions = questions;
  }

  /**
   * Reads them.
   *
   * @throws ModelLoadException if they name what is not done here
   */
  public static SparseSettings of(ModelFolder folder) {
    JsonNode modules = folder.files().settings(SentenceModules.FILE);
    JsonNode similarity = folder.files().settings(FILE).path("similarity_fn_name");
    if (similarity.isTextual() && !similarity.asText().equals("dot")) {
      throw SentenceModules.refused(folder, FILE, "similarity_fn_name", similarity, "dot");
    }
    if (modules.path(0).path("type").asText().endsWith(".Router")) {
      return routed(folder);
    }
    SentenceModules plain =
        SentenceModules.of(folder, Set.of("SparseEncoder"), "fill-mask").requireKnown(folder);
    return new SparseSettings(
        folder, modules.isMissingNode() ? null : pooling(folder, plain), null);
  }

  private static SparseSettings routed(ModelFolder folder) {
    JsonNode routes = folder.files().settings(ROUTES);
    List<Module> documents = route(routes, "document");
    List<Module> questions = route(routes, "query");
    if (questions.size() != 1 || !questions.getFirst().kind().equals("SparseStaticEmbedding")) {
      throw new ModelLoadException(
          folder.files().where(ROUTES),
          "the modules %s for queries".formatted(questions.stream().map(Module::type).toList()),
          "one SparseStaticEmbedding");
    }
    SentenceModules read = SentenceModules.of(folder, documents, "fill-mask").requireKnown(folder);
    return new SparseSettings(folder, pooling(folder, read), questions.getFirst());
  }

  private static List<Module> route(JsonNode routes, String name) {
    List<Module> modules = new ArrayList<>();
    for (JsonNode id : routes.path("structure").path(name)) {
      String type = routes.path("types").path(id.asText()).asText();
      modules.add(new Module(type, id.asText()));
    }
    return modules;
  }

  private static Module pooling(ModelFolder folder, SentenceModules modules) {
    List<Module> behind = modules.behind();
    if (behind.size() != 1 || !behind.getFirst().kind().equals("SpladePooling")) {
      throw new ModelLoadException(
          folder.files().where(SentenceModules.FILE),
          "the modules %s behind the encoder".formatted(behind.stream().map(Module::type).toList()),
          "SpladePooling");
    }
    return behind.getFirst();
  }

  /** Whether a token's weights are added over the text's places; else the greatest counts. */
  public boolean sums() {
    return setting("pooling_strategy", "max", "sum").equals("sum");
  }

  /** Whether the logarithm is taken twice. */
  public boolean takesLogTwice() {
    return setting("activation_function", "relu", "log1p_relu").equals("log1p_relu");
  }

  private String setting(String name, String usual, String other) {
    if (pooling == null) {
      return usual;
    }
    JsonNode value = folder.files().settings(pooling.config()).path(name);
    String said = value.asText(usual);
    if (!said.equals(usual) && !said.equals(other)) {
      throw SentenceModules.refused(folder, pooling.config(), name, value, usual + " or " + other);
    }
    return said;
  }

  /** How many tokens of a text are kept, those of the greatest weights; empty for all. */
  public OptionalInt mostTokens() {
    JsonNode most = folder.files().settings(FILE).path("max_active_dims");
    if (most.isMissingNode() || most.isNull()) {
      return OptionalInt.empty();
    }
    if (!most.isInt() || most.asInt() < 1) {
      throw SentenceModules.refused(folder, FILE, "max_active_dims", most, "1 or more");
    }
    return OptionalInt.of(most.asInt());
  }

  /**
   * What each token of a question weighs, by its id, where questions are not read by the encoder;
   * the array is the caller's own.
   *
   * @throws ModelLoadException if the weights are not there or damaged
   */
  public Optional<float[]> questionWeights() {
    Module module = questions;
    if (module == null) {
      return Optional.empty();
    }
    JsonNode named = folder.files().settings(module.config()).path("path");
    if (named.isTextual()) {
      return Optional.of(ofJson(named.asText()));
    }
    String file = weightsFile();
    Optional<FloatTensor> weights = Safetensors.tensor(folder, file, "weight");
    if (weights.isEmpty() || weights.get().shape().size() != 1) {
      throw new ModelLoadException(
          folder.files().where(file),
          weights.isEmpty() ? "no tensor \"weight\"" : "a weight of shape " + weights.get().shape(),
          "a weight for each token, as SparseStaticEmbedding has them");
    }
    return Optional.of(weights.get().values());
  }

  /** The file that has the weights of a question's tokens; empty where there is none. */
  public Optional<String> questionFile() {
    Module module = questions;
    if (module == null) {
      return Optional.empty();
    }
    JsonNode named = folder.files().settings(module.config()).path("path");
    return Optional.of(named.isTextual() ? named.asText() : weightsFile());
  }

  private String weightsFile() {
    return (questions == null || questions.path().isEmpty() ? "" : questions.path() + "/")
        + "model.safetensors";
  }

  private float[] ofJson(String file) {
    JsonNode json = folder.files().settings(file);
    if (!json.isObject()) {
      throw new ModelLoadException(
          folder.files().where(file),
          json.isMissingNode() ? "nothing" : "no object",
          "{token: weight}");
    }
    List<String> names = TokenBytes.names(folder);
    float[] weights = new float[names.size()];
    for (int id = 0; id < weights.length; id++) {
      weights[id] = json.path(names.get(id)).floatValue();
    }
    return weights;
  }

  /** For the description of what reads with it. */
  public Map<String, String> parameters() {
    return Map.of(
        "pooling", sums() ? "sum" : "max", "activation", takesLogTwice() ? "log1p_relu" : "relu");
  }
}
