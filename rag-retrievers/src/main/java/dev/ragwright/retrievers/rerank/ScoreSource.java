package dev.ragwright.retrievers.rerank;

import dev.ragwright.call.StageDescription;

/**
 * What a model's scores are called: its name and the beginning of its file's digest, so that the
 * threshold of one model is refused where the scores of another of that name come.
 */
final class ScoreSource {
  private static final int DIGITS = 8;

  private ScoreSource() {}

  static String of(StageDescription model) {
    String digest = model.parameters().getOrDefault(StageDescription.MODEL_SHA256, "");
    return digest.isEmpty()
        ? model.name()
        : model.name() + "@" + digest.substring(0, Math.min(DIGITS, digest.length()));
  }
}
