package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.call.StageDescription;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.files.FolderFiles;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A vector for each token of a vocabulary, as model2vec (version 0.10) keeps them: in {@code
 * model.safetensors} the tensor {@code embeddings}, and where tokens share vectors {@code mapping}
 * and {@code weights}. Immutable.
 */
public final class TokenTable {
  private static final String FILE = "model.safetensors";

  private final float[] vectors; // (row, number)
  private final int dimension;
  private final float @Nullable [] rows; // by token
  private final float @Nullable [] weights; // by token
  private final int unknown;
  private final StageDescription description;

  private TokenTable(ModelFolder folder, FloatTensor vectors) {
    this.vectors = vectors.values();
    this.dimension = Math.toIntExact(vectors.shape().getLast());
    this.rows = Safetensors.tensor(folder, FILE, "mapping").map(FloatTensor::values).orElse(null);
    this.weights =
        Safetensors.tensor(folder, FILE, "weights").map(FloatTensor::values).orElse(null);
    this.unknown = unknown(folder);
    this.description =
        StageDescription.of("tokens", folder.name()).with("vectorsSha256", folder.sha256(FILE));
    check(folder);
  }

  /**
   * Reads it.
   *
   * @throws ModelLoadException if there is none, or its parts do not fit each other
   */
  public static TokenTable load(ModelFolder folder) {
    Optional<FloatTensor> vectors = Safetensors.tensor(folder, FILE, "embeddings");
    if (vectors.isEmpty()) {
      throw refused(folder, "no tensor \"embeddings\"");
    }
    List<Long> shape = vectors.get().shape();
    if (shape.size() != 2 || shape.contains(0L)) {
      throw refused(folder, "embeddings of shape " + shape);
    }
    return new TokenTable(folder, vectors.get());
  }

  private static ModelLoadException refused(ModelFolder folder, String found) {
    return new ModelLoadException(
        folder.files().where(FILE), found, "a vector for each token, as model2vec writes them");
  }

  private void check(ModelFolder folder) {
    int count = vectors.length / dimension;
    int tokens = rows == null ? count : rows.length;
    if (rows != null) {
      for (float row : rows) {
        if (!(row >= 0 && row < count)) {
          throw refused(
              folder, String.format(Locale.ROOT, "a mapping to row %.0f of %d", row, count));
        }
      }
    }
    if (weights != null && weights.length != tokens) {
      throw refused(
          folder, String.format(Locale.ROOT, "%d weights for %d tokens", weights.length, tokens));
    }
    int greatest = greatest(folder.files().settings(FolderFiles.TOKENIZER));
    if (greatest >= tokens) {
      throw refused(
          folder,
          String.format(
              Locale.ROOT,
              "vectors for %d tokens, and a token %d in tokenizer.json",
              tokens,
              greatest));
    }
  }

  /** The greatest number of a token. */
  private static int greatest(JsonNode tokenizer) {
    JsonNode vocabulary = tokenizer.path("model").path("vocab");
    int greatest = vocabulary.isArray() ? vocabulary.size() - 1 : -1; // Unigram has no numbers
    if (vocabulary.isObject()) {
      for (JsonNode token : vocabulary) {
        greatest = Math.max(greatest, token.asInt(-1));
      }
    }
    for (JsonNode added : tokenizer.path("added_tokens")) {
      greatest = Math.max(greatest, added.path("id").asInt(-1));
    }
    return greatest;
  }

  /** The token of what the vocabulary does not know, whose vector stands for nothing; or -1. */
  private static int unknown(ModelFolder folder) {
    JsonNode tokenizer = folder.files().settings(FolderFiles.TOKENIZER);
    JsonNode model = tokenizer.path("model");
    if (model.path("unk_id").isInt()) {
      return model.path("unk_id").asInt();
    }
    String name = model.path("unk_token").asText("");
    for (JsonNode added : tokenizer.path("added_tokens")) {
      if (added.path("content").asText().equals(name)) {
        return added.path("id").asInt(-1);
      }
    }
    return model.path("vocab").path(name).asInt(-1);
  }

  /** How many numbers a vector has. */
  public int dimension() {
    return dimension;
  }

  /** The digest of the vectors. */
  public StageDescription description() {
    return description;
  }

  /**
   * The mean of the vectors of a text's own tokens, those that are not known left out; all zeros
   * where there is none.
   */
  public float[] mean(Tokens tokens) {
    double[] sum = new double[dimension];
    int known = 0;
    for (int i = tokens.before(); i < tokens.before() + tokens.textSize(); i++) {
      int token = Math.toIntExact(tokens.id(i));
      if (token != unknown) {
        int row = rows == null ? token : (int) rows[token];
        float weight = weights == null ? 1 : weights[token];
        for (int d = 0, at = row * dimension; d < dimension; d++, at++) {
          sum[d] += vectors[at] * weight;
        }
        known++;
      }
    }
    float[] mean = new float[dimension];
    for (int d = 0; d < dimension && known > 0; d++) {
      mean[d] = (float) (sum[d] / known);
    }
    return mean;
  }
}
