package dev.ragwright.onnx.hub;

import dev.ragwright.onnx.ModelVariant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which model of a hub is meant: repository, revision and variant. Immutable. */
public final class HubModel {
  private static final Pattern REPO =
      Pattern.compile("(?:[A-Za-z0-9_][\\w.-]{0,95}/)?[A-Za-z0-9_][\\w.-]{0,95}");

  private final String repo;
  private final String revision;
  private final @Nullable String variant;
  private final @Nullable String modelFile;

  private HubModel(
      String repo, String revision, @Nullable String variant, @Nullable String modelFile) {
    this.repo = repo;
    this.revision = revision;
    this.variant = variant;
    this.modelFile = modelFile;
  }

  /**
   * The branch {@code main} of a repository.
   *
   * @param repo such as {@code "onnx-community/Qwen3-0.6B-ONNX"}
   * @throws IllegalArgumentException if it is no name of a repository
   */
  public static HubModel of(String repo) {
    if (!REPO.matcher(repo).matches()
        || repo.contains("..")
        || repo.contains("--")
        || repo.matches(".*(\\.git|[.-]|[.-]/.*)")) {
      throw new IllegalArgumentException(
          "no name of a repository: \"%s\"; expected NAME or OWNER/NAME of letters, digits, _, -"
                  .formatted(repo)
              + " and ., without .. and --");
    }
    return new HubModel(repo, "main", null, null);
  }

  /**
   * At another branch, tag or commit. A commit of 40 digits is the only one that never changes.
   *
   * @throws IllegalArgumentException if it is empty or would lead out of a folder
   */
  public HubModel at(String revision) {
    if (!HubNames.isSafe(revision)) {
      throw new IllegalArgumentException("no revision: \"" + revision + "\"");
    }
    return new HubModel(repo, revision, variant, modelFile);
  }

  /** Another variant than the hub would choose; see {@link ModelVariant#name()}. */
  public HubModel variant(String variant) {
    return new HubModel(repo, revision, variant, null);
  }

  /**
   * The given {@code .onnx} file, in whatever precision and place it is.
   *
   * @throws IllegalArgumentException if it is no name of such a file
   */
  public HubModel modelFile(String modelFile) {
    if (!HubNames.isSafe(modelFile) || !modelFile.endsWith(".onnx")) {
      throw new IllegalArgumentException("no .onnx file: \"" + modelFile + "\"");
    }
    return new HubModel(repo, revision, null, modelFile);
  }

  /** The repository. */
  public String repo() {
    return repo;
  }

  /** The branch, tag or commit. */
  public String revision() {
    return revision;
  }

  /** The variant that was asked for. */
  public Optional<String> variant() {
    return Optional.ofNullable(variant);
  }

  /** The file that was asked for. */
  public Optional<String> modelFile() {
    return Optional.ofNullable(modelFile);
  }

  /** For people: {@code OWNER/NAME@REVISION}. */
  @Override
  public String toString() {
    return repo + "@" + revision;
  }
}
