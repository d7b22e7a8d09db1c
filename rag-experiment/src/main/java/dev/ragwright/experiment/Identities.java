package dev.ragwright.experiment;

import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What the stages of an experiment are, as digests of their descriptions. Asked once for each stage
 * and run: an index's description reads the index. For one thread.
 */
final class Identities {
  private final boolean kept;
  private final IdentityHashMap<Stage, String> byStage = new IdentityHashMap<>();
  private final Map<String, StageDescription> descriptions = new HashMap<>();
  private final Map<String, Integer> opaque = new HashMap<>();

  /** A stage does not say what it is. */
  static final class OpaqueException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    OpaqueException(String message) {
      super(message);
    }
  }

  /**
   * Starts without any.
   *
   * @param kept whether results outlive the run, so that what is opaque must be refused
   */
  Identities(boolean kept) {
    this.kept = kept;
  }

  /**
   * The stage's identity. An opaque stage is itself alone, for as long as this run lasts.
   *
   * @throws OpaqueException if it is opaque and results are kept, with how to name it
   */
  String of(Stage stage) {
    String known = byStage.get(stage);
    if (known == null) {
      StageDescription description = stage.description();
      known = description.opaque() ? opaque(description) : Digest.start().add(description).end();
      byStage.put(stage, known);
      descriptions.put(known, description);
    }
    return known;
  }

  /** What a stage is, asked for once. */
  StageDescription describe(Stage stage) {
    return description(of(stage));
  }

  /** What an identity that was asked for stands for. */
  StageDescription description(String identity) {
    return Objects.requireNonNull(descriptions.get(identity), identity);
  }

  private String opaque(StageDescription description) {
    if (kept) {
      throw new OpaqueException(
          "the %s %s does not say what it is, so a memo could not tell it from another one; give it a name that changes whenever its results may, with named(\"...\"), or override its description()"
              .formatted(description.kind(), description));
    }
    return description.kind() + "?" + opaque.merge(description.kind(), 1, Integer::sum);
  }
}
