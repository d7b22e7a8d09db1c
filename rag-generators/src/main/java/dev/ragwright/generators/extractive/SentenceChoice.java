package dev.ragwright.generators.extractive;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import java.util.List;

/** Which sentences to quote. */
interface SentenceChoice {

  /**
   * The sentences to quote, the best first; ties by rank of the passage, then by place.
   *
   * @param sentences not empty
   * @param most at least 1
   * @param terms what words are compared
   */
  Chosen choose(
      String question, List<Sentence> sentences, int most, Terms terms, CallContext context);

  /** How well the best sentence must fit. */
  double minimum();

  /** What the fit is called. */
  String measure();

  /** What the choice is made with. */
  List<StageDescription> parts();

  /**
   * What was chosen.
   *
   * @param fit how well the best sentence fits
   */
  record Chosen(List<Sentence> sentences, double fit, Usage usage) {}
}
