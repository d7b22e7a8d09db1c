package dev.ragwright.experiment;

/**
 * What decides a stage's result.
 *
 * @param stage its step in the pipeline
 * @param identity the digest of what the stage is
 * @param input the digest of all that it is given
 */
record StageKey(String stage, String identity, String input) {}
