package dev.ragwright.eval.answer;

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
   * @throws RuntimeException if that cannot be told; the metric reports the case as failed
   */
  boolean entails(String premise, String hypothesis, CallContext context);
}
