package dev.ragwright.generate;

import dev.ragwright.call.CallContext;

/**
 * Whether a text says what another claims: a model for natural language inference, a language model
 * as judge, or a script in a test. Safe for use by several threads.
 */
@FunctionalInterface
public interface Entailment {

  /**
   * Whether somebody who reads {@code premise} and takes it for true has to take {@code hypothesis}
   * for true.
   *
   * @throws RuntimeException if that cannot be decided; the metric reports the case as failed
   */
  boolean entails(String premise, String hypothesis, CallContext context);

  /**
   * Returns how likely that is, from 0 to 1. What can only tell yes from no gives 1 or 0.
   *
   * @throws RuntimeException if that cannot be told; the metric reports the case as failed
   */
  default double probability(String premise, String hypothesis, CallContext context) {
    return entails(premise, hypothesis, context) ? 1 : 0;
  }
}
