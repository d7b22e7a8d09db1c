package dev.ragwright.route;

import dev.ragwright.generate.Generator;

/**
 * Answers from what retrieval found, and where the generator says that this does not suffice, from
 * the whole documents: Li et al., "Retrieval Augmented Generation or Long-Context LLMs?" (2024),
 * whose prompt asks for "unanswerable"; here an abstention says it, whatever made it one.
 *
 * <p>It is a {@link Cascade} of two. A small model does not know what it does not know: measure its
 * abstentions, and put a score in their place where they say little ({@link Cascade#first(String,
 * Generator, AcceptanceScore, double)} with {@link WholeDocuments}).
 */
public final class SelfRoute {
  private SelfRoute() {}

  /**
   * The generator of both.
   *
   * @param retrieval reads the context as it is
   * @param documents what is read where it abstains
   * @param longContext reads them; it may be the same
   */
  public static Generator of(Generator retrieval, WholeDocuments documents, Generator longContext) {
    return Cascade.first("retrieval", retrieval).last("long context", documents.read(longContext));
  }
}
