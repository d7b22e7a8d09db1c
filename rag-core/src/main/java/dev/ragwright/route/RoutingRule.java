package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.retrieve.Embedder;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;

/**
 * Says which generator is to answer, from the question and what was found for it, before any is
 * asked. Implementations are immutable and safe to share.
 */
@FunctionalInterface
public interface RoutingRule extends Stage {

  /**
   * Chooses.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Choice choose(GenerationRequest request, CallContext context);

  /**
   * What a rule says.
   *
   * @param generator the name of one of the router's generators
   * @param detail what spoke for it, for people
   * @param usage what was counted
   */
  record Choice(String generator, String detail, Usage usage) {}

  /**
   * Refuses generators that the rule was not made for; a router asks when it is made. Refuses none
   * unless overridden.
   *
   * @param generators what each is, by name
   * @throws IllegalArgumentException if they are others
   */
  default void check(Map<String, StageDescription> generators) {}

  /**
   * Whether it reads nothing but the words of the question and of the evidence, as {@link
   * dev.ragwright.generate.Generator#readsTextOnly} has it. False unless overridden.
   */
  default boolean readsTextOnly() {
    return false;
  }

  @Override
  default StageDescription description() {
    return StageDescription.opaque("rule", this);
  }

  /**
   * A rule of a function that returns the name of a generator.
   *
   * @param name its user vouches for it: a changed rule gets a new name
   * @throws IllegalArgumentException if the name is blank
   */
  static RoutingRule by(String name, Function<GenerationRequest, String> rule) {
    return new FunctionRule(StageDescription.of("rule", name), rule);
  }

  /**
   * Chooses as questions like this one are labelled: of the {@code neighbours} most alike by the
   * embedder's vectors, each has its cosine (at least 0) as a vote, and the generator with most
   * wins; ties by name. The labelled questions are embedded here, once.
   *
   * @param questions by the generator that is to answer the like of them
   * @param neighbours how many vote; all where there are fewer
   * @param embedder stays its maker's to close
   * @throws IllegalArgumentException if fewer than two generators have questions, a question is
   *     labelled twice or is blank, or {@code neighbours < 1}
   */
  static RoutingRule nearest(
      Embedder embedder, Map<String, ? extends Collection<String>> questions, int neighbours) {
    return NearestRule.of(embedder, questions, neighbours);
  }

  /**
   * Chooses by a learnt model: the first generator of which it expects, with a probability of at
   * least {@code suffices}, that it answers no worse than the dearer ones; else the last. The
   * higher, the more questions go to the dearer ones.
   *
   * @param suffices above 0 and below 1
   * @param pipeline what the pipeline is that makes the contexts, as {@code rag.description()} has
   *     it; its generator and the contents of its indexes are not looked at. Scores and lengths
   *     mean nothing behind other stages. The rule sees contexts alone, so this is the caller's
   *     word
   * @throws IllegalArgumentException if {@code suffices} is out of range, if the model was learnt
   *     behind other stages, or from features that this version does not have. A router throws it
   *     where the model was learnt for other generators
   */
  static RoutingRule learnt(RouteModel model, double suffices, StageDescription pipeline) {
    return LearntRule.of(model, suffices, pipeline);
  }
}
